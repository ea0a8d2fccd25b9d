"""Replacing keys while a server runs: nothing that was made before is lost."""

import base64
import datetime
import json
import os
import pathlib
import re
import secrets
import stat
import subprocess
import threading
import time

import harness
import pytest
from harness import ENGINE, login, magic_token, new_email, until, verified_member

sqlite_only = pytest.mark.skipif(ENGINE != "sqlite", reason="about the key file beside the embedded database")
postgres_only = pytest.mark.skipif(ENGINE != "postgres", reason="about the key that PostgreSQL keeps")


def strong() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def data_keys(server) -> dict[str, str]:
    """Their purposes by their numbers."""
    return dict(server.rows("SELECT id, purpose FROM data_keys ORDER BY id"))


def sealed_with(server) -> set[int]:
    """The numbers of the keys that stored values name."""
    hex_ = "hex(substr({0}, 1, 4))" if ENGINE == "sqlite" else "encode(substr({0}, 1, 4), 'hex')"
    found = server.rows(f"SELECT {hex_.format('sealed_body')} FROM outbox WHERE sealed_body IS NOT NULL")
    found += server.rows(f"SELECT {hex_.format('sealed_private_key')} FROM signing_keys")
    return {int(header, 16) for (header,) in found}


def outbox(server) -> list[dict]:
    return [json.loads(line) for line in server.command("outbox", "--json", *server.key).stdout.splitlines()]


def rotate(server, *arguments, check=True):
    return server.command("keys", "rotate", *arguments, *server.key, check=check)


@pytest.fixture
def start(start_server):
    """A server of this test's own, which commands can open."""

    def start(key_file: pathlib.Path | None = None, **options):
        key = ["--master-key-file", str(key_file)] if key_file else []
        server = start_server(arguments=key, **options)
        server.key = key
        return server

    return start


def project_of(server):
    made = json.loads(server.command("project", "create", "--name", "P", "--json", "--redirect-url", harness.REDIRECT_URL,
                                     *server.key).stdout)
    return harness.Project(server, made["project_id"], made["secret"], made["public_token"], made["environment"])


class Life:
    """A session, a link and a mail from before, and the proof that they still work."""

    def __init__(self, server):
        self.server, self.project = server, project_of(server)
        self.org = self.project.organization().organization_id
        self.member, self.session = verified_member(self.project, self.org)
        self.jwks = self.keys()
        self.linked = self.project.member(self.org).email_address
        self.link = magic_token(self.project, self.org, self.linked)

    def keys(self):
        return self.project.raw("GET", f"/v1/b2b/sessions/jwks/{self.project.project_id}").json()["keys"]

    def check(self):
        api = self.project.api
        assert api.sessions.authenticate(session_token=self.session.session_token).member.member_id == self.member.member_id
        assert api.sessions.authenticate(session_jwt=self.session.session_jwt).member.member_id == self.member.member_id
        assert self.keys() == self.jwks
        assert login(self.project, self.org, self.member.email_address).member_id == self.member.member_id
        if self.link:
            assert api.magic_links.authenticate(magic_links_token=self.link).member_authenticated is True
            self.link = None


# ---------------------------------------------------------------- the command


def test_exactly_one_kind_of_key_is_rotated(server):
    for arguments in ([], ["--data", "--master"], ["--project", "x", "--data"], ["--data", "--new-master-key-file", "x"],
                      ["--project", "x", "--new-master-key-file", "x"], ["--new-master-key-file", "x"]):
        done = server.command("keys", "rotate", *arguments, check=False)
        assert done.returncode == 2 and "--master" in done.stderr, (arguments, done.stderr)
    assert data_keys(server)["1"] == "sealing"


def test_a_new_master_key_that_nobody_would_have_is_refused(start, tmp_path):
    """As with --new-master-key-file <(openssl rand -base64 32)."""
    server = start()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = server.command("keys", "rotate", "--master", "--new-master-key-file", str(pipe), check=False)
    assert done.returncode == 1 and "is no file" in done.stderr


def test_list_shows_the_keys_and_what_they_protect(start):
    server = start()
    project_of(server)
    listed = [json.loads(line) for line in server.command("keys", "list", "--json").stdout.splitlines()]
    assert [(key["id"], key["purpose"]) for key in listed] == [(1, "sealing"), (2, "hashing")]
    assert listed[0]["sealed_values"] == 2 and listed[1]["sealed_values"] is None  # a signing key each
    assert listed[0]["master_key_id"] == listed[1]["master_key_id"] and len(listed[0]["master_key_id"]) == 8
    [head, sealing, hashing] = server.command("keys", "list").stdout.splitlines()
    assert head.split("  ")[0] == "KEY" and head.endswith("SEALED VALUES")
    assert "sealing" in sealing and sealing.split()[-1] == "2" and "hashing" in hashing


