"""Two PostgreSQL servers under Patroni, and the etcd through which they agree which of them is the primary."""

import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

import machines
import requests
from harness import free_port, unique, until

# How long a change of the primary may take on a busy machine; alone it is some ten seconds.
SETTLED = 90
# What an operator would write; docs/operations.md shows it.
SETTINGS = {
    "ttl": 10,
    "loop_wait": 2,
    "retry_timeout": 3,
    "synchronous_mode": True,
    "postgresql": {"use_pg_rewind": True, "parameters": {"wal_log_hints": "on", "max_connections": 200}},
}


def missing() -> str | None:
    """Why it cannot run here."""
    found = [program for program in ("patroni", "etcd", "setpriv") if not shutil.which(program)]
    return f"not installed: {', '.join(found)}" if found else None


class Patroni:
    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="guildhall-patroni-"))
        self.directory.chmod(0o755)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.directory, owner.pw_uid, owner.pw_gid)
        self._bin = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1].parent
        self._etcd_port, peer_port = free_port(), free_port()
        self._running: list[subprocess.Popen] = []
        self.members = {name: Member(self, name) for name in ("east", "west")}
        try:
            client, peer = (f"http://127.0.0.1:{port}" for port in (self._etcd_port, peer_port))
            self.run("etcd", "--name", "only", "--data-dir", f"{self.directory}/etcd", "--listen-client-urls", client,
                     "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                     "--initial-cluster", f"only={peer}")
            for member in self.members.values():
                member.start()
            self.settled()
        except BaseException:
            self.stop()
            raise

    def run(self, *command: str) -> subprocess.Popen:
        """Starts a program of this cluster."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PATRONI", "ETCD", "PG", "PYTHON"))}
        with (self.directory / f"{command[0]}.log").open("ab") as log:
            process = subprocess.Popen([*machines.as_postgres(), *command], cwd=self.directory, env=clean,
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        self._running.append(process)
        return process

    def configuration(self, member: "Member") -> dict:
        return {
            "scope": "guildhall",
            "name": member.name,
            "restapi": {"listen": f"127.0.0.1:{member.api_port}", "connect_address": f"127.0.0.1:{member.api_port}"},
            "etcd3": {"hosts": f"127.0.0.1:{self._etcd_port}"},
            "bootstrap": {"dcs": SETTINGS, "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "no-sync"]},
            "postgresql": {
                "listen": f"127.0.0.1:{member.port}",
                "connect_address": f"127.0.0.1:{member.port}",
                "data_dir": str(member.data),
                "bin_dir": str(self._bin),
                "pgpass": f"{self.directory}/{member.name}.pgpass",
                "authentication": {"superuser": {"username": "postgres"}, "replication": {"username": "replicator"}},
                "parameters": {"unix_socket_directories": str(self.directory), "fsync": "off"},
                "pg_hba": ["local all all trust", "host all all 127.0.0.1/32 trust",
                           "host replication all 127.0.0.1/32 trust"],
            },
        }

    # -- who is what

    def roles(self) -> dict[str, str]:
        """The role of each member that runs, by name."""
        for member in self.members.values():
            try:
                answer = requests.get(f"{member.api}/cluster", timeout=5)
            except requests.RequestException:
                continue
            # A member that is gone is listed for some time, and one that starts is of no use yet.
            return {each["name"]: each["role"] for each in answer.json()["members"]
                    if each["state"] in ("running", "streaming")}
        return {}

    def leader(self) -> "Member | None":
        return next((self.members[name] for name, role in self.roles().items() if role == "leader"), None)

    def settled(self):
        """Waits until there is a leader, and a standby that has what the leader acknowledges."""
        try:
            until(lambda: sorted(self.roles().values()) == ["leader", "sync_standby"], timeout=SETTLED, every=0.2,
                  what="a leader with a synchronous standby")
        except AssertionError as error:
            log = (self.directory / "patroni.log").read_text(errors="replace")
            raise AssertionError(f"{error}: {self.roles()}\n{log[-4000:]}") from None

    # -- what happens to it

    def switch_over(self) -> "Member":
        """Makes the other one the leader, as an operator does before maintenance."""
        old = self.leader()
        [new] = [member for member in self.members.values() if member is not old]
        answer = requests.post(f"{old.api}/switchover", json={"leader": old.name, "candidate": new.name}, timeout=SETTLED)
        assert answer.status_code == 200, answer.text
        until(lambda: self.leader() is new, timeout=SETTLED, every=0.2, what="the new leader")
        return new

    def kill_leader(self) -> "Member":
        """Its Patroni and its PostgreSQL die at once, without a word."""
        leader = self.leader()
        leader.process.kill()
        machines.signal_all(machines.processes_of(leader.data)[:1], signal.SIGKILL)
        leader.process.wait()
        return leader

    def new_database(self) -> str:
        """A connection string that names both."""
        name, leader = f"guildhall_{unique()}", self.leader()
        command = [self._bin / "psql", "-h", "127.0.0.1", "-p", str(leader.port), "-U", "postgres", "-qc",
                   f"CREATE DATABASE {name}"]
        subprocess.run(command, stdin=subprocess.DEVNULL, check=True)
        hosts = ",".join(f"127.0.0.1:{member.port}" for member in self.members.values())
        return f"postgres://postgres@{hosts}/{name}?target_session_attrs=read-write&connect_timeout=2"

    def stop(self):
        # etcd, started first, is needed until the others have gone.
        for process in self._running[1:]:
            process.terminate()
        for process in reversed(self._running):
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for member in self.members.values():
            # A PostgreSQL whose Patroni did not take it along.
            if (member.data / "postmaster.pid").exists():
                machines.signal_all(member.postgres(), signal.SIGKILL)
        for _ in range(20):
            shutil.rmtree(self.directory, ignore_errors=True)
            if not self.directory.exists():
                return
            time.sleep(0.1)


class Member:
    """One server, and the Patroni that starts and stops it."""

    def __init__(self, cluster: Patroni, name: str):
        self._cluster = cluster
        self.name = name
        self.port, self.api_port = free_port(), free_port()
        self.api = f"http://127.0.0.1:{self.api_port}"
        self.data = cluster.directory / name
        self.process: subprocess.Popen | None = None

    def start(self):
        path = self._cluster.directory / f"{self.name}.yml"
        path.write_text(json.dumps(self._cluster.configuration(self)))
        self.process = self._cluster.run("patroni", str(path))

    def postgres(self) -> list[int]:
        """Its processes, if what the file names is still this server."""
        found = machines.processes_of(self.data)
        try:
            command = pathlib.Path(f"/proc/{found[0]}/cmdline").read_text()
        except FileNotFoundError:
            return []
        return found if str(self.data) in command else []
