"""nginx and Caddy for the tests: those of this machine, or Debian's packages, unpacked and not installed, so that nothing is started.

Run as a program, it fetches what is missing.
"""

import pathlib
import shutil
import subprocess
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "target/packages/proxies"
PLACES = f"/usr/sbin:/usr/bin:/usr/local/bin:{FOLDER}/usr/sbin:{FOLDER}/usr/bin"


def program(name: str) -> str | None:
    return shutil.which(name, path=PLACES)


def fetch(name: str):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-q", name], cwd=folder, check=True, timeout=120, stdout=subprocess.DEVNULL)
        [package] = pathlib.Path(folder).glob("*.deb")
        FOLDER.mkdir(parents=True, exist_ok=True)
        subprocess.run(["dpkg-deb", "--extract", package, FOLDER], check=True, timeout=60)


if __name__ == "__main__":
    for name in ("nginx", "caddy"):
        try:
            if not program(name):
                fetch(name)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            print(f"({name} could not be fetched: {error}; its tests are skipped)")
