"""Which versions of which crates have known faults.

`advisories.txt` is what RustSec's database (CC0) says, without its texts: a line for each advisory, with its kind, the
crate, and the versions that do not have the fault. It is there because the database cannot be fetched where this is
checked. From a newer checkout of it:

    python3 tests/docs/advisories.py CHECKOUT DATE > tests/docs/advisories.txt
"""

import datetime
import pathlib
import re
import sys
import tomllib
from dataclasses import dataclass

LIST = pathlib.Path(__file__).with_name("advisories.txt")


def parsed(version: str) -> tuple:
    """A version that compares as Cargo compares them: a pre-release comes before its release."""
    numbers, _, pre = version.split("+")[0].partition("-")
    parts = [int(n) for n in numbers.split(".")]
    parts += [0] * (3 - len(parts))
    identifiers = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in pre.split(".")) if pre else ()
    return (*parts, not pre, identifiers)


def meets(version: str, requirement: str) -> bool:
    """Whether a version meets a requirement of Cargo's: comparisons with commas between them, `^`, `~`, or nothing before it."""
    mine = parsed(version)
    for comparison in requirement.split(","):
        operator, wanted = re.fullmatch(r"\s*(>=|<=|>|<|=|\^|~|)\s*([\w.+-]+)\s*", comparison).groups()
        low = parsed(wanted)
        given = len(wanted.split("-")[0].split("."))
        good = {">=": mine >= low, "<=": mine <= low, ">": mine > low, "<": mine < low, "=": mine[:given] == low[:given]}.get(operator)
        if good is None:
            # Up to the next change of the leftmost number that is not zero, or of the minor one.
            numbers = low[:3]
            fixed = min(2, given) if operator == "~" else next((i + 1 for i in range(given) if numbers[i]), given)
            good = mine >= low and mine[:fixed] == numbers[:fixed]
        if not good:
            return False
    return True


@dataclass
class Advisory:
    id: str
    # vulnerability, unsound, unmaintained or notice.
    kind: str
    crate: str
    # Versions that meet one of these do not have it.
    free: list[str]

    def concerns(self, name: str, version: str) -> bool:
        return name == self.crate and not any(meets(version, requirement) for requirement in self.free)

    def __str__(self) -> str:
        return "\t".join([self.id, self.kind, self.crate, "; ".join(self.free)])


def known() -> tuple[datetime.date, list[Advisory]]:
    """The list, and the day that it is of."""
    head, *lines = LIST.read_text().splitlines()
    found = []
    for line in lines:
        id_, kind, crate, free = line.split("\t")
        found.append(Advisory(id_, kind, crate, [r for r in free.split("; ") if r]))
    return datetime.date.fromisoformat(head.rsplit(" ", 1)[1]), found


def read(path: pathlib.Path) -> Advisory | None:
    """An advisory of the database; nothing if it was withdrawn."""
    document = tomllib.loads(re.match(r"```toml\n(.*?)```", path.read_text(), re.S)[1])
    about, versions = document["advisory"], document["versions"]
    if "withdrawn" in about:
        return None
    return Advisory(about["id"], about.get("informational", "vulnerability"), about["package"], versions.get("patched", []) + versions.get("unaffected", []))


def main() -> int:
    checkout, date = pathlib.Path(sys.argv[1]), datetime.date.fromisoformat(sys.argv[2])
    found = [advisory for path in checkout.glob("crates/*/RUSTSEC-*.md") if (advisory := read(path))]
    print(f"RustSec's advisories, as of {date}")
    for advisory in sorted(found, key=lambda advisory: advisory.id):
        print(advisory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
