"""Records an exchange for each operation while the story is told, and makes it the same each time."""

import base64
import contextlib
import datetime
import json
import re
import urllib.parse

import requests

PROJECT_ID = "project-test-00000000-0000-7000-8000-000000000000"
# The host of examples; the pages show their own in its place.
HOST = "http://127.0.0.1:7400"
NOW, LATER, MUCH_LATER = "2026-03-02T09:15:00Z", "2026-03-02T10:15:00Z", "2036-03-02T09:15:00Z"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
ID = re.compile(r"\b((?:[a-z]+-)*[a-z]+-(?:test|live))-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")
PEM = re.compile(r"(-----BEGIN ([A-Z ]+)-----\n).*?(\n?-----END \2-----)", re.S)
# What authenticators and browsers call a passkey, and whose it is.
HANDLE = re.compile(r"[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{43}")
# What stands on this machine while the story is told: the server itself, and providers beside it.
LOCAL = re.compile(r"http://127\.0\.0\.1:\d+")
# What differs from run to run, or opens something, by the name of the field.
MADE_UP = {
    "session_token": "Ei3…wEA", "session_jwt": "eyJhbGciOiJSUzI1NiIs…", "intermediate_session_token": "Ez8…hqI",
    "magic_links_token": "EAm…Zk8", "discovery_magic_links_token": "EAd…Tq0", "password_reset_token": "EAp…x2c", "sso_token": "EAs…9fA",
    "impersonation_token": "EQI…b3k", "oauth_token": "DQG…x8s", "discovery_oauth_token": "DgG…9zY", "access_token": "ya29.a0AfH6S…", "id_token": "eyJhbGciOiJSUzI1NiIs…",
    "bearer_token": "HAk…Qm4A", "next_bearer_token": "HAx…b7Xw", "bearer_token_last_four": "Qm4A", "next_bearer_token_last_four": "b7Xw",
    "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "qr_code": "data:image/png;base64,iVBORw0KGgo…", "public_token": "public-token-test-…",
    "code": "123456", "recovery_code": "ckss-2skx-ebow", "client_secret": "a-secret-of-the-provider", "client_id": "guildhall", "hash": "$2b$10$…",
    "n": "0vx7agoebGcQSuu…", "url": "http://127.0.0.1:7400/setup/open?token=…", "cursor": "…", "next_cursor": "…", "response": "<samlp:Response …>",
    "challenge": "q3Jx…fQ", "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4u…", "attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10…", "authenticatorData": "SZYN5YgOjGh0…",
    "signature": "MEUCIQ…", "userHandle": "AaIpVq…",
}
# A token that an address leads on with.
IN_ADDRESS = re.compile(r"([?&]token=)[\w-]{44}")
RECOVERY_CODES = ["ckss-2skx-ebow", "h4tq-9mzp-r7dn", "…"]


