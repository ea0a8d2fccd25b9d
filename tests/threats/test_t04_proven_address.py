"""T-04: only what proves an address leads to another organization.

A password, single sign-on and a second factor are of the organization that they were proven in. Whoever has nothing else
has proven nothing to the others, whatever address the member has: an administrator of one organization may have given a
stranger's to a member of theirs, and a connection of theirs may say any.
"""

import pytest
from harness import PASSWORD, check_refusal, data, factor, login, new_email, proven_by, verified_member

ELSEWHERE = "member_does_not_exist_in_organization"
SECOND = factor("totp", "authenticator_app", authenticator_app_factor={"totp_id": "totp-test-00000000-0000-4000-8000-000000000000"})

# What a session may stand on without proving the address of its member.
UNPROVEN = {
    "a password": lambda _: [factor(*PASSWORD)],
    "single sign-on by OIDC": lambda _: [factor("sso", "sso_oidc", oidc_sso_factor={"id": "r", "provider_id": "c", "external_id": "ada"})],
    "single sign-on by SAML": lambda _: [factor("sso", "sso_saml", saml_sso_factor={"id": "r", "provider_id": "c", "external_id": "ada"})],
    "an account elsewhere": lambda _: [factor("oauth", "oauth_google", google_oauth_factor={"id": "r", "provider_subject": "1"})],
    "another address": lambda scene: [factor("magic_link", "email", email_factor={"email_id": scene.email_id, "email_address": new_email()})],
    "a password and a second factor": lambda _: [factor(*PASSWORD), SECOND],
    "nothing": lambda _: [],
}
# The same at the door of the backend and at that of pages.
SURFACES = ["backend", "backend by jwt", "browser"]


class Scene:
    """Somebody who is a member of two organizations, logged in to the first; in a third, people of the domain may join."""

    def __init__(self, project):
        self.project = project
        self.home, self.other = (project.organization().organization_id for _ in range(2))
        self.member, self.login = verified_member(project, self.home)
        self.email = self.member.email_address
        [kept] = project.server.stored("sessions", "factors", f"id = '{self.login.member_session.member_session_id}'")
        self.email_id = kept["email_factor"]["email_id"]
        project.member(self.other, self.email)
        self.joinable = project.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=[self.email.split("@")[1]]).organization_id
        verified_member(project, self.joinable, new_email(self.email.split("@")[1]))

    def stands_on(self, what):
        proven_by(self.project.server, self.login, *UNPROVEN[what](self))

    def ask(self, surface, path, **body):
        match surface:
            case "backend":
                return self.project.raw("POST", f"/v1/b2b/{path}", body | {"session_token": self.login.session_token})
            case "backend by jwt":
                return self.project.raw("POST", f"/v1/b2b/{path}", body | {"session_jwt": self.login.session_jwt})
            case "browser":
                return self.project.browser("POST", f"/b2b/{path}", body, session_token=self.login.session_token)

    def listed(self, surface):
        """The organizations that are open to the session."""
        answer = self.ask(surface, "discovery/organizations")
        found = data(answer) if surface == "browser" else answer.json()
        assert answer.status_code == 200, answer.text
        return [d["organization"]["organization_id"] for d in found["discovered_organizations"]]

    def exchange(self, surface, organization):
        return self.ask(surface, "sessions/exchange", organization_id=organization, session_duration_minutes=60)


@pytest.fixture
def scene(project):
    return Scene(project)


@pytest.mark.parametrize("surface", SURFACES)
def test_t04_whoever_has_proven_the_address_gets_about(scene, surface):
    """Or what follows would prove nothing."""
    assert set(scene.listed(surface)) == {scene.home, scene.other}
    answer = scene.exchange(surface, scene.other)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("what", UNPROVEN)
def test_t04_only_its_own_organization_is_listed(scene, what):
    scene.stands_on(what)
    for surface in SURFACES:
        assert scene.listed(surface) == [scene.home], surface