# ---------------------------------------------------------------- signing keys


def test_a_new_signing_key_says_when_it_signs_and_how_long_the_old_one_is_published(server):
    project = server.project()
    before, done, after = time.time(), server.command("keys", "rotate", "--project", project.project_id), time.time()
    [kid] = done.stdout.splitlines()
    assert "signs from" in done.stderr and "15 minutes from now" in done.stderr, done.stderr
    from_, until_ = (datetime.datetime.fromisoformat(at).timestamp() for at in re.findall(r"\d{4}-\d\d-\d\dT[\d:.]+Z", done.stderr))
    assert before + 900 - 1 <= from_ <= after + 900 + 1 and until_ == pytest.approx(from_ + 30 * 86400, abs=1)
    keys = {key["kid"] for key in project.raw("GET", f"/v1/b2b/sessions/jwks/{project.project_id}").json()["keys"]}
    assert kid in keys and len(keys) == 2


# ---------------------------------------------------------------- the data key


def test_the_data_key_is_rotated_while_a_server_runs(start):
    server = start()
    life = Life(server)
    # These wait: the mail server is away.
    server.mailbox.stop()
    waiting = [life.project.member(life.org).email_address for _ in range(3)]
    for email in waiting:
        life.project.api.magic_links.email.login_or_signup(organization_id=life.org, email_address=email)
    links = {mail["to"]: mail["link"] for mail in outbox(server) if mail["to"] in waiting}
    assert sealed_with(server) == {1} and len(links) == 3 and all(links.values())

    done = rotate(server, "--data")
    assert "data key 3 seals" in done.stdout and "data key 1 is gone" in done.stdout
    assert data_keys(server) == {"2": "hashing", "3": "sealing"}
    assert sealed_with(server) == {3}
    assert {mail["to"]: mail["link"] for mail in outbox(server) if mail["to"] in waiting} == links

    server.mailbox.start()
    for email in waiting:
        token = harness.token_from(server.mailbox.wait(email, 40))
        assert life.project.api.magic_links.authenticate(magic_links_token=token).member_authenticated is True
    life.check()
    # What is made from now on is sealed with the new key only.
    Life(server).check()
    assert sealed_with(server) == {3}
    server.restart()
    life.check()
    assert server.get("/readyz").status_code == 200
    assert data_keys(server) == {"2": "hashing", "3": "sealing"}


def test_again_and_again_under_load(start):
    """Mails are sent without pause; none is lost, none is refused, whichever key sealed it."""
    server = start()
    project = project_of(server)
    org = project.organization().organization_id
    sent, broken, stop = [], [], threading.Event()

    def send():
        api = project.sdk()
        while not stop.is_set():
            email = new_email()
            try:
                api.magic_links.email.invite(organization_id=org, email_address=email)
                sent.append(email)
            except Exception as error:  # noqa: BLE001 (shown below)
                broken.append(error)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for i in range(3):
        before = len(sent)
        until(lambda: len(sent) > before + 5 or broken, timeout=60, what="mails")
        assert f"data key {i + 3} seals" in rotate(server, "--data").stdout
    stop.set()
    for thread in threads:
        thread.join()
    assert not broken, broken[0]
    assert data_keys(server) == {"2": "hashing", "5": "sealing"}
    assert sealed_with(server) == {5}
    for email in sent:
        server.mailbox.wait(email, 60)


def test_two_rotations_at_once(start):
    server = start()
    life = Life(server)
    done = harness.race(2, lambda _: rotate(server, "--data", check=False))
    assert [each.returncode for each in done] == [0, 0], done
    assert data_keys(server) == {"2": "hashing", "4": "sealing"} and sealed_with(server) == {4}
    life.check()


def test_a_rotation_that_was_cut_off_is_finished_by_the_next(start):
    """By hand: the new key is there, the old one is retired, and nothing was sealed anew."""
    server = start()
    life = Life(server)
    rotate(server, "--data")
    assert server.terminate() == 0
    for sql in ("INSERT INTO data_keys SELECT 4, 'sealing', wrapped_key, created_at FROM data_keys WHERE id = 3",
                "UPDATE data_keys SET purpose = 'retired' WHERE id = 3"):
        server.rows(sql)
    server.launch(server.url.removeprefix("http://"))
    life.check()
    Life(server)
    assert 4 in sealed_with(server) and 3 in sealed_with(server)
    listed = {key["id"]: key for key in map(json.loads, server.command("keys", "list", "--json").stdout.splitlines())}
    assert listed[3]["purpose"] == "retired" and listed[3]["sealed_values"] > 0
    rotate(server, "--data")
    assert data_keys(server) == {"2": "hashing", "5": "sealing"} and sealed_with(server) == {5}
    life.check()