class Recorder:
    """The first good exchange of each operation of the API description."""

    def __init__(self, description: dict, server: str):
        self.found, self._server = {}, server
        self._ids, self._routes = {}, []
        for path, methods in description["paths"].items():
            pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + "$")
            for method, operation in methods.items():
                self._routes.append((path.count("{"), method.upper(), pattern, operation["operationId"]))
        self._routes.sort(key=lambda route: route[0])

    @contextlib.contextmanager
    def listening(self):
        send = requests.Session.send

        def noted(session, request, **options):
            answer = send(session, request, **options)
            self._note(request, answer)
            return answer

        requests.Session.send = noted
        try:
            yield self
        finally:
            requests.Session.send = send

    def _note(self, request, answer):
        split = urllib.parse.urlsplit(request.url)
        found = (name for _, method, pattern, name in self._routes if method == request.method and pattern.match(split.path))
        name = next(found, None)
        if name is None or name in self.found or answer.status_code != 200:
            return
        user, password = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode().split(":", 1)
        exchange = {"path": self._plain(urllib.parse.unquote(split.path))}
        if split.query:
            exchange["query"] = self._made_up(dict(urllib.parse.parse_qsl(split.query)))
        if request.body and (body := json.loads(request.body)):
            exchange["body"] = self._made_up(body)
        if split.path.startswith("/sdk/") and user != password:
            exchange["session"] = True
        exchange["answer"] = self._made_up(answer.json())
        self.found[name] = exchange

    def _made_up(self, value, name: str = ""):
        """The same, with what differs from run to run replaced."""
        if isinstance(value, dict):
            return {self._plain(key): self._made_up(inner, key) for key, inner in value.items()}
        if name == "recovery_codes":
            return RECOVERY_CODES[: len(value)]
        if isinstance(value, list):
            return [self._made_up(inner, name) for inner in value]
        if name == "access_token_expires_in":
            return 3599
        if not isinstance(value, str) or not value:
            return value
        if name in MADE_UP:
            return MADE_UP[name]
        if name in ("id", "rawId") and HANDLE.fullmatch(value):
            return "3kTq…Lw" if len(value) == 22 else "AaIpVq…"
        if TIME.fullmatch(value):
            is_far = datetime.datetime.fromisoformat(value) - datetime.datetime.now(datetime.UTC) > datetime.timedelta(days=2)
            return (MUCH_LATER if is_far else LATER) if "expires" in name else NOW
        return self._plain(value)

    def _plain(self, text: str) -> str:
        text = LOCAL.sub(lambda found: HOST if found[0] == self._server else "https://idp.acme.example", text)
        text = IN_ADDRESS.sub(r"\1DgG…Y7S", PEM.sub(r"\1MII…\3", text))
        return TIME.sub(NOW, ID.sub(self._id, text))

    def _id(self, found) -> str:
        """Ids are numbered as they come, each kind for itself."""
        kind = self._ids.setdefault(found[1], {})
        if found[1].startswith(("request-id", "project")):
            return f"{found[1]}-00000000-0000-7000-8000-000000000000"
        number = kind.setdefault(found[2], len(kind) + 1)
        return f"{found[1]}-00000000-0000-7000-8000-{number:012}"


def shared(exchanges: dict) -> dict:
    """What several answers have alike is there once, under a name that they point to: `{"$part": name}`."""
    parts, counts = {}, {}

    def key(value):
        return json.dumps(value, sort_keys=True)

    def count(value):
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            count(inner)
        if isinstance(value, dict) and len(key(value)) > 200:
            counts[key(value)] = counts.get(key(value), 0) + 1

    def fold(value, name):
        if isinstance(value, list):
            return [fold(inner, name) for inner in value]
        if not isinstance(value, dict):
            return value
        text = key(value)
        folded = {inner_name: fold(inner, inner_name) for inner_name, inner in value.items()}
        if counts.get(text, 0) < 2:
            return folded
        if text not in parts:
            parts[text] = (f"{name}-{len(parts) + 1}", folded)
        return {"$part": parts[text][0]}

    for exchange in exchanges.values():
        count(exchange["answer"])
    told = {name: exchange | {"answer": fold(exchange["answer"], "answer")} for name, exchange in sorted(exchanges.items())}
    return {"exchanges": told, "parts": dict(parts.values())}


def whole(value, parts: dict):
    """The same with every part in its place."""
    if isinstance(value, list):
        return [whole(inner, parts) for inner in value]
    if not isinstance(value, dict):
        return value
    return whole(parts[value["$part"]], parts) if "$part" in value else {name: whole(inner, parts) for name, inner in value.items()}


def text(told: dict) -> str:
    """As it is kept: one line for each operation and each part, so that a change is seen where it is."""
    def lines(values: dict) -> str:
        return ",\n".join(f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items())

    return "{\n" + ",\n".join(f"{json.dumps(kind)}: {{\n{lines(values)}\n}}" for kind, values in told.items()) + "\n}\n"
