"""Starts the server under test, a mail server beside it, and speaks to both.

GUILDHALL_BIN          the binary (default: the debug build of this repository)
GUILDHALL_TEST_ENGINE  sqlite (default) or postgres
"""

import atexit
import base64
import contextlib
import email
import email.policy
import http.cookiejar
import json
import os
import pathlib
import pwd
import re
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.parse
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import requests
import stytch
from aiosmtpd.controller import Controller
from stytch.core.response_base import StytchError

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
BIN = os.environ.get("GUILDHALL_BIN") or str(REPOSITORY / "target/debug/guildhall")
ENGINE = os.environ.get("GUILDHALL_TEST_ENGINE", "sqlite")
REDIRECT_URL = "http://localhost:3000/authenticate"
ORIGIN = "http://localhost:3000"
MAIL_FROM = "no-reply@example.test"
UNSET = object()

# Nothing here is asked through a proxy; looking for one in the environment costs more than the request.
requests.sessions.get_environ_proxies = lambda *_, **__: {}


class _Connections(threading.local):
    """What a thread asks with, again and again over the same connections. It keeps no cookies."""

    def __init__(self):
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))


_connections = _Connections()


def request(method: str, url: str, **options) -> requests.Response:
    """One over a connection that stays open."""
    return _connections.session.request(method, url, timeout=60, **options)


def unique() -> str:
    """Eight characters that no other test has."""
    return secrets.token_hex(4)


def new_domain() -> str:
    """A domain of no public mail provider, of this test only."""
    return f"corp-{unique()}.com"


def new_email(domain: str | None = None) -> str:
    return f"user-{unique()}@{domain or new_domain()}"


def new_phone_number() -> str:
    """One that looks like others and gets few messages, because a number is sent only so many an hour."""
    return f"+1202{secrets.randbelow(800_0000) + 200_0000}"


def until(condition, timeout: float = 30, every: float = 0.05, what: str = "the condition"):
    """Polls until `condition()` is true and returns its value."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {timeout} s")
        time.sleep(every)


# ---------------------------------------------------------------- mail


@dataclass
class Mail:
    sender: str
    recipients: list[str]
    raw: bytes

    @cached_property
    def message(self) -> email.message.EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def subject(self) -> str:
        return str(self.message["subject"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        # The policy that reads every field of the head by its grammar takes longer than the login around it.
        for part in email.message_from_bytes(self.raw).walk():
            if part.get_content_type() == f"text/{kind}":
                return part.get_payload(decode=True).decode(part.get_content_charset("utf-8"))
        raise AssertionError(f"the mail has no text/{kind} part: {self.raw[:400]!r}")

    @property
    def link(self) -> str:
        """The link of the mail that carries a token."""
        links = [u for u in re.findall(r"https?://[^\s<>\"']+", self.text) if "token=" in u]
        assert links, f"no link with a token in the mail:\n{self.text}"
        return links[0].rstrip(".,)")


def query_of(url: str) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, keep_blank_values=True))


def token_from(mail: Mail) -> str:
    token = query_of(mail.link).get("token")
    assert token, f"no token in {mail.link}"
    return token


def code_from(mail: Mail) -> str:
    """The code of a mail, which stands on a line of its own."""
    codes = [line for line in mail.text.splitlines() if re.fullmatch(r"\d{6}", line)]
    assert len(codes) == 1, f"{len(codes)} codes in the mail:\n{mail.text}"
    return codes[0]


def wrong(code: str, by: int = 1) -> str:
    """Another code, and with other numbers others."""
    return f"{(int(code) + by) % 1_000_000:06}"


class Mailbox:
    """An SMTP server that keeps what it receives."""

    # Nobody who waits for a link or a code means these. Found in the head as it came: to parse every mail takes longer than
    # to send it.
    OF_FACTORS = re.compile(rb"^Subject: (A second factor was added|A second factor was removed|A recovery code was used)\r?$", re.M)

    def __init__(self):
        self._mails: dict[tuple[str, bool], deque[Mail]] = defaultdict(deque)
        self._arrived = threading.Condition()
        self.port = free_port()
        self._controller: Controller | None = None

    async def handle_DATA(self, _server, _session, envelope):
        mail = Mail(envelope.mail_from, [r.lower() for r in envelope.rcpt_tos], envelope.original_content or envelope.content)
        of_factors = self.OF_FACTORS.search(mail.raw.partition(b"\r\n\r\n")[0]) is not None
        with self._arrived:
            for recipient in mail.recipients:
                self._mails[recipient, of_factors].append(mail)
            self._arrived.notify_all()
        return "250 OK"

    def start(self):
        """Listens, always on the same port."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self):
        if self._controller:
            self._controller.stop()
            self._controller = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def wait(self, to: str, timeout: float = 30, of_factors: bool = False) -> Mail:
        """The oldest mail to that address which was not taken yet: one about the member's second factors, or one about anything
        else."""
        to = to.lower()
        deadline = time.monotonic() + timeout
        with self._arrived:
            while True:
                if mails := self._mails.get((to, of_factors)):
                    return mails.popleft()
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"no mail to {to} within {timeout} s")
                self._arrived.wait(left)

    def waiting(self, to: str) -> int:
        """How many mails to that address have arrived and were not taken."""
        with self._arrived:
            return sum(len(self._mails.get((to.lower(), of_factors), ())) for of_factors in (False, True))


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


