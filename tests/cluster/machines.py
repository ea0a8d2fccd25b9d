"""Several nodes on one database, a PostgreSQL that can be stopped, a pooler, and load that is remembered."""

import dataclasses
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

import harness
import requests
from harness import UNSET, check_refusal, new_email, token_from, unique, until

# ---------------------------------------------------------------- nodes


class Node(harness.Server):
    """One `guildhall serve` on a database that others may share, with a mail server that outlives it."""

    def __init__(self, database_url: str | None, *, mailbox=None, clock=False, arguments=(), common=(), binary=None):
        super().__init__(smtp=False, clock=clock, arguments=[*arguments, *common])
        self.binary = binary or self.binary
        self.database_url = database_url or self.database_url
        self.mailbox = mailbox
        self.common = common

    def start(self) -> "Node":
        self.launch()
        return self

    def command(self, *arguments, database: bool = True, **options):
        return super().command(*arguments, *(self.common if database else ()), database=database, **options)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def relaunch(self):
        """Starts it again where it was."""
        self.launch(self.url.removeprefix("http://"))

    def stop(self):
        try:
            if self.process and self.process.returncode is None:
                code = self.terminate()
                assert code == 0, f"the node ended with {code}:\n{self.log()[-4000:]}"
            log = self.log() if self.log_path.exists() else ""
            assert "panicked at" not in log, log[-4000:]
        finally:
            if self.process and self.process.poll() is None:
                self.process.kill()
            shutil.rmtree(self.directory, ignore_errors=True)


def on(project: harness.Project, node: harness.Server) -> harness.Project:
    """The same project, asked of another node."""
    return dataclasses.replace(project, server=node)


def open_organization(project: harness.Project) -> tuple[str, str]:
    """An organization that everybody of a domain may join: its id and the domain."""
    domain = harness.new_domain()
    made = project.organization(email_allowed_domains=[domain], email_jit_provisioning="RESTRICTED")
    return made.organization_id, domain


def post(project, path, body=UNSET, **options):
    return project.raw("POST", path, body, **options)


def check_unavailable(answer: requests.Response):
    """The one answer of a server whose database does not answer."""
    check_refusal(answer, 503, "server_unavailable")
    assert int(answer.headers["retry-after"]) >= 1, answer.headers


def check_interruption(loads: "list[Load]", patience: float):
    """What clients saw while the database was away: every answer is there, in its time, and the one for it."""
    for load in loads:
        assert not load.broken, load.broken[0]
        assert not load.dropped, load.dropped[0]
        for answer, seconds in load.refused:
            check_unavailable(answer)
            assert seconds < patience


# ---------------------------------------------------------------- PostgreSQL


