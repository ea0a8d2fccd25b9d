"""The checks that apps make, beside the plain one: by JWT, with an authorization check, with a new duration."""

import time
import typing

from .load import compare, summary
from .side import FEW, SESSION_PATH, Side
from .tools import say

PLAIN = "by session_token"
PLAIN_LATER = "by session_token, after those"
OLD_JWT = "by a session_jwt older than five minutes"
SLIDING = "with session_duration_minutes"
# Seconds between two checks of a session.
SLIDING_INTERVAL = 3
# For how long a JWT is valid, and a little.
JWT_SECONDS = 301


class Session(typing.NamedTuple):
    session_token: str
    session_jwt: str
    organization_id: str
    organization_slug: str

    def authorizing(self, organization: str) -> dict:
        """A check whether it may do what every member may."""
        check = {"organization_id": organization, "resource_id": "stytch.self", "action": "update.info.name"}
        return {"session_token": self.session_token, "authorization_check": check}


# What is sent for a session. These change nothing in it.
KINDS = {
    PLAIN: lambda session: {"session_token": session.session_token},
    "by session_jwt": lambda session: {"session_jwt": session.session_jwt},
    "with authorization_check": lambda session: session.authorizing(session.organization_id),
    "with authorization_check, by slug": lambda session: session.authorizing(session.organization_slug),
}


def measure(engine, side: Side) -> dict:
    """A round of each kind in turn; then what changes the sessions; then JWTs that have grown old meanwhile."""
    seconds, rounds = engine.options.kind_seconds, {}
    sessions = [Session(*answer) for answer in side.answers(Session._fields, FEW)[1]]
    old_at = time.monotonic() + (0 if engine.options.quick else JWT_SECONDS)
    files = {label: side.requests(f"checks-{number}", (("POST", SESSION_PATH, body(session)) for session in sessions))
             for number, (label, body) in enumerate(KINDS.items())}

    def measured(label: str, file):
        say(f"{engine.name}: check {label} …")
        # JWTs have grown old meanwhile. What they cost is not this round's.
        side.check_each_once(files[PLAIN])
        rounds.setdefault(label, []).append(side.load(file, seconds))

    for number in range(engine.options.rounds):
        # Each begins once in a while, because what falls due every minute may fall into the same place of each turn.
        first = number % len(KINDS)
        for label in (*list(KINDS)[first:], *list(KINDS)[:first]):
            measured(label, files[label])
    rounds[SLIDING] = [sliding(engine, side)]
    time.sleep(max(0, old_at - time.monotonic()))
    measured(PLAIN_LATER, files[PLAIN])
    measured(OLD_JWT, files["by session_jwt"])

    found = {label: summary(of_label) for label, of_label in rounds.items()}
    beside = {SLIDING: [found[PLAIN]], OLD_JWT: rounds[PLAIN_LATER]}
    for label in rounds.keys() - {PLAIN, PLAIN_LATER}:
        found[label]["to_plain"] = compare(rounds[label], beside.get(label, rounds[PLAIN]))
    return found


def sliding(engine, side: Side) -> dict:
    """Of so many sessions that each is checked every few seconds, at the rate which a first round has shown."""
    def requests(count: int):
        tokens = side.data.tokens[:count]
        return side.requests("sliding", (("POST", SESSION_PATH, {"session_token": token, "session_duration_minutes": 60})
                                         for token in tokens))

    say(f"{engine.name}: check {SLIDING} …")
    few = requests(FEW)
    side.check_each_once(few)
    rate = side.load(few, engine.options.kind_seconds)["per_second"]
    count = min(len(side.data.tokens), round(rate * SLIDING_INTERVAL))
    file = requests(count)
    side.check_each_once(file)
    found = side.load(file, engine.options.sliding_seconds, settle=engine.settle)
    return found | {"sessions": count, "interval_s": round(count / found["per_second"], 2)}
