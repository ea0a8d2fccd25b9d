"""Self-serve change of address: start_email_update, then the link in the mail."""

import pytest
from harness import REDIRECT_URL, login, magic_token, new_email, query_of, refused, token_from, unique, verified_member


@pytest.fixture
def org(organization):
    return organization.organization_id


@pytest.fixture
def members(project):
    return project.api.organizations.members


def start(project, org, member_id, email, **fields):
    return project.api.organizations.members.start_email_update(
        organization_id=org, member_id=member_id, email_address=email, **fields
    )


def test_change(project, members, organization, org):
    member, old_session = verified_member(project, org)
    new = new_email()
    answer = start(project, org, member.member_id, new)
    assert answer.member_id == member.member_id
    assert answer.organization == organization
    assert answer.member.email_address == member.email_address  # not changed before it is proven
    mail = project.mailbox.wait(new)
    assert query_of(mail.link)["stytch_token_type"] == "multi_tenant_magic_links"

    done = project.api.magic_links.authenticate(magic_links_token=token_from(mail))
    assert done.member_authenticated is True
    assert done.member_id == member.member_id
    assert done.member.email_address == new
    assert done.member.email_address_verified is True
    assert [r.email_address for r in done.member.retired_email_addresses] == [member.email_address]
    factor = done.member_session.authentication_factors[0]
    assert factor.email_factor.email_address == new
    assert members.get(org, email_address=new).member_id == member.member_id
    assert login(project, org, new).member_id == member.member_id
    with refused(400, "duplicate_member_email"):
        project.member(org, member.email_address)


def test_link_works_once(project, org):
    member, _ = verified_member(project, org)
    new = new_email()
    start(project, org, member.member_id, new)
    token = token_from(project.mailbox.wait(new))
    project.api.magic_links.authenticate(magic_links_token=token)
    with refused(401, "unable_to_auth_magic_link"):
        project.api.magic_links.authenticate(magic_links_token=token)


def test_by_external_id_with_parameters(project, org):
    member, _ = verified_member(project, org, external_id=f"ext-{unique()}")
    new = new_email()
    start(project, org, member.external_id, new, login_redirect_url=REDIRECT_URL, locale="fr", delivery_method="EMAIL_MAGIC_LINK")
    token = token_from(project.mailbox.wait(new))
    assert project.api.magic_links.authenticate(magic_links_token=token).member.email_address == new


def test_back_to_the_own_retired_address(project, members, org):
    member, _ = verified_member(project, org)
    members.update(org, member.member_id, email_address=new_email())
    current = members.get(org, member_id=member.member_id).member.email_address
    project.mailbox.wait(member.email_address)  # The old address is told of the change.
    login(project, org, current)
    start(project, org, member.member_id, member.email_address)
    token = token_from(project.mailbox.wait(member.email_address))
    done = project.api.magic_links.authenticate(magic_links_token=token)
    assert done.member.email_address == member.email_address
    assert [r.email_address for r in done.member.retired_email_addresses] == [current]


def test_needs_an_active_member(project, org):
    pending = project.member(org, create_member_as_pending=True)
    with refused(400, "email_updates_available_only_for_active_members"):
        start(project, org, pending.member_id, new_email())
    invited = project.api.magic_links.email.invite(organization_id=org, email_address=new_email()).member
    with refused(400, "email_updates_available_only_for_active_members"):
        start(project, org, invited.member_id, new_email())


def test_needs_a_verified_address(project, org):
    member = project.member(org)
    assert member.email_address_verified is False
    with refused(400, "member_has_no_active_verified_email"):
        start(project, org, member.member_id, new_email())


def test_address_in_use(project, members, org):
    member, _ = verified_member(project, org)
    other = project.member(org)
    with refused(400, "duplicate_member_email"):
        start(project, org, member.member_id, other.email_address)
    with refused(400, "duplicate_member_email"):
        start(project, org, member.member_id, member.email_address)


def test_address_retired_by_another_member(project, members, org):
    member, _ = verified_member(project, org)
    other = project.member(org)
    members.update(org, other.member_id, email_address=new_email())
    with refused(400, ("desired_email_deactivated_by_different_member", "duplicate_member_email", "retired_member_email")):
        start(project, org, member.member_id, other.email_address)


def test_address_another_member_is_changing_to(project, org):
    first, _ = verified_member(project, org)
    second, _ = verified_member(project, org)
    wanted = new_email()
    start(project, org, first.member_id, wanted)
    with refused(400, "desired_email_updating_for_different_member"):
        start(project, org, second.member_id, wanted)


