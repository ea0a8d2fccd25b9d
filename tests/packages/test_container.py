"""The container image: what its recipe copies, the file system it makes, and the Compose file. There is no engine to build it with."""

import fnmatch
import json
import os
import pathlib
import re
import signal
import subprocess

import harness
import pytest
import requests
import yaml

FOLDER = harness.REPOSITORY / "packaging/container"
DOCKERFILE = (FOLDER / "Dockerfile").read_text()


def instructions() -> list[list[str]]:
    """Each as its word and the rest, without comments, lines joined."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    return [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]


def arguments(word: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == word]


def last(word: str) -> str:
    return arguments(word)[-1]


def test_the_recipe_is_sound():
    known = {"FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    assert {word for word, _ in instructions()} <= known
    # Bases are pinned, and the last is empty.
    assert [base for base in arguments("FROM") if not re.fullmatch(r"scratch|[a-z]+:\d[\w.-]+ AS build", base)] == []
    assert arguments("FROM")[-1] == "scratch"
    minimum = re.search(r'rust-version = "(\S+)"', (harness.REPOSITORY / "Cargo.toml").read_text())[1]
    assert arguments("FROM")[0].startswith(f"rust:{minimum}-")
    # Nobody is root, and commands are lists: there is no shell to read them.
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", last("USER"))
    for command in (last("ENTRYPOINT"), last("CMD"), last("HEALTHCHECK").split("CMD ")[1]):
        assert all(isinstance(part, str) for part in json.loads(command))
    assert re.search(r"user=(\d+)", (FOLDER / "rootfs").read_text())[1] == last("USER").split(":")[0]


def is_sent(path: str) -> bool:
    """Whether a file is a part of what is sent to the builder: the last rule that fits decides."""
    sent = True
    for rule in (harness.REPOSITORY / ".dockerignore").read_text().splitlines():
        pattern = rule.lstrip("!")
        if not rule or rule.startswith("#"):
            continue
        starts = ["/".join(path.split("/")[:n]) for n in range(1, path.count("/") + 2)]
        if any(fnmatch.fnmatch(start, pattern) for start in starts) or (pattern.startswith("**/") and pattern[3:] in path.split("/")):
            sent = rule.startswith("!")
    return sent


def test_what_the_program_is_made_of_is_sent_to_the_builder():
    assert all(is_sent(path) for path in ("Cargo.toml", "Cargo.lock", ".cargo/config.toml", "packaging/container/rootfs"))
    assert not any(is_sent(path) for path in ("target/debug/guildhall", ".git/HEAD", "guildhall-data/master.key", "tests/harness.py", ".env"))
    # And all that sources of the program name elsewhere.
    for source in (harness.REPOSITORY / "crates").rglob("*.rs"):
        relative = source.relative_to(harness.REPOSITORY)
        assert is_sent(str(relative))
        if "tests" in relative.parts:
            continue
        for name in re.findall(r'include_(?:str|bytes)!\(\s*"([^"]+)"', source.read_text()):
            included = (source.parent / name).resolve().relative_to(harness.REPOSITORY)
            assert is_sent(str(included)), f"{relative} has {included} in it"
    for manifest in (harness.REPOSITORY / "crates").glob("*/Cargo.toml"):
        for name in re.findall(r'^path = "([^"]+\.rs)"', manifest.read_text(), re.MULTILINE):
            assert is_sent(str((manifest.parent / name).resolve().relative_to(harness.REPOSITORY))), f"{manifest}: {name}"


def test_the_image_runs(tmp_path):
    """Its file system is laid out by the script of the recipe, and the program runs in it as the recipe says."""
    if os.geteuid() != 0:
        pytest.skip("only root can go into another file system")
    root = tmp_path / "image"
    subprocess.run([FOLDER / "rootfs", harness.BIN, root], check=True, timeout=60)
    files = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    # The program, a loader and libraries, and four files of text; no shell.
    text = {"etc/passwd", "etc/group", "etc/nsswitch.conf", "etc/ssl/certs/ca-certificates.crt"}
    assert {name for name in files if ".so" not in name} == text | {"usr/bin/guildhall"}
    variables = dict(re.findall(r"(\w+)=(\S+)", " ".join(arguments("ENV"))))
    program, user, folder = json.loads(last("ENTRYPOINT")), last("USER"), last("WORKDIR")

    def command(*arguments: str) -> list:
        # chroot(8) begins at the root, and there is no shell to go elsewhere; nothing of the program's depends on it.
        return ["chroot", f"--userspec={user}", root, *arguments]

    environment = variables | {"GUILDHALL_LISTEN": "127.0.0.1:0", "GUILDHALL_PUBLIC_URL": "http://localhost:7400", "LD_LIBRARY_PATH": ""}
    place = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    assert folder == "/var/lib/guildhall" == last("VOLUME")
    process = subprocess.Popen(command(*program, *json.loads(last("CMD"))), env=environment | place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        assert line.startswith("listening on http://"), process.communicate(timeout=10)[1]
        url = line.split()[2]
        assert requests.get(f"{url}/readyz", timeout=20).status_code == 200
        check = json.loads(last("HEALTHCHECK").split("CMD ")[1])
        port = url.rsplit(":", 1)[1]
        # As in the image, where it listens on all addresses.
        healthy = subprocess.run(command(*check), env=environment | place | {"GUILDHALL_LISTEN": f"0.0.0.0:{port}"}, capture_output=True, text=True, timeout=20)
        assert (healthy.returncode, healthy.stdout) == (0, "ready\n"), healthy.stderr
        # `docker exec … guildhall …` finds it in PATH.
        listed = subprocess.run(command("guildhall", "project", "list", "--json"), env=environment | place, capture_output=True, text=True, timeout=20)
        assert listed.returncode == 0 and "My project" in listed.stdout, listed.stderr
        assert (root / "var/lib/guildhall/master.key").stat().st_mode & 0o777 == 0o600
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()


def test_the_compose_file_is_of_one_piece():
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    server = compose["services"]["guildhall"]
    build = server["build"]
    assert (FOLDER / build["context"]).resolve() == harness.REPOSITORY
    assert (harness.REPOSITORY / build["dockerfile"]).samefile(FOLDER / "Dockerfile")
    help_text = subprocess.run([harness.BIN, "serve", "--help"], capture_output=True, text=True, check=True).stdout
    assert set(server["environment"]) <= set(re.findall(r"\[env: (\w+)", help_text)) | {"GUILDHALL_MASTER_KEY"}
    assert set(server["depends_on"]) <= set(compose["services"])
    images = [service["image"] for name, service in compose["services"].items() if name != "guildhall"]
    assert images and all(re.fullmatch(r"[\w/]+:v?\d[\w.-]+", image) for image in images), images
    for service in compose["services"].values():
        # Only for this machine: what is for others goes through a proxy.
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        for config in service.get("configs", []):
            assert config["source"] in compose["configs"]
    # Nothing secret has a default.
    for secret in ("GUILDHALL_MASTER_KEY", "POSTGRES_PASSWORD"):
        assert f"${{{secret}:?" in (FOLDER / "compose.yaml").read_text()


def test_the_role_of_the_compose_file_is_an_ordinary_one(tmp_path):
    """What PostgreSQL's image runs to set the database up, run on a PostgreSQL; the server then starts on what it made."""
    script = yaml.safe_load((FOLDER / "compose.yaml").read_text())["configs"]["role"]["content"].replace("$$", "$")
    postgres = harness.Postgres()
    try:
        # The harness has made its own role of that name.
        postgres.sql("postgres", "DROP ROLE guildhall")
        environment = os.environ | {"PGHOST": "127.0.0.1", "PGPORT": str(postgres.port), "POSTGRES_PASSWORD": "it's"}
        subprocess.run(["bash", "-euo", "pipefail", "-c", script], env=environment, check=True, capture_output=True, timeout=60)
        url = f"postgres://guildhall:{'it%27s'}@127.0.0.1:{postgres.port}/guildhall"
        done = subprocess.run([harness.BIN, "migrate", "--database-url", url], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        said = subprocess.run([harness.BIN, "doctor", "--json", "--database-url", url], capture_output=True, text=True, timeout=60).stdout
        found = {line["check"]: line["status"] for line in map(json.loads, said.splitlines())}
        assert found["database"] == found["migrations"] == found["row-level security"] == "ok", said
    finally:
        postgres.stop()
