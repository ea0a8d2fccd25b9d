"""What an operator meets before anything works: empty variables, wrong folders, wrong addresses, wrong encodings."""

import os
import pathlib
import re
import signal
import socket
import sqlite3
import stat
import subprocess

import harness
import pytest
from harness import ENGINE, until

# Not the master key itself: a secret that did not arrive must not be replaced by one made up (T-67).
VARIABLES = sorted(set(re.findall(r"GUILDHALL_\w+", (harness.REPOSITORY / "crates/guildhall/src/config.rs").read_text())))


@pytest.fixture
def shell(tmp_path):
    """Runs the program in a folder of its own, which is the one that it returns first."""

    def run(*arguments, environment=(), **options):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")}
        options = {"stdin": subprocess.DEVNULL, "timeout": 60, "cwd": tmp_path} | options
        return subprocess.run([harness.BIN, *map(str, arguments)], env=clean | dict(environment), capture_output=True, text=True, **options)

    return run


class Started:
    """A server that was started as somebody would in a terminal."""

    def __init__(self, directory, *arguments, environment=()):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")}
        self.log = directory / "started.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([harness.BIN, "serve", *map(str, arguments)], cwd=directory, env=clean | dict(environment),
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        self.line = self.process.stdout.readline()

    def __enter__(self):
        assert self.line.startswith("listening on "), self.log.read_text()
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0, self.log.read_text()
        self.process.stdout.close()

    @property
    def url(self):
        return self.line.removeprefix("listening on ").strip()


@pytest.fixture
def new_url(postgres, tmp_path):
    return lambda: postgres.new_database() if postgres else f"sqlite:{tmp_path}/{harness.unique()}.db"


# ---------------------------------------------------------------- empty variables


@pytest.mark.parametrize("variable", VARIABLES)
def test_an_empty_variable_is_an_unset_one(variable, new_url, tmp_path):
    """Compose writes `${X:-}` where there is no X."""
    assert len(VARIABLES) > 13
    database = [] if variable == "GUILDHALL_DATABASE_URL" else ["--database-url", new_url()]
    listen = [] if variable == "GUILDHALL_LISTEN" else ["--listen", "127.0.0.1:0"]
    (tmp_path / "g.toml").write_text("" if listen else 'listen = "127.0.0.1:0"\n')
    with Started(tmp_path, *database, *listen, "--config", "g.toml", environment={variable: ""}):
        pass


def test_all_variables_may_be_empty_at_once_and_for_every_command(shell, new_url, tmp_path):
    url, empty = new_url(), dict.fromkeys(VARIABLES, "")
    with Started(tmp_path, "--listen", "127.0.0.1:0", "--database-url", url, environment=empty) as started:
        assert started.url.startswith("http://127.0.0.1:")
    for command in (["project", "list"], ["doctor"], ["migrate"], ["keys", "list"], ["backup", "b"], ["outbox"]):
        done = shell(*command, "--database-url", url, environment=empty)
        assert done.returncode == 0, (command, done)
    done = shell("copy", "--from", url, "--to", f"sqlite:{tmp_path}/copied.db", environment=empty)
    assert done.returncode == 0, done


def test_an_empty_key_of_the_file_is_an_absent_one(new_url, tmp_path):
    (tmp_path / "g.toml").write_text('smtp-url = ""\npublic-url = ""\ntemplates = ""\nmail-from = ""\nlog-format = ""\n')
    with Started(tmp_path, "--database-url", new_url(), "--listen", "127.0.0.1:0", "--config", "g.toml"):
        pass


# ---------------------------------------------------------------- which database


