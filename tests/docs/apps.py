"""Makes apps of the pages of the documentation, and runs them as a reader would.

A comment right above a block says what is done with it:

- `<!-- file: NAME -->`: it is that file of the app
- `<!-- installs: npm -->`: what it installs is there already, in the versions that it names
- `<!-- starts the app -->`: run from its folder, until it listens where the page says
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import harness
import markdown
import pytest
import requests

DOCS = markdown.REPOSITORY / "docs"
PACKAGES = pathlib.Path(__file__).parent / "apps"
NOTES = re.compile(r"(file: \S+|installs: \S+|starts the app)$")


def blocks(page: str, note: str) -> list[markdown.Block]:
    return [block for block in markdown.blocks(DOCS / f"{page}.md") if block.note.startswith(note)]


def files(page: str) -> dict[str, str]:
    return {block.note.removeprefix("file: "): block.code for block in blocks(page, "file: ")}


class App:
    """An app in a folder of its own, at a port of its own, with a project of its own."""

    def __init__(self, page: str, server: harness.Server, folder: pathlib.Path):
        self.page, self.server, self.folder = page, server, folder
        self.port = harness.free_port()
        self.url = f"http://localhost:{self.port}"
        made = server.command("project", "create", "--name", page, "--redirect-url", f"{self.url}/authenticate", "--json")
        self.project = json.loads(made.stdout)
        self.process = None

    def real(self, code: str) -> str:
        """A block with real ports and credentials."""
        for name in ("project_id", "secret", "public_token"):
            shortened = f"{name.replace('_id', '').replace('_', '-')}-test-…"
            code = code.replace(shortened, self.project[name])
        code = re.sub(r"\b7400\b", self.server.url.rsplit(":", 1)[1], code)
        return re.sub(r"\b3000\b", str(self.port), code)

    def assemble(self) -> "App":
        for name, code in files(self.page).items():
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.real(code))
        environment = next(block for block in markdown.blocks(DOCS / "start.md") if "cat > .env" in block.code)
        subprocess.run(["bash", "-euc", self.real(environment.code)], cwd=self.folder, check=True)
        return self

    def start(self, **environment: str) -> "App":
        (block,) = blocks(self.page, "starts the app")
        self.log = self.folder / "app.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(["bash", "-euc", self.real(block.code)], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, start_new_session=True, env=self.environment() | environment)
        deadline = time.monotonic() + 60
        while True:
            try:
                requests.get(f"{self.url}/login", timeout=60)
                return self
            except requests.ConnectionError as error:
                assert self.process.poll() is None and time.monotonic() < deadline, f"{block}: {error}\n{self.log.read_text()}"
            time.sleep(0.05)

    def environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")}
        # Programs that stand for others are in `bin`.
        return clean | {"PORT": str(self.port), "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "NEXT_TELEMETRY_DISABLED": "1"}

    def stop(self):
        if self.process:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def newest_link(self, address: str) -> str:
        """The link of the newest mail to an address."""
        listed = self.server.command("outbox", "--json", "--limit", "1000").stdout.splitlines()
        return next(mail["link"] for mail in map(json.loads, listed) if mail["to"] == address)


def python_environment(folder: pathlib.Path):
    (folder / "venv").symlink_to(sys.prefix)


def go_modules(folder: pathlib.Path):
    for name in ("go.mod", "go.sum"):
        (folder / name).write_bytes((PACKAGES / "go" / name).read_bytes())


# Compiled with the tests of the Rust SDK, because it shares what those compile.
AXUM = markdown.REPOSITORY / "tests/rust/examples/axum.rs"


def cargo(folder: pathlib.Path):
    """`cargo run` runs what is compiled already."""
    assert files("axum")["src/main.rs"] == AXUM.read_text(), f"{AXUM} is not what docs/axum.md says: copy it"
    program = pathlib.Path(harness.BIN).parent / "examples/axum"
    if not program.exists():
        pytest.skip("run: CARGO_TARGET_DIR=$PWD/target cargo build --manifest-path tests/rust/Cargo.toml --examples")
    (folder / "bin").mkdir()
    (folder / "bin/cargo").write_text(f"#!/bin/sh\nexec '{program}'\n")
    (folder / "bin/cargo").chmod(0o755)


def node_packages(folder: pathlib.Path):
    (folder / "node_modules").symlink_to(PACKAGES / "node_modules")
