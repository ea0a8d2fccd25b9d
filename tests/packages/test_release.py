"""The script that makes a release, with the program under test in the place of one that takes minutes to build."""

import gzip
import hashlib
import importlib.machinery
import importlib.util
import io
import json
import pathlib
import re
import subprocess
import tarfile
import tomllib

import harness
import pytest


def script(name: str):
    """A script without an ending, as a module."""
    loader = importlib.machinery.SourceFileLoader(name, str(harness.REPOSITORY / "packaging" / name))
    spec = importlib.util.spec_from_loader(name, loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


VERSION = tomllib.loads((harness.REPOSITORY / "Cargo.toml").read_text())["workspace"]["package"]["version"]


def git(folder: pathlib.Path, *arguments: str):
    identity = ["-c", "user.name=Tests", "-c", "user.email=tests@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True, timeout=60)


def release(folder: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess:
    command = ["packaging/release", *(arguments or ("--try", str(pathlib.Path(harness.BIN).resolve())))]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> pathlib.Path:
    """The files of this work tree as a commit of their own."""
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=harness.REPOSITORY,
                            capture_output=True, check=True).stdout
    kept = b"\0".join(name for name in listed.split(b"\0") if name and (harness.REPOSITORY / name.decode()).exists())
    packed = subprocess.run(["tar", "--create", "--null", "--files-from=-"], cwd=harness.REPOSITORY, input=kept, capture_output=True, check=True).stdout
    subprocess.run(["tar", "--extract"], cwd=folder, input=packed, check=True)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "everything")
    return folder


def test_a_release_is_refused_until_all_agrees(checkout):
    done = release(checkout)
    assert done.returncode == 1 and f"CHANGELOG.md has no chapter `## {VERSION}`" in done.stderr, done
    (checkout / "README.md").write_text("changed")
    done = release(checkout)
    assert done.returncode == 1 and "not committed" in done.stderr and "README.md" in done.stderr
    git(checkout, "checkout", "-q", "README.md")
    assert release(checkout, "--hurry").returncode == 2


def test_a_release(checkout):
    changelog = checkout / "CHANGELOG.md"
    changelog.write_text(changelog.read_text().replace("## Unreleased", f"## Unreleased\n\n## {VERSION} (2026-01-01)", 1))
    git(checkout, "commit", "-qam", f"Version {VERSION}")

    def made() -> dict[str, bytes]:
        done = release(checkout)
        assert done.returncode == 0, done.stderr
        return {path.name: path.read_bytes() for path in (checkout / f"target/release-{VERSION}").iterdir()}

    files = made()
    assert made() == files, "it is another the second time"
    [package] = [name for name in files if name.endswith(".deb")]
    [archive] = [name for name in files if name.endswith(".tar.gz")]
    assert set(files) == {package, archive, "notes.md", "sbom.cdx.json", "SHA256SUMS"}
    sums = dict(reversed(line.split(maxsplit=1)) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "SHA256SUMS"}
    assert files["notes.md"].decode().startswith("###") and "## " + VERSION not in files["notes.md"].decode()
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(files[archive]))) as content:
        members = {member.name.partition("/")[2]: member for member in content if member.isfile()}
        time = int(subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=checkout, capture_output=True, text=True, check=True).stdout)
        assert {(member.uid, member.gid, member.mtime) for member in members.values()} == {(0, 0, time)}
        assert {"guildhall", "LICENSE", "README.md", "docs/operations.md", "packaging/systemd/guildhall.service"} <= set(members)
        assert [name for name, member in members.items() if member.mode & 0o111] == ["guildhall"]
    check_bill(json.loads(files["sbom.cdx.json"]), time)


def check_bill(bill: dict, time: int):
    """What the schema of CycloneDX 1.6 wants of what is there, and whether it is everything."""
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
    main = bill["metadata"]["component"]
    assert (main["type"], main["name"], main["version"]) == ("application", "guildhall", VERSION)
    components = {component["bom-ref"]: component for component in bill["components"]}
    assert len(components) == len(bill["components"]) > 100
    for component in components.values():
        assert component["type"] == "library" and component["name"] and component["version"] and component["licenses"]
        # All but our own crates come from the registry, which says what is in them.
        assert ("hashes" in component) != (harness.REPOSITORY / "crates" / component["name"]).is_dir(), component
    names = {component["name"] for component in components.values()}
    assert {"tokio", "rustls", "libsqlite3-sys", "aws-lc-sys", "server", "transport"} <= names
    # What only tests or builds it is not in it.
    assert not names & {"proptest", "tempfile", "syn", "endpoint-macro", "cc"}
    graph = {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]}
    assert set(graph) == {*components, main["bom-ref"]}
    assert {other for others in graph.values() for other in others} == set(components)
    stamp = bill["metadata"]["timestamp"]
    assert stamp.endswith("Z") and abs(harness.time.mktime(harness.time.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ")) - harness.time.timezone - time) < 1


def test_notes_are_cut_out():
    notes = script("notes").notes
    changelog = "# Changelog\n\n## Unreleased\n\n- later\n\n## 1.2.0 (2026-01-01)\n\n### A\n\n- one\n\n## 1.1.0\n\n- two\n\n## 1.0.0\n"
    assert notes(changelog, "1.2.0") == "### A\n\n- one"
    assert notes(changelog, "1.1.0") == "- two"
    for version, said in (("1.2", "no chapter"), ("2.0.0", "no chapter"), ("1.0.0", "says nothing")):
        with pytest.raises(SystemExit, match=said):
            notes(changelog, version)