# ---------------------------------------------------------------- PostgreSQL


class Postgres:
    """A private cluster; every server gets a database of its own in it, and owns it without being a superuser."""

    OWNER = "guildhall"
    # For psql as the owner, in its environment.
    SEES_EVERYTHING = {"PGOPTIONS": "-c guildhall.scope=*"}

    def __init__(self):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        assert found, "PostgreSQL is not installed"
        self._bin = found[-1].parent
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="guildhall-pg-"))
        self.directory.chmod(0o755)
        self.port = free_port()
        self._migrated = {}
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.directory, owner.pw_uid, owner.pw_gid)
        self._fill()
        self._run("pg_ctl", "-D", f"{self.directory}/data", "-w", "-l", f"{self.directory}/log", "-o",
                  f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.directory} "
                  # Nothing of it is kept.
                  "-c fsync=off -c full_page_writes=off -c checkpoint_timeout=1h "
                  "-c max_wal_size=8GB -c autovacuum_naptime=10min -c max_connections=200", "start")
        self._make_owner()

    def _fill(self):
        self._run("initdb", "-D", f"{self.directory}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")

    def _make_owner(self):
        # A transaction that does not say what it has entered sees nothing, instead of everything (threat T-07).
        self.sql("postgres", f"CREATE ROLE {self.OWNER} LOGIN; ALTER ROLE {self.OWNER} SET guildhall.scope = 'none'")

    def _run(self, program: str, *arguments: str):
        command = [str(self._bin / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(command, cwd=self.directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True)
        assert done.returncode == 0, f"{program}: {done.stderr}"

    def sql(self, database: str, statement: str):
        """Runs a statement as the superuser."""
        self._run("psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database, "-qc", statement)

    def new_database(self, options: str = "") -> str:
        name = f"guildhall_{unique()}"
        self.sql("postgres", f"CREATE DATABASE {name} OWNER {self.OWNER} {options}")
        return self.url(name)

    def migrated_database(self, binary: str) -> str:
        """A database that `guildhall migrate` has prepared once for all: the migrations themselves take ten times as long as a
        copy."""
        if binary not in self._migrated:
            url = self.new_database()
            migrate(binary, url)
            self._migrated[binary] = url.rsplit("/", 1)[1]
        return self.new_database(f"TEMPLATE {self._migrated[binary]} STRATEGY file_copy")

    def log_statements(self, database: str):
        """From its next connections on, everything that the database is asked stands in the log of the cluster."""
        self.sql("postgres", f"ALTER DATABASE {database} SET log_statement = 'all'")

    @contextlib.contextmanager
    def transactions(self):
        """Fills a list with the transactions that were committed or rolled back meanwhile, each a list of statements.

        `log_statements` must have been called for the database.
        """
        log, found = self.directory / "log", []
        start = log.stat().st_size
        yield found

        def all_ended() -> bool:
            """Reads the log; whether what was begun there has ended. Who asks may have the answer before."""
            found.clear()
            open_ones = {}
            with log.open("rb") as file:
                file.seek(start)
                text = file.read().decode()
            for pid, statement in re.findall(r"\[(\d+)\] LOG:  (?:statement|execute [^:]+): (.*(?:\n\t.*)*)", text):
                statement = re.sub(r"\s+", " ", statement)
                if statement.startswith("BEGIN"):
                    open_ones[pid] = []
                if pid in open_ones:
                    open_ones[pid].append(statement)
                if statement in ("COMMIT", "ROLLBACK") and pid in open_ones:
                    found.append(open_ones.pop(pid))
            return not open_ones

        until(all_ended, what="the end of the transactions")

    def url(self, database: str, role: str = OWNER) -> str:
        """The address of a database, as its owner or another role sees it."""
        return f"postgres://{role}@127.0.0.1:{self.port}/{database}"

    def stop(self):
        self._run("pg_ctl", "-D", f"{self.directory}/data", "-m", "immediate", "-w", "stop")
        log = (self.directory / "log").read_text(errors="replace")
        shutil.rmtree(self.directory, ignore_errors=True)
        # Two transactions that wrote the same rows in another order: PostgreSQL lets both wait for a second, and ends one.
        _, deadlock, told = log.partition("deadlock detected")
        assert not deadlock, told[:2000]


# ---------------------------------------------------------------- the server


def migrate(binary: str, database_url: str):
    subprocess.run([binary, "migrate", "--database-url", database_url], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


@lru_cache
def migrated_file(binary: str) -> pathlib.Path:
    """A database of SQLite that `guildhall migrate` has prepared, to be copied."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="guildhall-migrated-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    migrate(binary, f"sqlite:{directory}/guildhall.db")
    return directory / "guildhall.db"


class Clock:
    """Moves the clock of one server, forward and back, or lets it stand (libfaketime)."""

    def __init__(self, directory: pathlib.Path):
        self._file = directory / "clock"
        self._ahead = 0
        self._standing: int | None = None
        self._write()

    def _write(self):
        fresh = self._file.with_suffix(".new")
        standing = self._standing and time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self._standing))
        fresh.write_text(standing or f"{self._ahead:+d}")
        fresh.replace(self._file)

    def forward(self, *, minutes: float = 0, seconds: float = 0):
        by = int(minutes * 60 + seconds)
        if self._standing:
            self._standing += by
        else:
            self._ahead += by
        self._write()

    def back(self, *, minutes: float):
        self.forward(minutes=-minutes)

    def stand(self):
        """From now on it stands, at a whole second; `forward` moves it from one to another."""
        self._standing = int(self.now()) + 1
        self._write()

    def now(self) -> float:
        return self._standing or time.time() + self._ahead

    def environment(self) -> dict[str, str]:
        import libfaketime

        library = next(pathlib.Path(libfaketime.__file__).parent.rglob("libfaketime*.so.1"))
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "TZ": "UTC",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }


def rows(database_url: str, sql: str) -> list[tuple]:
    """What a database answers, as text."""
    if database_url.startswith("sqlite:"):
        with sqlite3.connect(database_url.removeprefix("sqlite:"), timeout=30) as db:
            return [tuple(map(str, row)) for row in db.execute(sql)]
    return [tuple(line.split("|")) for line in Psql.of(database_url).run(sql)]


class Psql:
    """psql, kept running, because starting it costs more than what it is asked."""

    DONE = "-- done --"
    _open_by_url = {}
    _opening = threading.Lock()

    def __init__(self, database_url: str):
        self._url = database_url
        self._one_at_a_time = threading.Lock()
        self._open()
        atexit.register(self._close)

    @classmethod
    def of(cls, database_url: str) -> "Psql":
        with cls._opening:
            if database_url not in cls._open_by_url:
                cls._open_by_url[database_url] = cls(database_url)
            return cls._open_by_url[database_url]

    def run(self, sql: str) -> list[str]:
        """The lines that it answers, after the database has committed.

        The connection may have been cut since the last statement, by a restart or on purpose: then it is opened anew."""
        with self._one_at_a_time:
            if self._say("SELECT") is None:
                self._close()
                self._open()
            lines = self._say(sql)
            if lines is None:
                self._close()
                error = self._process.stderr.read()
                self._open()
                raise AssertionError(f"{sql}: {error}")
            return lines

    def _open(self):
        arguments = ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", self._url]
        self._process = subprocess.Popen(arguments, env=os.environ | Postgres.SEES_EVERYTHING, text=True, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def _close(self):
        self._process.kill()
        self._process.wait()

    def _say(self, sql: str) -> list[str] | None:
        """What it answers to a statement; `None` when it has ended instead."""
        try:
            self._process.stdin.write(f"{sql};\n\\echo {self.DONE}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        lines = []
        for line in self._process.stdout:
            if line == f"{self.DONE}\n":
                return lines
            lines.append(line.removesuffix("\n"))
        return None


def _dictionaries(cursor: sqlite3.Cursor) -> list[dict]:
    columns = [name for name, *_ in cursor.description]
    return [dict(zip(columns, [value.hex() if type(value) is bytes else value for value in row])) for row in cursor]


def contents(database_url: str) -> dict[str, list[dict]]:
    """Every row of every table; bytes as hexadecimal text."""
    if database_url.startswith("sqlite:"):
        with sqlite3.connect(database_url.removeprefix("sqlite:"), timeout=30) as db:
            tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
            return {table: _dictionaries(db.execute(f"SELECT * FROM {table}")) for table in tables}
    tables = [name for (name,) in rows(database_url, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")]
    found = {table: [] for table in tables}
    union = " UNION ALL ".join(f"SELECT '{table}|' || row_to_json(t) FROM {table} t" for table in tables)
    for line in rows(database_url, union):
        table, row = "|".join(line).split("|", 1)
        found[table].append(_row(row))
    return found


@lru_cache(maxsize=1 << 16)
def _row(text: str) -> dict:
    """A row that has not changed since it was last read is not read again."""
    return json.loads(text)


def written_columns(database_url: str, table: str) -> list[str]:
    """The columns of a table of PostgreSQL, but those that it computes itself."""
    listed = f"SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'"
    return [name for (name,) in rows(database_url, f"{listed} AND is_generated = 'NEVER' ORDER BY ordinal_position")]


class Server:
    """One `guildhall serve` on a fresh database, with a mail server beside it."""

    binary = BIN

    def __init__(self, *, postgres: Postgres | None = None, arguments: list[str] | None = None, clock: bool = False,
                 smtp: bool = True):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="guildhall-"))
        if postgres:
            self.database_url = postgres.migrated_database(self.binary)
        else:
            self.database_url = f"sqlite:{shutil.copy(migrated_file(self.binary), self.directory)}"
        self.clock = Clock(self.directory) if clock else None
        self.mailbox = Mailbox() if smtp else None
        self.log_path = self.directory / "stderr.log"
        self.arguments = arguments or []
        self.stdout: list[str] = []
        self.process: subprocess.Popen | None = None
        self.url = ""

    def environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")}
        return clean | (self.clock.environment() if self.clock else {})

    def start(self) -> "Server":
        if self.mailbox and not self.process:
            self.mailbox.start()
        self.launch()
        return self

    def launch(self, listen: str = "127.0.0.1:0"):
        command = [self.binary, "serve", "--listen", listen, "--database-url", self.database_url, "--mail-from", MAIL_FROM]
        if self.mailbox:
            command += ["--smtp-url", self.mailbox.url]
        self.stdout = []
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(command + self.arguments, cwd=self.directory, env=self.environment(),
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        threading.Thread(target=self._read_stdout, args=[self.process], daemon=True).start()

        def listening():
            assert self.process.poll() is None, f"the server ended with {self.process.returncode}:\n{self.log()[-4000:]}"
            return next((line for line in self.stdout if line.startswith("listening on ")), None)

        line = until(listening, timeout=30, what="`listening on` on stdout")
        self.url = line.removeprefix("listening on ").strip()
        assert re.fullmatch(r"https?://127\.0\.0\.1:\d+", self.url), f"odd line on stdout: {line!r}"

    def _read_stdout(self, process):
        for line in process.stdout:
            self.stdout.append(line.rstrip("\n"))

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def resident(self) -> float:
        """MiB of memory that its process takes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def processor_time(self) -> float:
        """Seconds that its process has had of processors: not how long anything took."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def terminate(self, signum=signal.SIGTERM, timeout: float = 40) -> int:
        """Ends the process as an operator would and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signum)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"the server did not end within {timeout} s of {signum!r}") from None
        return self.process.returncode

    def restart(self):
        assert self.terminate() == 0
        self.launch(urllib.parse.urlsplit(self.url).netloc)

    def stop(self):
        try:
            code = self.terminate()
            log = self.log()
        finally:
            if self.mailbox:
                self.mailbox.stop()
            shutil.rmtree(self.directory, ignore_errors=True)
        assert code == 0, f"the server ended with {code}:\n{log[-4000:]}"
        assert "panicked at" not in log, f"the server panicked:\n{log[-4000:]}"
        undeclared = [line for line in log.splitlines() if "does not declare an error" in line]
        assert not undeclared, f"errors that no door declares: {undeclared[:5]}"

    def command(self, *arguments: str, check: bool = True, database: bool = True) -> subprocess.CompletedProcess:
        """Runs another command of the binary, on the same database."""
        command = [self.binary, *arguments] + (["--database-url", self.database_url] if database else [])
        done = subprocess.run(command, cwd=self.directory, env=self.environment(), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60)
        if check:
            assert done.returncode == 0, f"{arguments} ended with {done.returncode}: {done.stderr}"
        return done

    def rows(self, sql: str) -> list[tuple]:
        return rows(self.database_url, sql)

    def contents(self) -> dict[str, list[dict]]:
        return contents(self.database_url)

    def stored(self, table: str, column: str, where: str):
        """What stands in a JSON column of one row."""
        [row] = self.rows(f"SELECT {column} FROM {table} WHERE {where}")
        return json.loads("|".join(row))

    def store(self, table: str, column: str, where: str, value):
        """Writes a JSON column of one row, as another program on the same database would."""
        counted = ", revision = revision + 1" if table in ("organizations", "members", "sessions") else ""
        text = json.dumps(value).replace("'", "''")
        self.rows(f"UPDATE {table} SET {column} = '{text}'{counted} WHERE {where}")
        assert self.stored(table, column, where) == value

    @cached_property
    def _shared_project(self) -> "Project":
        return self.project()

    @property
    def shared_project(self) -> "Project":
        """One for all tests that leave its settings alone: making one takes as long as ten requests. With connections of its own each
        time: one that rests until the server ends it is ended, by chance, just when it is used again."""
        return replace(self._shared_project)

    def project(self, name: str = "Test", environment: str | None = "test", redirect_urls=(REDIRECT_URL,)) -> "Project":
        arguments = ["project", "create", "--name", name, "--json"]
        if environment:
            arguments += ["--environment", environment]
        for url in redirect_urls:
            arguments += ["--redirect-url", url]
        made = json.loads(self.command(*arguments).stdout)
        return Project(self, made["project_id"], made["secret"], made["public_token"], made["environment"])

    def get(self, path: str, **options) -> requests.Response:
        return request("GET", self.url + path, **options)


@dataclass
class Project:
    server: Server
    project_id: str
    secret: str
    public_token: str
    environment: str
    _organizations: list = field(default_factory=list)

    # -- clients

    def sdk(self, secret: str | None = None) -> stytch.B2BClient:
        return stytch.B2BClient(
            project_id=self.project_id,
            secret=secret or self.secret,
            environment=self.server.url + "/",
            suppress_warnings=True,
        )

    @cached_property
    def api(self) -> stytch.B2BClient:
        return self.sdk()

    @property
    def mailbox(self) -> Mailbox:
        return self.server.mailbox

    def raw(self, method: str, path: str, json=UNSET, data=None, headers=None, auth=UNSET, **options):
        """One request of the backend API, byte by byte as wanted."""
        if json is not UNSET:
            options["json"] = json
        return request(
            method,
            self.server.url + path,
            data=data,
            headers=headers,
            auth=(self.project_id, self.secret) if auth is UNSET else auth,
            **options,
        )

    def browser(self, method: str, path: str, json=UNSET, session_token: str | None = None, origin: str | None = ORIGIN,
                headers=None, auth=UNSET, **options):
        """One request as the browser SDK makes it; `path` begins behind /sdk/v1."""
        telemetry = {
            "event_id": f"event-id-{unique()}",
            "app_session_id": f"app-session-id-{unique()}",
            "persistent_id": f"persistent-id-{unique()}",
            "client_sent_at": "2026-01-01T00:00:00.000Z",
            "timezone": "Europe/Berlin",
            "app": {"identifier": "localhost"},
            "sdk": {"identifier": "Stytch.js Javascript SDK", "version": "@stytch/vanilla-js@6.3.0"},
        }
        sent = {
            "Content-Type": "application/json",
            "X-SDK-Client": base64.b64encode(_json(telemetry).encode()).decode(),
        }
        if origin is not None:
            sent |= {"Origin": origin, "X-SDK-Parent-Host": origin}
        sent |= headers or {}
        if json is not UNSET:
            options["data"] = _json(json)
        return request(
            method,
            self.server.url + "/sdk/v1" + path,
            headers=sent,
            auth=(self.public_token, session_token or self.public_token) if auth is UNSET else auth,
            **options,
        )

    # -- things to test with

    def organization(self, **fields):
        """A new organization (the object), with a slug of its own."""
        fields = {"organization_name": "Acme", "organization_slug": f"acme-{unique()}"} | fields
        return self.api.organizations.create(**fields).organization

    def member(self, organization_id: str, email_address: str | None = None, **fields):
        """A new active member (the object)."""
        return self.api.organizations.members.create(
            organization_id=organization_id, email_address=email_address or new_email(), **fields
        ).member

    def admin(self, organization_id: str, email_address: str | None = None, **fields):
        return self.member(organization_id, email_address, roles=["stytch_admin"], **fields)

    def audit(self, organization_id: str | None = None) -> list[dict]:
        """All audit events over HTTP, in the order of the answer."""
        events, cursor = [], None
        while True:
            query = {"limit": "100"}
            if organization_id:
                query["organization_id"] = organization_id
            if cursor:
                query["cursor"] = cursor
            answer = self.raw("GET", "/v1/b2b/audit/events", params=query)
            assert answer.status_code == 200, answer.text
            events += answer.json()["events"]
            cursor = answer.json()["results_metadata"]["next_cursor"]
            if not cursor:
                return events


def _json(value) -> str:
    return json.dumps(value)


# ---------------------------------------------------------------- logging in


def magic_token(project: Project, organization_id: str, email_address: str, **fields) -> str:
    """Sends a login link and reads the token from the mail."""
    project.api.magic_links.email.login_or_signup(
        organization_id=organization_id, email_address=email_address, **fields
    )
    return token_from(project.mailbox.wait(email_address))


def login(project: Project, organization_id: str, email_address: str, **fields):
    """Logs a member in by magic link; the answer of the authenticate call."""
    token = magic_token(project, organization_id, email_address)
    return project.api.magic_links.authenticate(magic_links_token=token, **fields)


def discovery_token(project: Project, email_address: str, **fields) -> str:
    project.api.magic_links.email.discovery.send(email_address=email_address, **fields)
    return token_from(project.mailbox.wait(email_address))


def email_code(project: Project, organization_id: str, email_address: str, **fields) -> str:
    """Sends a login code and reads it from the mail."""
    project.api.otps.email.login_or_signup(organization_id=organization_id, email_address=email_address, **fields)
    return code_from(project.mailbox.wait(email_address))


def discover(project: Project, email_address: str):
    """Proves an address by discovery; the answer of the discovery authenticate call."""
    return project.api.magic_links.discovery.authenticate(
        discovery_magic_links_token=discovery_token(project, email_address)
    )


def intermediate(project: Project, email_address: str) -> str:
    return discover(project, email_address).intermediate_session_token


def verified_member(project: Project, organization_id: str, email_address: str | None = None, **fields):
    """A member who has logged in once: (member, authenticate answer)."""
    made = project.member(organization_id, email_address, **fields)
    answer = login(project, organization_id, made.email_address)
    return answer.member, answer


def with_permissions(project, org: str, *permissions):
    """A logged-in member whose one extra role allows just these (resource, actions…)."""
    role_id = f"role-{unique()}"
    before = [r.model_dump() for r in project.api.rbac.organizations.get_org_policy(org).org_policy.roles]
    role = {"role_id": role_id, "description": "", "permissions": [
        {"resource_id": resource, "actions": list(actions)} for resource, *actions in permissions]}
    project.api.rbac.organizations.set_org_policy(org, org_policy={"roles": [*before, role]})
    return verified_member(project, org, roles=[role_id])


def prove_phone(project: Project, member, number: str):
    """Has a member's telephone number proven, for which there is no way in yet."""
    where = f"organization_id = '{member.organization_id}' AND id = '{member.member_id}'"
    profile = project.server.stored("members", "profile", where)
    project.server.store("members", "profile", where, profile | {"mfa_phone_number": number, "mfa_phone_number_verified": True})
    project.server.rows(f"UPDATE members SET mfa_phone_number = '{number}', phone_number = '{number}' WHERE {where}")


def factor(kind: str, delivery_method: str, **identity) -> dict:
    """A factor as a session keeps it, proven now. For factors that cannot be proven here yet."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    order = "SECONDARY" if kind in ("otp", "totp", "recovery_codes") else "PRIMARY"
    return {"type": kind, "delivery_method": delivery_method, "last_authenticated_at": now, "created_at": now, "updated_at": now,
            "sequence_order": order} | identity


PASSWORD = ("password", "knowledge")


def connect(server: Server, organization_id: str, connection_id: str):
    """Has an organization believe that it has an SSO connection, for sessions that were never begun by one."""
    where = f"id = '{organization_id}'"
    settings = server.stored("organizations", "settings", where)
    active = {"connection_id": connection_id, "display_name": "", "identity_provider": "okta"}
    server.store("organizations", "settings", where, settings | {"sso_active_connections": [active]})
    server.rows(f"UPDATE organizations SET sso_connections = '{json.dumps([{'connection_id': connection_id}])}' WHERE {where}")


def proven_by(server: Server, login, *factors: dict):
    """Has the session of this login stand on other factors than those of the login."""
    for account in filter(None, (each.get(kind) for each in factors for kind in ("saml_sso_factor", "oidc_sso_factor"))):
        connect(server, login.organization_id, account["provider_id"])
    server.store("sessions", "factors", f"id = '{login.member_session.member_session_id}'", list(factors))


def as_member(options_type, answer, jwt: bool = False):
    """`method_options` for a call on behalf of the member of this login."""
    from stytch.shared.method_options import Authorization

    if jwt:
        return options_type(authorization=Authorization(session_jwt=answer.session_jwt))
    return options_type(authorization=Authorization(session_token=answer.session_token))


# ---------------------------------------------------------------- refusals


def check_error_body(body, status: int, environment: str | None = None):
    """The standard error shape."""
    assert isinstance(body, dict), body
    assert body["status_code"] == status, body
    assert re.fullmatch(r"request-id-(test|live)-[0-9a-f-]{36}", body["request_id"]), body
    if environment:
        assert body["request_id"].startswith(f"request-id-{environment}-"), body
    assert isinstance(body["error_type"], str) and body["error_type"], body
    assert isinstance(body["error_message"], str) and body["error_message"], body
    assert body["error_url"].startswith("http") and body["error_type"] in body["error_url"], body


@contextlib.contextmanager
def refused(status, error_type):
    """The SDK call inside must fail with this status and type (each one or a tuple of choices)."""
    statuses = status if isinstance(status, tuple) else (status,)
    types = error_type if isinstance(error_type, tuple) else (error_type,)
    caught = {}
    try:
        yield caught
    except StytchError as error:
        details = error.details
        assert (details.error_type in types) and (details.status_code in statuses), (
            f"expected {statuses} {types}, got {details.status_code} {details.error_type}: {details.error_message}"
        )
        check_error_body(details.original_json, details.status_code)
        caught["details"] = details
    else:
        raise AssertionError(f"expected {statuses} {types}, but the call succeeded")


def check_refusal(response: requests.Response, status, error_type):
    """The raw answer must be an error of this status and type (each one or a tuple of choices)."""
    statuses = status if isinstance(status, tuple) else (status,)
    types = error_type if isinstance(error_type, tuple) else (error_type,)
    assert response.status_code in statuses, f"expected {statuses} {types}, got {response.status_code}: {response.text[:500]}"
    assert response.headers["content-type"].startswith("application/json"), response.headers
    body = response.json()
    check_error_body(body, response.status_code)
    assert body["error_type"] in types, f"expected {types}, got {body['error_type']}: {body['error_message']}"
    return body


def data(response: requests.Response) -> dict:
    """The content of a good answer of the browser API."""
    assert response.status_code == 200, f"{response.status_code}: {response.text[:500]}"
    body = response.json()
    assert list(body) == ["data"], body
    assert body["data"]["status_code"] == 200
    assert body["data"]["request_id"].startswith("request-id-")
    return body["data"]


def race(count: int, work):
    """Runs `work(i)` in so many threads at once; the results or exceptions, in order."""
    barrier = threading.Barrier(count)
    results = [None] * count

    def one(i):
        barrier.wait()
        try:
            results[i] = work(i)
        except Exception as error:  # noqa: BLE001 (the caller looks at it)
            results[i] = error

    threads = [threading.Thread(target=one, args=[i]) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
