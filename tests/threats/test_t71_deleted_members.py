"""T-71: whether a member may still act is asked every time, at every grant."""

import pytest
from harness import check_refusal, discover, intermediate, login, magic_token, new_email, token_from, verified_member
from scenes import JWT_HEADER, MEMBER_HEADER

GONE = ((400, 401, 404), (
    "session_not_found", "user_unauthenticated", "unable_to_auth_magic_link", "magic_link_not_found", "member_not_found", "inactive_email",
    "member_does_not_exist_in_organization", "email_jit_provisioning_not_allowed", "unable_to_verify_member_email_update", "intermediate_session_not_found",
    "invalid_intermediate_session_token_for_organization",
))


class Former:
    """A member with every kind of credential, about to be deleted."""

    def __init__(self, project, **fields):
        self.project = project
        self.org = project.organization().organization_id
        self.other = project.organization().organization_id
        self.member, self.session = verified_member(project, self.org, roles=["stytch_admin"], **fields)
        email = self.member.email_address
        self.elsewhere = project.member(self.other, email)
        self.there = login(project, self.other, email)
        new = new_email()
        project.api.organizations.members.start_email_update(self.org, self.member.member_id, email_address=new)
        self.update, self.link = token_from(project.mailbox.wait(new)), magic_token(project, self.org, email)
        self.intermediate = intermediate(project, email)
        project.api.organizations.update(self.org, mfa_policy="REQUIRED_FOR_ALL")
        self.half = project.api.magic_links.authenticate(magic_links_token=magic_token(project, self.org, email)).intermediate_session_token
        project.api.organizations.update(self.org, mfa_policy="OPTIONAL")

    def grants(self):
        raw, browser, org = self.project.raw, self.project.browser, self.org
        token, jwt = self.session.session_token, self.session.session_jwt
        name = {"organization_name": "X"}
        enter = "/v1/b2b/discovery/intermediate_sessions/exchange"
        yield "session", raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": token})
        yield "longer session", raw("POST", "/v1/b2b/sessions/authenticate", {"session_token": token, "session_duration_minutes": 60})
        yield "jwt", raw("POST", "/v1/b2b/sessions/authenticate", {"session_jwt": jwt})
        yield "exchange elsewhere", raw("POST", "/v1/b2b/sessions/exchange", {"session_token": token, "organization_id": self.other})
        yield "exchange elsewhere by jwt", raw("POST", "/v1/b2b/sessions/exchange", {"session_jwt": jwt, "organization_id": self.other})
        yield "exchange back", raw("POST", "/v1/b2b/sessions/exchange", {"session_token": self.there.session_token, "organization_id": org})
        yield "member header", raw("PUT", f"/v1/b2b/organizations/{org}", name, headers={MEMBER_HEADER: token})
        yield "jwt header", raw("PUT", f"/v1/b2b/organizations/{org}", name, headers={JWT_HEADER: jwt})
        yield "browser", browser("PUT", "/b2b/organizations/me", name, session_token=token)
        yield "browser session", browser("POST", "/b2b/sessions/authenticate", {}, session_token=token)
        yield "discovery by session", raw("POST", "/v1/b2b/discovery/organizations", {"session_token": token})
        yield "login link", raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": self.link})
        yield "login link in a browser", browser("POST", "/b2b/magic_links/authenticate", {"magic_links_token": self.link, "session_duration_minutes": 60})
        yield "change of address", raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": self.update})
        yield "intermediate session", raw("POST", enter, {"intermediate_session_token": self.intermediate, "organization_id": org})
        yield "half a login", raw("POST", enter, {"intermediate_session_token": self.half, "organization_id": org})
        yield "revoking", raw("POST", "/v1/b2b/sessions/revoke", {"session_token": token})


def all_refused(former, *more_errors):
    for name, answer in former.grants():
        assert answer.status_code != 200, f"{name} still works: {answer.text[:300]}"
        try:
            check_refusal(answer, (*GONE[0], 429) if more_errors else GONE[0], (*GONE[1], *more_errors))
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


@pytest.mark.parametrize("by", ["backend", "oneself", "an administrator"])
def test_t71_a_deleted_member_gets_nothing(project, by):
    former = Former(project)
    path = f"/v1/b2b/organizations/{former.org}/members/{former.member.member_id}"
    headers = {}
    if by == "oneself":
        headers = {MEMBER_HEADER: former.session.session_token}
    if by == "an administrator":
        headers = {MEMBER_HEADER: verified_member(project, former.org, roles=["stytch_admin"])[1].session_token}
    assert project.raw("DELETE", path, headers=headers).status_code == 200
    all_refused(former)
    found = discover(project, former.member.email_address).discovered_organizations
    assert [d.organization.organization_id for d in found] == [former.other]
    body = {"organization_id": former.org, "email_address": former.member.email_address}
    check_refusal(project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", body), 400, "email_jit_provisioning_not_allowed")
    listed = project.raw("GET", "/v1/b2b/sessions", params={"organization_id": former.org, "member_id": former.member.member_id})
    check_refusal(listed, 404, "member_not_found")


def test_t71_nothing_comes_back_with_the_member(project):
    """Reactivated, they log in anew; what they had before stays ended."""
    former = Former(project)
    members = project.api.organizations.members
    members.delete(former.org, former.member.member_id)
    members.reactivate(former.org, former.member.member_id)
    for name, answer in former.grants():
        # Their address is a member's again, so what proves the address itself may enter.
        if name in ("exchange back", "intermediate session", "half a login"):
            continue
        assert answer.status_code != 200, f"{name} came back: {answer.text[:300]}"
    assert login(project, former.org, former.member.email_address).member_id == former.member.member_id


def test_t71_a_successor_inherits_nothing(project):
    """The address is given to a new member: nothing of the old one opens the new one's account."""
    former = Former(project)
    project.api.organizations.members.delete(former.org, former.member.member_id)
    successor, _ = verified_member(project, former.org, former.member.email_address)
    for name, answer in former.grants():
        if name in ("exchange back", "intermediate session", "half a login"):
            continue  # proofs of the address, which is the successor's own
        assert answer.status_code != 200, f"{name} opens the successor's account: {answer.text[:300]}"
    now = project.api.organizations.members.get(former.org, member_id=successor.member_id).member
    assert (now.is_admin, now.email_address) == (False, former.member.email_address)


def test_t71_a_pending_member_acts_only_after_the_first_login(project, org):
    member = project.member(org, create_member_as_pending=True)
    assert project.api.organizations.members.get(org, member_id=member.member_id).member.status == "pending"
    session = login(project, org, member.email_address)
    assert session.member.status == "active"
