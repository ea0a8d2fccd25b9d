"""Ways into the hosted login that lead by others: what is said where they lead nowhere. They are walked through in tests/browser."""

import html
import json
import re
import time

import directory
import harness
import pytest
from authenticator import Authenticator
from harness import REDIRECT_URL, new_email
from oauth import OauthProvider
from social import StandIn, StandIns
from sso import Saml
from visitor import Visitor


@pytest.fixture(scope="module")
def server(postgres):
    port = harness.free_port()
    arguments = ["--outbound-allow", "127.0.0.1", "--public-url", f"http://localhost:{port}"]
    server = harness.Server(postgres=postgres, arguments=arguments, clock=True)
    server.mailbox.start()
    server.launch(f"127.0.0.1:{port}")
    server.url = f"http://localhost:{port}"
    yield server
    server.stop()


@pytest.fixture(scope="module")
def stand_ins():
    with StandIns() as stand_ins:
        yield stand_ins


@pytest.fixture(scope="module")
def providers(project, stand_ins):
    return [OauthProvider(project, StandIn(stand_ins, name), name) for name in ("github", "slack")]


def hrefs(page) -> list[str]:
    return [html.unescape(href) for href in re.findall(r'<a [^>]*href="([^"]+)"', page.text)]


def begin(page, name: str) -> str | None:
    return next((href for href in hrefs(page) if href.startswith(f"/v1/b2b/public/oauth/{name}/")), None)


def options(page) -> dict:
    """What the browser is to be given."""
    return json.loads(html.unescape(re.search(r'data-options="([^"]+)"', page.text).group(1)))


def says(page, status: int, *words: str):
    said = html.unescape(re.sub(r"\s+", " ", re.sub("<(?:a|form) [^>]*>|(<[^>]*>)", lambda tag: " " if tag[1] else tag[0], page.text)))
    assert page.status_code == status, said
    for word in words:
        assert word in html.unescape(page.text), said


class Person(Visitor):
    """A visitor with an authenticator."""

    def __init__(self, project, **way):
        super().__init__(project, **way)
        self.authenticator = Authenticator(self.server.url)

    def show(self, page, **fields):
        return self.submit("/login/step/passkey", credential=json.dumps(self.authenticator.get(options(page))), **fields)

    def make(self, page, **fields):
        return self.submit("/login/step/new-passkey", credential=json.dumps(self.authenticator.create(options(page))), **fields)


def test_a_provider_that_refuses_and_organizations_that_do(project, stand_ins, providers):
    email, slack_only = new_email(), project.organization(auth_methods="RESTRICTED", allowed_auth_methods=["slack_oauth"])
    closed = project.organization()
    stand_ins.tell(email=email, id=4711, login="ada", organizations=[])
    visitor = Visitor(project, organization=closed.organization_slug, redirect_url=REDIRECT_URL, state="a b", locale="fr")
    first = visitor.see("/login")
    assert [bool(begin(first, name)) for name in ("github", "slack", "google")] == [True, True, False]
    there = visitor.server.url + begin(first, "github")
    # Who is no member there, and may not join, is told so.
    says(visitor.ask("GET", there), 400, "email_jit_provisioning_not_allowed")
    stand_ins.tell(mistake="denied")
    refused = visitor.ask("GET", there)
    says(refused, 400, "denied")
    (again,) = [href for href in hrefs(refused) if "/login?" in href]
    # The way back is the one that they came by.
    kept = harness.query_of(again)
    assert {name: kept[name] for name in visitor.way} == visitor.way
    says(visitor.ask("GET", again), 200, "Se connecter à")

    # The page of an organization that allows another provider does not lead there; who goes all the same comes to nothing.
    stand_ins.tell(email=email, id=4711, login="ada", organizations=[])
    project.member(slack_only.organization_id, email_address=email)
    visitor = Visitor(project, organization=slack_only.organization_slug)
    first = visitor.see("/login")
    assert (begin(first, "github"), "email_address" in first.text, "data-passkey" in first.text) == (None, False, False)
    forced = visitor.ask("GET", visitor.server.url + begin(first, "slack").replace("/slack/", "/github/"))
    arrived = visitor.submit("/login/step/arrive", **{name: harness.query_of(forced.url)[name] for name in ("token", "stytch_token_type")})
    says(arrived, 200, "asks you to show once more")
    assert "/account" not in arrived.url
    # A token that was used is over, and one that another browser has begun is that browser's.
    visitor = Visitor(project, organization=closed.organization_slug)
    project.member(closed.organization_id, email_address=email)
    there = visitor.ask("GET", visitor.server.url + begin(visitor.see("/login"), "github"))
    came = {name: harness.query_of(there.url)[name] for name in ("token", "stytch_token_type")}
    says(Visitor(project, organization=closed.organization_slug).submit("/login/step/arrive", **came), 400, "in the browser")
    assert visitor.submit("/login/step/arrive", **came).ok
    says(visitor.submit("/login/step/arrive", **came), 404, "used already")


