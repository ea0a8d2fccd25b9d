"""T-72: what tenants and users call themselves stays text: in mails, in their headers, and on pages."""

import html.parser
import re

import pytest
import requests
from harness import REDIRECT_URL, check_refusal, new_email, query_of, unique

NAMES = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><svg/onload=alert(1)>", "</title><script>alert(1)</script>", "</a><a href=https://evil.example>",
    "<!--", "-->", "<![CDATA[", "&lt;b&gt;", "& < > \" '", "{{ 7*7 }}", "{% include 'x' %}", "${7*7}", "<%= 7*7 %>", "{{ link }}", "<b>bold</b>", "javascript:alert(1)",
    "=?utf-8?q?Bcc:_x@evil.example?=", "\u202egnp.exe", "Ünïcode 日本 💥", "%0d%0aBcc: x@evil.example", "a\u2028Bcc: x@evil.example", "a\x0bb\x0cc", "\\\" onmouseover=alert(1) \\\"",
]
BREAKS = ["Acme\r\nBcc: x@evil.example", "Acme\nBcc: x@evil.example", "\r\n\r\n<h1>Body</h1>", "Acme\r", "Acme\n"]
ALLOWED = {"html", "head", "meta", "title", "body", "table", "tr", "td", "tbody", "p", "a", "br", "div", "span", "strong", "em", "h1", "img", "hr"}


class Page(html.parser.HTMLParser):
    """What a browser would make of it."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.texts, self.links = [], set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            self.attributes.add(name)
            if name in ("href", "src", "action"):
                self.links.append(value)

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def visible(name):
    """A name as a mail shows it: on one line, without what turns the direction."""
    name = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", name)
    return " ".join(re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", name).split())


def unlinked(name):
    """A tenant's name as a mail shows it: besides, no mail reader finds a link in it."""
    return re.sub(r"([.:\\@])(?=\S)", r"\1 ", visible(name))


def check_mail(mail, *names, by_tenant=True):
    page = Page(mail.html)
    assert set(page.tags) <= ALLOWED - {"img"}, page.tags
    assert not [a for a in page.attributes if a.startswith("on")], page.attributes
    for link in page.links:
        assert link.startswith(("http://127.0.0.1:", REDIRECT_URL)), link
    # The same number of headers and links as a mail of a harmless name has.
    assert sorted(k.lower() for k in mail.message.keys()) == sorted(
        ["from", "to", "subject", "message-id", "date", "auto-submitted", "mime-version", "content-type"]
    ), mail.message.keys()
    assert "evil.example" not in str(mail.message["to"]) and len(mail.recipients) == 1
    assert mail.message["bcc"] is None and mail.message["cc"] is None
    assert "\n" not in mail.subject and "\r" not in mail.subject
    for name in names:
        shown = unlinked(name) if by_tenant else visible(name)
        assert shown in page.text or shown[:150] in page.text, (shown, page.text)
        assert shown in " ".join(mail.text.split()), (shown, mail.text)
    # In the raw message no line but the known headers begins one.
    head = mail.raw.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]
    assert not re.search(rb"^bcc:", head, re.I | re.M)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_t72_names_in_mails_and_on_the_page_behind_them(project, name):
    org = project.organization(organization_name=name).organization_id
    member = project.member(org, name=name)
    sent = []
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
    sent.append(project.mailbox.wait(member.email_address))
    invited = new_email()
    project.api.magic_links.email.invite(organization_id=org, email_address=invited, name=name, invited_by_member_id=member.member_id)
    sent.append(project.mailbox.wait(invited))
    assert unlinked(name)[:150] in sent[-1].subject or name.startswith("=?"), sent[-1].subject
    for mail in sent:
        check_mail(mail, name)
        answer = requests.get(mail.link, timeout=30)
        page = Page(answer.text)
        assert page.tags.count("script") == 1 and set(page.links) >= {"/assets/redirect.js"}
        assert not [a for a in page.attributes if a.startswith("on")]
        assert not [link for link in page.links if not link.startswith(("/assets/", REDIRECT_URL))], page.links
        assert " ".join(name.split()) in page.text or visible(name) in page.text
        assert "script-src 'self'" in answer.headers["content-security-policy"] and answer.headers["x-content-type-options"] == "nosniff"
    project.api.magic_links.authenticate(magic_links_token=query_of(sent[0].link)["token"])
    project.api.organizations.members.update(org, member.member_id, email_address=new_email())
    check_mail(project.mailbox.wait(member.email_address), name)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_t72_names_on_the_pages_of_the_hosted_login(project, name):
    organization = project.organization(organization_name=name)
    way = {"public_token": project.public_token, "state": name, "redirect_url": name, "locale": name, "pkce_code_challenge": name}
    answer = requests.get(f"{project.server.url}/login/{organization.organization_slug}", params=way, timeout=30)
    page = Page(answer.text)
    assert answer.status_code == 200 and " ".join(name.split()) in page.text, page.text
    assert not [a for a in page.attributes if a.startswith("on")] and page.tags.count("script") == 1 and "b" not in page.tags
    assert all(link.startswith(("/assets/", "/login", "#")) for link in page.links), page.links
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy and "form-action 'self'" in policy and "frame-ancestors 'none'" in policy
    for typed in (name, f"{name}@example.com"):
        refused = requests.post(f"{project.server.url}/login/step/email", params=way, data={"email_address": typed, "by": "link"}, timeout=30)
        page = Page(refused.text)
        assert not [a for a in page.attributes if a.startswith("on")] and page.tags.count("script") == 1


