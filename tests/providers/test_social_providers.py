"""Logging in at GitHub, Slack and HubSpot, which stand-ins play, through the API's SDK. Google and Microsoft are played by oidc-provider,
in test_oidc_provider.py."""

import pytest
from harness import code_from, new_email
from oauth import OauthProvider
from social import StandIn, StandIns


@pytest.fixture(scope="module")
def stand_ins():
    with StandIns() as stand_ins:
        yield stand_ins


# What each calls itself, who logs in, and what it calls them.
PEOPLE = {
    "github": ("GitHub", {"id": 4242}, "4242"),
    "slack": ("Slack", {"user": "UADA", "team": "TACME"}, "UADA"),
    "hubspot": ("HubSpot", {"user_id": 42, "hub": 99}, "42"),
}


@pytest.mark.parametrize("name", PEOPLE)
def test_a_member_logs_in_to_an_organization_and_finds_it(project, stand_ins, name):
    kind, said, subject = PEOPLE[name]
    email = new_email()
    org = project.organization().organization_id
    member = project.member(org, email)
    provider = OauthProvider(project, StandIn(stand_ins, name), name)
    answer = provider.login(org, "", email=email, **said)
    assert (answer.provider_type, answer.provider_subject, answer.member_id) == (kind, subject, member.member_id)
    assert answer.provider_values.access_token and answer.provider_values.scopes
    # Their word about an address is no proof that it is read now, so a mail is asked for, once.
    assert not answer.member_authenticated and answer.primary_required
    project.api.otps.email.login_or_signup(organization_id=org, email_address=email)
    answer = project.api.otps.email.authenticate(
        organization_id=org, email_address=email, code=code_from(project.mailbox.wait(email)),
        intermediate_session_token=answer.intermediate_session_token)
    assert answer.member_authenticated and answer.member.name == ("" if name == "hubspot" else "Ada Lovelace")
    [registration] = answer.member.oauth_registrations
    assert (registration.provider_type, registration.provider_subject) == (kind, subject)
    found = provider.discover("")
    [organization] = found.discovered_organizations
    assert (organization.organization.organization_id, organization.membership.type) == (org, "active_member")
    assert organization.member_authenticated
    whole = project.api.discovery.intermediate_sessions.exchange(
        organization_id=org, intermediate_session_token=found.intermediate_session_token)
    assert whole.member_authenticated and whole.member_id == member.member_id
