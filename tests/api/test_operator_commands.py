"""What operators do with the data: migrate, backup, restore, copy, doctor."""

import base64
import hashlib
import json
import os
import pathlib
import re
import socket
import sqlite3
import stat
import subprocess
import threading

import harness
import pytest
from harness import ENGINE, login, new_email, verified_member

OTHER_KEY = base64.b64encode(bytes(range(120, 152))).decode()
KEY = base64.b64encode(bytes(range(7, 39))).decode()


@pytest.fixture(scope="module")
def clusters(postgres):
    """Makes database URLs of either engine; the other engine than the tested one starts when first asked for."""
    started = []

    def cluster():
        if postgres:
            return postgres
        if not started:
            started.append(harness.Postgres())
        return started[0]

    yield cluster
    for own in started:
        own.stop()


@pytest.fixture
def new_url(clusters, tmp_path):
    def make(engine):
        if engine == "postgres":
            return clusters().new_database()
        folder = tmp_path / harness.unique()
        folder.mkdir()
        return f"sqlite:{folder}/guildhall.db"

    return make


@pytest.fixture
def guildhall(tmp_path):
    """Runs a command that knows no database of its own."""

    def run(*arguments, check=True, key=None, environment=None):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")} | (environment or {})
        if key:
            environment["GUILDHALL_MASTER_KEY"] = key
        done = subprocess.run([harness.BIN, *map(str, arguments)], cwd=tmp_path, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        if check:
            assert done.returncode == 0, f"{arguments} ended with {done.returncode}: {done.stderr}\n{done.stdout}"
        return done

    return run


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "the.key"
    path.write_text(KEY + "\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def serve(key_file):
    """Serves a database that is there already, with the same master key."""
    started = []

    def start(url=None):
        server = harness.Server(arguments=["--master-key-file", str(key_file)])
        if url:
            server.database_url = url
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


def command(server, key_file, *arguments):
    return server.command(*arguments, "--master-key-file", str(key_file))


def make_project(server, key_file):
    made = json.loads(command(server, key_file, "project", "create", "--name", "P", "--json", "--redirect-url",
                              harness.REDIRECT_URL).stdout)
    return harness.Project(server, made["project_id"], made["secret"], made["public_token"], made["environment"])


def moved(project, server):
    """The same project on another server."""
    return harness.Project(server, project.project_id, project.secret, project.public_token, project.environment)


def lines(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]


def content(path):
    """The rows of a backup; JSON is compared as JSON, because PostgreSQL writes it in its own way."""

    def value(x):
        if isinstance(x, str) and x[:1] in ("{", "["):
            return json.dumps(json.loads(x), sort_keys=True)
        return json.dumps(x, sort_keys=True)

    rows = [line["row"] for line in lines(path) if "row" in line]
    return sorted((row["table"], sorted((k, value(v)) for k, v in row["columns"].items())) for row in rows)


def jwks(project):
    return project.raw("GET", f"/v1/b2b/sessions/jwks/{project.project_id}").json()["keys"]


OTHER = "postgres" if ENGINE == "sqlite" else "sqlite"


# ---------------------------------------------------------------- backup and restore


def start_with_data(serve, new_url, key_file):
    server = serve(new_url(ENGINE))
    project = make_project(server, key_file)
    org = project.organization(organization_name='Quo"te Ünïcode').organization_id
    member, session = verified_member(project, org, trusted_metadata={"a": {"b": [1, 2.5, None, True]}})
    return server, project, org, member, session


@pytest.mark.parametrize("target", ["sqlite", "postgres"])
def test_a_backup_while_writing_restores_on_either_engine(target, serve, new_url, guildhall, key_file, tmp_path):
    server, project, org, member, session = start_with_data(serve, new_url, key_file)
    made, stop = [], threading.Event()

    def write():
        api = project.sdk()
        while not stop.is_set():
            email = new_email()
            made.append((email, api.organizations.members.create(organization_id=org, email_address=email).member_id))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    harness.until(lambda: len(made) > 30, timeout=30)
    before = list(made)
    file = tmp_path / "backup.jsonl"
    done = command(server, key_file, "backup", str(file))
    stop.set()
    for thread in threads:
        thread.join()
    assert "master key is not in it" in done.stdout and str(key_file) in done.stdout

    # One state of the database: every member has its directory entry, its address, its audit event.
    found = {}
    for line in lines(file):
        if "row" in line:
            found.setdefault(line["row"]["table"], []).append(line["row"]["columns"])
    ids = {row["id"] for row in found["members"]}
    assert {member_id for _, member_id in before} <= ids
    for table, column in (("member_emails", "member_id"), ("member_directory", "member_id"), ("member_locations", "member_id")):
        assert {row[column] for row in found[table]} == ids, table
    events = {row["object_id"] for row in found["audit_events"] if row["action"] == "member.create"}
    assert ids == events

    url = new_url(target)
    done = guildhall("restore", file, "--database-url", url, "--master-key-file", key_file)
    assert "opens it" in done.stdout
    other = serve(url)
    there = moved(project, other)
    answer = there.api.sessions.authenticate(session_token=session.session_token)
    assert answer.member.member_id == member.member_id
    assert answer.member.trusted_metadata == member.trusted_metadata
    assert there.api.sessions.authenticate(session_jwt=session.session_jwt).member.member_id == member.member_id
    assert jwks(there) == jwks(project)
    assert there.api.organizations.get(org).organization.organization_name == 'Quo"te Ünïcode'
    email, member_id = before[-1]
    assert login(there, org, email).member_id == member_id
    assert login(there, org, member.email_address).member_id == member.member_id


def test_the_file(serve, new_url, key_file, tmp_path):
    server, project, *_ = start_with_data(serve, new_url, key_file)
    file = tmp_path / "backup.jsonl"
    file.touch()
    command(server, key_file, "backup", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(p.name for p in tmp_path.iterdir() if "backup" in p.name) == ["backup.jsonl"]
    header, *rows, trailer = lines(file)
    assert header["header"]["format"] == 1 and header["header"]["engine"] == ENGINE
    assert header["header"]["migrations"][0]["name"] == "0001_first"
    assert isinstance(header["header"]["created_at"], int)
    raw = file.read_bytes()
    start = raw.rindex(b'{"trailer"')
    assert trailer["trailer"]["sha256"] == hashlib.sha256(raw[:start]).hexdigest()
    assert sum(trailer["trailer"]["rows"].values()) == len(rows)
    assert {"projects", "data_keys", "signing_keys", "members"} <= set(trailer["trailer"]["rows"])
    text = raw.decode()
    for secret in (KEY, project.secret, "PRIVATE KEY", "embedded_master_key"):
        assert secret not in text


def test_a_backup_that_cannot_be_written_leaves_nothing(serve, new_url, key_file, tmp_path):
    server = serve(new_url(ENGINE))
    done = server.command("backup", str(tmp_path / "no" / "backup"), "--master-key-file", str(key_file), check=False)
    assert done.returncode == 1 and "cannot write" in done.stderr
    folder = tmp_path / "folder"
    folder.mkdir()
    done = server.command("backup", str(folder), "--master-key-file", str(key_file), check=False)
    assert done.returncode == 1 and "is no backup" in done.stderr
    assert not list(tmp_path.glob("*.part"))


def test_no_backup_of_a_database_that_is_not_there(guildhall, tmp_path):
    done = guildhall("backup", tmp_path / "b", "--database-url", f"sqlite:{tmp_path}/no/such.db", check=False)
    assert done.returncode == 3 and "there is no database" in done.stderr
    assert not (tmp_path / "no").exists() and not (tmp_path / "b").exists()


def test_only_a_backup_gives_way_to_a_backup(serve, new_url, key_file, tmp_path):
    """Not the database, not its key, and not anything else."""
    server, project, *_ = start_with_data(serve, new_url, key_file)
    other = tmp_path / "other"
    other.write_text("mine")
    database = pathlib.Path(server.database_url.removeprefix("sqlite:")) if ENGINE == "sqlite" else other
    for file in (key_file, other, database):
        before = file.read_bytes()
        done = server.command("backup", str(file), "--master-key-file", str(key_file), check=False)
        assert done.returncode == 1 and "is no backup" in done.stderr
        # Behind that a file of SQLite counts its changes, and the server writes.
        same = 24 if ENGINE == "sqlite" and file == database else None
        assert file.read_bytes()[:same] == before[:same]
    assert project.organization()
    good = tmp_path / "good"
    for _ in range(2):
        command(server, key_file, "backup", str(good))


def test_no_backup_of_nothing(serve, new_url, guildhall, key_file, tmp_path):
    """A backup of the wrong database does not take the place of a good one."""
    server, *_ = start_with_data(serve, new_url, key_file)
    file = tmp_path / "backup"
    command(server, key_file, "backup", str(file))
    good, foreign, empty = file.read_bytes(), new_url(ENGINE), new_url(ENGINE)
    if ENGINE == "sqlite":
        path = pathlib.Path(foreign.removeprefix("sqlite:"))
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE theirs (x)")
    guildhall("migrate", "--database-url", empty)
    for url, code, words in ((foreign, 3, "nothing of guildhall"), (empty, 1, "is empty")):
        done = guildhall("backup", file, "--database-url", url, check=False)
        assert done.returncode == code and words in done.stderr
        assert file.read_bytes() == good
    done = guildhall("copy", "--from", foreign, "--to", new_url(OTHER), check=False)
    assert done.returncode == 3 and "nothing of guildhall" in done.stderr
    assert not list(tmp_path.glob("*.part"))


def test_a_changed_or_cut_file_is_refused_and_nothing_is_written(serve, new_url, guildhall, key_file, tmp_path):
    server, *_ = start_with_data(serve, new_url, key_file)
    file = tmp_path / "good"
    command(server, key_file, "backup", str(file))
    good = file.read_bytes()
    rows = good.splitlines(keepends=True)
    member = next(i for i, line in enumerate(rows) if b'"table":"members"' in line)
    bad = {
        "empty": b"",
        "without trailer": b"".join(rows[:-1]),
        "cut in a line": good[: len(good) // 2],
        "one byte off": good[:-1][: len(good) // 2] + bytes([good[len(good) // 2] ^ 1]) + good[len(good) // 2 + 1:],
        "a row left out": b"".join(rows[:member] + rows[member + 1:]),
        "a row twice": b"".join(rows[:member] + [rows[member]] + rows[member:]),
        "another value": good.replace(b'"status":"active"', b'"status":"invited"', 1),
        "more behind": good + rows[member],
        "something else": b'{"hello": 1}\n',
        "another format": good.replace(b'"format":1', b'"format":2', 1),
    }
    assert bad["another value"] != good
    for name, data in bad.items():
        (tmp_path / "bad").write_bytes(data)
        url = new_url("sqlite")
        done = guildhall("restore", tmp_path / "bad", "--database-url", url, check=False)
        assert done.returncode == 1, name
        assert "backup" in done.stderr, done.stderr
        assert not pathlib.Path(url.removeprefix("sqlite:")).exists(), name
    url = new_url(ENGINE)
    guildhall("migrate", "--database-url", url)
    (tmp_path / "bad").write_bytes(bad["one byte off"])
    assert guildhall("restore", tmp_path / "bad", "--database-url", url, check=False).returncode == 1
    # It is as empty as before: the good one can still be restored.
    guildhall("restore", file, "--database-url", url, key=KEY)


def test_a_row_that_does_not_fit_undoes_the_rest(serve, new_url, guildhall, key_file, tmp_path):
    """A file whose sum is right, but whose content the database refuses at the end."""
    server, *_ = start_with_data(serve, new_url, key_file)
    file = tmp_path / "good"
    command(server, key_file, "backup", str(file))
    *rows, trailer = file.read_bytes().splitlines(keepends=True)
    for extra in (rows[-1], b'{"row":{"table":"nope","columns":{"a":1}}}\n', b'{"row":{"table":"members","columns":{"a":1}}}\n'):
        changed = json.loads(trailer)["trailer"]
        table = json.loads(extra)["row"]["table"]
        changed["rows"][table] = changed["rows"].get(table, 0) + 1
        body = b"".join(rows) + extra
        changed["sha256"] = hashlib.sha256(body).hexdigest()
        (tmp_path / "odd").write_bytes(body + json.dumps({"trailer": changed}).encode() + b"\n")
        url = new_url(ENGINE)
        done = guildhall("restore", tmp_path / "odd", "--database-url", url, check=False, key=KEY)
        assert done.returncode == 1 and "nothing was restored" in done.stderr, done.stderr
        guildhall("restore", file, "--database-url", url, key=KEY)


def test_restore_refuses_a_database_with_data(serve, new_url, guildhall, key_file, tmp_path):
    server, *_ = start_with_data(serve, new_url, key_file)
    file = tmp_path / "backup"
    command(server, key_file, "backup", str(file))
    url = new_url(ENGINE)
    guildhall("project", "create", "--name", "Mine", "--database-url", url, key=KEY)
    before = guildhall("project", "list", "--database-url", url, key=KEY).stdout
    done = guildhall("restore", file, "--database-url", url, key=KEY, check=False)
    assert done.returncode == 1 and "not empty" in done.stderr
    assert guildhall("project", "list", "--database-url", url, key=KEY).stdout == before
    if ENGINE == "sqlite":
        # Not under a running server either.
        done = server.command("restore", str(file), "--master-key-file", str(key_file), check=False)
        assert done.returncode == 4 and "already serving" in done.stderr


def test_restore_over_keys_that_nothing_depends_on(serve, new_url, guildhall, key_file, tmp_path):
    server, project, *_ = start_with_data(serve, new_url, key_file)
    file = tmp_path / "backup"
    command(server, key_file, "backup", str(file))
    url = new_url(ENGINE)
    guildhall("migrate", "--database-url", url)
    guildhall("project", "list", "--database-url", url, key=KEY)  # makes data keys
    guildhall("restore", file, "--database-url", url, key=KEY)
    assert project.project_id in guildhall("project", "list", "--database-url", url, key=KEY).stdout


def test_restore_says_what_is_wrong_with_the_key(serve, new_url, guildhall, key_file, tmp_path):
    server, *_ = start_with_data(serve, new_url, key_file)
    file = tmp_path / "backup"
    command(server, key_file, "backup", str(file))
    done = guildhall("restore", file, "--database-url", new_url(ENGINE))
    assert "with the master key of the database" in done.stdout
    done = guildhall("restore", file, "--database-url", new_url(ENGINE), key=OTHER_KEY, check=False)
    assert done.returncode == 1 and "does not open it" in done.stderr


def test_a_restored_database_does_not_get_another_key(serve, new_url, guildhall, key_file, tmp_path):
    server, project, *_ = start_with_data(serve, new_url, key_file)
    file, url = tmp_path / "backup", new_url("sqlite")
    command(server, key_file, "backup", str(file))
    guildhall("restore", file, "--database-url", url)
    beside = pathlib.Path(url.removeprefix("sqlite:")).with_name("master.key")
    for arguments in (("project", "list"), ("serve", "--listen", "127.0.0.1:0")):
        done = guildhall(*arguments, "--database-url", url, check=False)
        assert done.returncode == 1 and "no master key" in done.stderr and not beside.exists()
    beside.write_text(KEY)
    assert project.project_id in guildhall("project", "list", "--database-url", url).stdout


def test_commands_do_not_make_a_database(guildhall, tmp_path):
    url = f"sqlite:{tmp_path}/no/such.db"
    for arguments in (("keys", "rotate", "--data"), ("keys", "rotate", "--master"), ("keys", "list"), ("project", "list"),
                      ("audit", "--project", "project-test-x"), ("outbox",)):
        done = guildhall(*arguments, "--database-url", url, check=False)
        assert done.returncode == 3 and "there is no database" in done.stderr, arguments
    assert not (tmp_path / "no").exists()


def test_a_backup_tells_which_key_it_needs(new_url, guildhall, key_file, tmp_path):
    url, other = new_url(ENGINE), tmp_path / "other.key"
    guildhall("project", "create", "--name", "Mine", "--database-url", url, key=KEY)
    other.write_text(OTHER_KEY)
    other.chmod(0o600)

    def backup(*key):
        return guildhall("backup", tmp_path / f"{harness.unique()}.jsonl", "--database-url", url, *key).stdout

    right, wrong, none = backup("--master-key-file", key_file), backup("--master-key-file", other), backup()
    assert f"it is in the file {key_file}." in right
    assert f"it is not the one in the file {other}: " in wrong and "another master key" in wrong
    assert "this command was not given it." in none
    (needed,) = {re.search(r"Its id is (\w+)", said)[1] for said in (right, wrong, none)}
    assert needed in guildhall("keys", "list", "--database-url", url, key=KEY).stdout


@pytest.mark.parametrize("arguments", (["outbox"], ["project", "list"], ["keys", "list"], ["backup", "backup.jsonl"]), ids=" ".join)
def test_no_command_makes_a_key_for_what_another_has_sealed(new_url, guildhall, arguments):
    url = new_url(ENGINE)
    guildhall("project", "create", "--name", "Mine", "--database-url", url, key=KEY)
    done = guildhall(*arguments, "--database-url", url, check=False)
    if arguments[0] != "backup":
        assert done.returncode == 1 and "no master key" in done.stderr and "its id is" in done.stderr, done.stderr
    assert harness.rows(url, "SELECT count(*) FROM embedded_master_key") == [("0",)]
    assert not (ENGINE == "sqlite" and pathlib.Path(url.removeprefix("sqlite:")).with_name("master.key").exists())


def test_a_backup_from_a_newer_program_is_refused(serve, new_url, guildhall, key_file, tmp_path):
    server, *_ = start_with_data(serve, new_url, key_file)
    file = tmp_path / "backup"
    command(server, key_file, "backup", str(file))
    header, *rows, trailer = file.read_bytes().splitlines(keepends=True)
    changed = json.loads(header)
    changed["header"]["migrations"].append({"name": "9999_later", "checksum": "0" * 64, "applied_at": 0})
    body = json.dumps(changed).encode() + b"\n" + b"".join(rows)
    end = json.loads(trailer)
    end["trailer"]["sha256"] = hashlib.sha256(body).hexdigest()
    file.write_bytes(body + json.dumps(end).encode() + b"\n")
    done = guildhall("restore", file, "--database-url", new_url(ENGINE), check=False)
    assert done.returncode == 1 and "newer" in done.stderr


# ---------------------------------------------------------------- copy


def test_copy_there_and_back(serve, new_url, guildhall, key_file, tmp_path):
    server, project, org, member, session = start_with_data(serve, new_url, key_file)
    for _ in range(300):  # more than a page
        project.member(org)
    assert server.terminate() == 0
    there, back = new_url(OTHER), new_url(ENGINE)
    done = guildhall("copy", "--from", server.database_url, "--to", there, "--master-key-file", key_file)
    assert "master key was not copied" in done.stdout and str(key_file) in done.stdout
    guildhall("copy", "--from", there, "--to", back, "--master-key-file", key_file, "--database-unnamed-statements")
    contents = []
    for i, url in enumerate((server.database_url, there, back)):
        guildhall("backup", tmp_path / f"{i}", "--database-url", url)
        contents.append(content(tmp_path / f"{i}"))
    assert len(contents[0]) > 1000
    assert contents[0] == contents[1] == contents[2]
    for url in (there, back):
        other = moved(project, serve(url))
        assert other.api.sessions.authenticate(session_token=session.session_token).member.member_id == member.member_id
        assert login(other, org, member.email_address).member_id == member.member_id
    # Neither is empty now.
    done = guildhall("copy", "--from", server.database_url, "--to", back, "--master-key-file", key_file, check=False)
    assert done.returncode == (4 if ENGINE == "sqlite" else 1)


def test_copy_refuses_a_source_that_is_served(new_url, guildhall, serve):
    """What is written meanwhile would be missing. PostgreSQL's servers cannot be seen."""
    server = serve(new_url("sqlite"))
    link = pathlib.Path(new_url("sqlite").removeprefix("sqlite:"))
    link.symlink_to(server.database_url.removeprefix("sqlite:"))
    for url in (server.database_url, f"sqlite:{link}"):
        done = guildhall("copy", "--from", url, "--to", new_url("postgres"), key=KEY, check=False)
        assert done.returncode == 4 and "already serving" in done.stderr
        done = guildhall("serve", "--database-url", url, "--listen", "127.0.0.1:0", key=KEY, check=False)
        assert done.returncode == 4 and "already serving" in done.stderr


def test_copy_refuses_a_target_with_data(new_url, guildhall):
    source, target = new_url(ENGINE), new_url(OTHER)
    for url in (source, target):
        guildhall("project", "create", "--name", "Mine", "--database-url", url, key=KEY)
    before = guildhall("project", "list", "--database-url", target, key=KEY).stdout
    done = guildhall("copy", "--from", source, "--to", target, key=KEY, check=False)
    assert done.returncode == 1 and "not empty" in done.stderr
    assert guildhall("project", "list", "--database-url", target, key=KEY).stdout == before


def test_copy_refuses_the_wrong_key_and_uses_the_one_beside_the_source(new_url, guildhall):
    source = new_url("sqlite")
    guildhall("project", "create", "--name", "Mine", "--database-url", source)
    done = guildhall("copy", "--from", source, "--to", new_url("postgres"), key=KEY, check=False)
    assert done.returncode == 1 and "another master key" in done.stderr
    done = guildhall("copy", "--from", source, "--to", new_url("postgres"))
    assert str(pathlib.Path(source.removeprefix("sqlite:")).with_name("master.key")) in done.stdout


def test_copy_tells_of_another_key_beside_the_target(new_url, guildhall):
    source, target = new_url("sqlite"), new_url("sqlite")
    guildhall("project", "create", "--name", "Mine", "--database-url", source)
    guildhall("migrate", "--database-url", target)
    guildhall("project", "list", "--database-url", target)
    done = guildhall("copy", "--from", source, "--to", target, check=False)
    assert done.returncode == 1 and "does not open it" in done.stderr
    assert str(pathlib.Path(source.removeprefix("sqlite:")).with_name("master.key")) in done.stderr


def test_copy_of_a_development_database_keeps_its_key_out(clusters, new_url, guildhall, tmp_path):
    source, target = new_url("postgres"), new_url("sqlite")
    made = guildhall("project", "create", "--name", "Dev", "--database-url", source, "--json").stdout
    done = guildhall("copy", "--from", source, "--to", target)
    assert "embedded_master_key" in done.stdout and "psql" in done.stdout
    file = pathlib.Path(target.removeprefix("sqlite:"))
    with sqlite3.connect(file) as db:
        assert db.execute("SELECT count(*) FROM embedded_master_key").fetchone() == (0,)
    key = subprocess.run(["psql", source, "-Atc", "SELECT key_text FROM embedded_master_key"], capture_output=True,
                         text=True, check=True).stdout.strip()
    listed = guildhall("project", "list", "--database-url", target, key=key).stdout
    assert json.loads(made)["project_id"] in listed


def test_numbers_that_postgres_counts_go_on(new_url, guildhall, tmp_path):
    """No table has them yet; the next one that does must not be a surprise."""

    def psql(url, sql):
        return subprocess.run(["psql", url, "-qAtc", sql], capture_output=True, text=True, check=True).stdout.split()

    source, target = new_url("postgres"), new_url("postgres")
    for url in (source, target):
        guildhall("migrate", "--database-url", url)
        psql(url, 'CREATE TABLE "Odd ones" (n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "a b" TEXT, '
                  "twice BIGINT GENERATED ALWAYS AS (n * 2) STORED, parent BIGINT)")
        psql(url, 'CREATE TABLE aa (n BIGINT PRIMARY KEY REFERENCES "Odd ones" (n))')
    psql(source, """INSERT INTO "Odd ones" ("a b") SELECT 'x' FROM generate_series(1, 600)""")
    psql(source, "INSERT INTO aa VALUES (600)")
    guildhall("copy", "--from", source, "--to", target)
    assert psql(target, 'SELECT count(*), max(n), max(twice) FROM "Odd ones"') == ["600|600|1200"]
    psql(target, """INSERT INTO "Odd ones" ("a b") VALUES ('y')""")
    assert psql(target, 'SELECT max(n) FROM "Odd ones"') == ["601"]
    assert psql(target, "SELECT n FROM aa") == ["600"]


def test_rows_that_a_policy_hides_are_not_left_out_silently(new_url, guildhall, tmp_path):
    url = new_url("postgres")
    guildhall("project", "create", "--name", "Mine", "--database-url", url, key=KEY)
    for sql in ("CREATE POLICY hidden ON projects AS RESTRICTIVE USING (false)",
                "DROP POLICY hidden ON projects; DROP POLICY tenant ON projects; CREATE POLICY mine ON projects USING (false)"):
        subprocess.run(["psql", url, "-qc", sql], check=True)
        done = guildhall("backup", tmp_path / "b", "--database-url", url, key=KEY, check=False)
        assert done.returncode == 1 and "row-level security" in done.stderr and "projects" in done.stderr
        assert not (tmp_path / "b").exists()


# ---------------------------------------------------------------- migrate


def test_migrate(new_url, guildhall):
    url = new_url(ENGINE)
    done = guildhall("migrate", "--check", "--database-url", url, check=False)
    assert done.returncode == 1 and "pending 0001_first" in done.stdout
    if ENGINE == "sqlite":
        assert not pathlib.Path(url.removeprefix("sqlite:")).exists()
    assert "applied 0001_first" in guildhall("migrate", "--database-url", url).stdout
    assert guildhall("migrate", "--database-url", url).stdout == "the database is up to date\n"
    assert guildhall("migrate", "--check", "--database-url", url).stdout == "the database is up to date\n"
    if ENGINE == "sqlite":
        with sqlite3.connect(url.removeprefix("sqlite:")) as db:
            db.execute("INSERT INTO schema_migrations VALUES ('9999_later', 'x', 0)")
        for arguments in (("migrate",), ("migrate", "--check")):
            assert "9999_later is of a newer program" in guildhall(*arguments, "--database-url", url).stdout
        said = guildhall("doctor", "--json", "--database-url", url, check=False).stdout
        assert '"migrations"' in said and "9999_later" in said


# ---------------------------------------------------------------- doctor


@pytest.fixture
def doctor(guildhall):
    """What it says, by check, and its exit code."""

    def run(*arguments, **options):
        done = guildhall("doctor", "--json", *arguments, check=False, **options)
        said = {}
        for line in done.stdout.splitlines():
            entry = json.loads(line)
            assert list(entry) == ["check", "status", "message"]
            assert entry["status"] in ("ok", "warn", "fail")
            said.setdefault(entry["check"], []).append((entry["status"], entry["message"]))
        failed = any(status == "fail" for entries in said.values() for status, _ in entries)
        assert done.returncode == (1 if failed else 0), done.stdout
        return said

    return run


def status(said, check):
    return [status for status, _ in said[check]]


def test_doctor_finds_a_good_set_up_good(serve, new_url, guildhall, doctor, key_file):
    server, *_ = start_with_data(serve, new_url, key_file)
    arguments = ["--database-url", server.database_url, "--master-key-file", key_file, "--smtp-url", server.mailbox.url,
                 "--public-url", "https://auth.example.com"]
    said = doctor(*arguments)
    assert {s for check in said for s in status(said, check)} == {"ok"}, said
    expected = {"configuration", "public URL", "permissions", "database", "migrations", "master key", "mail settings",
                "signing keys", "mail server"}
    assert set(said) == expected | ({"clock", "row-level security"} if ENGINE == "postgres" else set())
    assert said["database"][0][1].startswith(ENGINE)
    plain = guildhall("doctor", *arguments).stdout
    assert plain.count("ok    ") == sum(map(len, said.values()))
    assert "ok    master key: " in plain


def test_doctor_changes_nothing(new_url, doctor, tmp_path):
    url = new_url("sqlite")
    before = sorted(tmp_path.rglob("*"))
    said = doctor("--database-url", url)
    assert status(said, "database") == ["fail"]
    assert sorted(tmp_path.rglob("*")) == before


def test_doctor_before_the_first_start(new_url, guildhall, doctor):
    url = new_url(ENGINE)
    if ENGINE == "postgres":
        said = doctor("--database-url", url)
        assert status(said, "migrations") == ["fail"] and "guildhall migrate" in said["migrations"][0][1]
    guildhall("migrate", "--database-url", url)
    said = doctor("--database-url", url)
    assert status(said, "migrations") == ["ok"]
    assert status(said, "master key") == ["warn"]
    assert status(said, "signing keys") == ["warn"]
    said = doctor("--database-url", url, key="too short")
    assert status(said, "master key") == ["fail"] and "openssl" in said["master key"][0][1]


def test_doctor_and_the_master_key(new_url, guildhall, doctor):
    url = new_url(ENGINE)
    guildhall("project", "create", "--name", "Mine", "--database-url", url, key=KEY)
    assert status(doctor("--database-url", url, key=KEY), "master key") == ["ok"]
    said = doctor("--database-url", url, key=OTHER_KEY)
    assert status(said, "master key") == ["fail"] and "another master key" in said["master key"][0][1]
    assert status(doctor("--database-url", url), "master key") == ["fail"]
    assert status(doctor("--database-url", url, "--master-key-file", "no/such"), "master key") == ["fail"]


def test_doctor_and_the_development_key(new_url, guildhall, doctor):
    url = new_url("postgres")
    guildhall("project", "create", "--name", "Dev", "--database-url", url)
    assert status(doctor("--database-url", url), "master key") == ["warn"]
    said = doctor("--database-url", url, "--listen", "0.0.0.0:7400", "--public-url", "https://a.example.com")
    assert status(said, "master key") == ["fail"]


def test_doctor_and_row_level_security(clusters, new_url, guildhall, doctor):
    """T-07: the wall that the database is must stand for the role that the server is."""
    url, check = new_url("postgres"), "row-level security"
    guildhall("migrate", "--database-url", url)
    assert doctor("--database-url", url)[check] == [("ok", f"in force for {harness.Postgres.OWNER}")]
    name = url.rsplit("/", 1)[1]
    said = doctor("--database-url", clusters().url(name, "postgres"))
    assert status(said, check) == ["warn"] and "ordinary role" in said[check][0][1]
    for sql in ("ALTER TABLE members NO FORCE ROW LEVEL SECURITY", "ALTER TABLE members FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY"):
        clusters().sql(name, sql)
        said = doctor("--database-url", url)
        assert status(said, check) == ["fail"] and "force on members;" in said[check][0][1]


def test_doctor_and_permissions(new_url, guildhall, doctor):
    url = new_url("sqlite")
    guildhall("project", "create", "--name", "Mine", "--database-url", url)
    file = pathlib.Path(url.removeprefix("sqlite:"))

    def said_of(name):
        said = doctor("--database-url", url)["permissions"]
        path = file.with_name(name) if name else file.parent
        return next(entry for entry in said if f"{path} " in entry[1])

    assert said_of("guildhall.db")[0] == said_of("master.key")[0] == "ok"
    file.chmod(0o640)
    assert said_of("guildhall.db")[0] == "warn"
    file.with_name("master.key").chmod(0o644)
    verdict, words = said_of("master.key")
    assert verdict == "fail" and "chmod 600" in words
    file.parent.chmod(0o777)
    verdict, words = said_of("")
    assert verdict == "fail" and "chmod 700" in words


def test_doctor_and_signing_keys(new_url, guildhall, doctor):
    url = new_url("sqlite")
    made = json.loads(guildhall("project", "create", "--name", "Mine", "--database-url", url, "--json").stdout)
    with sqlite3.connect(url.removeprefix("sqlite:")) as db:
        db.execute("DELETE FROM signing_keys")
    said = doctor("--database-url", url)
    assert status(said, "signing keys") == ["fail"] and made["project_id"] in said["signing keys"][0][1]


@pytest.mark.parametrize(
    "url, expected",
    [("https://a.example.com", "ok"), ("http://localhost:7400", "ok"), ("http://[::1]:7400/", "ok"), ("http://127.0.0.1", "ok"),
     ("http://a.example.com", "fail"), ("http://localhost:x@a.example.com", "fail"), ("http://localhost.example.com", "fail"),
     ("a.example.com", "fail"), ("https://a b?x=1#y", "fail")],
)
def test_doctor_and_the_public_url(url, expected, doctor, tmp_path):
    assert status(doctor("--database-url", f"sqlite:{tmp_path}/none.db", "--public-url", url), "public URL") == [expected]


def test_doctor_and_the_configuration(doctor, tmp_path):
    (tmp_path / "g.toml").write_text('public-url = "http://a.example.com"\ndatabase-url = "sqlite:none.db"\n')
    said = doctor("--config", "g.toml")
    assert status(said, "configuration") == ["ok"] and status(said, "public URL") == ["fail"]
    for wrong in (("--metrics-listen", "nonsense"), ("--listen", "256.1.1.1:99999")):
        assert status(doctor("--config", "g.toml", *wrong), "configuration") == ["fail"], wrong
    for wrong in ('log-level = "bogus"', 'log-format = "xml"', "no-such-key = 1"):
        (tmp_path / "g.toml").write_text(wrong)
        assert status(doctor("--config", "g.toml"), "configuration") == ["fail"]
    assert status(doctor("--config", "missing.toml"), "configuration") == ["fail"]


def test_doctor_and_the_mail_server(new_url, guildhall, doctor):
    url = new_url("sqlite")
    guildhall("project", "create", "--name", "Mine", "--database-url", url)
    closed = harness.free_port()
    said = doctor("--database-url", url, "--smtp-url", f"smtp://user:hush@127.0.0.1:{closed}")
    assert status(said, "mail server") == ["fail"] and "hush" not in str(said)
    said = doctor("--database-url", url, "--smtp-url", "http://127.0.0.1", "--mail-from", "nobody")
    assert status(said, "mail settings") == ["fail"]
    assert status(doctor("--database-url", url), "mail server") == ["warn"]
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def rude():
            peer, _ = listener.accept()
            peer.sendall(b"554 go away\r\n")
            peer.close()

        thread = threading.Thread(target=rude)
        thread.start()
        said = doctor("--database-url", url, "--smtp-url", f"smtp://127.0.0.1:{listener.getsockname()[1]}")
        thread.join()
    assert status(said, "mail server") == ["fail"] and "SMTP" in said["mail server"][0][1]


def test_doctor_and_the_clock(new_url, guildhall, doctor, tmp_path):
    url = new_url("postgres")
    guildhall("project", "create", "--name", "Mine", "--database-url", url, key=KEY)
    assert status(doctor("--database-url", url, key=KEY), "clock") == ["ok"]
    clock = harness.Clock(tmp_path)
    clock.forward(seconds=30)
    said = doctor("--database-url", url, key=KEY, environment=clock.environment())
    assert status(said, "clock") == ["warn"] and "NTP" in said["clock"][0][1]