def test_t72_the_address_of_a_logo(project):
    """A logo is an attribute of one image, whatever stands in its address."""
    for url in ('https://logo.example/"onerror="alert(1)', "https://logo.example/'><script>alert(1)</script>", "https://logo.example/&quot;x"):
        org = project.organization(organization_logo_url=url).organization_id
        member = project.member(org)
        project.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
        page = Page(project.mailbox.wait(member.email_address).html)
        assert page.tags.count("img") == 1 and set(page.tags) <= ALLOWED, page.tags
        assert url in page.links and not [a for a in page.attributes if a.startswith("on")], page.links


@pytest.mark.parametrize("name", BREAKS, ids=ascii)
def test_t72_names_are_one_line(project, org, name):
    member = project.member(org)
    for method, path, body in (
        ("POST", "/v1/b2b/organizations", {"organization_name": name}),
        ("PUT", f"/v1/b2b/organizations/{org}", {"organization_name": name}),
        ("POST", f"/v1/b2b/organizations/{org}/members", {"email_address": new_email(), "name": name}),
        ("PUT", f"/v1/b2b/organizations/{org}/members/{member.member_id}", {"name": name}),
        ("POST", "/v1/b2b/magic_links/email/invite", {"organization_id": org, "email_address": new_email(), "name": name}),
    ):
        check_refusal(project.raw(method, path, body), 400, ("invalid_organization_name", "invalid_argument"))


@pytest.mark.parametrize("name", ["<script>alert(1)</script>\" & '", "Acme\r\nBcc: x@evil.example\r\n\r\n<h1>x</h1>", "{{ 7*7 }}"], ids=ascii)
def test_t72_names_of_projects(server, name):
    """Project names are the operator's, who may still have got them from somebody."""
    project = server.project(name)
    address = new_email()
    project.api.magic_links.email.discovery.send(email_address=address)
    mail = project.mailbox.wait(address)
    check_mail(mail, name, by_tenant=False)
    page = Page(requests.get(mail.link, timeout=30).text)
    assert page.tags.count("script") == 1 and visible(name) in page.text
    expired = Page(requests.get(mail.link.replace("token=", "token=x"), timeout=30).text)
    assert "script" not in expired.tags


@pytest.mark.parametrize("path", ["/errors/<script>alert(1)</script>", "/errors/%3Cscript%3Ealert(1)%3C/script%3E", "/errors/%22onerror=x", "/v1/magic_links/redirect?token=<script>alert(1)</script>",
    "/v1/magic_links/redirect?token=x&slug=%3Cscript%3E&public_token=%22%3E%3Cscript%3E", "/<script>alert(1)</script>", "/assets/%3Cscript%3E", "/v1/b2b/organizations/%3Cscript%3E", "/outbox/%3Cscript%3E"])
def test_t72_nothing_of_the_address_is_echoed(server, path):
    answer = server.get(path)
    assert answer.status_code in (400, 401, 404)
    assert "<script>" not in answer.text and "onerror=x" not in answer.text
    assert "html" not in answer.headers.get("content-type", "") or "default-src 'none'" in answer.headers["content-security-policy"]


def test_t72_json_is_never_taken_for_a_page(project):
    """A name in an answer of the API cannot run, whatever a browser guesses."""
    org = project.organization(organization_name="<script>alert(1)</script>")
    for answer in (project.raw("GET", f"/v1/b2b/organizations/{org.organization_id}"), project.browser("POST", "/b2b/organizations/search", {"organization_slug": org.organization_slug}),
                   project.raw("GET", "/v1/b2b/organizations/%3Cscript%3E"), project.server.get("/openapi.json")):
        assert answer.headers["content-type"].startswith("application/json")
        if not answer.request.url.endswith("openapi.json"):
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_t72_the_outbox_pages_escape_too(start_server):
    server = start_server(smtp=False)
    project = server.project()
    name = f"<script>alert('{unique()}')</script>"
    org = project.organization(organization_name=name).organization_id
    address = new_email()
    project.api.magic_links.email.invite(organization_id=org, email_address=address, name=name)
    listing = requests.get(server.url + "/outbox", timeout=30)
    assert address in listing.text and name not in listing.text
    links = re.findall(r'href="(/outbox/[^"]+)"', listing.text)
    assert links
    message = requests.get(server.url + links[0], timeout=30)
    assert name not in message.text
    page = Page(message.text)
    assert not [a for a in page.attributes if a.startswith("on")]
    assert "sandbox" in page.attributes