def test_passkeys_that_are_not_taken(project, server):
    organization = project.organization()
    org, email = organization.organization_id, project.member(organization.organization_id).email_address
    ada = Person(project, organization=organization.organization_slug)
    assert "/account" in ada.sign_in(email).url
    assert "Your passkeys" in ada.see("/account").text
    new = ada.see("/login/step/new-passkey")
    assert options(new)["rp"]["id"] == "localhost"
    says(ada.submit("/login/step/new-passkey", name="x", credential="{}"), 400, "This did not work")
    says(ada.make(new, name="x" * 129), 400, "1 to 128 characters")
    made = ada.make(ada.see("/login/step/new-passkey"), name="<b>Key</b>")
    says(made, 200, "The passkey is ready to use.", "<b>Key</b>")
    assert "<b>Key" not in made.text
    (passkey_id,) = set(re.findall(r'name="passkey_id" value="([^"]+)"', made.text))
    says(ada.submit("/account", action="rename_passkey", passkey_id=passkey_id, name=""), 400, "1 to 128 characters")
    says(ada.submit("/account", action="rename_passkey", passkey_id="nobody's", name="x"), 400, "not known here")
    assert ada.submit("/login/step/sign-out").ok

    first = ada.see("/login")
    credential = ada.authenticator.get(options(first))
    other = Person(project)
    other.authenticator.create(options(new))
    # Somebody else's key, none at all, and one that comes too late.
    says(other.submit("/login/step/passkey", credential=json.dumps(other.authenticator.get(options(first)))), 401, "not known here")
    says(ada.submit("/login/step/passkey", credential=""), 200, "data-at-once")
    says(ada.submit("/login/step/passkey", credential="[]"), 200, "data-at-once")
    server.clock.forward(minutes=6)
    says(ada.submit("/login/step/passkey", credential=json.dumps(credential)), 401, "took too long")
    # What the organization does not allow is not offered, and does not do.
    first = ada.see("/login")
    project.api.organizations.update(organization_id=org, auth_methods="RESTRICTED", allowed_auth_methods=["email_otp"])
    assert "data-passkey" not in ada.see("/login").text
    says(ada.show(first), 200, "asks you to show once more", "Continue with email")
    project.api.organizations.update(organization_id=org, auth_methods="ALL_ALLOWED")
    assert "data-passkey" not in ada.see("/login").text, "the login goes on that asks for a mail"
    assert "/account" in ada.show(ada.see("/login", other="true")).url

    # An old proof makes no passkey, and takes none away. What is missing is asked for.
    server.clock.forward(minutes=61)
    for page in (ada.see("/login/step/new-passkey"), ada.submit("/account", action="remove_passkey", passkey_id=passkey_id)):
        says(page, page.status_code, "sign in once more", "/login/step/second?")
        assert page.status_code >= 400
    assert "/account" in ada.show(ada.see("/login/step/second"), is_second="true").url
    says(ada.submit("/account", action="remove_passkey", passkey_id=passkey_id), 200, "It is removed.")
    ada.submit("/login/step/sign-out")
    says(ada.show(ada.see("/login")), 401, "not known here")


