"""The processes under test: Guildhall, the empty server, PostgreSQL."""

import http.client
import json
import os
import pathlib
import pwd
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse

from .tools import free_port

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used, with its children that have ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def family(pid: int) -> list[int]:
    """A process and its children."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def family_cpu_seconds(root: int) -> float:
    total = 0.0
    for pid in family(root):
        try:
            total += cpu_seconds(pid)
        except FileNotFoundError:
            pass  # It ended; its parent has its time now.
    return total


def memory_mb(pid: int) -> dict:
    """Resident: in all, memory of its own, and pages of mapped files, which the system can take back at any time."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    names = {"resident": "VmRSS", "own": "RssAnon", "mapped": "RssFile"}
    return {kind: round(int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) / 1024, 1) for kind, name in names.items()}


class Process:
    """A server that says on stdout where it listens."""

    def __init__(self, command: list, directory: pathlib.Path, log: pathlib.Path):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")}
        self.started = time.monotonic()
        with log.open("ab") as stderr:
            self.popen = subprocess.Popen(list(map(str, command)), cwd=directory, env=clean, stdin=subprocess.DEVNULL,
                                          stdout=subprocess.PIPE, stderr=stderr, text=True)
        line = self.popen.stdout.readline()
        if not line.startswith("listening on "):
            self.stop()
            sys.exit(f"{command[0]} did not start; see {log}:\n{log.read_text()[-2000:]}")
        self.url = line.removeprefix("listening on ").strip()
        self.pid = self.popen.pid
        # The root of what else works for it, such as a database.
        self.helper: int | None = None
        self.peak = memory_mb(self.pid)
        threading.Thread(target=self.popen.stdout.read, daemon=True).start()
        threading.Thread(target=self._watch_memory, daemon=True).start()

    def _watch_memory(self):
        while self.popen.poll() is None:
            try:
                now = memory_mb(self.pid)
            except (FileNotFoundError, TypeError):
                return  # It is ending.
            self.peak = {kind: max(now[kind], self.peak[kind]) for kind in now}
            time.sleep(0.2)

    def ready_ms(self) -> float:
        """Milliseconds from the start of the process until it says that it is ready."""
        address = urllib.parse.urlsplit(self.url)
        while True:
            connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return round((time.monotonic() - self.started) * 1000, 1)
            time.sleep(0.001)

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.pid)

    def helper_cpu_seconds(self) -> float:
        return family_cpu_seconds(self.helper) if self.helper else 0.0

    def post(self, authorization: str, path: str, body: dict) -> tuple[bytes, dict]:
        """One request; the body and headers of the answer."""
        address = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        headers = {"Authorization": authorization, "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status} {content[:500]!r}")
        return content, {name.lower(): value for name, value in answer.getheaders()}

    def stop(self):
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
            self.popen.wait(30)


class Postgres:
    """A private cluster that keeps what it commits (fsync is on)."""

    # What docs/operations.md recommends for a large database, on a machine of 4 GB; the rest is PostgreSQL's own.
    SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "4GB", "wal_compression": "on"}

    def __init__(self, directory: pathlib.Path):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            sys.exit("PostgreSQL is not installed")
        self._bin, self.directory = found[-1].parent, directory
        self.pid = self.port = 0
        if not self.directory.exists():
            self.directory.mkdir()
            self._own()
            self._run("initdb", "-D", f"{self.directory}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
                      "--locale=C.UTF-8")
            self.start()
            # An ordinary role, because row-level security does not hold for a superuser.
            self.sql("postgres", "CREATE ROLE guildhall LOGIN")
            self.sql("postgres", "CREATE DATABASE guildhall OWNER guildhall")
        else:
            self._own()
            self.start()

    def _own(self):
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.directory, owner.pw_uid, owner.pw_gid)

    @property
    def url(self) -> str:
        return f"postgres://guildhall@127.0.0.1:{self.port}/guildhall"

    def start(self):
        self.port = free_port()
        # Sockets are opened over TCP only: the path of a folder may be too long for the other kind.
        settings = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": ""} | self.SETTINGS
        self._run("pg_ctl", "-D", f"{self.directory}/data", "-w", "-t", "120", "-l", f"{self.directory}/log", "-o",
                  " ".join(f"-c {name}='{value}'" for name, value in settings.items()), "start")
        self.pid = int((self.directory / "data/postmaster.pid").read_text().split()[0])

    def sql(self, database: str, statement: str):
        self._run("psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-qc", statement, database)

    def _run(self, program: str, *arguments: str):
        command = [str(self._bin / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)

    def stop(self):
        self._run("pg_ctl", "-D", f"{self.directory}/data", "-m", "fast", "-w", "-t", "120", "stop")


class Guildhall:
    """A folder with a database, and the program on it."""

    def __init__(self, binary: pathlib.Path, directory: pathlib.Path, engine: str):
        self.binary, self.directory = binary, directory
        self.postgres = Postgres(directory / "postgres") if engine == "postgres" else None
        self.url = self.postgres.url if self.postgres else f"sqlite:{directory}/guildhall.db"
        self.log = directory / "guildhall.log"

    def start(self, *arguments: str) -> Process:
        process = Process([self.binary, "serve", "--listen", "127.0.0.1:0", "--database-url", self.url, *arguments],
                          self.directory, self.log)
        process.helper = self.postgres.pid if self.postgres else None
        return process

    def command(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        command = [str(self.binary), *arguments, "--database-url", self.url]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")}
        return subprocess.run(command, cwd=self.directory, env=clean, check=True, stdout=subprocess.PIPE, text=True,
                              **options)

    def links(self, count: int) -> list[str]:
        """Tokens of the newest login links, newest first."""
        lines = self.command("outbox", "--json", "--limit", str(count)).stdout.splitlines()
        found = (re.search(r"[?&]token=([A-Za-z0-9_-]+)", json.loads(line)["link"]) for line in lines)
        return [match[1] for match in found if match]

    def codes(self, count: int) -> dict[str, str]:
        """The newest code of each address, in so many messages."""
        lines = self.command("outbox", "--json", "--limit", str(count)).stdout.splitlines()
        return {message["to"]: message["code"] for message in map(json.loads, reversed(lines)) if message["code"]}

    def stop(self):
        if self.postgres:
            self.postgres.stop()
