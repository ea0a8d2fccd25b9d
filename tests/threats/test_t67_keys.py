"""T-67: without a good master key of its own the server does not start."""

import base64
import os
import pathlib
import secrets
import signal
import subprocess
import tempfile

import pytest
from harness import BIN, ENGINE, Postgres

WEAK = [
    "", " ", "changeme", "secret", "0", "0" * 64, "f" * 64, "ab" * 32, "0123456789abcdef" * 4, "A" * 43 + "=", "A" * 44, "x" * 1000, "💥",
    base64.b64encode(bytes(32)).decode(), base64.b64encode(b"correct horse battery staple 1!?").decode(), base64.b64encode(b"passwordpasswordpasswordpassword").decode(),
    base64.b64encode(secrets.token_bytes(16)).decode(), base64.b64encode(secrets.token_bytes(31)).decode(), base64.b64encode(secrets.token_bytes(33)).decode(),
    base64.b64encode(b"ab" * 16).decode(), secrets.token_hex(16), "-----BEGIN PRIVATE KEY-----",
]


def strong() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture
def directory():
    with tempfile.TemporaryDirectory(prefix="guildhall-") as path:
        yield pathlib.Path(path)


def serve(directory, *arguments, key=None, database=None, listen="127.0.0.1:0"):
    """Starts a server; answers ("listening" or "refused", stderr)."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")}
    if key is not None:
        environment["GUILDHALL_MASTER_KEY"] = key
    database = database or f"sqlite:{directory}/guildhall.db"
    log = directory / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen([BIN, "serve", "--listen", listen, "--database-url", database, *arguments], cwd=directory, env=environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        line = process.stdout.readline()
        if line.startswith("listening on"):
            return "listening", log.read_text()
        assert process.wait(20) != 0
        return "refused", log.read_text()
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
        process.stdout.close()


@pytest.mark.parametrize("way", ["environment", "file"])
def test_t67_weak_master_keys_are_refused(directory, way):
    for number, key in enumerate(WEAK):
        if way == "environment":
            said = serve(directory, key=key)
        else:
            file = directory / f"key-{number}"
            file.write_text(key)
            said = serve(directory, "--master-key-file", str(file))
        assert said[0] == "refused", f"started with {key!r}"
        assert "master key" in said[1], said[1]
        assert not key.strip() or len(key) < 8 or key not in said[1], "the key itself is in the log"


def test_t67_a_missing_key_file_is_no_reason_to_make_one(directory):
    said = serve(directory, "--master-key-file", str(directory / "nowhere"))
    assert said[0] == "refused" and not (directory / "nowhere").exists()


def test_t67_another_master_key_than_the_databases(directory):
    key, other = strong(), strong()
    assert serve(directory, key=key)[0] == "listening"
    for wrong in (other, key[::-1]):
        said = serve(directory, key=wrong)
        assert said[0] == "refused" and wrong not in said[1] and key not in said[1]
    # Not even by losing the variable: the key file that would be made is another key.
    said = serve(directory)
    assert said[0] == "refused", said[1]
    (directory / "master.key").unlink(missing_ok=True)
    assert serve(directory, key=key)[0] == "listening"


def test_t67_commands_need_the_same_key(directory):
    assert serve(directory, key=strong())[0] == "listening"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")} | {"GUILDHALL_MASTER_KEY": strong()}
    for command in (["project", "create", "--name", "X"], ["outbox"], ["keys", "rotate", "project-test-00000000-0000-4000-8000-000000000000"]):
        done = subprocess.run([BIN, *command, "--database-url", f"sqlite:{directory}/guildhall.db"], cwd=directory, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode != 0 and "secret-" not in done.stdout, (command, done)


def test_t67_the_key_that_sqlite_makes_is_random_and_private(directory):
    said = serve(directory)
    assert said[0] == "listening"
    file = directory / "master.key"
    assert file.stat().st_mode & 0o077 == 0
    key = file.read_text().strip()
    assert len(base64.b64decode(key)) == 32 and key not in said[1]
    stored = b"".join(f.read_bytes() for f in directory.iterdir() if f.name.startswith("guildhall.db"))
    assert key.encode() not in stored and base64.b64decode(key) not in stored


def test_t67_no_default_secret_in_the_program(directory):
    """Two fresh installations have nothing secret in common."""
    keys = []
    for name in ("a", "b"):
        place = directory / name
        place.mkdir()
        assert serve(place)[0] == "listening"
        keys.append((place / "master.key").read_text())
    assert keys[0] != keys[1]


@pytest.fixture(scope="module")
def cluster(request):
    if ENGINE == "postgres":
        yield request.getfixturevalue("postgres")
        return
    if not list(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.skip("PostgreSQL is not installed")
    cluster = Postgres()
    yield cluster
    cluster.stop()


def test_t67_postgresql_without_a_key_is_for_this_machine_only(cluster, directory):
    database = cluster.new_database()
    for listen in ("0.0.0.0:0", "[::]:0"):
        said = serve(directory, database=database, listen=listen)
        assert said[0] == "refused", f"listens on {listen} with a key kept in the database"
        if "Address family" not in said[1] and "os error 97" not in said[1]:
            assert "master key" in said[1], said[1]
    said = serve(directory, database=database)
    assert said[0] == "listening" and "development" in said[1]
    # The embedded key does not stand in for a real one afterwards, nor the other way round.
    assert serve(directory, database=database, key=strong())[0] == "refused"
    fresh, key = cluster.new_database(), strong()
    assert serve(directory, database=fresh, key=key, listen="0.0.0.0:0")[0] == "listening"
    assert serve(directory, database=fresh)[0] == "refused"


# ---------------------------------------------------------------- replacing the master key


def guildhall(directory, database, *arguments, key=None):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")}
    if key is not None:
        environment["GUILDHALL_MASTER_KEY"] = key
    return subprocess.run([BIN, *arguments, "--database-url", database], cwd=directory, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)


def replace(directory, database, new, key):
    file = directory / "new.key"
    file.write_text(new)
    return guildhall(directory, database, "keys", "rotate", "--master", "--new-master-key-file", str(file), key=key)


def fresh(directory, request) -> str:
    return f"sqlite:{directory}/guildhall.db" if ENGINE == "sqlite" else request.getfixturevalue("postgres").new_database()


def test_t67_a_master_key_is_replaced_by_a_good_one_only(directory, request):
    database, key = fresh(directory, request), strong()
    assert serve(directory, key=key, database=database)[0] == "listening"
    # Two are none: it must be clear which is meant.
    for number, weak in enumerate([*WEAK, f"{strong()}\n{strong()}", f"changeme {strong()}"]):
        done = replace(directory, database, weak, key)
        assert done.returncode == 1, f"replaced by {weak!r}"
        assert "key" in done.stderr and (len(weak) < 8 or weak not in done.stdout + done.stderr), (number, done)
    done = guildhall(directory, database, "keys", "rotate", "--master", "--new-master-key-file", "nowhere", key=key)
    assert done.returncode == 1 and not (directory / "nowhere").exists()
    assert serve(directory, key=key, database=database)[0] == "listening"


def test_t67_a_master_key_is_not_replaced_by_itself(directory, request):
    database, key = fresh(directory, request), strong()
    assert serve(directory, key=key, database=database)[0] == "listening"
    for same in (key, base64.b64decode(key).hex(), f" {key}\n\n"):
        done = replace(directory, database, same, key)
        assert done.returncode == 1 and "in use" in done.stderr and key not in done.stderr, done
    assert serve(directory, key=key, database=database)[0] == "listening"


def test_t67_replacing_the_master_key_needs_the_old_one_and_shows_neither(directory, request):
    database, key, new = fresh(directory, request), strong(), strong()
    assert serve(directory, key=key, database=database)[0] == "listening"
    done = replace(directory, database, new, strong())
    assert done.returncode == 1 and "another master key" in done.stderr
    said = [done.stdout, done.stderr]
    done = replace(directory, database, new, key)
    assert done.returncode == 0, done
    said += [done.stdout, done.stderr, guildhall(directory, database, "keys", "list", "--json", key=new).stdout]
    done = guildhall(directory, database, "doctor", key=new)
    assert "ok    master key" in done.stdout, done
    said += [done.stdout, done.stderr]
    for started, answer in ((key, "refused"), (new, "listening"), (f"{new} {key}", "listening"), (f"{key}\n{new}", "listening")):
        outcome, log = serve(directory, key=started, database=database)
        assert outcome == answer, log
        said.append(log)
    for secret in (key, new):
        for form in (secret, base64.b64decode(secret).hex()):
            assert form not in "\n".join(said)


def test_t67_replaced_data_keys_are_gone(directory, request):
    """Neither the old data key nor the new one can be read without the master key, and the old one is not there."""
    database, key = fresh(directory, request), strong()
    assert serve(directory, key=key, database=database)[0] == "listening"
    for _ in range(2):
        done = guildhall(directory, database, "keys", "rotate", "--data", key=key)
        assert done.returncode == 0, done
    assert "data key 3 is gone" in done.stdout
    file = directory / "backup"
    assert guildhall(directory, database, "backup", str(file), key=key).returncode == 0
    assert file.read_text().count('"table":"data_keys"') == 2
    done = guildhall(directory, database, "keys", "rotate", "--data", key=strong())
    assert done.returncode == 1 and "another master key" in done.stderr