def test_accounts_elsewhere_are_shown_and_disconnected(server, project, stand_ins, providers):
    organization = project.organization()
    org, email = organization.organization_id, new_email()
    member = project.member(org, email_address=email)
    visitor = Visitor(project, organization=organization.organization_slug)
    stand_ins.tell(email=email, id=4712, login="ada", organizations=[])
    arrived = visitor.ask("GET", server.url + begin(visitor.see("/login"), "github"))
    visitor.submit("/login/step/arrive", **{name: harness.query_of(arrived.url)[name] for name in ("token", "stytch_token_type")})
    account = visitor.sign_in(email)
    says(account, 200, "Accounts elsewhere", "GitHub", f"{email} · ")
    assert "Managed by your organization" not in account.text
    (account_id,) = set(re.findall(r'name="account_id" value="([^"]+)"', account.text))
    disconnect = {"action": "disconnect", "account_id": account_id}
    project.api.organizations.update(org, auth_methods="RESTRICTED", allowed_auth_methods=["github_oauth"])
    says(visitor.submit("/account", **disconnect), 400, "You get in by nothing else")
    project.api.organizations.update(org, auth_methods="ALL_ALLOWED")
    gone = visitor.submit("/account", **disconnect)
    says(gone, 200, "The account is disconnected.")
    assert "Accounts elsewhere" not in gone.text
    # What an organization has said is only shown.
    Saml(project, org=org).login(email, ahead=server.clock.now() - time.time())
    says(visitor.see("/account"), 200, "Accounts elsewhere", "Okta", "You sign in at your organization.")
    directory.put_into(server, project.api.scim.connection.create(org, display_name="Okta").connection, member)
    shown = visitor.see("/account", locale="de")
    says(shown, 200, "Von Ihrer Organisation verwaltet", "Okta")
    assert "account_id" not in shown.text


def test_nothing_is_offered_that_these_pages_cannot_have(server):
    """Passkeys of the project belong to another domain; providers are another project's."""
    project = server.project()
    server.command("project", "update", project.project_id, "--passkey-domain", "example.com")
    organization = project.organization()
    member = project.member(organization.organization_id)
    visitor = Visitor(project, organization=organization.organization_slug)
    page = visitor.see("/login")
    assert "data-passkey" not in page.text and "/oauth/" not in page.text
    account = visitor.sign_in(member.email_address)
    assert "/account" in account.url and "passkey" not in account.text.lower()
    says(visitor.see("/login/step/new-passkey"), 400, "localhost is no host")


def test_codes_and_numbers_are_taken_as_people_type_them(server, project):
    """With the digits of a Japanese keyboard, in groups, and with the marks that some programs put around what they fill in."""
    organization = project.organization(mfa_policy="REQUIRED_FOR_ALL")
    email = project.member(organization.organization_id).email_address
    visitor = Visitor(project, organization=organization.organization_slug)
    visitor.submit("/login/step/email", email_address=email, by="code")
    code = harness.code_from(project.mailbox.wait(email))
    entered = visitor.submit("/login/step/code", code="".join(chr(ord(digit) + 0xFEE0) for digit in code))
    assert "/login/step/second" in entered.url, entered.text
    sent = visitor.submit("/login/step/text", phone_number="+1 (415) 555-0136")
    assert "/login/step/second" in sent.url and "ends in 36" in sent.text, sent.text
    texts = [json.loads(line) for line in server.command("outbox", "--json").stdout.splitlines() if "+14155550136" in line]
    assert "/account" in visitor.submit("/login/step/second", by="text", code=f"\u2068{texts[0]['text'][:6]}\u2069").url
