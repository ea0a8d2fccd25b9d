"""Databases to measure on: made once with `guildhall project seed`, kept, and copied for every run."""

import base64
import contextlib
import dataclasses
import hashlib
import json
import pathlib
import random
import shutil
import subprocess
import sys
import time

from .servers import Guildhall, memory_mb
from .tools import REPOSITORY, say

REDIRECT_URL = "http://localhost:3000/authenticate"
# Seeded sessions last thirty days.
KEPT_DAYS = 25


@dataclasses.dataclass(frozen=True)
class Size:
    """How much is in a database."""

    name: str
    organizations: int
    members: int
    sessions: int

    def __str__(self) -> str:
        return f"{self.members:,} members in {self.organizations:,} organizations, {self.sessions:,} sessions"


class Data:
    """A copy of a seeded database, its project and its session tokens."""

    def __init__(self, guildhall: Guildhall, size: Size):
        self.guildhall, self.size = guildhall, size
        self.made = json.loads((guildhall.directory / "made.json").read_text())
        credential = f"{self.made['project_id']}:{self.made['secret']}".encode()
        self.authorization = "Basic " + base64.b64encode(credential).decode()
        self.tokens = (guildhall.directory / "tokens").read_text().split()
        # They come in the order in which they were made, which is not the order in which people come back.
        random.Random(1).shuffle(self.tokens)


def _recipe(older: pathlib.Path | None) -> str:
    """What a seeded database depends on, besides its size: tables and content. Those of an older program are in it."""
    if older:
        return hashlib.sha256(older.read_bytes()).hexdigest()[:12]
    digest = hashlib.sha256()
    for folder in ("crates/server/migrations", "crates/server/src/seed"):
        for path in sorted((REPOSITORY / folder).iterdir()):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _stop(guildhall: Guildhall):
    with contextlib.suppress(subprocess.CalledProcessError):
        guildhall.stop()


def _seed(binary: pathlib.Path, folder: pathlib.Path, engine: str, size: Size):
    say(f"seeding {engine}: {size} …")
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    guildhall = Guildhall(binary, folder, engine)
    try:
        project = guildhall.command("project", "create", "--name", "Bench", "--redirect-url", REDIRECT_URL, "--json")
        made = json.loads(project.stdout)
        command = ["project", "seed", "--project", made["project_id"], "--organizations", str(size.organizations),
                   "--members", str(size.members), "--sessions", str(size.sessions), "--tokens", str(folder / "tokens"),
                   "--json"]
        process = subprocess.Popen([binary, *command, "--database-url", guildhall.url], cwd=folder, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        peak = {}
        while process.poll() is None:
            with contextlib.suppress(FileNotFoundError, TypeError):
                now = memory_mb(process.pid)
                peak = {kind: max(now[kind], peak.get(kind, 0)) for kind in now}
            time.sleep(0.2)
        if process.returncode:
            sys.exit("seeding failed")
        made |= {"seeding": json.loads(process.stdout.read()) | {"peak_memory_mb": peak}}
        if guildhall.postgres:
            # What its own housekeeping would do in a while, and would do in the middle of a measurement.
            guildhall.postgres.sql("guildhall", "VACUUM (ANALYZE)")
            guildhall.postgres.sql("guildhall", "CHECKPOINT")
    finally:
        _stop(guildhall)
    made["disk_mb"] = round(sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6, 1)
    # Written last: a folder without it was not finished.
    (folder / "made.json").write_text(json.dumps(made))


@contextlib.contextmanager
def prepared(binary: pathlib.Path, kept: pathlib.Path, work: pathlib.Path, engine: str, size: Size,
             older: pathlib.Path | None = None):
    """A database of this size for one run; seeded and served by the older program if one is given."""
    binary = older or binary
    folder = kept / f"{engine}-{size.organizations}-{size.members}-{size.sessions}-{_recipe(older)}"
    whole = folder / "made.json"
    if not whole.exists() or time.time() - whole.stat().st_mtime > KEPT_DAYS * 86400:
        shutil.rmtree(folder, ignore_errors=True)
        _seed(binary, folder, engine, size)
    copy = work / f"{engine}-{size.name}"
    say(f"copying {engine}: {size} …")
    # With owners, because PostgreSQL insists on them, and without copying blocks where the file system can.
    subprocess.run(["cp", "-a", "--reflink=auto", str(folder), str(copy)], check=True)
    guildhall = Guildhall(binary, copy, engine)
    try:
        yield Data(guildhall, size)
    finally:
        _stop(guildhall)
        shutil.rmtree(copy, ignore_errors=True)
