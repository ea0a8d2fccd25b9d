"""The version before this one, to be run beside it. As a program, builds it and says where it is.

GUILDHALL_PREVIOUS  its binary, or a commit to build (default: what was before the last addition to the schema, or before
                    the last commit)

It is built in a folder of its own: cargo cannot tell the crates of two checkouts apart in one. What was compiled of the
dependencies is lent to it, so that only the crates of the project are compiled.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target")
WANTED = os.environ.get("GUILDHALL_PREVIOUS", "")
OWN = TARGET / "previous"
MIGRATIONS = "crates/server/migrations"


class Absent(Exception):
    """Why there is none."""


def git(*arguments: str) -> str:
    """The answer of git, empty if it has none."""
    try:
        done = subprocess.run(["git", *arguments], cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def is_before(commit: str) -> bool:
    """Whether there are tables then, made as they are now. A migration may have got another text while it was written."""
    then, now = (set(git("ls-tree", "-r", each, "--", f"{MIGRATIONS}/").splitlines()) for each in (commit, "HEAD"))
    return bool(then) and then < now


def commit() -> str:
    """The commit of the version before this one."""
    # In an unpacked archive the folder may be part of another repository.
    if pathlib.Path(git("rev-parse", "--show-toplevel") or "/nowhere").resolve() != REPOSITORY:
        raise Absent("there is no history here, so no version before this one")
    if WANTED:
        candidates = [WANTED]
    elif git("status", "--porcelain", "--", MIGRATIONS):
        candidates = ["HEAD"]
    else:
        changed = git("log", "--format=%H", "--", MIGRATIONS).split()
        candidates = [f"{each}^" for each in changed if is_before(f"{each}^")][:1] or ["HEAD~1"]
    for candidate in candidates:
        if found := git("rev-parse", "--verify", "--quiet", f"{candidate}^{{commit}}"):
            return found
    raise Absent(f"{candidates[0]} is not in the history here; with all of it (`git fetch --unshallow`) it would be")


def binary() -> pathlib.Path:
    """Where the program is, built or not."""
    if WANTED and pathlib.Path(WANTED).is_file():
        return pathlib.Path(WANTED).resolve()
    return OWN / f"guildhall-{commit()[:12]}"


def lend_dependencies():
    """Links what cargo has compiled into the other target folder, but for the crates that both versions have."""
    ours = "|".join(path.parent.name.replace("-", "[-_]") for path in REPOSITORY.glob("crates/*/Cargo.toml"))
    ours = re.compile(rf"(lib)?({ours})-[0-9a-f]{{16}}(\..*)?")

    def link(source: str, target: str):
        if not os.path.exists(target):
            os.link(source, target)

    for part in ("deps", "build", ".fingerprint"):
        if (TARGET / "debug" / part).is_dir():
            shutil.copytree(TARGET / "debug" / part, OWN / "target" / "debug" / part, copy_function=link, dirs_exist_ok=True,
                            ignore=lambda _, names: [name for name in names if ours.fullmatch(name)])


def build() -> pathlib.Path:
    program = binary()
    if program.exists():
        return program
    source = OWN / "src"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    archive = subprocess.Popen(["git", "archive", commit()], cwd=REPOSITORY, stdout=subprocess.PIPE)
    # Files as new as their unpacking: cargo takes what is older than its last build for built.
    subprocess.run(["tar", "-xm", "-C", source], stdin=archive.stdout, check=True)
    if archive.wait() != 0:
        raise subprocess.CalledProcessError(archive.returncode, "git archive")
    lend_dependencies()
    # With the examples, as in ./test: without what only they and tests need, dependencies have other features.
    command = ["cargo", "build", "--locked", "--bins", "--examples"]
    built_once = {"CARGO_TARGET_DIR": str(OWN / "target"), "CARGO_INCREMENTAL": "0"}
    subprocess.run(command, cwd=source, env=os.environ | built_once, check=True)
    for older in program.parent.glob("guildhall-*"):
        older.unlink()
    unfinished = program.with_name("unfinished")
    shutil.copy2(OWN / "target" / "debug" / "guildhall", unfinished)
    unfinished.rename(program)
    return program


if __name__ == "__main__":
    try:
        print(build())
    except Absent as reason:
        print(reason, file=sys.stderr)
