"""Everything that is measured on one engine, on a small and a large database in turn."""

import contextlib
import pathlib
import random
import secrets
import sys
import time

from . import load
from .data import Data, Size, prepared
from .load import Requests, compare, summary, wrk
from .servers import Guildhall, Process, memory_mb
from .tools import fsyncs_per_second, median, oha, say

SESSION_PATH = "/v1/b2b/sessions/authenticate"
ORGANIZATION_PATH = "/v1/b2b/organizations"
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


class Side:
    """One database, the server on it, and what to ask of it."""

    def __init__(self, data: Data, server: Process, directory: pathlib.Path):
        self.data, self.server, self.directory = data, server, directory
        self.authorization = data.authorization
        # Of some members: organization, member, address.
        self.people: list[tuple[str, str, str]] = []

    def requests(self, name: str, requests) -> Requests:
        return Requests(self.directory / name, requests)

    def checks(self, tokens: list[str], name: str = "checks") -> Requests:
        return self.requests(name, (("POST", SESSION_PATH, {"session_token": token}) for token in tokens))

    def load(self, requests: Requests, seconds: float, **options) -> dict:
        return wrk(self.server, self.authorization, requests, seconds, **options)

    def check_each_once(self, checks: Requests, **options) -> dict:
        """Each session once, however many need a new JWT."""
        return self.load(checks, 30 + checks.count / 500, once=True, **options)