def test_address_taken_in_the_meantime(project, members, org):
    member, _ = verified_member(project, org)
    wanted = new_email()
    start(project, org, member.member_id, wanted)
    token = token_from(project.mailbox.wait(wanted))
    try:
        project.member(org, wanted)
    except Exception as error:  # noqa: BLE001
        assert error.details.error_type == "desired_email_updating_for_different_member"
        return
    with refused((400, 401), ("unable_to_verify_member_email_update", "duplicate_member_email", "unable_to_auth_magic_link")):
        project.api.magic_links.authenticate(magic_links_token=token)
    assert members.get(org, member_id=member.member_id).member.email_address == member.email_address


@pytest.mark.parametrize("bad", ["", "nonsense", "a@b", "a@x.com\nBcc: b@x.com"])
def test_bad_address(project, org, bad):
    member, _ = verified_member(project, org)
    with refused(400, "invalid_email"):
        start(project, org, member.member_id, bad)


def test_claimed_domain(project, org):
    project.organization(claimed_email_domains=["claimed-corp.com"])
    member, _ = verified_member(project, org)
    with refused(400, "action_not_allowed_email_domain_is_claimed"):
        start(project, org, member.member_id, new_email("claimed-corp.com"))


def test_bad_parameters(project, org):
    member, _ = verified_member(project, org)
    with refused(400, "no_match_for_provided_magic_link_url"):
        start(project, org, member.member_id, new_email(), login_redirect_url="https://evil.example/")
    with refused(400, ("invalid_locale", "bad_request", "invalid_argument")):
        start(project, org, member.member_id, new_email(), locale="tlh")
    with refused(400, ("bad_request", "invalid_argument")):
        start(project, org, member.member_id, new_email(), delivery_method="PIGEON")
    with refused((400, 404), ("invalid_template_id", "email_template_not_found")):
        start(project, org, member.member_id, new_email(), login_template_id="no-such-template")


def test_change_kills_links_and_pending_changes(project, members, org):
    """Nothing mailed before the change works after it (T-38)."""
    member, _ = verified_member(project, org)
    login_link = magic_token(project, org, member.email_address)
    abandoned, wanted = new_email(), new_email()
    start(project, org, member.member_id, abandoned)
    abandoned_token = token_from(project.mailbox.wait(abandoned))
    start(project, org, member.member_id, wanted)
    project.api.magic_links.authenticate(magic_links_token=token_from(project.mailbox.wait(wanted)))
    for token in (login_link, abandoned_token):
        with refused((400, 401, 404), ("unable_to_auth_magic_link", "magic_link_not_found", "unable_to_verify_member_email_update")):
            project.api.magic_links.authenticate(magic_links_token=token)
    assert members.get(org, member_id=member.member_id).member.email_address == wanted


def test_change_revokes_other_sessions_and_tells_the_old_address(project, org):
    """T-38."""
    member, old_session = verified_member(project, org)
    wanted = new_email()
    start(project, org, member.member_id, wanted)
    done = project.api.magic_links.authenticate(magic_links_token=token_from(project.mailbox.wait(wanted)))
    with refused(404, "session_not_found"):
        project.api.sessions.authenticate(session_token=old_session.session_token)
    assert project.api.sessions.authenticate(session_token=done.session_token).member.email_address == wanted
    notice = project.mailbox.wait(member.email_address)
    assert "token=" not in notice.text


def test_change_by_the_backend_stops_a_pending_change(project, members, org):
    member, _ = verified_member(project, org)
    wanted = new_email()
    start(project, org, member.member_id, wanted)
    token = token_from(project.mailbox.wait(wanted))
    chosen = members.update(org, member.member_id, email_address=new_email()).member.email_address
    with refused((400, 401, 404), ("unable_to_auth_magic_link", "magic_link_not_found", "unable_to_verify_member_email_update")):
        project.api.magic_links.authenticate(magic_links_token=token)
    assert members.get(org, member_id=member.member_id).member.email_address == chosen


def test_deleted_member_cannot_finish(project, members, org):
    member, _ = verified_member(project, org)
    wanted = new_email()
    start(project, org, member.member_id, wanted)
    token = token_from(project.mailbox.wait(wanted))
    members.delete(org, member.member_id)
    with refused((400, 401, 404), ("unable_to_auth_magic_link", "magic_link_not_found", "unable_to_verify_member_email_update")):
        project.api.magic_links.authenticate(magic_links_token=token)