def test_a_value_that_does_not_open_stops_the_rotation_and_no_key_is_lost(start):
    server = start()
    life = Life(server)
    [(broken,), *_] = server.rows(f"SELECT id FROM signing_keys WHERE project_id <> '{life.project.project_id}'")
    zeros = "X'00000001' || zeroblob(60)" if ENGINE == "sqlite" else r"'\x00000001'::bytea || decode(repeat('00', 60), 'hex')"
    blob = f"CAST({zeros} AS BLOB)" if ENGINE == "sqlite" else zeros
    server.rows(f"UPDATE signing_keys SET sealed_private_key = {blob} WHERE id = '{broken}'")
    done = rotate(server, "--data", check=False)
    assert done.returncode == 1 and f"a sealed value of {broken} does not open" in done.stderr
    assert data_keys(server)["1"] == "retired"
    life.check()


# ---------------------------------------------------------------- the master key


def refuses_to_start(server, *arguments) -> str:
    """Another start of the same database; what it said."""
    done = subprocess.run([harness.BIN, "serve", "--listen", "127.0.0.1:0", "--database-url", server.database_url, *arguments],
                          cwd=server.directory, env=server.environment(), stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 1, done
    return done.stderr


def master_key_id(server) -> str:
    listed = [json.loads(line) for line in server.command("keys", "list", "--json", *server.key).stdout.splitlines()]
    [id_] = {key["master_key_id"] for key in listed}
    return id_


def write_key(path, *keys):
    path.write_text("".join(f"{key}\n" for key in keys))
    path.chmod(0o600)
    return path


def test_an_operators_master_key_is_replaced_while_a_server_runs(start, tmp_path):
    old_key, new_key = strong(), strong()
    old, new = write_key(tmp_path / "old.key", old_key), write_key(tmp_path / "new.key", new_key)
    server = start(old)
    life = Life(server)
    before = master_key_id(server)
    done = rotate(server, "--master", "--new-master-key-file", str(new))
    assert before in done.stdout and str(new) in done.stdout and str(old) in done.stdout
    # The running server has the old one and goes on, and says that it would not start.
    until(lambda: "the master key was replaced" in server.log(), timeout=30, what="the warning")
    assert server.get("/readyz").status_code == 200
    life.check()
    assert server.terminate() == 0
    said = refuses_to_start(server, *server.key)
    server.key = ["--master-key-file", str(new)]
    after = master_key_id(server)
    assert "another master key" in said and before in said and after in said and before != after
    server.arguments = server.key
    server.launch(server.url.removeprefix("http://"))
    life.check()
    rotate(server, "--data")
    life.check()
    for text in (done.stdout, done.stderr, said, server.log()):
        assert old_key not in text and new_key not in text


def test_a_server_with_both_keys_needs_no_telling(start, tmp_path):
    """The way for several servers: all get both keys, then the database moves, then the old one goes."""
    old_key, new_key = strong(), strong()
    file = write_key(tmp_path / "master.key", old_key)
    server = start(file)
    life = Life(server)
    done = rotate(server, "--master", check=False)
    assert done.returncode == 1 and "--new-master-key-file" in done.stderr
    write_key(file, new_key, old_key)
    server.restart()
    life.check()
    # Still under the old one, for servers that do not have the new one yet; so is a new data key.
    rotate(server, "--data")
    alone = write_key(tmp_path / "old.key", old_key)
    assert server.command("project", "list", "--master-key-file", str(alone)).returncode == 0
    rotate(server, "--master")
    rotate(server, "--data")
    life.check()
    assert "the master key was replaced" not in server.log()
    assert server.command("project", "list", "--master-key-file", str(alone), check=False).returncode == 1
    # Again: there is nothing to do.
    done = rotate(server, "--master", check=False)
    assert done.returncode == 1 and "in use" in done.stderr
    write_key(file, new_key)
    server.restart()
    life.check()


def test_a_server_reads_a_key_file_again_that_was_replaced(start, tmp_path):
    """As a platform replaces the files of its secrets, without a restart."""
    old_key, new_key = strong(), strong()
    file = write_key(tmp_path / "master.key", old_key)
    server = start(file)
    life = Life(server)
    write_key(file, new_key, old_key)
    rotate(server, "--master")
    write_key(file, new_key)
    rotate(server, "--data")
    life.check()
    Life(server).check()
    assert sealed_with(server) == {3}


@sqlite_only
def test_the_key_file_beside_the_database_replaces_itself(start):
    server = start()
    life = Life(server)
    file = server.directory / "master.key"
    old_key, before = file.read_text(), master_key_id(server)
    done = rotate(server, "--master")
    new_key = file.read_text()
    kept = server.directory / f"master.key.old-{before}"
    assert new_key != old_key and len(new_key.split()) == 1
    assert kept.read_text() == old_key and str(kept) in done.stdout
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert not list(server.directory.glob("*.part"))
    for key in (old_key, new_key):
        assert key.strip() not in done.stdout + done.stderr
    # Without a restart: the server reads the file again.
    rotate(server, "--data")
    life.check()
    Life(server).check()
    assert "the master key was replaced" not in server.log()
    server.restart()
    life.check()
    assert server.terminate() == 0
    assert "another master key" in refuses_to_start(server, "--master-key-file", str(kept))
    server.launch(server.url.removeprefix("http://"))


@sqlite_only
@pytest.mark.parametrize("moment", ["before the database is changed", "after the database was changed", "while a file is written"])
def test_a_crash_while_the_key_file_is_replaced(start, moment):
    """The states on disk at each moment, made by hand: the database opens, and the next rotation cleans up."""
    server = start()
    life = Life(server)
    file = server.directory / "master.key"
    old_key, fresh = file.read_text().strip(), strong()
    if moment == "before the database is changed":
        write_key(file, fresh, old_key)
    elif moment == "after the database was changed":
        rotate(server, "--master")
        write_key(file, file.read_text().strip(), old_key)
    else:
        (server.directory / "master.part").write_text(fresh[:20])
        (server.directory / "master.key.part").write_text("")
    server.restart()
    life.check()
    before = set(file.read_text().split())
    rotate(server, "--master")
    [now] = file.read_text().split()
    assert now not in before | {old_key, fresh}
    kept = {path.read_text().strip() for path in server.directory.glob("master.key.old-*")}
    assert old_key in kept and before <= kept
    assert not list(server.directory.glob("*.part"))
    server.restart()
    life.check()


@sqlite_only
def test_two_replacements_of_the_key_file_at_once(start):
    server = start()
    life = Life(server)
    done = harness.race(3, lambda _: rotate(server, "--master", check=False))
    assert any(each.returncode == 0 for each in done), done
    assert all(each.returncode == 0 or "another command is replacing" in each.stderr for each in done), done
    server.restart()
    life.check()


@postgres_only
def test_the_key_in_the_database_replaces_itself(start):
    server = start()
    life = Life(server)
    [(old_key,)] = server.rows("SELECT key_text FROM embedded_master_key")
    done = rotate(server, "--master")
    [(new_key,)] = server.rows("SELECT key_text FROM embedded_master_key")
    assert old_key != new_key
    for key in (old_key, new_key):
        assert key not in done.stdout + done.stderr
    # Without a restart: the server reads it again.
    rotate(server, "--data")
    life.check()
    Life(server).check()
    server.restart()
    life.check()


def test_from_the_servers_own_key_to_one_of_ones_own(start, tmp_path):
    server = start()
    life = Life(server)
    new = write_key(tmp_path / "mine.key", strong())
    rotate(server, "--master", "--new-master-key-file", str(new))
    assert server.rows("SELECT key_text FROM embedded_master_key") == []
    life.check()
    assert server.terminate() == 0
    said = refuses_to_start(server)
    assert ("another master key" if ENGINE == "sqlite" else "the database needs the one it had") in said
    server.arguments = server.key = ["--master-key-file", str(new)]
    server.launch(server.url.removeprefix("http://"))
    life.check()


def test_restore_says_which_key_an_older_backup_needs(start, tmp_path, postgres):
    old, new = write_key(tmp_path / "old.key", strong()), write_key(tmp_path / "new.key", strong())
    server = start(old)
    life = Life(server)
    before = master_key_id(server)
    file = tmp_path / "backup.jsonl"
    assert before in server.command("backup", str(file), *server.key).stdout
    rotate(server, "--master", "--new-master-key-file", str(new))

    def restore(*key, check=True):
        url = postgres.new_database() if postgres else f"sqlite:{tmp_path}/{harness.unique()}.db"
        return url, server.command("restore", str(file), "--database-url", url, *key, check=check, database=False)

    _, done = restore()
    assert f"its id is {before}" in done.stdout
    _, done = restore("--master-key-file", str(new), check=False)
    assert done.returncode == 1 and "does not open it" in done.stderr and f"its id is {before}" in done.stderr
    url, done = restore("--master-key-file", str(old))
    assert "opens it" in done.stdout
    listed = server.command("project", "list", "--master-key-file", str(old), "--database-url", url, database=False).stdout
    assert life.project.project_id in listed
