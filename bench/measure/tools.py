"""What the benchmark needs of the machine, and what it says about it."""

import contextlib
import datetime
import os
import pathlib
import platform
import re
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import time

BENCH = pathlib.Path(__file__).resolve().parent.parent
REPOSITORY = BENCH.parent


def say(text: str):
    print(f"{datetime.datetime.now():%H:%M:%S} {text}", file=sys.stderr, flush=True)


def install_wrk():
    if not shutil.which("wrk"):
        say("installing wrk …")
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "wrk"], check=True,
                       stdout=subprocess.DEVNULL)


def oha() -> str | None:
    """The program for latencies at a fixed rate, if it is there."""
    home = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"), "bin/oha")
    return shutil.which("oha") or (str(home) if home.exists() else None)


def wait_for_quiet(seconds: float = 900):
    """A build beside it would be slow, and a measurement beside a build worthless."""
    deadline = time.monotonic() + seconds
    said = False
    while subprocess.run(["pgrep", "-x", "cargo|rustc"], stdout=subprocess.DEVNULL).returncode == 0:
        if time.monotonic() > deadline:
            say("something is still being built on this machine; going on beside it")
            return
        if not said:
            say("waiting for another build on this machine …")
            said = True
        time.sleep(2)


def build(symbols: bool) -> tuple[pathlib.Path, pathlib.Path]:
    """The release build of the server, and of the empty server."""

    def cargo(*arguments: str):
        wait_for_quiet()
        say(f"cargo {' '.join(arguments)} …")
        subprocess.run(["cargo", *arguments], cwd=REPOSITORY, check=True)

    release = REPOSITORY / "target/release"
    cargo("build", "--release", "--locked", "--quiet", "-p", "guildhall", "--bin", "guildhall")
    cargo("build", "--release", "--locked", "--quiet", "-p", "server", "--example", "empty")
    cargo("build", "--release", "--locked", "--quiet", "-p", "passwords", "--example", "hashes")
    cargo("build", "--release", "--locked", "--quiet", "-p", "saml", "--example", "saml_verify")
    if not symbols:
        return release / "guildhall", release / "examples/empty"
    # The same program; only its last step is made anew, and keeps the names of functions.
    cargo("rustc", "--release", "--locked", "--quiet", "-p", "guildhall", "--bin", "guildhall", "--", "-C", "strip=none")
    return pathlib.Path(shutil.copy(release / "guildhall", release / "guildhall-with-symbols")), release / "examples/empty"


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def fsyncs_per_second(directory: pathlib.Path, seconds: float = 1.0) -> float:
    """How often the disk takes 4 KiB and confirms it."""
    block, count = secrets.token_bytes(4096), 0
    path = directory / "fsync.probe"
    with path.open("wb", buffering=0) as file:
        started = time.monotonic()
        while (elapsed := time.monotonic() - started) < seconds:
            file.write(block)
            os.fsync(file.fileno())
            count += 1
    path.unlink()
    return round(count / elapsed, 1)


def stalled_seconds() -> dict:
    """For how long, since the machine started, something on it waited for the disk or for memory (if its kernel counts
    that), and for how long its host gave a core of it to others."""
    stolen = int(pathlib.Path("/proc/stat").read_text().split(maxsplit=9)[8])
    stalled = {"stolen": stolen / os.sysconf("SC_CLK_TCK")}
    for what in ("io", "memory"):
        with contextlib.suppress(OSError):
            pressure = pathlib.Path(f"/proc/pressure/{what}").read_text()
            stalled[what] = int(re.search(r"some .*total=(\d+)", pressure)[1]) / 1e6
    return stalled


def machine() -> dict:
    names = re.findall(r"model name\s*:\s*(.+)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s+(\d+) kB", pathlib.Path("/proc/meminfo").read_text())
    return {"processor": names[0] if names else platform.machine(), "cores": os.cpu_count(),
            "memory_mb": int(memory[1]) // 1024, "kernel": platform.release()}


def commit() -> dict:
    """Which source this is; `changed` when the working tree differs from it."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True)
        return done.stdout.strip()

    return {"commit": git("rev-parse", "HEAD"), "changed": bool(git("status", "--porcelain", "--untracked-files=no"))}


def median(values) -> float:
    return round(statistics.median(values), 4)
