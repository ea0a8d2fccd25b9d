"""How mails look: logo and color, templates of an operator's own, and the commands that show them."""

import json
import os
import pathlib
import re
import subprocess

import pytest
from harness import BIN, Server, new_email, unique

LOGO, OF_ORGANIZATION = "https://www.example.com/logo.png?a=1&b=2", "https://cdn.example.com/blue.png"


def mail_to(project, org=None):
    """A mail of the organization, or of the project."""
    email = new_email()
    if org:
        project.member(org, email)
        project.api.magic_links.email.login_or_signup(organization_id=org, email_address=email)
    else:
        project.api.magic_links.email.discovery.send(email_address=email)
    return project.mailbox.wait(email)


def test_the_logo_of_the_organization_wins_and_the_button_has_the_projects_color(server):
    project = server.project("Acme & Co")
    update = ("project", "update", project.project_id)
    shown = server.command(*update, "--logo-url", LOGO, "--brand-color", "#FD0", "--json").stdout
    assert json.loads(shown)["settings"] | {"logo_url": LOGO, "brand_color": "#ffdd00"} == json.loads(shown)["settings"]
    plain = project.organization().organization_id
    own = project.organization(organization_name='Blue "Team"', organization_logo_url=OF_ORGANIZATION).organization_id
    unsafe = project.organization(organization_logo_url="http://cdn.example.com/blue.png").organization_id
    of_project = f'src="{LOGO.replace("&", "&amp;")}" alt="Acme &amp; Co" height="40"'
    for org, logo in ((None, of_project), (plain, of_project), (unsafe, of_project),
                      (own, f'src="{OF_ORGANIZATION}" alt="Blue &quot;Team&quot;" height="40"')):
        html = mail_to(project, org).html
        assert logo in html and html.count("<img ") == 1, html
        assert "background-color:#ffdd00;" in html and ";color:#000000;" in html, html
    server.command(*update, "--logo-url", "", "--brand-colour", "")
    assert json.loads(server.command("project", "show", project.project_id, "--json").stdout)["settings"]["brand_color"] is None
    for option, value, words in (("--logo-url", "http://www.example.com/logo.png", "a logo is an https URL"),
                                 ("--logo-url", "https://user:hush@example.com/x.png", "a logo is an https URL"),
                                 ("--brand-color", "yellow", "as in #1f5f8b")):
        done = server.command(*update, option, value, check=False)
        assert done.returncode == 2 and words in done.stderr, done.stderr


def guildhall(*arguments, **environment) -> subprocess.CompletedProcess:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GUILDHALL_")}
    return subprocess.run([BIN, *map(str, arguments)], env=clean | environment, capture_output=True, text=True, timeout=30)


def test_templates_are_listed_printed_and_written(tmp_path):
    listed = guildhall("mail", "templates").stdout
    docs = (pathlib.Path(__file__).parents[2] / "docs/mail.md").read_text()
    written = guildhall("mail", "templates", "--directory", tmp_path / "mail")
    assert written.returncode == 0, written.stderr
    files = sorted(path.name for path in (tmp_path / "mail").iterdir())
    assert len(files) == 2 * 18 + 8
    for name in files:
        assert name in listed and f"`{name}`" in docs, name
    names = re.findall(r"^  (\w+) {2,}", listed, re.M)
    assert len(names) == 35
    for name in names:
        assert f"`{name}`" in docs, name
    layout = tmp_path / "mail/layout.txt"
    assert guildhall("mail", "templates", "layout.txt").stdout == layout.read_text()
    # What somebody has changed stays, and the whole folder is one that the server takes.
    layout.write_text(layout.read_text() + "Ours.\n")
    assert "1 file" not in guildhall("mail", "templates", "--directory", tmp_path / "mail").stderr
    assert layout.read_text().endswith("Ours.\n")
    assert guildhall("mail", "preview", "login", "--text", "--templates", tmp_path / "mail").stdout.endswith("Ours.\n")
    refused = guildhall("mail", "templates", "logn.html")
    assert refused.returncode != 0 and "login.html" in refused.stderr


def test_a_preview_is_opened_written_or_printed(tmp_path):
    text = guildhall("mail", "preview", "invite", "--language", "de", "--text").stdout
    assert text.startswith("Subject: Grace Hopper lädt Sie zu Blue Team ein\n\n") and "ada@example.com" in text
    html = tmp_path / "invite.html"
    done = guildhall("mail", "preview", "invite", "--output", html, "--logo-url", LOGO, "--brand-color", "#fd0", PATH=str(tmp_path))
    assert done.returncode == 0 and done.stdout.strip() == str(html), done.stderr
    assert "background-color:#ffdd00" in html.read_text() and 'alt="Acme"' in html.read_text()
    # A machine without a browser; then one where the browser takes it.
    for opens in (False, True):
        if opens:
            (tmp_path / "xdg-open").write_text('#!/bin/sh\n[ -s "$1" ] && echo "$1" > "$OPENED"\n')
            (tmp_path / "xdg-open").chmod(0o755)
        done = guildhall("mail", "preview", "login", "--language", "ja", PATH=str(tmp_path), TMPDIR=str(tmp_path), OPENED=str(tmp_path / "opened"))
        made = pathlib.Path(done.stdout.strip())
        assert done.returncode == 0 and made.parent == tmp_path and '<html lang="ja">' in made.read_text(), done.stderr
        assert ("no browser could be started" in done.stderr) != opens
    assert (tmp_path / "opened").read_text().strip() == str(made)
    for arguments, words in ((["nope"], "email_update_code"), (["login", "--language", "tlh"], "pt-br"), (["login", "--logo-url", "http://x.example/a.png"], "https")):
        refused = guildhall("mail", "preview", *arguments)
        assert refused.returncode != 0 and words in refused.stderr, refused.stderr


