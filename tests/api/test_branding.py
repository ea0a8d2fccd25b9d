"""Branding: a project's and an organization's, over the API and the command line, on pages and in mails."""

import html
import re

import pytest
import requests
from harness import check_refusal, data, new_email, unique, with_permissions

LOGO, THEIRS = "https://www.example.com/logo.png", "https://cdn.example.com/blue.png"


@pytest.fixture(scope="module")
def project(server):
    # Before its first request: what a request knows of its project is a second old at most.
    project = server.project("Acme")
    server.command("project", "update", project.project_id, "--logo-url", LOGO, "--brand-color", "#7a1fa2", "--background-color", "#F6EFFA")
    return project


def path(org):
    return f"/v1/b2b/organizations/{org}/branding" if org else "/v1/b2b/branding"


def brand(project, org, **fields):
    """Changes a branding, which then is as it was answered."""
    answer = project.raw("PUT", path(org), fields)
    assert answer.status_code == 200, answer.text
    told = answer.json()["branding"]
    assert project.raw("GET", path(org)).json()["branding"] == told
    return told


def mail_of(project, org):
    email = new_email()
    project.member(org, email)
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=email)
    return project.mailbox.wait(email)


def sheet(server, page):
    """The colours of a page, as its browser asks for them."""
    (address,) = re.findall(r'href="(/assets/colours\.css\?[^"]*)"', page)
    answer = server.get(html.unescape(address))
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/css")
    return answer.text


def test_an_organization_has_what_it_says_itself_and_the_rest_of_the_project(server, project):
    slug = f"blue-{unique()}"
    org = project.organization(organization_name="Blue Team", organization_slug=slug).organization_id
    shown = project.raw("GET", path(org)).json()["branding"]
    assert (shown["brand_color"], shown["background_color"], shown["logo_url"]) == (None, None, None)
    assert shown["shown"]["name"] == "Blue Team" and shown["shown"]["logo_url"] == LOGO
    assert shown["shown"]["mail"] == {"brand_color": "#7a1fa2", "text_on_brand_color": "#ffffff", "link_color": None,
                                      "background_color": "#f6effa", "text_on_background_color": "#000000"}

    told = brand(project, org, brand_color="#FD0", logo_url=THEIRS)
    assert told["shown"]["logo_url"] == THEIRS and told["shown"]["mail"]["background_color"] == "#f6effa"
    light, dark = (told["shown"][pages]["link_color"] for pages in ("light", "dark"))
    assert light not in ("#ffdd00", "#7a1fa2") and dark == "#ffdd00" == told["shown"]["light"]["brand_color"]
    moved = {(moved["color"], moved["pages"]): moved for moved in told["shown"]["moved"]}
    assert set(moved) == {("brand_color", "light"), ("background_color", "dark")}
    assert moved["brand_color", "light"]["becomes"] == light in moved["brand_color", "light"]["sentence"]

    # The organization itself is as the SDKs know it; a login page is told the colours that apply.
    whole = project.raw("GET", f"/v1/b2b/organizations/{org}").json()["organization"]
    assert whole["organization_logo_url"] == THEIRS and "brand_color" not in whole
    public = project.browser("POST", "/b2b/organizations/search", {"organization_slug": slug}).json()["data"]["organization"]
    assert (public["brand_color"], public["background_color"]) == ("#ffdd00", "#f6effa")

    # Its login page, its mails, and the page behind their links.
    query = {"public_token": project.public_token}
    page = server.get(f"/login/{slug}", params=query).text
    colours = sheet(server, page)
    assert THEIRS in page and f"--accent: {light};" in colours and "--fill: #ffdd00; --on-fill: #000000;" in colours and "--behind: #f6effa;" in colours
    assert "--accent: #7a1fa2;" in sheet(server, server.get("/login", params=query).text)
    mail = mail_of(project, org)
    assert "background-color:#ffdd00;" in mail.html and "background-color:#f6effa;color:#000000;" in mail.html and THEIRS in mail.html
    behind = requests.get(mail.link, headers={"Accept-Language": "de"}, timeout=30).text
    assert sheet(server, behind) == colours and THEIRS in behind and "Weiter zu Blue Team" in behind and 'lang="de"' in behind

    told = brand(project, org, brand_color="", logo_url="")
    assert told["brand_color"] is told["logo_url"] is None and told["shown"]["mail"]["brand_color"] == "#7a1fa2"


