"""What is refused with passkeys, at each door: whom they are of, in which login or session, and on which terms."""

import pytest
from authenticator import Authenticator
from harness import ORIGIN, check_refusal, login, new_email, verified_member
from passkeys import WEBAUTHN, Person, post, refuse, request

# The doors that are told whose passkey it is.
OF_MEMBERS = ("register/start", "register", "authenticate/start")


class Half:
    """A member in the middle of a login to an organization that asks for two factors, with a passkey that was just made."""

    def __init__(self, project):
        self.project = project
        self.org = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
        self.member = project.member(self.org)
        self.token = login(project, self.org, self.member.email_address).intermediate_session_token
        self.ids = {"organization_id": self.org, "member_id": self.member.member_id}
        self.shown = {"intermediate_session_token": self.token}
        options = post(project, "register/start", self.ids | self.shown)["public_key_credential_creation_options"]
        self.made = {"public_key_credential": Authenticator(ORIGIN).create(options)}

    def refuse(self, status, error_type, doors=OF_MEMBERS, **fields):
        for path in doors:
            refuse(self.project, path, self.made | self.ids | self.shown | fields, status, error_type)


@pytest.fixture
def half(project):
    return Half(project)


def test_whose_the_passkey_is_and_in_which_login(project, half):
    other = Half(project)
    _, login_elsewhere = verified_member(project, project.organization().organization_id)
    session = {"session_token": login_elsewhere.session_token}
    half.refuse(404, "member_not_found", member_id=f"{half.member.member_id[:-4]}0000")
    half.refuse(404, "organization_not_found", organization_id=f"{half.org[:-4]}0000")
    half.refuse(404, "intermediate_session_not_found", intermediate_session_token=f"{half.token[:-4]}AAAA")
    half.refuse(400, "invalid_intermediate_session_token_for_organization", **other.shown)
    half.refuse(400, "too_many_session_arguments", **session)
    for path in OF_MEMBERS:
        body = half.ids | (half.made if path == "register" else {})
        check_refusal(project.browser("POST", f"/b2b/webauthn/{path}", body), 400, "missing_intermediate_session_token")
    half.shown = {}
    half.refuse(400, "session_on_code_does_not_match_session_passed_in", **session)
    half.refuse(400, "too_many_session_arguments", **session, session_jwt=login_elsewhere.session_jwt)
    half.refuse(400, "invalid_session_token", session_token="x")
    half.refuse(400, "unable_to_parse_session_jwt", session_jwt="x")
    project.api.sessions.revoke(member_session_id=login_elsewhere.member_session.member_session_id)
    half.refuse(404, "session_not_found", **session)


def test_an_address_that_is_no_longer_the_members_goes_on_with_nothing(project, half):
    claimed = Half(project)
    project.organization(claimed_email_domains=[claimed.member.email_address.split("@")[1]])
    claimed.refuse(400, "action_not_allowed_email_domain_is_claimed")
    project.api.organizations.members.update(half.org, half.member.member_id, email_address=new_email())
    half.refuse(400, "inactive_email")


def test_who_has_not_shown_what_the_organization_asks_for(project):
    person = Person(project, project.organization().organization_id)
    made = {"public_key_credential": Authenticator(ORIGIN).create(person.creation())}
    by_link = {"session_token": login(project, person.org, person.member.email_address).session_token}
    refuse(project, "register", person.ids | by_link | made, 401, "insufficient_factors")
    project.api.organizations.update(person.org, auth_methods="RESTRICTED", allowed_auth_methods=["password"])
    for path in OF_MEMBERS:
        refuse(project, path, person.ids | person.shown | made, 400, "action_available_only_once_primary_authentication_is_met")
    project.raw("PUT", f"/v1/b2b/organizations/{person.org}", {"auth_methods": "ALL_ALLOWED", "passkey_policy": "NOT_ALLOWED"})
    refuse(project, "register", person.ids | person.shown | made, 400, "operation_restricted_by_organization_passkey_policy")


def test_on_which_terms(project, half):
    person = Person(project, project.organization().organization_id)

    def refused(status, error_type, **fields):
        half.refuse(status, error_type, ("register",), **fields)
        used = {"public_key_credential": person.authenticator.get(request(project))}
        refuse(project, "authenticate", used | fields, status, error_type)

    refused(400, "invalid_session_duration_minutes", session_duration_minutes=1)
    refused(400, "custom_claims_too_large", session_custom_claims={"k": "x" * 5000})
    refused(400, "stytch_claims_in_custom_claims", session_custom_claims={"https://stytch.com/session": 1})
    refused(404, "intermediate_session_not_found", intermediate_session_token=f"{half.token[:-4]}AAAA")
    used = {"public_key_credential": person.authenticator.get(request(project))}
    refuse(project, "authenticate", used | half.shown, 400, "invalid_intermediate_session_token_for_organization")
    session = person.shown | {"session_jwt": person.login.session_jwt}
    refuse(project, "authenticate", used | session, 400, "too_many_session_arguments")
    half.refuse(400, "invalid_argument", ("register",), set_mfa_enrollment="perhaps")
    # Nothing of it was of any consequence.
    assert post(project, "register", half.made | half.ids | half.shown)["member_authenticated"]
