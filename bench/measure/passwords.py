"""Logins with passwords beside the bare hash, session checks beside a storm of such logins, very many logins at once, and
logins with mailed codes beside those with mailed links."""

import asyncio
import collections
import contextlib
import itertools
import json
import os
import pathlib
import resource
import signal
import subprocess
import time
import urllib.parse

from . import load, searches
from .load import compare, summary
from .servers import memory_mb
from .side import ORGANIZATION_PATH, SESSION_PATH, Side
from .tools import BENCH, median, say

PATH = "/v1/b2b/passwords"
CODE_SEND_PATH, CODE_PATH = "/v1/b2b/otps/email/login_or_signup", "/v1/b2b/otps/email/authenticate"
PASSWORD = "violet-harbor-sings-bench"
# Connections for each processor: enough that each always has a hash to compute, and few enough that none is refused.
EACH = 8
# The same where the queue is to be full: as many as may wait, and those that are computed.
STORM_EACH = 25


def each_once(side: Side, path: str, bodies: list[dict], connections: int = 4) -> dict:
    """Sends each of these. The first of a file is not sent, so it stands there twice."""
    requests = side.requests("passwords", (("POST", path, body) for body in (bodies[0], *bodies)))
    return side.load(requests, 120, once=True, connections=connections)


def members(side: Side, name: str, count: int) -> list[dict]:
    """An organization that takes every way in, with so many members."""
    connection = load.Connection(side.server, side.authorization)
    made = json.loads(connection.call("POST", ORGANIZATION_PATH, {"organization_name": f"Bench {name}"})[2])
    organization = made["organization"]["organization_id"]
    emails = [{"email_address": f"bench-{number}@{name}.example"} for number in range(count)]
    each_once(side, f"{ORGANIZATION_PATH}/{organization}/members", emails)
    return [{"organization_id": organization} | email for email in emails]


def logins(side: Side, count: int) -> list[dict]:
    """Members get a password, as members do; what they then log in with."""
    who = members(side, "passwords", count)
    sent = each_once(side, f"{PATH}/email/reset/start", who)["requests"]
    tokens = side.data.guildhall.links(sent)
    each_once(side, f"{PATH}/email/reset", [{"password_reset_token": token, "password": PASSWORD} for token in tokens])
    return [each | {"password": PASSWORD} for each in who]


def hashes(program: pathlib.Path, seconds: float) -> dict:
    # At the priority of the server's threads that hash, so that what else runs on the machine is the same to both.
    done = subprocess.run(["chrt", "--idle", "0", program, str(seconds)], check=True, capture_output=True, text=True)
    return {"per_second": float(done.stdout), "cpu_us": 0}


@contextlib.contextmanager
def storm(side: Side, requests: load.Requests, connections: int):
    """Meanwhile so many log in, each again when it was answered."""
    command = ["wrk", "-t1", f"-c{connections}", "-d600s", "--timeout", "60s", "-s", str(BENCH / "load.lua"), side.server.url,
               "--", side.authorization, str(requests.path), "again"]
    process, told = subprocess.Popen(command, stdout=subprocess.PIPE, text=True), {}
    began = time.monotonic()
    # Until the queue is full.
    time.sleep(1)
    try:
        yield told
    finally:
        process.send_signal(signal.SIGINT)
        found = json.loads(next(line for line in process.communicate()[0].splitlines() if line.startswith("{")))
        told |= {"per_second": round(found["requests"] / (time.monotonic() - began), 1), "refused": found["errors"],
                 "p50_ms": found["p50_ms"]}


def beside_a_storm(engine, side: Side, requests: load.Requests, cores: int) -> dict:
    seconds = engine.options.search_seconds
    bodies = [{"session_token": token} for token in side.data.tokens[:searches.SESSIONS]]
    warm = side.requests("checks", (("POST", SESSION_PATH, body) for body in bodies))
    rounds = {"alone": [], "beside": [], "logins": []}
    for _ in range(engine.options.rounds):
        side.check_each_once(warm)
        rounds["alone"].append(searches.checks(side, bodies, seconds))
        with storm(side, requests, STORM_EACH * cores) as told:
            rounds["beside"].append(searches.checks(side, bodies, seconds))
        rounds["logins"].append(told)
    times = {kind: {key: median(round_[key] for round_ in rounds[kind]) for key in ("p50_ms", "p99_ms")}
             for kind in ("alone", "beside")}
    refused = sum(round_["refused"] for round_ in rounds["beside"])
    return times | {"logins": {"per_second": median(round_["per_second"] for round_ in rounds["logins"])}, "refused": refused,
                    "p99_ratio": round(times["beside"]["p99_ms"] / times["alone"]["p99_ms"], 2), "rounds": rounds}