def test_a_project_has_what_it_was_given_at_once(server):
    project = server.project("Acme")
    brand(project, None, logo_url=LOGO, brand_color="#7a1fa2")
    # Nothing is undone by a change that follows at once.
    told = brand(project, None, background_color="#F6EFFA")
    assert (told["logo_url"], told["brand_color"], told["background_color"]) == (LOGO, "#7a1fa2", "#f6effa")
    assert brand(project, None, brand_color="", background_color="")["shown"]["moved"] == []


def test_what_is_no_color_and_no_logo_is_refused(project):
    org = project.organization().organization_id
    before = project.raw("GET", path(None)).json()["branding"]
    for whose in (None, org):
        for field in ("brand_color", "background_color"):
            for color in ("red", "1f5f8b", "#1f5f8", "#fff;}"):
                check_refusal(project.raw("PUT", path(whose), {field: color, "logo_url": THEIRS}), 400, "invalid_color")
        for url in ("http://www.example.com/l.png", "https://user:hush@example.com/l.png", "javascript:alert(1)"):
            check_refusal(project.raw("PUT", path(whose), {"logo_url": url}), 400, "invalid_url")
        check_refusal(project.raw("PUT", path(whose), {"logo_url": "https://x.example/" + "x" * 2048}), 400, "organization_logo_url_too_long")
    assert project.raw("GET", path(None)).json()["branding"] == before
    for method in ("GET", "PUT"):
        check_refusal(project.raw(method, path("organization-test-00000000-0000-4000-8000-000000000000"), {} if method == "PUT" else None), 404, "organization_not_found")


def test_who_administers_an_organization_changes_its_looks(project):
    organization = project.organization()
    org, me = organization.organization_id, "/b2b/organizations/me/branding"
    session = lambda *actions: with_permissions(project, org, *(("stytch.organization", action) for action in actions))[1].session_token  # noqa: E731
    plain, logo, colors = session(), session("update.info.logo-url"), session("update.info.colors")
    changed = data(project.browser("PUT", me, {"brand_color": "#0b6b3a", "background_color": "#eef6f1"}, session_token=colors))["branding"]
    changed_logo = data(project.browser("PUT", me, {"logo_url": THEIRS}, session_token=logo))["branding"]
    assert (changed["brand_color"], changed_logo["logo_url"], changed_logo["background_color"]) == ("#0b6b3a", THEIRS, "#eef6f1")
    assert data(project.browser("GET", me, session_token=plain))["branding"] == project.raw("GET", path(org)).json()["branding"] == changed_logo
    for who, fields in ((plain, {"brand_color": ""}), (colors, {"logo_url": ""}), (logo, {"logo_url": LOGO, "background_color": "#fff"})):
        check_refusal(project.browser("PUT", me, fields, session_token=who), 403, "unauthorized_action")
        check_refusal(project.raw("PUT", path(org), fields, headers={"X-Stytch-Member-Session": who}), 403, "unauthorized_action")
    check_refusal(project.browser("PUT", me, {"brand_color": "red"}, session_token=colors), 400, "invalid_color")
    elsewhere = path(project.organization().organization_id)
    check_refusal(project.raw("GET", elsewhere, headers={"X-Stytch-Member-Session": plain}), 403, "session_authorization_tenancy_error")
    assert data(project.browser("GET", me, session_token=plain))["branding"] == changed_logo


def test_the_command_line_says_what_becomes_of_colors(server, project):
    org = project.organization(organization_slug=f"green-{unique()}").organization_slug
    command = ("organization", "branding", org, "--project", project.project_id)
    done = server.command(*command, "--brand-color", "#ffd400", "--json")
    assert '"brand_color":"#ffd400"' in done.stdout and "hard to read on light pages" in done.stderr
    assert "brand_color" in server.command(*command).stdout
    assert server.command(*command, "--brand-color", "yellow", check=False).returncode != 0
    done = server.command("project", "update", project.project_id, "--background-colour", "#fff")
    assert "would dazzle" in done.stderr and "dazzle" not in server.command("project", "update", project.project_id, "--name", "Acme").stderr


def test_the_sheet_of_colours_holds_colours_only(server):
    for query in ({}, {"brand": "red", "background": "}*{color:red"}, {"brand": "#fff"}):
        sheet = server.get("/assets/colours.css", params=query)
        assert sheet.status_code == 200 and "--" not in sheet.text and "red" not in sheet.text, sheet.text
