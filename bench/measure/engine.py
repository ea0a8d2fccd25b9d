"""Everything that is measured on one engine, on a small and a large database in turn."""

import contextlib
import pathlib
import random
import secrets
import sys
import time

from . import checks, dashboard, load, passwords, scim, searches, sso
from .data import Data, Size, prepared
from .load import Requests, compare, summary, wrk
from .servers import Guildhall, Process, memory_mb
from .side import FEW, ORGANIZATION_PATH, SESSION_PATH, Side
from .tools import fsyncs_per_second, median, oha, say

LOGIN_SEND_PATH = "/v1/b2b/magic_links/email/login_or_signup"
LOGIN_PATH = "/v1/b2b/magic_links/authenticate"
# When a session was last used is written this many seconds later at most.
WRITTEN_BEHIND = 5.5
# Mails that an address gets in a minute.
MAILS = 30
# How many different members the calls are about, at most.
SAMPLE = 40_000
# How many writes stand beside reads in one of the measurements.
WRITES_PER_SECOND = 100


def last_to_first(rounds: dict[str, list[dict]]) -> dict:
    """How the last side compares with the first, if there are two."""
    first, *_, last = rounds if len(rounds) > 1 else [None, None]
    return {f"{last}_to_{first}": compare(rounds[last], rounds[first])} if first else {}