def as_postgres() -> list[str]:
    """What goes before a command that must not run as root; unlike `runuser`, it becomes that command."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []


def processes_of(data: pathlib.Path) -> list[int]:
    """The process of a PostgreSQL server and its children."""
    first = int((data / "postmaster.pid").read_text().split()[0])
    found = [first]
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name before it may hold spaces, and ends with a parenthesis.
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == first:
            found.append(int(stat.parent.name))
    return found


def signal_all(processes: list[int], signum: signal.Signals):
    for process in processes:
        try:
            os.kill(process, signum)
        except ProcessLookupError:
            pass


class Postgres(harness.Postgres):
    """A cluster that stops and starts again, with other settings if wanted."""

    def __init__(self):
        super().__init__()
        self.running = True
        self.frozen = False

    @property
    def data(self) -> pathlib.Path:
        return self.directory / "data"

    def freeze(self):
        """All of it stands still: the kernel takes connections and packets, and nobody reads them."""
        signal_all(processes_of(self.data), signal.SIGSTOP)
        self.frozen = True

    def thaw(self):
        signal_all(processes_of(self.data), signal.SIGCONT)
        self.frozen = False

    def kill(self):
        """Ends it as a power cut would, frozen or not."""
        signal_all(processes_of(self.data), signal.SIGKILL)
        self.running = self.frozen = False

    def halt(self, mode: str):
        self._run("pg_ctl", "-D", f"{self.directory}/data", "-m", mode, "-w", "stop")
        self.running = False

    def resume(self, **settings):
        options = {"fsync": "off", "max_connections": "200"} | settings
        given = " ".join(f"-c {key}={value}" for key, value in options.items())
        self._run("pg_ctl", "-D", f"{self.directory}/data", "-w", "-l", f"{self.directory}/log", "-o",
                  f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.directory} {given}",
                  "start")
        self.running = True

    def ask(self, query: str) -> str:
        """The answer to a query, as text."""
        command = [self._bin / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-Atqc", query]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout.strip()

    def occupy(self, count: int) -> list[socket.socket]:
        """Takes up to so many connections, as many as there are, and holds them."""
        held = []
        for _ in range(count):
            s = socket.create_connection(("127.0.0.1", self.port), 5)
            start = struct.pack("!i", 196608) + b"user\0postgres\0database\0postgres\0\0"
            s.sendall(struct.pack("!i", len(start) + 4) + start)
            if s.recv(1) != b"R":
                s.close()
                break
            held.append(s)
        return held

    def stop(self):
        if self.frozen:
            self.thaw()
        if self.running:
            self._run("pg_ctl", "-D", f"{self.directory}/data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.directory, ignore_errors=True)


class Wire:
    """Between a node and PostgreSQL.

    While it is `losing`, commits arrive and their answers do not. While it is `silent`, nothing passes in either
    direction and nobody is told. Once it is `hiding` a text, the commit after that text never arrives.
    """

    def __init__(self, postgres: harness.Postgres):
        self._server = ("127.0.0.1", postgres.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.losing = threading.Event()
        self.lost = 0
        self.hiding: bytes | None = None
        self.hidden = 0
        self._passing = threading.Event()
        self._passing.set()
        self._stopped = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def to(self, database_url: str) -> str:
        return f"postgres://{harness.Postgres.OWNER}@127.0.0.1:{self.port}/{database_url.rsplit('/', 1)[1]}?sslmode=disable"

    def silence(self):
        self._passing.clear()

    def heal(self):
        self._passing.set()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
                self._passing.wait()
                server = socket.create_connection(self._server)
            except OSError:
                return
            cut = threading.Event()
            threading.Thread(target=self._forward, args=[client, server, cut], daemon=True).start()
            threading.Thread(target=self._back, args=[server, client, cut], daemon=True).start()

    def _forward(self, client, server, cut):
        named, commits = False, {b"COMMIT"}
        try:
            while sent := client.recv(65536):
                self._passing.wait()
                # It is said in words once, and from then on by the name that it was given then.
                commits |= {b"\0" + name + b"\0" for name in re.findall(rb"(s\d+)\0COMMIT\0", sent)}
                is_commit = any(said in sent for said in commits)
                if self.losing.is_set() and is_commit:
                    cut.set()
                    self.lost += 1
                named = named or self.hiding is not None and self.hiding in sent
                # A node commits in its own time too: to take a lease, to note when sessions were used.
                if named and is_commit:
                    self.hidden += 1
                    self._stopped.wait()
                server.sendall(sent)
        except OSError:
            pass
        close(server)

    def _back(self, server, client, cut):
        try:
            while (answer := server.recv(65536)) and not cut.is_set():
                self._passing.wait()
                client.sendall(answer)
        except OSError:
            pass
        close(client)
        close(server)

    def stop(self):
        self._stopped.set()
        self._passing.set()
        self._listener.close()


def close(s: socket.socket):
    try:
        s.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    s.close()


class PgBouncer:
    """A pooler in transaction mode, with few connections behind it."""

    def __init__(self, postgres: harness.Postgres, pool: int = 4):
        program = shutil.which("pgbouncer", path=os.environ["PATH"] + ":/usr/sbin")
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="guildhall-pgbouncer-"))
        self.directory.chmod(0o755)
        self.port = harness.free_port()
        (self.directory / "users").write_text(f'"{harness.Postgres.OWNER}" ""\n')
        (self.directory / "pgbouncer.ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={postgres.port}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = trust\nauth_file = {self.directory}/users\npool_mode = transaction\n"
            f"default_pool_size = {pool}\nmax_client_conn = 200\n"
        )
        self.process = subprocess.Popen([*as_postgres(), program, "-q", f"{self.directory}/pgbouncer.ini"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._answers, what="the pooler")

    def _answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def through(self, database_url: str) -> str:
        """The address of a database, through the pooler."""
        return f"postgres://{harness.Postgres.OWNER}@127.0.0.1:{self.port}/{database_url.rsplit('/', 1)[1]}"

    def stop(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


# ---------------------------------------------------------------- load


class Load:
    """Writes without pause from several threads, and remembers what was acknowledged and what may have happened.

    The threads end when nobody listens any more. What the server refuses goes to `refused`, with the seconds that it
    took; `dropped` are the requests without an answer.
    """

    def __init__(self, project: harness.Project):
        self.project = project
        self.home, self.domain = open_organization(project)
        self.organizations: dict[str, str] = {}
        self.members: dict[str, str] = {}
        self.sent: list[str] = []
        self.redeemed: dict[str, str] = {}
        self.uncertain: list[str] = []
        self.refused: list[tuple[requests.Response, float]] = []
        self.dropped: list[Exception] = []
        self.broken: list[Exception] = []
        self._stop = threading.Event()
        works = [self._organization, self._member, self._login, self._login, self._send_only]
        self._threads = [threading.Thread(target=self._run, args=[work], daemon=True) for work in works]

    def start(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def finish(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a request hangs"

    @property
    def acknowledged(self) -> int:
        return len(self.organizations) + len(self.members) + len(self.sent) + len(self.redeemed)

    def _run(self, work):
        session = requests.Session()
        while not self._stop.is_set():
            try:
                work(session)
            except requests.RequestException as error:
                self.dropped.append(error)
                if self._stop.wait(0.01) or not self._listening():
                    return
            except Exception as error:  # noqa: BLE001 (shown by the test)
                self.broken.append(error)
                return

    def _listening(self) -> bool:
        return self.project.server.process.poll() is None

    def _post(self, session, path, body) -> dict | None:
        began = time.monotonic()
        answer = session.post(self.project.server.url + path, json=body,
                              auth=(self.project.project_id, self.project.secret), timeout=30)
        if answer.status_code == 200:
            return answer.json()
        self.refused.append((answer, time.monotonic() - began))
        self._stop.wait(0.05)
        return None

    def _organization(self, session):
        slug = f"load-{unique()}"
        answer = self._post(session, "/v1/b2b/organizations", {"organization_name": "Load", "organization_slug": slug})
        if answer:
            self.organizations[answer["organization"]["organization_id"]] = slug

    def _member(self, session):
        email = new_email()
        answer = self._post(session, f"/v1/b2b/organizations/{self.home}/members", {"email_address": email})
        if answer:
            self.members[email] = answer["member_id"]

    def _send(self, session) -> str | None:
        email = new_email(self.domain)
        body = {"organization_id": self.home, "email_address": email}
        if not self._post(session, "/v1/b2b/magic_links/email/login_or_signup", body):
            return None
        self.sent.append(email)
        return email

    def _send_only(self, session):
        self._send(session)
        self._stop.wait(0.02)  # leaves the mail server to those who wait for theirs

    def _login(self, session):
        email = self._send(session)
        mailbox = self.project.mailbox
        while email and not mailbox.waiting(email):
            if self._stop.wait(0.005) or not self._listening():
                return
        if not email:
            return
        token = token_from(mailbox.wait(email))
        self.sent.remove(email)
        self.uncertain.append(token)
        answer = self._post(session, "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})
        if answer:
            self.uncertain.remove(token)
            self.redeemed[token] = answer["session_token"]

    # -- afterwards

    def check_whole(self):
        """Whatever became of those without an answer, no member is there without its event, and no event without it."""
        search = post(self.project, "/v1/b2b/organizations/members/search", {"organization_ids": [self.home], "limit": 1})
        events = [event["action"] for event in self.project.audit(self.home)]
        # The version before this one has a word of its own for a sign-up.
        made = events.count("member.create") + events.count("member.signup")
        assert search.json()["results_metadata"]["total"] == made

    def check(self, mail_within: float = 20):
        """Everything acknowledged is there, all mail arrives, and every token is good for one session."""
        self.check_rows()
        for email in self.sent:
            self._redeem_once(token_from(self.project.mailbox.wait(email, mail_within)), (200,))
        for token in self.uncertain:
            self._redeem_once(token, (200, 401))

    def check_rows(self):
        session = requests.Session()
        session.auth = (self.project.project_id, self.project.secret)
        url = self.project.server.url
        for key, slug in self.organizations.items():
            answer = session.get(f"{url}/v1/b2b/organizations/{key}", timeout=30)
            assert answer.status_code == 200, f"an acknowledged organization is lost: {answer.text}"
            assert answer.json()["organization"]["organization_slug"] == slug
        for email, key in self.members.items():
            answer = session.get(f"{url}/v1/b2b/organizations/{self.home}/member", params={"email_address": email}, timeout=30)
            assert answer.status_code == 200, f"an acknowledged member is lost: {answer.text}"
            assert answer.json()["member"]["member_id"] == key
        for token, opened in self.redeemed.items():
            answer = session.post(f"{url}/v1/b2b/sessions/authenticate", json={"session_token": opened}, timeout=30)
            assert answer.status_code == 200, f"an acknowledged session is lost: {answer.text}"
            self._redeem(token, (401,))

    def _redeem(self, token, expected) -> int:
        answer = post(self.project, "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})
        if answer.status_code == 401:
            check_refusal(answer, 401, "unable_to_auth_magic_link")
        assert answer.status_code in expected, f"{answer.status_code}, not {expected}: {answer.text[:500]}"
        return answer.status_code

    def _redeem_once(self, token, expected):
        self._redeem(token, expected)
        self._redeem(token, (401,))
