"""A directory that connects: its first synchronisation, changes in small and large groups, filters, and reading everything."""

import base64
import json
import random
import subprocess
import sys
import time
import urllib.parse
import urllib.request

from .load import Connection, Requests, compare, summary, wrk
from .servers import Guildhall, Process, memory_mb
from .tools import REPOSITORY, free_port, median, say

USER, GROUP = "urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SCIM2_SERVER = REPOSITORY / ".venv/bin/scim2-server"
# As Okta and Entra do at most.
CONNECTIONS = 8
GROUP_SIZE = 50
PAGE = 1_000
# People of `in_database`, by their number: texts of one length, in the order of the numbers, on both engines.
NUMBERED = "substr(CAST(1000000000000 + i AS TEXT), 2)"
TABLE = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
INSERT INTO scim_users (organization_id, connection_id, member_id, external_id, user_name, folded_user_name, active, document, created_at, modified_at)
SELECT c.organization_id, c.id, 'member-test-00000000-0000-7000-8000-' || {n}, 'e' || {n}, 'u' || {n} || '@bench.example',
       'u' || {n} || '@bench.example', true, {document}, c.created_at, c.created_at FROM n CROSS JOIN scim_connections c WHERE c.id = '{connection}'"""
DOCUMENT = """'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"u' || %s || '@bench.example","externalId":"e' || %s || '",
"name":{"givenName":"Ada","familyName":"Lovelace"},"active":true}'"""


def person(i: int) -> dict:
    email = f"u{i:07}@bench.example"
    return {"schemas": [USER], "userName": email, "externalId": f"00u{i:017}", "active": True, "displayName": f"Ada {i}",
            "name": {"givenName": "Ada", "familyName": f"Lovelace {i}"}, "emails": [{"value": email, "type": "work", "primary": True}]}


def group(i: int, members: list[str]) -> dict:
    return {"schemas": [GROUP], "displayName": f"Group {i}", "members": [{"value": id} for id in members]}


class Directory:
    """A directory, at the server that it tells."""

    def __init__(self, work, server, base: str, token: str, connection_id: str = ""):
        self.work, self.server, self.token, self.id = work, server, token, connection_id
        self.path = urllib.parse.urlsplit(base).path.rstrip("/")
        self.http = Connection(server, f"Bearer {token}")

    def call(self, method: str, path: str, body=None) -> dict:
        status, _, content = self.http.call(method, self.path + path, body)
        if status >= 300:
            sys.exit(f"{method} {path}: {status} {content[:500]!r}")
        return json.loads(content or b"{}")

    def load(self, name: str, requests, seconds: float, connections: int = CONNECTIONS, **options) -> dict:
        file = Requests(self.work / name, ((method, self.path + path, body) for method, path, body in requests))
        return wrk(self.server, f"Bearer {self.token}", file, seconds, connections=connections, **options)

    def synchronise(self, users: int, groups: int) -> tuple[dict, list[str]]:
        """Everybody, and then the groups with the people in them; the ids of the people."""
        saved, most = self.work / "ids", 60 + users / 20
        people = self.load("users", (("POST", "/Users", person(i)) for i in range(users)), most, once=True, save=(saved, ["id"]))
        ids = [id for thread in (0, 1) for id in (self.work / f"ids.{thread}").read_text().split()]
        some = random.Random(3)
        sent = (("POST", "/Groups", group(i, some.sample(ids, min(GROUP_SIZE, len(ids))))) for i in range(groups))
        told = self.load("groups", sent, most, once=True)
        requests, seconds = people["requests"] + told["requests"], people["seconds"] + told["seconds"]
        cpu = (people["cpu_us"] * people["requests"] + told["cpu_us"] * told["requests"]) / requests
        found = {"per_second": round(requests / seconds, 1), "cpu_us": round(cpu, 1), "seconds": round(seconds, 2),
                 "users": people, "groups": told}
        return found, ids


