"""The repository itself: links lead somewhere, nothing names the machine it was written on, what is generated is current."""

import json
import os
import pathlib
import re
import subprocess
import tomllib

import dependency_policy
import harness
import markdown
import pytest

ROOT = markdown.REPOSITORY
NOT_OURS = {".git", "target", "node_modules", ".venv", "venv", "__pycache__", ".pytest_cache", "guildhall-data", "screenshots",
            # Apps of the documentation, while they run.
            "running"}
# Parts are joined so that this file does not name what it forbids.
MACHINE = re.compile(r"(?<![\w.-])/(?:" + "|".join(["root", "work", "home"]) + r")/")
REGISTRIES = re.compile("|".join([r"registry\." + "npmjs", r"index\.crates\." + "io", r"static\.crates\." + "io", r"pypi\." + "org",
                                  r"files\.python" + "hosted", r"proxy\.golang" + r"\.org"]))


def files() -> list[pathlib.Path]:
    """Every text file of the repository."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        # In a second work tree `.git` is a file.
        found += [pathlib.Path(folder, name) for name in names if name not in NOT_OURS]
    return sorted(path for path in found if path.suffix not in {".png", ".ico", ".woff2"})


def markdown_files() -> list[pathlib.Path]:
    return [path for path in files() if path.suffix == ".md"]


@pytest.mark.parametrize("path", markdown_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(path):
    for link in markdown.links(path):
        if re.match(r"https?:|mailto:", link):
            continue
        target, _, anchor = link.partition("#")
        file = path.parent / target if target else path
        assert file.exists(), f"{path.relative_to(ROOT)}: {link}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(), flags=re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, f"{path.relative_to(ROOT)}: {link}"


def test_no_file_names_a_machine_or_a_registry():
    found = []
    for path in files():
        text = path.read_text(errors="ignore")
        found += [f"{path.relative_to(ROOT)}: {m.group()}" for pattern in (MACHINE, REGISTRIES) for m in pattern.finditer(text)]
    assert not found, "\n".join(found)


def test_the_committed_openapi_document_is_current():
    printed = subprocess.run([harness.BIN, "openapi"], capture_output=True, text=True, check=True).stdout
    assert (ROOT / "docs/openapi.json").read_text() == printed, "run: target/debug/guildhall openapi > docs/openapi.json"
    assert json.loads(printed)["openapi"].startswith("3.1")


def test_the_readme_names_the_sdk_versions_that_are_tested():
    readme = (ROOT / "README.md").read_text()
    python = re.search(r"^stytch==(\S+)$", (ROOT / "tests/requirements.txt").read_text(), re.MULTILINE).group(1)
    node = json.loads((ROOT / "tests/node/package.json").read_text())["devDependencies"]["stytch"]
    browser = json.loads((ROOT / "tests/browser/package.json").read_text())["devDependencies"]["@stytch/vanilla-js"]
    for named in (f"pip install stytch=={python}\n", f"npm install stytch@{node}\n", f"npm install @stytch/vanilla-js@{browser}\n"):
        assert named in readme


def test_the_readme_lists_every_option_of_serve():
    help_text = subprocess.run([harness.BIN, "serve", "--help"], capture_output=True, text=True, check=True).stdout
    readme = (ROOT / "README.md").read_text()
    flags = set(re.findall(r"^\s+(?:-\w, )?(--[a-z-]+)", help_text, re.MULTILINE)) - {"--help"}
    variables = set(re.findall(r"\[env: (\w+)", help_text))
    # A twin for tests is nothing that a variable or a file makes of a server (threat T-78); it has a page of its own.
    twins = {flag for flag in flags if flag.startswith("--dev")}
    page = (ROOT / "docs/testing.md").read_text()
    assert {"--dev", "--dev-seed", "--dev-random-seed"} == {flag for flag in twins if flag in page} == twins
    flags -= twins
    assert len(flags) == len(variables) > 10
    assert flags == set(re.findall(r"^\| `(--[a-z-]+)`", readme, re.MULTILINE))
    assert variables <= set(re.findall(r"`(GUILDHALL_\w+)`", readme))


def test_licence_expressions_are_understood():
    allowed = {"MIT", "ISC", "Apache-2.0 WITH LLVM-exception"}
    for good in ("MIT", "MIT/GPL-3.0", "GPL-3.0 OR MIT", "(GPL-3.0 OR ISC) AND MIT", "Apache-2.0 WITH LLVM-exception OR X"):
        assert dependency_policy.satisfied(good, allowed), good
    for bad in ("GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0", "(MIT AND X) OR Y"):
        assert not dependency_policy.satisfied(bad, allowed), bad


def test_the_policy_notices_what_it_forbids():
    policy = {"licenses": {"allow": ["MIT"]}, "bans": {"skip": [{"crate": "twice@1"}, {"crate": "gone@1"}]}}
    package = {"license": "MIT", "source": None}
    packages = [package | {"name": name, "version": version} for name, version in
                (("twice", "1.0.0"), ("twice", "2.0.0"), ("thrice", "1.0.0"), ("thrice", "2.0.0"))]
    packages += [{"name": "odd", "version": "1.0.0", "license": "GPL-3.0", "source": "git+https://example.com/odd"}]
    assert len(dependency_policy.problems(policy, packages)) == 4


def test_every_threat_that_is_said_to_be_tested_has_a_test():
    listed = re.findall(r"^\| T-(\d\d) ", (ROOT / "SECURITY.md").read_text(), re.MULTILINE)
    sources = [path for path in files() if path.suffix in {".py", ".mjs", ".rs"}]
    tested = set()
    for path in sources:
        if path.name == "test_house.py":
            continue
        text = path.read_text()
        # A test's name or first line has the number; in Rust, where comments cite numbers too, only names count.
        tested.update(re.findall(r"\bt(?:est_t)?(\d\d)_", text))
        for line in text.splitlines():
            if line.lstrip().startswith(('"""', 'test("')):
                tested.update(re.findall(r"T-(\d\d)\b", line))
    missing = [number for number in listed if number not in tested]
    assert listed and not missing, missing


def test_what_is_linked_last_is_compiled_for_speed():
    """Its level is that of the optimization across all crates; made small, it had passwords take twice as long."""
    release = tomllib.loads((ROOT / "Cargo.toml").read_text())["profile"]["release"]
    assert "opt-level" not in release and "guildhall" not in release["package"]