def entries(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_command_in_the_wrong_folder_makes_no_database(shell, tmp_path):
    for command in (["project", "create", "--name", "X"], ["project", "list"], ["outbox"], ["keys", "list"], ["backup", "b"],
                    ["audit", "--project", "project-test-x"], ["copy", "--from", "sqlite:none.db", "--to", "sqlite:other.db"]):
        done = shell(*command)
        assert done.returncode == 3 and "there is no database at" in done.stderr, (command, done)
        assert str(tmp_path) in done.stderr and "--database-url" in done.stderr, (command, done)
        assert entries(tmp_path) == [], command


def test_a_mistyped_path_makes_no_folder(shell, tmp_path):
    (tmp_path / "b").write_text("")
    for command in (["serve", "--listen", "127.0.0.1:0"], ["project", "create", "--name", "X"], ["migrate"]):
        done = shell(*command, "--database-url", f"sqlite:{tmp_path}/dtaa/guildhall.db")
        assert done.returncode == 3 and "there is no folder" in done.stderr and "mkdir -p" in done.stderr, (command, done)
        assert entries(tmp_path) == ["b"], command


@pytest.mark.skipif(ENGINE == "postgres", reason="an empty PostgreSQL database is prepared, not made")
def test_a_first_project_makes_a_database_where_it_is_told_and_says_so(shell, tmp_path):
    url = f"sqlite:{tmp_path}/new.db"
    first = shell("project", "create", "--name", "X", "--json", "--database-url", url)
    assert first.returncode == 0 and f"made a new database, for there was none: {tmp_path}/new.db" in first.stderr
    assert first.stdout.count("\n") == 1
    again = shell("project", "create", "--name", "X", "--json", "--database-url", url)
    assert again.returncode == 0 and again.stderr == ""


def test_commands_do_not_take_somebody_elses_database(shell, new_url, tmp_path):
    url = new_url()
    if url.startswith("sqlite:"):
        with sqlite3.connect(url.removeprefix("sqlite:")) as db:
            db.execute("CREATE TABLE theirs (x INT)")
    else:
        subprocess.run(["psql", url, "-qc", "CREATE TABLE theirs (x INT)"], check=True)
    for command in (["project", "list"], ["outbox"], ["keys", "list"]):
        done = shell(*command, "--database-url", url)
        assert done.returncode == 3 and "nothing of guildhall in this database" in done.stderr, (command, done)
    assert list(harness.contents(url)) == ["theirs"]


def test_the_server_says_which_database_it_has(new_url, tmp_path):
    url = new_url()
    shown = url.removeprefix("sqlite:") if ENGINE == "sqlite" else url.split("@")[1]
    for words in ("made a new database", "opened the database"):
        with Started(tmp_path, "--database-url", url, "--listen", "127.0.0.1:0") as started:
            log = started.log.read_text()
            [line] = [line for line in log.splitlines() if words in line]
            assert shown in line and re.search(r'guildhall="?\d+\.\d+\.\d+', line) and re.search(rf"{ENGINE} \d+", line), line
            assert f"{started.url}/outbox, or guildhall outbox" in log


def test_the_server_makes_its_default_database(tmp_path):
    with Started(tmp_path, "--listen", "127.0.0.1:0") as started:
        assert f"{tmp_path}/guildhall-data/guildhall.db" in started.log.read_text()
    assert (tmp_path / "guildhall-data/guildhall.db").exists()


def test_the_password_of_the_database_is_not_shown(postgres, tmp_path):
    if not postgres:
        pytest.skip("there is none")
    url = postgres.new_database().replace("guildhall@", "guildhall:hu%40sh@") + "?application_name=hush"
    with Started(tmp_path, "--database-url", url, "--listen", "127.0.0.1:0") as started:
        assert "hu" not in started.log.read_text().split("made a new database", 1)[1].splitlines()[0].split("guildhall_")[0]


# ---------------------------------------------------------------- encodings


LATIN1 = "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"


@pytest.fixture(scope="module")
def cluster(postgres):
    if postgres:
        yield postgres
        return
    own = harness.Postgres()
    yield own
    own.stop()


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_hold_every_name_is_refused(encoding, cluster, shell, tmp_path):
    url = cluster.new_database(LATIN1.replace("LATIN1", encoding))
    source = f"sqlite:{tmp_path}/source.db"
    assert shell("project", "create", "--name", "Żółw", "--database-url", source).returncode == 0
    assert shell("backup", "b", "--database-url", source).returncode == 0
    for command in (["serve", "--listen", "127.0.0.1:0", "--database-url", url], ["migrate", "--database-url", url],
                    ["project", "create", "--name", "X", "--database-url", url], ["restore", "b", "--database-url", url],
                    ["copy", "--from", source, "--to", url]):
        done = shell(*command)
        assert done.returncode == 1 and encoding in done.stderr and "ENCODING 'UTF8'" in done.stderr, (command, done)
    assert harness.rows(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [("0",)]
    done = shell("doctor", "--database-url", url)
    assert done.returncode == 1 and re.search(f"fail +database: .*{encoding}.*ENCODING 'UTF8'", done.stdout)


def test_what_is_in_such_a_database_can_be_taken_out(cluster, shell, tmp_path):
    """An older program accepted it."""
    good, bad = cluster.new_database(), cluster.new_database(LATIN1)
    assert shell("project", "create", "--name", "Mine", "--database-url", good).returncode == 0
    dump = subprocess.run(["pg_dump", cluster.url(good.rsplit("/", 1)[1], "postgres")], capture_output=True, check=True).stdout
    subprocess.run(["psql", "-q", cluster.url(bad.rsplit("/", 1)[1], "postgres")], input=dump, check=True, stdout=subprocess.DEVNULL)
    assert shell("project", "list", "--database-url", bad).returncode == 1
    assert shell("backup", "b", "--database-url", bad).returncode == 0
    assert shell("copy", "--from", bad, "--to", f"sqlite:{tmp_path}/new.db").returncode == 0


# ---------------------------------------------------------------- addresses and passwords


def test_an_address_in_use_says_what_to_do(shell, new_url, start_server):
    server = start_server()
    taken = server.url.removeprefix("http://")
    for option in ("--listen", "--metrics-listen"):
        other = [] if option == "--listen" else ["--listen", "127.0.0.1:0"]
        done = shell("serve", "--database-url", new_url(), *other, option, taken)
        assert done.returncode == 1 and taken in done.stderr and f"another address with {option}" in done.stderr, done


@pytest.mark.parametrize("address", ["7400", ":7400", "localhost", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "[::1]", ""])
@pytest.mark.parametrize("option", ["--listen", "--metrics-listen"])
def test_an_address_that_is_none_says_how_one_looks(option, address, shell, new_url):
    done = shell("serve", "--database-url", new_url(), option, address, *(["--listen", "127.0.0.1:0"] if option != "--listen" else []))
    assert done.returncode == 2 and option in done.stderr and "HOST:PORT, such as 127.0.0.1:" in done.stderr, done
    said = shell("doctor", "--database-url", new_url(), option, address).stdout
    assert re.search(f"fail +configuration: {option} .*HOST:PORT", said), said


GATEWAY = "such as https://gateway.example/send"
TWILIO = "twilio+https://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com?from="
NEITHER = "neither a network like 10.20.0.0/16 nor a host with its port like idp.internal:8443"


@pytest.mark.parametrize(("option", "value", "right"), [
    *(("--mail-from", value, "write no-reply@example.com or Acme <no-reply@example.com>") for value in ("nobody", "a@", "Acme, Inc <a@b.example>", "a b@c.example")),
    *(("--sms-url", value, GATEWAY) for value in ("gateway", "ftp://hush", "https://", "https://hush:99999")),
    *(("--sms-url", value, TWILIO) for value in ("twilio+hush", "twilio+https://hush", "twilio+ftp://AC1:hush@h?from=1")),
    ("--outbound-allow", "http://a", "write only its host and port, a:80"),
    ("--outbound-allow", "https://idp.internal:8443/path", "write only its host and port, idp.internal:8443"),
    *(("--outbound-allow", value, NEITHER) for value in ("idp.internal", "idp.internal/", "*.internal:443")),
    ("--public-url", "auth.example.com", "such as https://auth.example.com"),
    ("--public-url", "https://", "such as https://auth.example.com"),
    ("--smtp-url", "mail", "write smtp://HOST:PORT or smtps://HOST"),
    ("--smtp-url", "http://mail", "must begin with smtp:// or smtps://"),
    ("--breach-service", "breaches.example", "such as https://"),
    ("--templates", "nowhere", "cannot read mail templates at nowhere"),
    ("--master-key-file", "nowhere", "cannot read nowhere"),
    ("--config", "nowhere", "cannot read nowhere"),
    ("--log-level", "loud", "error, warn, info, debug, trace"),
    ("--log-format", "xml", "text, json"),
    ("--session-memory", "1G", "write a whole number, 0 or more"),
    ("--audit-days", "-1", "write a whole number, 0 or more"),
    ("--database-connections", "0", "write a whole number from 1 to 10000"),
])
def test_a_wrong_value_says_which_option_and_what_is_right(option, value, right, shell, new_url):
    done = shell("serve", "--database-url", new_url(), "--listen", "127.0.0.1:0", option, value)
    assert done.returncode == 2 and option in done.stderr and right in done.stderr and "hush" not in done.stderr, done


@pytest.mark.parametrize(("command", "bounds"), [
    (["outbox", "--limit"], "1 to 10000"), (["audit", "--project", "x", "--limit"], "1 to 100000"),
    (["project", "update", "x", "--max-session-duration-minutes"], "5 to 527040"), (["project", "update", "x", "--lock-minutes"], "5 to 10080"),
    (["project", "update", "x", "--lock-threshold"], "1 to 100"), (["breach-filter", "build", "a", "b", "--bits"], "8 to 24"),
])
def test_a_number_out_of_bounds_is_told_them(command, bounds, shell):
    for value in ("0", "-5", "many", "1.5", "99999999999999999999"):
        done = shell(*command, value)
        assert done.returncode == 2 and f"invalid value '{value}' for '{command[-1]} " in done.stderr and f"write a whole number from {bounds}\n" in done.stderr, done


def test_the_usage_asks_for_nothing_that_a_variable_gives(shell, new_url):
    given = {"GUILDHALL_DATABASE_URL": new_url(), "GUILDHALL_MASTER_KEY_FILE": "master.key", "GUILDHALL_CONFIG": ""}
    for command, usage in (
        (["project", "create"], "guildhall project create --name <NAME>"), (["project", "update"], "guildhall project update <PROJECT_ID>"),
        (["keys", "rotate"], "guildhall keys rotate <--project <ID>|--data|--master>"), (["audit", "--json"], "guildhall audit --project <ID> --json"),
        (["copy"], "guildhall copy --from <URL> --to <URL>"), (["sso", "explain"], "guildhall sso explain <CONNECTION>"),
        (["rbac", "set"], "guildhall rbac set --project <ID> <FILE>"), (["backup"], "guildhall backup <FILE>"),
    ):
        for environment in ({}, given):
            done = shell(*command, environment=environment)
            assert done.returncode == 2 and f"Usage: {usage}\n" in done.stderr, done
    # Help has all there is.
    assert "--database-url <URL>" in shell("project", "create", "--help", environment=given).stdout


def test_the_address_of_the_database_is_looked_at_first(shell, tmp_path):
    """Whether a master key is missing depends on it."""
    for url in ("mysql://u:hush@x/y", "hush", "/var/lib/hush.db"):
        for command in (["serve"], ["serve", "--listen", "0.0.0.0:0"], ["project", "list"], ["project", "create", "--name", "Acme"], ["outbox"], ["migrate"], ["keys", "list"]):
            done = shell(*command, "--database-url", url)
            assert done.returncode == 2 and "--database-url: a database address starts with sqlite: or postgres://" in done.stderr, done
            assert "hush" not in done.stderr and "master key" not in done.stderr and not list(tmp_path.iterdir()), done
    assert "--database-url: a database address" in shell("doctor", "--database-url", "mysql://x").stdout


def test_a_password_that_has_to_be_percent_encoded_says_so(shell, new_url):
    for url in ("smtp://u:hu/sh@127.0.0.1:25", "smtp://u:hu#sh@127.0.0.1:25", "smtp://u:hu?sh@127.0.0.1:25"):
        done = shell("serve", "--database-url", new_url(), "--listen", "127.0.0.1:0", "--smtp-url", url)
        assert done.returncode == 2 and "%2F" in done.stderr and "hu" not in done.stderr, (url, done)
    for url in ("postgres://u:hu@sh@127.0.0.1:1/x", "postgres://u:hu%zzsh:@127.0.0.1:x/x"):
        done = shell("project", "list", "--database-url", url)
        assert done.returncode == 1 and "%40" in done.stderr and "hu" not in done.stderr, (url, done)


def test_links_that_lead_nowhere(shell, new_url, tmp_path):
    """T-37: links come from the public URL only, so it has to be one that people can open."""
    key = {"GUILDHALL_MASTER_KEY": "EBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8="}
    mail = ["--smtp-url", "smtp://127.0.0.1:25"]
    done = shell("serve", "--database-url", new_url(), "--listen", "0.0.0.0:0", *mail, environment=key)
    assert done.returncode == 2 and "http://0.0.0.0:" in done.stderr and "--public-url" in done.stderr
    # Without a mail server nobody but the developer sees them.
    with Started(tmp_path, "--database-url", new_url(), "--listen", "0.0.0.0:0", environment=key) as started:
        assert re.search(r"WARN.*http://0\.0\.0\.0:\d+, which leads nowhere; give --public-url", started.log.read_text())
    for good in (["--listen", "0.0.0.0:0", "--public-url", "https://auth.example.com"], ["--listen", "127.0.0.1:0"]):
        with Started(tmp_path, "--database-url", new_url(), *good, *mail, environment=key) as started:
            assert "leads nowhere" not in started.log.read_text()


@pytest.mark.parametrize(("arguments", "is_there"), [
    (["--listen", "127.0.0.1:0"], True), (["--listen", "0.0.0.0:0", "--public-url", "http://localhost:7400"], True),
    (["--listen", "0.0.0.0:0"], False), (["--listen", "0.0.0.0:0", "--public-url", "https://auth.example.com"], False),
    (["--listen", "127.0.0.1:0", "--public-url", "https://auth.example.com"], False),
])
def test_the_log_names_the_outbox_where_it_can_be_read(arguments, is_there, new_url, tmp_path):
    key = {"GUILDHALL_MASTER_KEY": "EBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8="}
    with Started(tmp_path, "--database-url", new_url(), *arguments, environment=key) as started:
        log = started.log.read_text()
        assert re.search("mail stays in the outbox: .*guildhall outbox", log) and ("/outbox, or" in log) == is_there, log
        page = harness.request("GET", started.url.replace("0.0.0.0", "127.0.0.1") + "/outbox", headers={"Accept": "text/html"})
        assert page.status_code == (200 if is_there else 404)


# ---------------------------------------------------------------- lock files


@pytest.mark.skipif(ENGINE == "postgres", reason="SQLite only")
def test_the_lock_file_is_its_owners_only_and_goes(shell, tmp_path):
    """Whoever can open it can lock it, and keep the server from starting."""
    url, lock = f"sqlite:{tmp_path}/x.db", tmp_path / "x.db.lock"
    for before in (None, "open"):
        if before:
            lock.touch(0o644)
            lock.chmod(0o644)
        with Started(tmp_path, "--database-url", url, "--listen", "127.0.0.1:0"):
            assert stat.S_IMODE(lock.stat().st_mode) == 0o600
            assert shell("serve", "--database-url", url, "--listen", "127.0.0.1:0").returncode == 4
            assert lock.exists(), "who does not get the lock leaves it alone"
        assert not lock.exists()
    for wrong in (["--listen", "7400"], ["--listen", "127.0.0.1:0", "--smtp-url", "ftp://x"], ["--listen", "127.0.0.1:0", "--trusted-proxies", "x"]):
        assert shell("serve", "--database-url", url, *wrong).returncode == 2
        assert not lock.exists(), wrong


@pytest.mark.skipif(ENGINE == "postgres", reason="SQLite only")
def test_of_many_that_start_at_once_one_serves(tmp_path):
    """Also when the lock file goes and comes all the time."""
    url = f"sqlite:{tmp_path}/x.db"
    with Started(tmp_path, "--database-url", url, "--listen", "127.0.0.1:0"):
        pass
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")}
    for _ in range(3):
        start = [harness.BIN, "serve", "--database-url", url, "--listen", "127.0.0.1:0"]
        many = [subprocess.Popen(start, cwd=tmp_path, env=clean, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True) for _ in range(8)]
        ended = lambda: [process for process in many if process.poll() is not None]
        until(lambda: len(ended()) == 7, timeout=30, what="seven that give up")
        [left] = [process for process in many if process.poll() is None]
        assert left.stdout.readline().startswith("listening on")
        left.send_signal(signal.SIGTERM)
        assert left.wait(20) == 0
        for process in ended():
            out, errors = process.communicate()
            assert process is left or (process.returncode == 4 and "already serving" in errors and out == ""), errors


# ---------------------------------------------------------------- backups through pipes


@pytest.fixture
def filled(start_server):
    """A server with a few thousand rows: more than a pipe holds."""
    server = start_server()
    project = server.project()
    server.command("project", "seed", "--project", project.project_id, "--organizations", "5", "--members", "500")
    return server


def test_a_backup_goes_through_pipes(filled, shell, new_url, tmp_path):
    def pipe(command):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")}
        return subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, env=clean, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)

    (tmp_path / "guildhall").symlink_to(pathlib.Path(harness.BIN).resolve())
    from_, one, two, three = filled.database_url, new_url(), new_url(), new_url()
    done = pipe(f"./guildhall backup - --database-url '{from_}' | tee b | ./guildhall restore - --database-url '{one}'")
    assert done.returncode == 0 and "restored" in done.stdout and "The master key is not in it" in done.stderr, done
    assert '"trailer"' in (tmp_path / "b").read_text().splitlines()[-1]
    assert pipe(f"./guildhall restore - --database-url '{two}' < b").returncode == 0
    assert pipe(f"./guildhall restore <(cat b) --database-url '{three}'").returncode == 0
    counts = [sorted((table, len(rows)) for table, rows in harness.contents(url).items() if table in ("members", "organizations")) for url in (one, two, three)]
    assert counts[0] == counts[1] == counts[2] and dict(counts[0])["members"] == 500
    for bytes_ in (100, 20_000):
        cut = pipe(f"head -c {bytes_} b | ./guildhall restore - --database-url '{new_url()}'")
        assert cut.returncode == 1 and "cut off" in cut.stderr


def test_a_reader_that_goes_away_ends_the_backup(filled, tmp_path):
    process = subprocess.Popen([harness.BIN, "backup", "-", "--database-url", filled.database_url], cwd=tmp_path,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.readline().startswith(b'{"header"')
    process.stdout.close()
    assert process.wait(30) == 1
    assert b"cannot write the backup" in process.stderr.read()
    process.stderr.close()


def test_what_is_no_file_is_not_written_to_by_name(filled, tmp_path):
    for name in ("/dev/stdout", "/proc/self/fd/1", "/dev/null"):
        done = filled.command("backup", name, check=False)
        assert done.returncode == 1 and "write - for stdout" in done.stderr, (name, done)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = filled.command("backup", str(pipe), check=False)
    assert done.returncode == 1 and "write - for stdout" in done.stderr


# ---------------------------------------------------------------- what is refused leaves nothing behind


REFUSED = [
    ["--listen", "7400"],
    ["--metrics-listen", "nowhere"],
    ["--public-url", "auth.example.com"],
    ["--smtp-url", "ftp://x"],
    ["--smtp-url", "smtp://user:hu/sh@127.0.0.1:25"],
    ["--mail-from", "nobody"],
    ["--sms-url", "ftp://x"],
    ["--breach-service", "breaches.example"],
    ["--database-url", "mysql://x"],
    ["--templates", "templates-that-are-not-there"],
    ["--outbound-allow", "10.0.0.0/99"],
    ["--outbound-authorities", "authorities-that-are-not-there.pem"],
    ["--trusted-proxies", "x"],
    ["--log-format", "xml"],
    ["--log-level", "loud"],
    ["--session-memory", "much"],
    ["--master-key-file", "key-that-is-not-there"],
    ["--config", "configuration-that-is-not-there.toml"],
    ["--listen", "0.0.0.0:0", "--smtp-url", "smtp://127.0.0.1:25"],
]


@pytest.mark.skipif(ENGINE == "postgres", reason="what is left behind are files")
@pytest.mark.parametrize("database", ["the default", "named"])
def test_a_start_that_is_refused_makes_nothing(database, shell, tmp_path):
    named = ["--database-url", f"sqlite:{tmp_path}/x.db"] if database == "named" else []
    usual = ["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]
    taken = socket.create_server(("127.0.0.1", 0))
    in_use = ["--listen", f"127.0.0.1:{taken.getsockname()[1]}"]
    for wrong in [*REFUSED, in_use]:
        if "--database-url" in wrong and named:
            continue
        others = [word for option, value in zip(usual[::2], usual[1::2]) if option not in wrong for word in (option, value)]
        done = shell("serve", *named, *others, *wrong)
        assert done.returncode != 0 and "listening on" not in done.stdout, (wrong, done)
        assert not list(tmp_path.iterdir()), wrong
    # A key that is none, from the environment.
    done = shell("serve", *named, *usual, environment={"GUILDHALL_MASTER_KEY": "none"})
    assert done.returncode == 2 and not list(tmp_path.iterdir()), done
    taken.close()


@pytest.mark.skipif(ENGINE == "postgres", reason="what is left behind are files")
def test_a_project_that_is_refused_makes_no_database(shell, tmp_path):
    url = ["--database-url", f"sqlite:{tmp_path}/x.db"]
    for wrong in (["--name", " "], ["--name", "x" * 129], ["--redirect-url", "nowhere"], ["--redirect-url", "https://user@x.example/"],
                  ["--environment", "live", "--redirect-url", "http://app.example.com/"], ["--origin", "https://x.example/path"],
                  ["--environment", "production"], ["--max-session-duration-minutes", "long"]):
        done = shell("project", "create", *([] if "--name" in wrong else ["--name", "Acme"]), *wrong, *url)
        assert done.returncode != 0 and done.stderr, (wrong, done)
        assert not list(tmp_path.iterdir()), wrong
    assert shell("project", "create", "--name", "Acme", *url).returncode == 0


@pytest.mark.skipif(ENGINE == "sqlite", reason="PostgreSQL keeps a key of the server's own inside")
def test_t67_a_server_that_others_would_reach_without_a_key_makes_nothing(shell, new_url):
    url = new_url()
    done = shell("serve", "--database-url", url, "--listen", "0.0.0.0:0")
    assert done.returncode == 2 and "--master-key-file" in done.stderr, done
    assert harness.rows(url, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'") == [("0",)]