class Scim2Server:
    """The Python package, which keeps everything in memory."""

    def __init__(self, work):
        port = free_port()
        self.url, self.helper = f"http://127.0.0.1:{port}", None
        with (work / "scim2-server.log").open("ab") as log:
            self.popen = subprocess.Popen([SCIM2_SERVER, "--port", str(port)], stdout=log, stderr=log)
        self.pid = self.popen.pid
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{self.url}/ServiceProviderConfig", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        sys.exit(f"scim2-server does not start; see {work}/scim2-server.log")

    cpu_seconds, helper_cpu_seconds = Process.cpu_seconds, Process.helper_cpu_seconds

    def stop(self):
        self.popen.terminate()
        self.popen.wait(30)


class Bench:
    def __init__(self, engine, guildhall: Guildhall, server: Process):
        self.engine, self.guildhall, self.server, self.options = engine, guildhall, server, engine.options
        made = json.loads(guildhall.command("project", "create", "--name", "Bench", "--json").stdout)
        self.backend = Connection(server, "Basic " + base64.b64encode(f"{made['project_id']}:{made['secret']}".encode()).decode())

    def directory(self, name: str) -> Directory:
        def made(path: str, body: dict) -> dict:
            status, _, content = self.backend.call("POST", path, body)
            if status != 200:
                sys.exit(f"{path}: {status} {content[:500]!r}")
            return json.loads(content)

        organization = made("/v1/b2b/organizations", {"organization_name": name, "organization_slug": name})["organization"]["organization_id"]
        connection = made(f"/v1/b2b/scim/{organization}/connection", {"display_name": name})["connection"]
        return Directory(self.guildhall.directory, self.server, connection["base_url"], connection["bearer_token"], connection["connection_id"])

    def sql(self, statement: str):
        if self.guildhall.postgres:
            return self.guildhall.postgres.sql("guildhall", statement)
        # In a process of its own: the system's library is not the one of this Python's caller.
        subprocess.run([sys.executable, "-c", "import sqlite3, sys; d = sqlite3.connect(sys.argv[1], timeout=60); d.execute(sys.stdin.read()); d.commit()",
                        str(self.guildhall.directory / "guildhall.db")], input=statement, text=True, check=True)

    def in_database(self, name: str, count: int) -> Directory:
        """A directory with so many people, put into the database: what is asked here reads no more of them than these rows."""
        directory, document = self.directory(name), DOCUMENT % (NUMBERED, NUMBERED)
        document = f"CAST({document} AS JSONB)" if self.guildhall.postgres else document
        self.sql(TABLE.format(count=count, n=NUMBERED, document=document, connection=directory.id))
        if self.guildhall.postgres:
            self.sql("ANALYZE scim_users")
        return directory

    # -- the measurements

    def first_sync(self) -> tuple[dict, Directory, list[str]]:
        """In turn with the other server, which gets as many people: the more it has, the slower it is."""
        ours, theirs, options = [], [], self.options
        for number in range(options.rounds):
            say(f"{self.engine.name}: first synchronisation, round {number + 1} of {options.rounds} …")
            directory = self.directory(f"sync-{number}")
            found, ids = directory.synchronise(options.scim_users, options.scim_groups)
            ours.append(found)
            other = Scim2Server(self.engine.work)
            try:
                theirs.append(Directory(self.engine.work, other, other.url, "").synchronise(options.scim_users, options.scim_groups)[0])
            finally:
                other.stop()
        return {"ours": summary(ours), "scim2-server": summary(theirs), "to_scim2_server": compare(ours, theirs)}, directory, ids

    def group_patches(self, directory: Directory, ids: list[str]) -> dict:
        """One person is put into a group and taken out again, over and over, in groups that have so many others."""
        groups = {}
        for name, size in (("small", GROUP_SIZE), ("large", self.options.scim_large_group)):
            groups[name] = directory.call("POST", "/Groups", group(0, []) | {"displayName": name})["id"]
            others = f"'member-test-00000000-0000-7000-8000-' || {NUMBERED}"
            self.sql(f"""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {size})
                         INSERT INTO scim_memberships (organization_id, connection_id, group_id, member_id)
                         SELECT c.organization_id, c.id, '{groups[name]}', {others} FROM n CROSS JOIN scim_connections c WHERE c.id = '{directory.id}'""")
        if self.guildhall.postgres:
            self.sql("ANALYZE scim_memberships")

        def requests(group_id: str):
            add = lambda id: ("PATCH", f"/Groups/{group_id}", {"schemas": [PATCH], "Operations": [
                {"op": "add", "path": "members", "value": [{"value": id}]}]})
            remove = lambda id: ("PATCH", f"/Groups/{group_id}", {"schemas": [PATCH], "Operations": [
                {"op": "remove", "path": f'members[value eq "{id}"]'}]})
            # Each of the two threads takes every other line, and puts in whom it takes out then.
            for one, other in zip(ids[0:2000:2], ids[1:2000:2]):
                yield from (add(one), add(other), remove(one), remove(other))

        rounds = {name: [] for name in groups}
        for _ in range(self.options.rounds):
            for name, group_id in groups.items():
                say(f"{self.engine.name}: changes of a {name} group …")
                rounds[name].append(directory.load("patches", requests(group_id), self.options.call_seconds, connections=2))
        return {name: summary(found) for name, found in rounds.items()} | {"large_to_small": compare(rounds["large"], rounds["small"])}

    def filters(self) -> dict:
        sizes = {"small": min(1_000, self.options.scim_many), "large": self.options.scim_many}
        say(f"{self.engine.name}: {sizes['large']:,} people for filters …")
        directories = {name: self.in_database(f"filters-{name}", count) for name, count in sizes.items()}
        chance, rounds = random.Random(4), {name: [] for name in sizes}
        for _ in range(self.options.rounds):
            for name, directory in directories.items():
                asked = [f"u{chance.randint(1, sizes[name]):012}@bench.example" for _ in range(10_000)]
                query = lambda email: urllib.parse.quote(f'userName eq "{email}"')
                say(f"{self.engine.name}: filters, {name} …")
                rounds[name].append(directory.load("filters", (("GET", f"/Users?filter={query(email)}", None) for email in asked),
                                                   self.options.call_seconds))
        return {name: summary(found) for name, found in rounds.items()} | {"large_to_small": compare(rounds["large"], rounds["small"])}

    def listing(self) -> dict:
        """Every page of a large directory, one after the other, six times; and how the memory of the process grows from the second
        time, when its allocator has what it keeps, to the last. Within each it goes up and down by 20 MB, so whole times are compared."""
        count, times = self.options.scim_listed, 6
        directory = self.in_database("listing", count)
        pages, memory, began, seen = -(-count // PAGE), [], time.monotonic(), 0
        say(f"{self.engine.name}: {pages} pages, {times} times …")
        for page in list(range(pages)) * times:
            seen += len(directory.call("GET", f"/Users?startIndex={page * PAGE + 1}&count={PAGE}")["Resources"])
            memory.append(memory_mb(self.server.pid)["own"])
        if seen != count * times:
            sys.exit(f"{seen} people were listed, of {count * times}")
        first, last = median(memory[pages:2 * pages]), median(memory[-pages:])
        return {"people": count, "seconds": round((time.monotonic() - began) / times, 2), "own_mb": memory,
                "grown_mb": round(last - first, 1), "highest_mb": max(memory)}


def measure(engine) -> dict:
    if not SCIM2_SERVER.exists():
        sys.exit("directories are measured beside scim2-server, which ./test installs: run it first")
    folder = engine.work / f"{engine.name}-scim"
    folder.mkdir(mode=0o755)
    guildhall = Guildhall(engine.binary, folder, engine.name)
    try:
        server = engine.stack_up(guildhall.start("--scim-rate", "1000000"))
        bench = Bench(engine, guildhall, server)
        found, directory, ids = bench.first_sync()
        result = {"first_sync": found, "group": bench.group_patches(directory, ids), "filter": bench.filters(), "listing": bench.listing()}
        server.stop()
        return result
    finally:
        guildhall.stop()
