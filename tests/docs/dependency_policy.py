"""Checks the dependencies against deny.toml without any other program: licences, duplicates, sources, and known faults.

What is known of faults is as old as `advisories.txt`; where `cargo deny` is installed and the network is there, it knows
more.
"""

import json
import pathlib
import re
import subprocess
import sys
import tomllib
from collections import defaultdict

import advisories

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def satisfied(expression: str, allowed: set[str]) -> bool:
    """Whether a licence expression (SPDX; the old `/` means OR) can be met with allowed licences."""
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))

    def either() -> bool:
        result = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            result = both() or result
        return result

    def both() -> bool:
        result = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            result = one() and result
        return result

    def one() -> bool:
        token = tokens.pop(0)
        if token == "(":
            result = either()
            assert tokens.pop(0) == ")", expression
            return result
        if tokens[:1] == ["WITH"]:
            tokens.pop(0)
            token = f"{token} WITH {tokens.pop(0)}"
        return token in allowed

    result = either()
    assert not tokens, f"{expression}: what is {tokens}?"
    return result


def is_skipped(name: str, version: str, skipped: list[str]) -> bool:
    for entry in skipped:
        other, _, prefix = entry.partition("@")
        if name == other and (version == prefix or version.startswith(prefix + ".")):
            return True
    return False


def problems(policy: dict, packages: list[dict]) -> list[str]:
    found = []
    allowed = set(policy["licenses"]["allow"])
    skipped = [entry["crate"] for entry in policy["bans"]["skip"]]
    versions = defaultdict(set)
    used = set()
    for package in packages:
        name, version, licence = package["name"], package["version"], package["license"]
        if not licence or not satisfied(licence, allowed):
            found.append(f"{name} {version}: licence {licence} is not on the list")
        source = package["source"]
        if source and not re.match(r"registry\+https://github\.com/rust-lang/crates\.io-index$", source):
            found.append(f"{name} {version}: comes from {source}")
        if is_skipped(name, version, skipped):
            used.update(entry for entry in skipped if is_skipped(name, version, [entry]))
        else:
            versions[name].add(version)
    unwanted = {entry["crate"]: entry["reason"] for entry in policy["bans"].get("deny", [])}
    found += [f"{name} is unwanted: {unwanted[name]}" for name in sorted(unwanted.keys() & {package["name"] for package in packages})]
    found += [f"{name} is there as {', '.join(sorted(v))}" for name, v in sorted(versions.items()) if len(v) > 1]
    found += [f"deny.toml skips {entry}, which is not there" for entry in skipped if entry not in used]
    return found


def faults(policy: dict) -> tuple[list[str], list[str]]:
    """Advisories that concern what is locked, for the product and what is locked beside it: what forbids, what is to know."""
    _, known = advisories.known()
    ignored = {entry if isinstance(entry, str) else entry["id"] for entry in policy["advisories"]["ignore"]}
    forbidding, telling = [], []
    for lock in ("Cargo.lock", "tests/rust/Cargo.lock", "fuzz/Cargo.lock"):
        for package in tomllib.loads((REPOSITORY / lock).read_text())["package"]:
            for advisory in known:
                if advisory.id not in ignored and advisory.concerns(package["name"], package["version"]):
                    kind = forbidding if advisory.kind in ("vulnerability", "unsound") else telling
                    kind.append(f"{lock}: {package['name']} {package['version']}: {advisory.kind}, {advisory.id}")
    return forbidding, telling


def main() -> int:
    policy = tomllib.loads((REPOSITORY / "deny.toml").read_text())
    metadata = subprocess.run(["cargo", "metadata", "--locked", "--format-version", "1"], cwd=REPOSITORY,
                              capture_output=True, text=True, check=True)
    packages = json.loads(metadata.stdout)["packages"]
    found = problems(policy, packages)
    forbidding, telling = faults(policy)
    found += forbidding
    for problem in found + telling:
        print(problem)
    date, known = advisories.known()
    print(f"{len(packages)} packages: " + (f"{len(found)} problems" if found else "licences, duplicates and sources are as deny.toml wants them"))
    print(f"no fault is known of them as of {date}" if not forbidding else f"faults are known of them as of {date}", f"({len(known)} advisories)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
