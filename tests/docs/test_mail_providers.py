"""The script that brings the lists of mail providers up to date, with sources of the test's own."""

import json
import subprocess
import sys

import harness

SCRIPT = harness.REPOSITORY / "crates/foundation/src/email_domain/update.py"
SUFFIXES = """// ===BEGIN ICANN DOMAINS===
com
com.pl  // a comment
*.ck
// ===END ICANN DOMAINS===
// ===BEGIN PRIVATE DOMAINS===
dyndns.example
// ===END PRIVATE DOMAINS===
"""


def checkout(directory, files: dict[str, str]):
    directory.mkdir()
    for name, text in files.items():
        (directory / name).write_text(text)
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.test"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "The list"]):
        subprocess.run(["git", "-C", directory, *command], check=True)
    return directory


def test_lists_of_mail_providers_are_merged_and_never_shrink_by_mistake(tmp_path):
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "free.txt").write_text("# Made\nlong-listed.com\ntaken-out.com\n")
    (lists / "disposable.txt").write_text("# Made\nbelow.throwaway.com\n")
    (lists / "more.txt").write_text("# By hand\nby-hand.com\n")
    (lists / "companies.txt").write_text("# By hand\ncompany.com\ntaken-out.com\n")
    odd = ["Listed.COM", "company.com", "com.pl", "nz.ck", "no domain", "-x.com", "a..com", "1.2.3.4", "ab--c.com", "xn--r8jz45g.jp", ""]
    sources = {
        "Kikobeats/free-email-domains": {"domains.json": json.dumps(odd)},
        "ivolo/disposable-email-domains": {"index.json": json.dumps(["x.throwaway.com"]), "wildcard.json": json.dumps(["throwaway.com"])},
        "disposable-email-domains/disposable-email-domains": {"disposable_email_blocklist.conf": "dyndns.example\ncom\n"},
        "publicsuffix/list": {"public_suffix_list.dat": SUFFIXES},
    }
    given = [f"--from={name}={checkout(tmp_path / name.replace('/', '-'), files)}" for name, files in sources.items()]
    subprocess.run([sys.executable, SCRIPT, "--into", lists, *given], check=True)
    free, disposable = ((lists / name).read_text().splitlines() for name in ("free.txt", "disposable.txt"))
    assert free[0].startswith("# Made by update.py from github.com/Kikobeats/free-email-domains (MIT")
    assert free[1:] == ["by-hand.com", "listed.com", "long-listed.com", "xn--r8jz45g.jp"]
    assert disposable[1:] == ["dyndns.example", "throwaway.com"]
