"""Runs every code block of README.md and docs/*.md, in order, against a server of the document's own.

What the reader sees is what runs, except that the ports are free ones and that the shortened credentials
(`project-test-…` and the like) are those of a real project. A comment right above a block says more:

- `<!-- starts a server -->`: the last command runs until it is told to stop; it must say where it listens
- `<!-- instead of the client above -->`: it takes the place of the client in the page before it
- `<!-- the file NAME -->`: it is a file of the reader's, of that name
- `<!-- where there is Go -->`: it is run where the machine has Go, and once, because what it compiles takes a while
- `<!-- another terminal, in the folder of the source -->`: it begins where the reader began
- `<!-- with jq -->`: it is run where that program is
- `<!-- not run: why -->`: it is not run
- what `apps.py` lists: it is a part of an app, which `test_apps.py` makes and runs
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading

import apps
import harness
import markdown
import pytest
import test_apps

SHORTENED = {"project-test-…": "project_id", "secret-test-…": "secret", "public-token-test-…": "public_token",
             # In a page it goes into a header, which takes no other letters.
             "public-token-test-...": "public_token"}
CARGO = """#!/bin/sh
# `cargo run … -- ARGUMENTS` runs the binary that is built already.
while [ "$1" != -- ]; do shift; done
shift
exec guildhall "$@"
"""


class Stage:
    """A folder as a reader's would look, with a server that runs in it."""

    def __init__(self, server: harness.Server):
        self.server = server
        self.directory = server.directory
        self.page_port = harness.free_port()
        self.page = ""
        programs = self.directory / "programs"
        (self.directory / "target/release").mkdir(parents=True)
        programs.mkdir()
        for place in (programs, self.directory / "target/release"):
            (place / "guildhall").symlink_to(pathlib.Path(harness.BIN).resolve())
        (programs / "cargo").write_text(CARGO)
        (programs / "pytest").write_text(f"#!/bin/sh\nexec '{sys.executable}' -m pytest \"$@\"\n")
        for program in ("cargo", "pytest"):
            (programs / program).chmod(0o755)
        modules = self.directory / "node_modules"
        (modules / ".bin").mkdir(parents=True)
        for package in ("stytch", "vitest"):
            (modules / package).symlink_to(harness.REPOSITORY / "tests/node/node_modules" / package)
        (modules / ".bin/vitest").symlink_to(harness.REPOSITORY / "tests/node/node_modules/vitest/vitest.mjs")
        (modules / "@stytch").symlink_to(harness.REPOSITORY / "tests/browser/node_modules/@stytch")
        home = self.directory / "reader"
        home.mkdir()
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")}
        # The reader's shell: where it is and what it has exported.
        self.place = self.directory
        go = {"GOTOOLCHAIN": "local", "GOCACHE": os.environ.get("GOCACHE", str(pathlib.Path.home() / ".cache/go-build"))}
        self.environment = clean | go | {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(home)}
        made = server.command("project", "create", "--name", "Reader", "--json", "--redirect-url", self.page_url)
        self.project = json.loads(made.stdout)

    @property
    def page_url(self) -> str:
        return f"http://localhost:{self.page_port}/"

    def real(self, code: str) -> str:
        """The block with real ports and credentials."""
        latest = self.place / "project.json"
        project = json.loads(latest.read_text()) if latest.exists() else self.project
        for shortened, name in SHORTENED.items():
            code = code.replace(shortened, project[name])
        port = self.server.url.rsplit(":", 1)[1]
        code = re.sub(r"\b(127\.0\.0\.1|localhost):7400\b", rf"\1:{port}", code)
        return code.replace("localhost:3000", f"localhost:{self.page_port}")

    def run(self, command: list, **options) -> subprocess.CompletedProcess:
        options = {"cwd": self.place, "env": self.environment} | options
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, **options)


def run_sh(stage: Stage, block, code: str):
    """The next block goes on in the folder, and with the variables, that this one leaves."""
    after = stage.directory / "after"
    done = stage.run(["bash", "-euo", "pipefail", "-c", f"{code}\nenv -0 > '{after}'"])
    assert done.returncode == 0, f"{block}: ended with {done.returncode}\n{code}\n{done.stdout}\n{done.stderr}"
    stage.environment = dict(pair.split("=", 1) for pair in after.read_text().split("\0") if pair)
    stage.place = pathlib.Path(stage.environment["PWD"])


