"""Keycloak: `python3 tests/providers/keycloak.py` fetches it with Maven and makes it ready, once, outside of the repository."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

VERSION = "26.4.7"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "guildhall-tests"
HOME = CACHE / f"keycloak-{VERSION}"
# A database with its tables and the first administrator; making it takes longer than everything else.
DATABASE = HOME / "prepared"
ADMINISTRATOR = ("admin", "admin")
ENVIRONMENT = os.environ | {
    "KC_BOOTSTRAP_ADMIN_USERNAME": ADMINISTRATOR[0], "KC_BOOTSTRAP_ADMIN_PASSWORD": ADMINISTRATOR[1],
    "JAVA_OPTS_KC_HEAP": "-Xms128m -Xmx512m", "JAVA_OPTS_APPEND": "-XX:TieredStopAtLevel=1",
}


def missing() -> str:
    """Why it cannot be started, in one line; empty if it can."""
    if not DATABASE.is_dir():
        return f"Keycloak {VERSION} is not ready: python3 tests/providers/keycloak.py does it, with Java 17 and Maven"
    return "" if shutil.which("java") else "Java, which Keycloak needs, is not installed"


def command(database: pathlib.Path, port: int) -> list[str]:
    """Starts it, on a database of its own."""
    return [str(HOME / "bin/kc.sh"), "start", "--optimized", "--http-enabled=true", f"--http-port={port}", "--http-host=127.0.0.1",
            "--hostname-strict=false", f"--db-url=jdbc:h2:file:{database}/keycloak;NON_KEYWORDS=VALUE", "--cache=local", "--log-level=warn"]


def prepare():
    from harness import free_port
    from logins import Program

    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as temporary:
        folder = pathlib.Path(temporary)
        artifact = f"-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
        subprocess.run(["mvn", "-q", "-B", "dependency:copy", artifact, f"-DoutputDirectory={folder}"], check=True, cwd=folder)
        with zipfile.ZipFile(next(folder.glob("*.zip"))) as distribution:
            distribution.extractall(folder)
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(HOME)
        (folder / HOME.name).rename(HOME)
    (HOME / "bin/kc.sh").chmod(0o755)
    subprocess.run([str(HOME / "bin/kc.sh"), "build", "--db=dev-file"], check=True, env=ENVIRONMENT)
    database, port = HOME / "preparing", free_port()
    database.mkdir()
    Program(command(database, port), port, "/realms/master", HOME / "log", env=ENVIRONMENT, patience=300).stop()
    database.rename(DATABASE)


if __name__ == "__main__":
    sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1])]
    if missing() and all(map(shutil.which, ("java", "mvn"))):
        prepare()
    print(missing() or f"Keycloak {VERSION} is ready")
