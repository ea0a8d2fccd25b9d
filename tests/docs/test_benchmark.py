"""The benchmark runs from beginning to end. What it measures with these numbers means nothing."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import harness
import pytest

BENCH = harness.REPOSITORY / "bench"


@pytest.fixture
def folder():
    """One that PostgreSQL's own user may enter."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="guildhall-bench-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def run(engine, folder, *options) -> tuple[dict, str]:
    """What was measured, and what is said of it."""
    output = folder / "results.json"
    done = subprocess.run([sys.executable, BENCH / "run", "--quick", "--engines", engine, "--binary", harness.BIN,
                           "--against", harness.BIN, "--data", folder / "data", "--output", output, *options],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr + done.stdout
    found = json.loads(output.read_text())
    assert found["machine"]["cores"] and "commit" in found["source"]
    # Nothing but the seeded databases is left.
    assert all(path.name.startswith(f"{engine}-") for path in (folder / "data").iterdir())
    return found["engines"][engine], done.stdout


def test_one_part_is_measured_on_postgres(folder):
    measured, said = run("postgres", folder, "--only", "logins")
    assert measured["side_by_side"]["login"]["newer_to_older"]["ratio"] > 0 and "checks" not in measured
    assert "durable logins a second and core, of the older binary's" in said


def test_a_quick_run_measures_every_target(folder):
    measured, said = run("sqlite", folder)
    for size, members in (("small", 12), ("large", 60)):
        assert measured["data"][size]["seeding"]["members"] == members
        for rates in (measured["check"][size], *(call[size] for call in measured["calls"].values()),
                      measured["login"][size]["send"], measured["login"][size]["authenticate"]):
            assert rates["per_second"] > 0 and rates["rounds"]
    assert measured["check"]["empty_beside_small"]["per_second"] > 0 and measured["login"]["fsyncs_per_second"] > 0
    for label, kind in measured["checks"].items():
        assert kind["per_second"] > 0 and kind["rounds"]
        assert label.startswith("by session_token") or kind["to_plain"]["cpu_ratio"] > 0
    searches = measured["searches"]
    assert searches["searches"]["answered"] > 0 and searches["beside"]["checks"] > 0 and searches["p99_ratio"] > 0
    passwords = measured["passwords"]
    assert passwords["to_raw"]["ratio"] > 0 and passwords["storm"]["p99_ratio"] > 0
    assert sum(passwords["waiting"]["answers"].values()) == 60
    beside = measured["side_by_side"]
    assert beside["login"]["newer_to_older"]["ratio"] > 0 and beside["check"]["newer_to_older"]["ratio"] > 0
    for row in ("session check, small database", "session check, large database", "member get: time", "binary",
                "member create: time", "member search, exact: time", "organization create: time", "organization get: time",
                "magic-link login: time", "durable logins", "at rest", "peak", "start to ready", "check by session_jwt",
                "check with authorization_check", "check with session_duration_minutes", "clients that search names",
                "durable logins a second and core, of the older binary's", "password logins", "storm of password logins",
                "login by mailed code", "60 logins come at once"):
        assert row in said, said
    assert len(list((folder / "data").iterdir())) == 3