def run_server(stage: Stage, block, code: str):
    """The block's last command is a server; it gets a database and a port of its own unless it names them."""
    folder = stage.directory / f"{block.path.stem}-{block.line}"
    folder.mkdir()
    environment = stage.environment | {
        "GUILDHALL_LISTEN": "127.0.0.1:0",
        "GUILDHALL_DATABASE_URL": f"sqlite:{folder}/guildhall.db",
    }
    code = re.sub(r"^(\s*(?:[A-Z_]+=\S+ +)*)(guildhall serve|cargo run)", r"\1exec \2", code, flags=re.MULTILINE)
    process = subprocess.Popen(["bash", "-euo", "pipefail", "-c", code], cwd=stage.place, env=environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    late = threading.Timer(60, process.kill)
    late.start()
    try:
        line = process.stdout.readline()
        assert line.startswith("listening on http://"), f"{block}: {line}{process.stderr.read()}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0, f"{block}: {process.stderr.read()}"
    finally:
        late.cancel()
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def run_python(stage: Stage, block, code: str, names: dict):
    os.chdir(stage.place)
    os.environ["PATH"] = stage.environment["PATH"]
    if url := stage.environment.get("GUILDHALL_DATABASE_URL"):
        os.environ["GUILDHALL_DATABASE_URL"] = url
    try:
        exec(compile("\n" * block.line + code, str(block.path), "exec"), names)  # noqa: S102
    except Exception as error:
        raise AssertionError(f"{block}: {type(error).__name__}: {error}\n{code}") from error


def run_js(stage: Stage, block, code: str):
    file = stage.place / f"block-{block.line}.mjs"
    file.write_text(code)
    done = stage.run(["node", file.name])
    assert done.returncode == 0, f"{block}: ended with {done.returncode}\n{done.stdout}\n{done.stderr}"


def run_html(stage: Stage, block, code: str, second: str = ""):
    """Opens the page in Chromium and signs a new person in on it, who then opens the second one."""
    stage.page = code
    (stage.place / "index.html").write_text(code)
    link_modules(stage)
    script = harness.REPOSITORY / "tests/docs/sign_in.mjs"
    email = harness.new_email()
    done = stage.run(["node", str(script), str(stage.place), str(stage.page_port), email, second],
                     env=stage.environment | {"GUILDHALL_OUTBOX": f"{stage.server.url}/outbox"})
    assert done.returncode == 0, f"{block}: ended with {done.returncode}\n{done.stdout}\n{done.stderr}"


SECOND_PAGE = "a second page, for who has signed in on the one above: "


def run_second_page(stage: Stage, block, code: str):
    """A page for who has a session."""
    name = block.note.removeprefix(SECOND_PAGE)
    (stage.place / name).write_text(code)
    run_html(stage, block, stage.page, name)


def run_client(stage: Stage, block, code: str):
    """The page before, with another client."""
    page, count = re.subn(r"const client = new .*?\n +\}\);", lambda _: code, stage.page, count=1, flags=re.DOTALL)
    assert count == 1, f"{block}: there is no client in the page before it"
    run_html(stage, block, page)


def link_modules(stage: Stage):
    if not (stage.place / "node_modules").exists():
        (stage.place / "node_modules").symlink_to(stage.directory / "node_modules")


FILE = "the file "


def write_file(stage: Stage, block, code: str):
    (stage.place / block.note.removeprefix(FILE)).write_text(code)
    link_modules(stage)


def run_toml(stage: Stage, block, code: str):
    """A configuration file; its first line says how it is called."""
    name = re.match(r"# (\S+\.toml)\n", code)
    assert name, f"{block}: the first line is not `# NAME.toml`"
    (stage.place / name.group(1)).write_text(code)


@pytest.fixture
def stage(monkeypatch):
    server = harness.Server(smtp=False)
    server.database_url = "sqlite:guildhall-data/guildhall.db"
    server.start()
    stage = Stage(server)
    # Python blocks run in this process; what they change of it is put back.
    monkeypatch.chdir(stage.place)
    monkeypatch.setenv("PATH", stage.environment["PATH"])
    monkeypatch.setenv("GUILDHALL_DATABASE_URL", server.database_url)
    yield stage
    server.stop()


@pytest.mark.parametrize("path", markdown.documents(), ids=lambda path: path.stem)
def test_every_example_works(path, stage):
    follow(stage, path, by_itself=True)


def test_the_documents_work_one_after_the_other(stage):
    """As somebody reads them who began with the README, and went on in the order of the documentation."""
    readme, contents = markdown.REPOSITORY / "README.md", markdown.REPOSITORY / "docs/README.md"
    linked = [contents.parent / link for link in markdown.links(contents) if link.endswith(".md") and "/" not in link]
    order = [readme, contents, *linked]
    assert set(order) == set(markdown.documents())
    for path in order:
        follow(stage, path)


def follow(stage: Stage, path: pathlib.Path, by_itself: bool = False):
    names = {"__name__": "__main__"}
    for block in markdown.blocks(path):
        if block.note.startswith("not run:"):
            continue
        if block.note == "where there is Go" and not (by_itself and shutil.which("go")):
            continue
        if apps.NOTES.match(block.note):
            assert path.stem in test_apps.PAGES, f"{block}: test_apps.py makes no app of it"
            continue
        code = stage.real(block.code)
        match block.language:
            case _ if block.note.startswith(FILE):
                write_file(stage, block, code)
            case "sh" if block.note == "starts a server":
                run_server(stage, block, code)
            case "sh" if block.note == "another terminal, in the folder of the source":
                stage.place = stage.directory
                run_sh(stage, block, code)
            case "sh" if block.note == "with jq" and not shutil.which("jq"):
                pass
            case "sh":
                run_sh(stage, block, code)
            case "python":
                run_python(stage, block, code, names)
            case "js" if block.note == "instead of the client above":
                run_client(stage, block, code)
            case "js":
                run_js(stage, block, code)
            case "html" if block.note.startswith(SECOND_PAGE):
                run_second_page(stage, block, code)
            case "html":
                run_html(stage, block, code)
            case "toml":
                run_toml(stage, block, code)
            case "text":
                pass
            case other:
                pytest.fail(f"{block}: nobody knows how to run {other or 'a block without a language'}")


def test_a_wrong_example_is_noticed(stage, tmp_path):
    """The test above would see each kind of block fail."""
    bad = {
        "sh": "guildhall project list --no-such-flag",
        "python": "raise ValueError('no')",
        "js": "throw new Error('no');",
    }
    runners = {"sh": run_sh, "python": lambda *a: run_python(*a, {}), "js": run_js}
    for language, code in bad.items():
        document = markdown.REPOSITORY / "docs" / f"bad.{language}.md"
        block = markdown.Block(document, 1, language, "", code)
        with pytest.raises(AssertionError):
            runners[language](stage, block, code)
    with pytest.raises(AssertionError):
        run_server(stage, markdown.Block(markdown.REPOSITORY / "x.md", 1, "sh", "", ""), "guildhall serve --listen nowhere")
