"""A Debian with nothing in it but what every Debian has, to try packages in.

Run as a program, it makes one ahead: that takes some seconds, which mostly another suite waits anyway.
"""

import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
ARCHIVE = REPOSITORY / "target/packages/clean-root.tar"
FOR_SECONDS = 7 * 24 * 60 * 60


def missing() -> str | None:
    """Why there is none to be had here, if so."""
    if os.geteuid() != 0:
        return "only root can make a clean Debian and run programs in it"
    if not any(map(shutil.which, ("mmdebstrap", "debootstrap"))):
        return "neither mmdebstrap nor debootstrap is installed"
    if platform.freedesktop_os_release().get("ID") != "debian":
        return "it is made as the Debian that this machine is, and it is none"
    return None


def made() -> pathlib.Path:
    """The archive of one that is not older than a week."""
    if ARCHIVE.exists() and time.time() - ARCHIVE.stat().st_mtime < FOR_SECONDS:
        return ARCHIVE
    ARCHIVE.parent.mkdir(parents=True, exist_ok=True)
    release = platform.freedesktop_os_release()["VERSION_CODENAME"]
    draft = ARCHIVE.with_suffix(f".{os.getpid()}.tar")
    if shutil.which("mmdebstrap"):
        # It takes half the time, because it leaves out what only apt and the installer need.
        run("mmdebstrap", "--quiet", "--mode=root", "--variant=essential", "--include=passwd,ca-certificates", release, str(draft))
    else:
        with tempfile.TemporaryDirectory() as folder:
            run("debootstrap", "--variant=minbase", "--include=ca-certificates", release, folder)
            run("tar", "--create", "--numeric-owner", "--file", str(draft), "--directory", folder, ".")
    draft.replace(ARCHIVE)
    return ARCHIVE


def run(*command: str):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"


if __name__ == "__main__":
    if why := missing():
        print(f"({why}: the test of the Debian package is skipped)")
        sys.exit(0)
    print(made())
