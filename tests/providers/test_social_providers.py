"""Logging in by each of the five OAuth providers, through the API's SDK: oidc-provider in the place of Google and Microsoft, which speak
OpenID Connect, and stand-ins for the others."""

import node
import pytest
from harness import code_from, new_email, query_of, unique
from logins import Person
from oauth import OauthProvider
from oidc_provider import Provider
from social import StandIn, StandIns

node.need("oidc-provider")


@pytest.fixture(scope="module")
def stand_ins():
    with StandIns() as stand_ins:
        yield stand_ins


@pytest.fixture(scope="module")
def openid(tmp_path_factory):
    provider = Provider(tmp_path_factory.mktemp("oidc-provider-social"))
    yield provider
    provider.stop()


class AtPages:
    """oidc-provider under the name of another, with its pages."""

    client_id = client_secret = "none"

    def __init__(self, project, openid: Provider):
        self.openid, self.addresses = openid, ["--issuer", openid.issuer]
        self.person = Person(project.server)

    def log_in(self, url: str, subject: str, **said) -> dict:
        if said:
            self.openid.has(subject, **said)
        return query_of(self.openid.log_in(self.person, url, subject).headers["location"])


def by_openid(project, openid: Provider, name: str) -> OauthProvider:
    provider = OauthProvider(project, AtPages(project, openid), name)
    client = openid.register(f"{project.server.url}{provider.path}", grant_types=["authorization_code", "refresh_token"])
    provider.set(f"--client-id={client['client_id']}", f"--client-secret={client['client_secret']}")
    return provider


PEOPLE = {
    "google": ("Google", {"hd": "acme.example"}), "microsoft": ("Microsoft", {"tid": "tenant", "oid": "object", "xms_edov": True}),
    "github": ("GitHub", {"id": 4242}), "slack": ("Slack", {"user": "UADA", "team": "TACME"}), "hubspot": ("HubSpot", {"user_id": 42, "hub": 99}),
}
SUBJECTS = {"github": "4242", "slack": "UADA", "hubspot": "42"}


@pytest.mark.parametrize("name", PEOPLE)
def test_a_member_logs_in_to_an_organization_and_finds_it(project, stand_ins, openid, name):
    kind, said = PEOPLE[name]
    email = new_email()
    org = project.organization().organization_id
    member = project.member(org, email)
    is_stand_in = name in SUBJECTS
    provider = OauthProvider(project, StandIn(stand_ins, name), name) if is_stand_in else by_openid(project, openid, name)
    subject = SUBJECTS.get(name) or unique()
    answer = provider.login(org, subject, email=email, **said)
    assert (answer.provider_type, answer.provider_subject, answer.member_id) == (kind, subject, member.member_id)
    assert answer.provider_values.access_token and answer.provider_values.scopes
    if is_stand_in:
        # Their word about an address is no proof that it is read now, so a mail is asked for, once.
        assert not answer.member_authenticated and answer.primary_required
        project.api.otps.email.login_or_signup(organization_id=org, email_address=email)
        code = code_from(project.mailbox.wait(email))
        answer = project.api.otps.email.authenticate(
            organization_id=org, email_address=email, code=code, intermediate_session_token=answer.intermediate_session_token)
    assert answer.member_authenticated and answer.member.name == ("" if name == "hubspot" else "Ada Lovelace")
    [registration] = answer.member.oauth_registrations
    assert (registration.provider_type, registration.provider_subject) == (kind, subject)
    found = provider.discover(subject)
    [organization] = found.discovered_organizations
    assert (organization.organization.organization_id, organization.membership.type) == (org, "active_member")
    assert organization.member_authenticated
    whole = project.api.discovery.intermediate_sessions.exchange(
        organization_id=org, intermediate_session_token=found.intermediate_session_token)
    assert whole.member_authenticated and whole.member_id == member.member_id