async def _one(address, head: str, body: str, answers: list):
    """One login on a connection of its own: its status, and whether it says when to come back."""
    try:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        answer = await reader.read()
        writer.close()
        answers.append((int(answer.split(b" ", 2)[1]), b"retry-after:" in answer.lower()))
    except (OSError, IndexError, ValueError):
        answers.append((0, False))


def waiting(engine, side: Side, bodies: list[dict]) -> dict:
    """So many logins at once, and what the server's memory grows to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(engine.options.waiting, hard - 200)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, count + 200)), hard))
    address = urllib.parse.urlsplit(side.server.url)
    head = f"POST {PATH}/authenticate HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: {side.authorization}\r\n" \
           "Content-Type: application/json\r\nConnection: close\r\n"
    texts, answers = itertools.islice(itertools.cycle(json.dumps(body) for body in bodies), count), []
    before = memory_mb(side.server.pid)
    side.server.peak = before

    async def all_at_once():
        began = time.monotonic()
        await asyncio.gather(*(_one(address, head, text, answers) for text in texts))
        return time.monotonic() - began

    seconds = asyncio.run(all_at_once())
    return {"count": count, "seconds": round(seconds, 2), "before_mb": before, "peak_mb": side.server.peak,
            "answers": collections.Counter(str(status) for status, _ in answers),
            "refused_with_retry_after": sum(again for status, again in answers if status == 429)}


def codes(engine, side: Side) -> dict:
    """Logins with mailed codes, in turn with those with mailed links. Only the newest code of an address counts, so each
    gets one a round."""
    who = members(side, "codes", engine.options.logins)
    people = [(each["organization_id"], None, each["email_address"]) for each in who]

    def of_links(number: int) -> tuple[dict, dict]:
        return engine.login_round(side, number, people)

    def of_codes(_: int) -> tuple[dict, dict]:
        sent = each_once(side, CODE_SEND_PATH, who, load.CONNECTIONS)
        found = side.data.guildhall.codes(sent["requests"])
        uses = [each | {"code": found[each["email_address"]]} for each in who]
        return sent, each_once(side, CODE_PATH, uses, load.CONNECTIONS)

    # Not counted: the first login of a member makes them active.
    of_links(0)
    rounds = {"link": [], "code": []}
    for number in range(engine.options.rounds):
        for kind, login in (("link", of_links), ("code", of_codes)):
            send, use = login(number)
            both = {"per_second": round(1 / (1 / send["per_second"] + 1 / use["per_second"]), 1)}
            both |= {key: round(send[key] + use[key], 1) for key in ("cpu_us", "database_cpu_us") if key in send}
            rounds[kind].append(both)
    return {kind: summary(found) for kind, found in rounds.items()} | {"code_to_link": compare(rounds["code"], rounds["link"])}


def measure(engine, side: Side) -> dict:
    cores, seconds = os.cpu_count() or 1, engine.options.password_seconds
    say(f"{engine.name}: members set passwords …")
    bodies = logins(side, engine.options.password_members)
    requests = side.requests("logins", (("POST", f"{PATH}/authenticate", body) for body in bodies))
    raw, rounds = [hashes(engine.hashes, seconds)], []
    for number in range(engine.options.rounds):
        say(f"{engine.name}: password logins and the bare hash, round {number + 1} of {engine.options.rounds} …")
        # A quick one waits for each login instead of measuring for a while: on a busy machine none might be through by then.
        quick = engine.options.quick
        rounds.append(side.load(requests, 60 if quick else seconds, once=quick, connections=EACH * cores))
        raw.append(hashes(engine.hashes, seconds))
    # Each round of logins has a round of hashes before and after it.
    beside = [{"per_second": (before["per_second"] + after["per_second"]) / 2, "cpu_us": 0}
              for before, after in itertools.pairwise(raw)]
    found = {"logins": summary(rounds), "raw": summary(beside), "to_raw": compare(rounds, beside)}
    say(f"{engine.name}: session checks alone and beside a storm of logins …")
    found["storm"] = beside_a_storm(engine, side, requests, cores)
    say(f"{engine.name}: {engine.options.waiting:,} logins at once …")
    found["waiting"] = waiting(engine, side, bodies)
    say(f"{engine.name}: logins with codes and with links …")
    return found | {"codes": codes(engine, side)}