@pytest.mark.parametrize("what", UNPROVEN)
def test_t04_it_leads_to_no_other_organization(scene, what):
    """Neither as the member there, nor by joining; and it gives nothing to go on with. Whether the person is known there
    makes no difference."""
    scene.stands_on(what)
    stranger = scene.project.organization().organization_id
    for surface in SURFACES:
        for organization in (scene.other, scene.joinable, stranger):
            check_refusal(scene.exchange(surface, organization), 400, ELSEWHERE)
    there = scene.project.api.organizations.members.get(scene.other, email_address=scene.email).member_id
    assert scene.project.api.sessions.get(scene.other, there).member_sessions == []


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("what", ["a password", "a password and a second factor"])
def test_t04_it_may_be_exchanged_for_another_of_its_own_organization(scene, what, surface):
    """There it has proven all that was asked for."""
    scene.stands_on(what)
    answer = scene.exchange(surface, scene.home)
    assert answer.status_code == 200, answer.text
    done = data(answer) if surface == "browser" else answer.json()
    assert done["member_authenticated"] is True
    assert (done["member_id"], done["organization_id"]) == (scene.member.member_id, scene.home)
    assert done["member_session"]["member_session_id"] != scene.login.member_session.member_session_id
    types = [f["type"] for f in done["member_session"]["authentication_factors"]]
    assert types == [f["type"] for f in UNPROVEN[what](scene)]
    # The new one opens no more than the old one.
    if surface != "browser":
        body = {"organization_id": scene.other, "session_token": done["session_token"]}
        check_refusal(scene.project.raw("POST", "/v1/b2b/sessions/exchange", body), 400, ELSEWHERE)


def test_t04_what_else_is_in_the_session_does_not_come_along(scene):
    """The address was proven, so it leads on; the password beside it stays behind."""
    [kept] = scene.project.server.stored("sessions", "factors", f"id = '{scene.login.member_session.member_session_id}'")
    proven_by(scene.project.server, scene.login, factor(*PASSWORD), kept, SECOND)
    assert set(scene.listed("backend")) == {scene.home, scene.other}
    done = scene.exchange("backend", scene.other).json()
    assert [f["type"] for f in done["member_session"]["authentication_factors"]] == ["magic_link"]
    scene.project.api.organizations.update(scene.other, mfa_policy="REQUIRED_FOR_ALL")
    done = scene.exchange("backend", scene.other).json()
    assert done["member_authenticated"] is False and done["mfa_required"] is not None


def test_t04_proving_the_address_later_opens_the_others(scene):
    scene.stands_on("a password")
    assert scene.listed("backend") == [scene.home]
    again = login(scene.project, scene.home, scene.email, session_token=scene.login.session_token)
    assert again.member_session.member_session_id == scene.login.member_session.member_session_id
    assert set(scene.listed("backend")) == {scene.home, scene.other}
    assert scene.exchange("backend", scene.other).status_code == 200


def test_t04_a_proof_of_the_old_address_is_none_of_the_new_one(scene):
    """A member's address was changed by an administrator; the session that is kept has proven the old one."""
    moved = new_email()
    scene.project.member(scene.other, moved)
    [kept] = scene.project.server.stored("sessions", "factors", f"id = '{scene.login.member_session.member_session_id}'")
    scene.project.api.organizations.members.update(scene.home, scene.member.member_id, email_address=moved)
    again = login(scene.project, scene.home, moved)
    proven_by(scene.project.server, again, kept)
    answer = scene.project.raw("POST", "/v1/b2b/discovery/organizations", {"session_token": again.session_token}).json()
    assert [d["organization"]["organization_id"] for d in answer["discovered_organizations"]] == [scene.home]
    body = {"organization_id": scene.other, "session_token": again.session_token}
    check_refusal(scene.project.raw("POST", "/v1/b2b/sessions/exchange", body), 400, ELSEWHERE)