class Engine:
    """The measurements, in the order in which they disturb each other least: what reads, then what writes."""

    def __init__(self, options, name: str, binary: pathlib.Path, empty: pathlib.Path, work: pathlib.Path):
        self.options, self.name, self.binary, self.empty, self.work = options, name, binary, empty, work
        self.hashes = empty.with_name("hashes")
        self.saml_verify = empty.with_name("saml_verify")
        self.stack = contextlib.ExitStack()
        self.sizes: dict[str, dict] = {}

    def run(self) -> dict:
        with self.stack:
            found = self.chosen() if self.options.only else self.everything()
            return {"data": self.sizes} | found

    def everything(self) -> dict:
        result = {"new_database": self.on_a_new_database()}
        found = [self.prepare(self.small("small")), self.prepare(self.large)]
        result["start"] = {data.size.name: self.starts(data.guildhall) for data in found}
        sides = [self.serve(data) for data in found]
        result["memory_mb"] = {"at_rest": {side.name: memory_mb(side.server.pid) for side in sides}}
        result["first_check"] = {side.name: self.first_checks(side) for side in sides}
        result["check"] = self.session_checks(*sides)
        result["latency"] = self.latencies(sides, result["check"])
        result["calls"] = self.reads(sides)
        result["searches"] = searches.measure(self, sides[-1])
        result["checks"] = checks.measure(self, sides[-1])
        result["login"] = self.logins(sides)
        result["passwords"] = passwords.measure(self, sides[0])
        result["calls"] |= self.writes(sides)
        time.sleep(self.settle)
        result["memory_mb"] |= {"after_load": {side.name: memory_mb(side.server.pid) for side in sides},
                                "peak": {side.name: side.server.peak for side in sides}}
        return result | (self.side_by_side() if self.options.against else {})

    def chosen(self) -> dict:
        """Only what `--only` names."""
        result, on_large = {}, {"searches": searches.measure, "checks": checks.measure}
        if wanted := [part for part in on_large if part in self.options.only]:
            side = self.serve(self.prepare(self.large))
            result = {part: on_large[part](self, side) for part in wanted}
            side.server.stop()
        if "passwords" in self.options.only:
            side = self.serve(self.prepare(self.small("small")))
            self.first_checks(side, FEW)
            result["passwords"] = passwords.measure(self, side)
            side.server.stop()
        if "sso" in self.options.only:
            side = self.serve(self.prepare(self.small("small")))
            result["sso"] = sso.measure(self, side)
            side.server.stop()
        if "dashboard" in self.options.only:
            # All of the large database's members in one organization, a few of whom are logged in.
            side = self.serve(self.prepare(Size("one", 1, self.options.members, min(self.options.sessions, 50))))
            result["dashboard"] = dashboard.measure(self, side)
            side.server.stop()
        if "scim" in self.options.only:
            result["scim"] = scim.measure(self)
        return result | (self.side_by_side() if "logins" in self.options.only else {})

    def side_by_side(self) -> dict:
        """Logins and the plain check on the small database, in turn with the older binary if there is one."""
        sides = [self.serve(self.prepare(self.small("older"), self.options.against))] if self.options.against else []
        sides.append(self.serve(self.prepare(self.small("newer"))))
        for side in sides:
            self.first_checks(side, FEW)
        checks = self.beside(sides, "session check", lambda side, _: side.checking(FEW), self.options.kind_seconds,
                             warm=True)
        return {"side_by_side": {"check": checks, "login": self.logins(sides)}}

    @property
    def large(self) -> Size:
        return Size("large", self.options.organizations, self.options.members, self.options.sessions)

    def small(self, name: str) -> Size:
        return Size(name, self.options.small_organizations, self.options.small_members, self.options.sessions)

    def prepare(self, size: Size, older: pathlib.Path | None = None) -> Data:
        data = self.stack.enter_context(prepared(self.binary, self.options.data, self.work, self.name, size, older))
        self.sizes[size.name] = {"size": str(size), "disk_mb": data.made["disk_mb"], "seeding": data.made["seeding"]}
        return data

    def serve(self, data: Data) -> Side:
        return Side(data, self.stack_up(data.guildhall.start()), data.guildhall.directory)

    @property
    def settle(self) -> float:
        return 0 if self.options.quick else WRITTEN_BEHIND

    def stack_up(self, process: Process) -> Process:
        self.stack.callback(process.stop)
        return process

    # -- start and rest

    def on_a_new_database(self) -> dict:
        folder = self.work / f"{self.name}-new"
        folder.mkdir(mode=0o755)
        guildhall = Guildhall(self.binary, folder, self.name)
        try:
            server = guildhall.start()
            ready = server.ready_ms()
            time.sleep(self.settle / 2)
            found = {"ready_ms": ready, "memory_mb": memory_mb(server.pid)}
            server.stop()
            return found
        finally:
            guildhall.stop()

    def starts(self, guildhall: Guildhall) -> dict:
        ready, cpu = [], []
        for _ in range(2 if self.options.quick else 5):
            server = guildhall.start()
            ready.append(server.ready_ms())
            cpu.append(round(server.cpu_seconds() * 1000))
            server.stop()
        return {"ready_ms": median(ready), "cpu_ms": median(cpu), "all_ms": ready}

    # -- session checks

    def first_checks(self, side: Side, count: int | None = None) -> dict:
        """Each session, or so many, for the first time since the start, which signs its JWT; tells who the people are."""
        say(f"{self.name}: first check of each session, {side.name} database …")
        round_, answers = side.answers(["organization_id", "member_id", "email_address"], count, settle=self.settle)
        people = set(answers)
        side.people = random.Random(2).sample(sorted(people), min(len(people), SAMPLE))
        return round_

    def empty_server(self, side: Side) -> Process:
        """An empty server that gives the answer which Guildhall has just given."""
        content, headers = side.server.post(side.authorization, SESSION_PATH, {"session_token": side.data.tokens[0]})
        file = self.work / f"{self.name}.answer"
        file.write_bytes(content)
        empty = self.stack_up(Process([self.empty, file, headers["content-type"]], self.work, self.work / "empty.log"))
        same, same_headers = empty.post("", "/", {})
        if same != content or set(same_headers) != set(headers):
            sys.exit(f"the empty server answers otherwise: {same_headers} instead of {headers}")
        return empty

    def session_checks(self, small: Side, large: Side) -> dict:
        empty = self.empty_server(small)
        requests = {side: side.checks() for side in (small, large)}
        rounds = {"small": [], "large": [], "empty_beside_small": [], "empty_beside_large": []}
        for number in range(self.options.check_rounds):
            say(f"{self.name}: sessions/authenticate, round {number + 1} of {self.options.check_rounds} …")
            for side in (small, large):
                name = side.name
                rounds[f"empty_beside_{name}"].append(
                    wrk(empty, side.authorization, requests[side], self.options.empty_seconds))
                # While others were measured JWTs have grown old. What they cost then is not this round's.
                side.check_each_once(requests[side])
                rounds[name].append(side.load(requests[side], self.options.seconds, settle=self.settle))
        if self.options.perf:
            watch = ["perf", "record", "-F", "999", "--call-graph", "dwarf,16384", "-m", "32M", "-o", self.options.perf,
                     "-p", str(large.server.pid), "--", "sleep", "2"]
            large.load(requests[large], 4, beside=watch)
        empty.stop()
        return {"answer_bytes": (self.work / f"{self.name}.answer").stat().st_size} \
            | {name: summary(found) for name, found in rounds.items()} \
            | {"small_to_empty": compare(rounds["small"], rounds["empty_beside_small"]),
               "large_to_empty": compare(rounds["large"], rounds["empty_beside_large"]),
               "large_to_small": compare(rounds["large"], rounds["small"])}

    def latencies(self, sides: list[Side], check: dict) -> dict | None:
        program = oha()
        if not program:
            return None
        found = {}
        for side in sides:
            say(f"{self.name}: latency of sessions/authenticate at a quarter of its peak, {side.name} database …")
            # The others' turn was long: JWTs that have grown old would all be signed in these first seconds.
            side.check_each_once(side.checks())
            bodies = [{"session_token": token} for token in side.data.tokens]
            rate = check[side.name]["per_second"] / 4
            found[side.name] = load.oha(program, side.server, side.authorization, SESSION_PATH, bodies, rate,
                                                  min(30, self.options.seconds / 2), self.work)
            time.sleep(self.settle)
        return found

    # -- the other calls, on both databases

    def beside(self, sides: list[Side], label: str, requests, seconds: float, once: bool = False,
               warm: bool = False, meanwhile=lambda side: contextlib.nullcontext()) -> dict:
        """Rounds of a call on each database in turn. `requests(side, round)` gives what is sent; where `warm`, once each
        before every round, not counted."""
        say(f"{self.name}: {label} …")
        rounds = {side.name: [] for side in sides}
        for number in range(self.options.rounds):
            for side in sides:
                file = side.requests("calls", requests(side, number))
                if warm:
                    side.load(file, 60, once=True)
                with meanwhile(side):
                    rounds[side.name].append(side.load(file, seconds, once=once))
        return {name: summary(found) for name, found in rounds.items()} | last_to_first(rounds)

    def reads(self, sides: list[Side]) -> dict:
        def member(side, _):
            return (("GET", f"{ORGANIZATION_PATH}/{org}/member?member_id={member}", None) for org, member, _ in side.people)

        def organization(side, _):
            return (("GET", f"{ORGANIZATION_PATH}/{org}", None) for org, _, _ in side.people)

        def search(side, _):
            for org, _, email in side.people:
                operand = {"filter_name": "member_emails", "filter_value": [email]}
                yield "POST", f"{ORGANIZATION_PATH}/members/search", {
                    "organization_ids": [org], "query": {"operator": "AND", "operands": [operand]}}

        def writes(side):
            return load.writes(side.server, side.authorization, f"{ORGANIZATION_PATH}/{side.people[0][0]}", WRITES_PER_SECOND)

        def measure(label, requests, **options):
            # Once each, not counted: the system may have put the pages out of memory since they were last read.
            for side in sides:
                side.load(side.requests("calls", requests(side, 0)), 60, once=True)
            return self.beside(sides, label, requests, self.options.call_seconds, once=self.options.quick, **options)

        calls = {"member get": member, "member search, exact": search, "organization get": organization}
        beside_writes = f"member get beside {WRITES_PER_SECOND} writes a second"
        return {label: measure(label, requests) for label, requests in calls.items()} \
            | {beside_writes: measure(beside_writes, member, meanwhile=writes)}

    def writes(self, sides: list[Side]) -> dict:
        run, count = secrets.token_hex(3), self.options.writes

        def organizations(_, number):
            for i in range(count):
                yield "POST", ORGANIZATION_PATH, {"organization_name": f"Bench {number} {i}",
                                                  "organization_slug": f"bench-{run}-{number}-{i}"}

        def members(side, number):
            for i in range(count):
                org, _, email = side.people[i % len(side.people)]
                yield "POST", f"{ORGANIZATION_PATH}/{org}/members", {
                    "email_address": f"bench-{run}-{number}-{i}@{email.partition('@')[2]}", "name": "Grace Hopper"}

        return {"organization create": self.beside(sides, "organization create", organizations, 60, once=True),
                "member create": self.beside(sides, "member create", members, 60, once=True)}

    # -- logins

    def logins(self, sides: list[Side]) -> dict:
        say(f"{self.name}: magic-link login …")
        found = {side.name: {"send": [], "authenticate": [], "both": []} for side in sides}
        syncs = []
        # Once each, not counted, as before the reads.
        for side in sides:
            for number in range(self.options.rounds):
                side.load(self.sends(side, number), 60, once=True)
        for number in range(self.options.rounds):
            for side in sides:
                syncs.append(fsyncs_per_second(self.work, 0.2 if self.options.quick else 1))
                rounds = found[side.name]
                send, use = self.login_round(side, number)
                both = {"per_second": round(1 / (1 / send["per_second"] + 1 / use["per_second"]), 1)}
                both |= {key: round(send[key] + use[key], 1) for key in ("cpu_us", "database_cpu_us") if key in send}
                for kind, round_ in (("send", send), ("authenticate", use), ("both", both)):
                    rounds[kind].append(round_)
        ratio = last_to_first({name: rounds["both"] for name, rounds in found.items()})
        for rounds in found.values():
            rounds |= {kind: summary(rounds[kind]) for kind in list(rounds)}
            rounds["per_cpu_second"] = round(1e6 / load.cost(rounds["both"]), 1)
        return found | ratio | {"fsyncs_per_second": median(syncs), "fsyncs": syncs}

    def sends(self, side: Side, number: int, people: list | None = None) -> Requests:
        if people:
            bodies = ({"organization_id": org, "email_address": email} for org, _, email in people)
            return side.requests("sends", (("POST", LOGIN_SEND_PATH, body) for body in bodies))
        people = side.people
        # All rounds, and those that are not counted, may fall into one minute.
        count = min(self.options.logins, len(people) * MAILS // (2 * self.options.rounds))
        chosen = (people[(number * count + i) % len(people)] for i in range(count))
        bodies = ({"organization_id": org, "email_address": email} for org, _, email in chosen)
        return side.requests("sends", (("POST", LOGIN_SEND_PATH, body) for body in bodies))

    def login_round(self, side: Side, number: int, people: list | None = None) -> tuple[dict, dict]:
        """Of these people, each once; or of as many as may be in a round."""
        send = side.load(self.sends(side, number, people), 60, once=True)
        tokens = side.data.guildhall.links(send["requests"])
        uses = side.requests("uses", (("POST", LOGIN_PATH, {"magic_links_token": token}) for token in tokens))
        return send, side.load(uses, 60, once=True)
