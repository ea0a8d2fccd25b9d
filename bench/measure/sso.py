"""Logins by SAML beside those with mailed links, and verifying a response beside what others take for it."""

import http.client
import json
import pathlib
import shutil
import subprocess
import sys
import time
import urllib.parse

from .load import compare, summary
from .passwords import members
from .side import ORGANIZATION_PATH, Side
from .tools import BENCH, REPOSITORY, median, say

SSO_PATH = "/v1/b2b/sso"
LINK_SEND_PATH, LINK_PATH = "/v1/b2b/magic_links/email/login_or_signup", "/v1/b2b/magic_links/authenticate"
PYTHON = REPOSITORY / ".venv/bin/python"
FOLDER = BENCH / "saml"


class Signer:
    """An identity provider that signs what it is told, in a process of its own."""

    def __init__(self):
        self._process = subprocess.Popen([PYTHON, FOLDER / "sign.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.settings = json.loads(self._process.stdout.readline())

    def response(self, **said) -> str:
        self._process.stdin.write(json.dumps(said) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def stop(self):
        self._process.stdin.close()
        self._process.wait(30)


class Phase:
    """What the server uses while this is done: seconds, and processor time, its own and its database's."""

    def __init__(self, side: Side):
        self.server = side.server
        self.cpu = self.database = self.seconds = 0.0

    def __enter__(self):
        self._before = time.monotonic(), self.server.cpu_seconds(), self.server.helper_cpu_seconds()
        return self

    def __exit__(self, *_):
        began, cpu, database = self._before
        self.seconds += time.monotonic() - began
        self.cpu += self.server.cpu_seconds() - cpu
        self.database += self.server.helper_cpu_seconds() - database

    def round(self, count: int) -> dict:
        found = {"per_second": round(count / self.seconds, 1), "cpu_us": round(self.cpu / count * 1e6, 1)}
        return found | ({"database_cpu_us": round(self.database / count * 1e6, 1)} if self.server.helper else {})


class Person:
    """A browser and the backend behind it, one request after the other."""

    def __init__(self, side: Side):
        self._http = http.client.HTTPConnection(urllib.parse.urlsplit(side.server.url).netloc, timeout=60)
        self._backend = {"Authorization": side.authorization, "Content-Type": "application/json"}

    def _send(self, method: str, path: str, body: str | None, headers: dict, status: int):
        self._http.request(method, path, body, headers)
        answer = self._http.getresponse()
        content = answer.read()
        if answer.status != status:
            sys.exit(f"{path}: {answer.status} {content[:500]!r}")
        return answer.headers, content

    def call(self, method: str, path: str, body: dict) -> dict:
        return json.loads(self._send(method, path, json.dumps(body), self._backend, 200)[1])

    def start(self, query: dict) -> tuple[str, str]:
        """Where the browser is sent to, and the cookie of this login."""
        headers, _ = self._send("GET", f"/v1/public/sso/start?{urllib.parse.urlencode(query)}", None, {}, 302)
        return headers["location"], headers["set-cookie"].partition(";")[0]

    def come_back(self, path: str, form: dict, cookie: str) -> str:
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", path, urllib.parse.urlencode(form), headers, 303)[0]["location"]


def query_of(url: str) -> dict:
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def by_links(side: Side, person: Person, who: list[dict]) -> dict:
    phase = Phase(side)
    with phase:
        for each in who:
            person.call("POST", LINK_SEND_PATH, each)
    tokens = side.data.guildhall.links(len(who))
    with phase:
        for token in tokens:
            person.call("POST", LINK_PATH, {"magic_links_token": token})
    return phase.round(len(who))


def by_sso(side: Side, person: Person, who: list[dict], signer: Signer, connection: dict) -> dict:
    phase, query = Phase(side), {"public_token": side.data.made["public_token"], "connection_id": connection["connection_id"]}
    path = urllib.parse.urlsplit(connection["acs_url"]).path
    with phase:
        begun = [person.start(query) for _ in who]
    forms = [{"SAMLResponse": signer.response(acs_url=connection["acs_url"], name_id=each["email_address"], url=url),
              "RelayState": query_of(url)["RelayState"]} for each, (url, _) in zip(who, begun)]
    with phase:
        for form, (_, cookie) in zip(forms, begun):
            token = query_of(person.come_back(path, form, cookie))["token"]
            person.call("POST", f"{SSO_PATH}/authenticate", {"sso_token": token})
    return phase.round(len(who))


def logins(engine, side: Side, signer: Signer) -> dict:
    who = members(side, "sso", min(engine.options.logins, 400))
    organization, person = who[0]["organization_id"], Person(side)
    made = person.call("POST", f"{SSO_PATH}/saml/{organization}", {"display_name": "Bench"})["connection"]
    path = f"{SSO_PATH}/saml/{organization}/connections/{made['connection_id']}"
    connection = person.call("PUT", path, signer.settings)["connection"]
    # Not counted: the first login of a member makes them active, and by SSO also registers them.
    by_links(side, person, who)
    by_sso(side, person, who, signer, connection)
    if side.data.guildhall.postgres:
        # It does so by itself within a minute; until then its plans are those of empty tables.
        side.data.guildhall.postgres.sql("guildhall", "ANALYZE")
    rounds = {"link": [], "sso": []}
    for _ in range(engine.options.rounds):
        rounds["link"].append(by_links(side, person, who))
        rounds["sso"].append(by_sso(side, person, who, signer, connection))
    return {kind: summary(found) for kind, found in rounds.items()} | {"sso_to_link": compare(rounds["sso"], rounds["link"])}


def verifications(engine) -> dict:
    """A response with one signature, of an assertion with a few attributes, on one core; and the largest that are let through."""
    seconds = 0.2 if engine.options.quick else 4
    folder = engine.work / "saml"
    subprocess.run([PYTHON, FOLDER / "messages.py", folder], check=True)
    if not (FOLDER / "node_modules").exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=FOLDER, check=True)

    def run(command: list, *others: str) -> list[str]:
        done = subprocess.run([*map(str, command), str(folder), *others], check=True, capture_output=True, text=True)
        return done.stdout.splitlines()

    programs = {"ours": [engine.saml_verify], "python3-saml": [PYTHON, FOLDER / "verify.py"], "node-saml": ["node", FOLDER / "verify.mjs"]}
    rounds = {name: [] for name in programs}
    for _ in range(engine.options.rounds):
        for name, command in programs.items():
            rate, *verdict = run(command, str(seconds))
            if name == "ours" and verdict[1] != "accepted":
                sys.exit(f"a good response was refused: {verdict[1]}")
            rounds[name].append(float(rate))
    found = {name: {"per_second": median(rates), "us": round(1e6 / median(rates), 1), "rounds": rates} for name, rates in rounds.items()}
    for name in ("python3-saml", "node-saml"):
        found[name]["ours"] = round(median(ours / theirs for ours, theirs in zip(rounds["ours"], rounds[name])), 2)
    found["large"] = {}
    for each in sorted((folder / "large").iterdir()):
        rate, grown, verdict = run([engine.saml_verify], str(seconds / 4), f"large/{each.name}")
        found["large"][each.name] = {"us": round(1e6 / float(rate)), "kB": int(grown), "verdict": verdict}
    return found


def measure(engine, side: Side) -> dict:
    if not PYTHON.exists() or not shutil.which("node"):
        sys.exit("logins by SSO are measured with what ./test installs: run it first")
    signer = Signer()
    try:
        say(f"{engine.name}: logins by SAML and with links …")
        found = {"logins": logins(engine, side, signer)}
        say("verifying a response …")
        return found | {"verification": verifications(engine)}
    finally:
        signer.stop()