class Engine:
    """The measurements, in the order in which they disturb each other least: what reads, then what writes."""

    def __init__(self, options, name: str, binary: pathlib.Path, empty: pathlib.Path, work: pathlib.Path):
        self.options, self.name, self.binary, self.empty, self.work = options, name, binary, empty, work
        self.stack = contextlib.ExitStack()

    def run(self) -> dict:
        with self.stack:
            result = {"new_database": self.on_a_new_database()}
            small = Size("small", self.options.small_organizations, self.options.small_members, self.options.sessions)
            large = Size("large", self.options.organizations, self.options.members, self.options.sessions)
            found = [self.stack.enter_context(prepared(self.binary, self.options.data, self.work, self.name, size))
                     for size in (small, large)]
            result["data"] = {data.size.name: {"size": str(data.size), "disk_mb": data.made["disk_mb"],
                                               "seeding": data.made["seeding"]} for data in found}
            result["start"] = {data.size.name: self.starts(data.guildhall) for data in found}
            sides = [Side(data, self.stack_up(data.guildhall.start()), data.guildhall.directory) for data in found]
            result["memory_mb"] = {"at_rest": {side.data.size.name: memory_mb(side.server.pid) for side in sides}}
            result["first_check"] = {side.data.size.name: self.first_checks(side) for side in sides}
            result["check"] = self.session_checks(*sides)
            result["latency"] = self.latencies(sides, result["check"])
            result["calls"] = self.reads(sides)
            result["login"] = self.logins(sides)
            result["calls"] |= self.writes(sides)
            time.sleep(self.settle)
            result["memory_mb"] |= {"after_load": {s.data.size.name: memory_mb(s.server.pid) for s in sides},
                                    "peak": {s.data.size.name: s.server.peak for s in sides}}
            return result

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

    def first_checks(self, side: Side) -> dict:
        """Each session for the first time since the start, which signs its JWT; tells who the people are."""
        say(f"{self.name}: first check of each session, {side.data.size.name} database …")
        saved, fields = self.work / f"people-{side.data.size.name}", ["organization_id", "member_id", "email_address"]
        round_ = side.check_each_once(side.checks(side.data.tokens), save=(saved, fields), settle=self.settle)
        people = set()
        for thread in (0, 1):
            people |= {tuple(line.split("\t")) for line in pathlib.Path(f"{saved}.{thread}").read_text().splitlines()}
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
        checks = {side: side.checks(side.data.tokens) for side in (small, large)}
        rounds = {"small": [], "large": [], "empty_beside_small": [], "empty_beside_large": []}
        for number in range(self.options.check_rounds):
            say(f"{self.name}: sessions/authenticate, round {number + 1} of {self.options.check_rounds} …")
            for side in (small, large):
                name = side.data.size.name
                rounds[f"empty_beside_{name}"].append(
                    wrk(empty, side.authorization, checks[side], self.options.empty_seconds))
                # While others were measured JWTs have grown old. What they cost then is not this round's.
                side.check_each_once(checks[side])
                rounds[name].append(side.load(checks[side], self.options.seconds, settle=self.settle))
        if self.options.perf:
            watch = ["perf", "record", "-F", "999", "--call-graph", "dwarf,16384", "-m", "32M", "-o", self.options.perf,
                     "-p", str(large.server.pid), "--", "sleep", "2"]
            large.load(checks[large], 4, beside=watch)
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
            say(f"{self.name}: latency of sessions/authenticate at a quarter of its peak, {side.data.size.name} database …")
            # The others' turn was long: JWTs that have grown old would all be signed in these first seconds.
            side.check_each_once(side.checks(side.data.tokens))
            bodies = [{"session_token": token} for token in side.data.tokens]
            rate = check[side.data.size.name]["per_second"] / 4
            found[side.data.size.name] = load.oha(program, side.server, side.authorization, SESSION_PATH, bodies, rate,
                                                  min(30, self.options.seconds / 2), self.work)
            time.sleep(self.settle)
        return found

    # -- the other calls, on both databases

    def beside(self, sides: list[Side], label: str, requests, seconds: float, once: bool = False,
               meanwhile=lambda side: contextlib.nullcontext()) -> dict:
        """Rounds of a call on each database in turn. `requests(side, round)` gives what is sent."""
        say(f"{self.name}: {label} …")
        rounds = {side.data.size.name: [] for side in sides}
        for number in range(self.options.rounds):
            for side in sides:
                file = side.requests("calls", requests(side, number))
                with meanwhile(side):
                    rounds[side.data.size.name].append(side.load(file, seconds, once=once))
        return {name: summary(found) for name, found in rounds.items()} \
            | {"large_to_small": compare(rounds["large"], rounds["small"])}

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
        found = {side.data.size.name: {"send": [], "authenticate": [], "both": []} for side in sides}
        syncs = []
        # Once each, not counted, as before the reads.
        for side in sides:
            for number in range(self.options.rounds):
                side.load(self.sends(side, number), 60, once=True)
        for number in range(self.options.rounds):
            for side in sides:
                syncs.append(fsyncs_per_second(self.work, 0.2 if self.options.quick else 1))
                rounds = found[side.data.size.name]
                send, use = self.login_round(side, number)
                both = {"per_second": round(1 / (1 / send["per_second"] + 1 / use["per_second"]), 1)}
                both |= {key: round(send[key] + use[key], 1) for key in ("cpu_us", "database_cpu_us") if key in send}
                for kind, round_ in (("send", send), ("authenticate", use), ("both", both)):
                    rounds[kind].append(round_)
        ratio = compare(found["large"]["both"], found["small"]["both"])
        for rounds in found.values():
            rounds |= {kind: summary(rounds[kind]) for kind in list(rounds)}
            rounds["per_cpu_second"] = round(1e6 / load.cost(rounds["both"]), 1)
        return found | {"large_to_small": ratio, "fsyncs_per_second": median(syncs), "fsyncs": syncs}

    def sends(self, side: Side, number: int) -> Requests:
        people = side.people
        # All rounds, and those that are not counted, may fall into one minute.
        count = min(self.options.logins, len(people) * MAILS // (2 * self.options.rounds))
        chosen = (people[(number * count + i) % len(people)] for i in range(count))
        bodies = ({"organization_id": org, "email_address": email} for org, _, email in chosen)
        return side.requests("sends", (("POST", LOGIN_SEND_PATH, body) for body in bodies))

    def login_round(self, side: Side, number: int) -> tuple[dict, dict]:
        send = side.load(self.sends(side, number), 60, once=True)
        tokens = side.data.guildhall.links(send["requests"])
        uses = side.requests("uses", (("POST", LOGIN_PATH, {"magic_links_token": token}) for token in tokens))
        return send, side.load(uses, 60, once=True)