WRONG = {
    "login.html": ("<p>{{ link }}</p>\n<p>{{ organisation }}</p>\n", "login.html, line 2: there is no name organisation; there are place, project_name"),
    "layout.txt": ("Subject: x\n\n{{ link }}{{ code }}\n{% if words.hello %}x{% endif %}\n", "layout.txt, line 4: there is no name words.hello; there are subject"),
    "invite.txt": ('{% extends "layout.txt" %}\n\n{% block itnro %}x{% endblock %}\n', "invite.txt, line 3: layout.txt has no block itnro"),
    "email_changed.txt": ("Subject: x\n\n{% if link %}{{ link }}{% endif %}\n", "email_changed.txt says nothing"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_template_is_told_at_start_by_preview_and_by_doctor(name, tmp_path):
    text, words = WRONG[name]
    (tmp_path / name).write_text(text)
    database = ["--database-url", f"sqlite:{tmp_path}/none.db"]
    # All three read templates in the same way.
    others = [["serve", "--listen", "127.0.0.1:0", *database], ["doctor", *database]] if name == "login.html" else []
    for command in (["mail", "preview", "login"], *others):
        done = guildhall(*command, "--templates", tmp_path)
        assert done.returncode != 0 and words in done.stdout + done.stderr and "--templates" in done.stdout + done.stderr, (command, done)


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    """A folder with an invitation of our own."""
    folder = tmp_path_factory.mktemp("templates")
    (folder / "invite.txt").write_text("Subject: Come in\n\n{{ link }}\n")
    return folder


@pytest.fixture(scope="module")
def silent(postgres, templates):
    """A server that keeps its mail."""
    server = Server(postgres=postgres, smtp=False, arguments=["--templates", str(templates)]).start()
    yield server
    server.stop()


def test_the_outbox_is_shown_with_the_servers_templates(silent, templates):
    project = silent.project()
    project.api.magic_links.email.invite(organization_id=project.organization().organization_id, email_address=new_email())
    assert "Come in" in silent.get("/outbox").text
    shown = lambda *arguments: silent.command("outbox", "--limit", "1", *arguments).stdout
    assert "You are invited to join" in shown()
    assert "Come in" in shown("--templates", str(templates))
    (silent.directory / "g.toml").write_text(f'templates = "{templates}"\n')
    assert re.match(r"(just now|\d+ seconds? ago) +waiting +\S+ +Come in\n", shown("--config", str(silent.directory / "g.toml")))


def shown(page) -> list[str]:
    return re.findall(r" to <strong>([^<]+)</strong>", page.text)


def test_the_outbox_page_is_newest_first_in_pages_and_can_be_searched(silent):
    project = silent.project()
    emails = [f"{n}_Person-{unique()}@Page.Example".lower() for n in range(27)]
    for email in emails:
        project.api.magic_links.email.discovery.send(email_address=email)
    newest = emails[::-1]
    first = silent.get("/outbox")
    assert shown(first) == newest[:25]
    [older] = re.findall(r'<a href="(/outbox\?before=[^"]+)">Older', first.text)
    rest = silent.get(older)
    # The next page ends with what the tests before have written.
    assert shown(rest)[:2] == newest[25:] and "Older messages" not in rest.text and "data-changes" not in rest.text
    # A search takes what is typed as it is, and keeps it when it goes on.
    for typed, found in ((emails[3], [emails[3]]), (emails[3].upper(), [emails[3]]), ("%", []), ("3_PERSON", [e for e in newest if "3_person" in e]),
                         ("nobody<b>", [])):
        page = silent.get("/outbox", params={"to": typed})
        assert page.status_code == 200 and shown(page) == found, (typed, shown(page))
    assert "nobody&lt;b&gt;" in page.text and "Show all messages" in page.text
    searched = silent.get("/outbox", params={"to": "@page."})
    assert "/outbox?to=%40page.&amp;before=" in searched.text and len(shown(searched)) == 25
    assert silent.get("/outbox", params={"before": "nonsense"}).status_code == 200


def test_the_outbox_page_says_whether_anything_has_changed(silent):
    project = silent.project()
    [seen] = re.findall('data-version="([^"]+)"', silent.get("/outbox").text)
    assert silent.get("/outbox", params={"seen": seen}).text == ""
    email = new_email()
    project.api.magic_links.email.discovery.send(email_address=email)
    changed = silent.get("/outbox", params={"seen": seen})
    assert email in changed.text and f'data-version="{seen}"' not in changed.text
    policy = changed.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy and "connect-src 'self'" in policy
    # The mail is framed without what could run or send anything.
    assert re.findall(r' sandbox="([^"]*)"', changed.text)[0] == "allow-popups allow-popups-to-escape-sandbox"
