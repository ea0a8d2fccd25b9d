"""Members: create, get, update, delete, reactivate, external ids, retired addresses; the status lifecycle."""

import datetime
import re

import pytest
from harness import (
    check_refusal, intermediate, login, magic_token, new_email, prove_phone, race, refused, token_from, unique, verified_member,
)

WRONG = ("bad_request", "invalid_argument")


@pytest.fixture
def org(organization):
    return organization.organization_id


@pytest.fixture
def members(project):
    return project.api.organizations.members


def roles_of(member):
    return {role.role_id: [source.type for source in role.sources] for role in member.roles}


# ---------------------------------------------------------------- create, get


def test_create_with_an_address(project, members, organization, org):
    email = new_email()
    answer = members.create(organization_id=org, email_address=email)
    member = answer.member
    assert answer.member_id == member.member_id
    assert answer.organization == organization
    assert re.fullmatch(r"member-test-[0-9a-f-]{36}", member.member_id)
    expected = {
        "organization_id": org,
        "email_address": email,
        "status": "active",
        "name": "",
        "sso_registrations": [],
        "is_breakglass": False,
        "member_password_id": "",
        "oauth_registrations": [],
        "email_address_verified": False,
        "mfa_phone_number_verified": False,
        "is_admin": False,
        "totp_registration_id": "",
        "retired_email_addresses": [],
        "is_locked": False,
        "mfa_enrolled": False,
        "mfa_phone_number": "",
        "default_mfa_method": "",
        "trusted_metadata": {},
        "untrusted_metadata": {},
        "scim_registration": None,
        "lock_created_at": None,
        "lock_expires_at": None,
    }
    fields = member.model_dump()
    assert {name: fields[name] for name in expected} == expected
    assert not member.external_id
    assert roles_of(member) == {"stytch_member": ["direct_assignment"]}
    age = datetime.datetime.now(datetime.timezone.utc) - member.created_at
    assert abs(age) < datetime.timedelta(minutes=1)
    assert member.updated_at == member.created_at


def test_create_with_everything(project, members, org):
    sent = {
        "email_address": new_email(),
        "name": "Ada Lovelace <b>",
        "trusted_metadata": {"plan": "gold"},
        "untrusted_metadata": {"theme": "dark"},
        "is_breakglass": True,
        "mfa_phone_number": "+14155550123",
        "mfa_enrolled": True,
        "external_id": f"ext|{unique()}",
    }
    member = members.create(organization_id=org, roles=["stytch_admin"], **sent).member
    fields = member.model_dump()
    assert {name: fields[name] for name in sent} == sent
    assert member.status == "active"
    assert member.mfa_phone_number_verified is False
    assert member.is_admin is True
    assert roles_of(member) == {"stytch_member": ["direct_assignment"], "stytch_admin": ["direct_assignment"]}
    assert members.get(org, member_id=member.member_id).member == member


def test_create_as_pending(members, org):
    member = members.create(organization_id=org, email_address=new_email(), create_member_as_pending=True).member
    assert member.status == "pending"
    assert member.email_address_verified is False
    assert members.create(organization_id=org, email_address=new_email(), create_member_as_pending=False).member.status == "active"


def test_addresses_are_kept_in_lower_case(project, members, org):
    local = f"Ada.{unique()}"
    member = members.create(organization_id=org, email_address=f"{local}@Corp-X.COM").member
    assert member.email_address == f"{local}@Corp-X.COM".lower()
    with refused(400, "duplicate_member_email"):
        members.create(organization_id=org, email_address=f"{local.upper()}@corp-x.com")
    assert members.get(org, email_address=f"{local.upper()}@corp-X.com").member.member_id == member.member_id
    tagged = members.create(organization_id=org, email_address=f"{local.lower()}+tag@corp-x.com").member
    assert tagged.member_id != member.member_id


def test_get_by_id_address_or_external_id(members, project, organization, org):
    member = project.member(org, external_id=f"ext.{unique()}")
    for key in (
        {"member_id": member.member_id},
        {"email_address": member.email_address},
        {"member_id": member.external_id},
        {"member_id": member.member_id, "email_address": member.email_address},
    ):
        answer = members.get(org, **key)
        assert answer.member == member
        assert answer.member_id == member.member_id
        assert answer.organization == organization


def test_get_needs_one_of_both(project, members, org):
    with refused(400, ("invalid_member_get_fields", "bad_request")):
        members.get(org)
    first, second = project.member(org), project.member(org)
    with refused((400, 404), ("invalid_member_get_fields", "member_not_found")):
        members.get(org, member_id=first.member_id, email_address=second.email_address)


def test_unknown_member(project, members, org):
    elsewhere = project.member(project.organization().organization_id, external_id=f"ext-{unique()}")
    for key in ("member-test-00000000-0000-4000-8000-000000000000", "nobody", "x" * 300, elsewhere.member_id, elsewhere.external_id):
        for call in (
            lambda: members.get(org, member_id=key),
            lambda: members.update(org, key, name="X"),
            lambda: members.delete(org, key),
            lambda: members.reactivate(org, key),
            lambda: members.delete_external_id(org, key),
            lambda: members.start_email_update(organization_id=org, member_id=key, email_address=new_email()),
            lambda: members.unlink_retired_email(organization_id=org, member_id=key, email_address=new_email()),
            lambda: project.api.sessions.get(org, key),
        ):
            with refused((400, 404), ("member_not_found", "no_deleted_member_found_for_reactivation", "bad_request")):
                call()
    with refused(404, "member_not_found"):
        members.get(org, email_address=elsewhere.email_address)
    assert members.dangerously_get(elsewhere.member_id).member == elsewhere


def test_same_address_in_two_organizations_is_two_members(project, org):
    email = new_email()
    first = project.member(org, email)
    second = project.member(project.organization().organization_id, email)
    assert first.member_id != second.member_id
    project.api.organizations.members.update(org, first.member_id, name="Only here")
    assert project.api.organizations.members.dangerously_get(second.member_id).member == second


INVALID = [
    *(
        ({"email_address": bad}, "invalid_email")
        for bad in (
            "", "plain", "@x.com", "a@", "a@b", "a b@x.com", "a@x..com", "a@x.com,b@x.com", "a@x.com\r\nBcc: b@x.com", "<a@x.com>",
            "a＠x.com", "a@@x.com", "a" * 250 + "@x.com", "a@" + "x" * 64 + ".com", "a\u200b@x.com", ".a@x.com",
        )
    ),
    ({"external_id": "with space"}, ("invalid_id", *WRONG)),
    ({"external_id": "e" * 129}, ("invalid_id", *WRONG)),
    ({"external_id": "a/b"}, ("invalid_id", *WRONG)),
    ({"mfa_phone_number": "4155550123"}, "invalid_phone_number"),
    ({"mfa_phone_number": "+1"}, "invalid_phone_number"),
    ({"mfa_phone_number": "+1415555012x"}, "invalid_phone_number"),
    ({"mfa_phone_number": "+12345678901234567"}, "invalid_phone_number"),
    ({"roles": ["no_such_role"]}, ("invalid_rbac_role_assignment", "invalid_rbac_role_id", "invalid_role")),
    ({"trusted_metadata": {f"k{i}": i for i in range(21)}}, "metadata_too_many_keys"),
    ({"untrusted_metadata": {f"k{i}": i for i in range(21)}}, "metadata_too_many_keys"),
    ({"trusted_metadata": {"big": "x" * 4200}}, "metadata_too_large"),
    ({"untrusted_metadata": {"big": "x" * 4200}}, "metadata_too_large"),
    ({"untrusted_metadata": ["a"]}, ("metadata_invalid_format", "bad_request")),
    ({"name": "x" * 100_000}, WRONG),
]


@pytest.mark.parametrize(("fields", "error"), INVALID, ids=lambda v: str(v)[:50] if isinstance(v, dict) else "")
def test_create_refuses(project, org, fields, error):
    body = {"email_address": new_email()} | fields
    check_refusal(project.raw("POST", f"/v1/b2b/organizations/{org}/members", body), 400, error)
    assert project.api.organizations.metrics(org).member_count == 0


@pytest.mark.parametrize(("fields", "error"), INVALID, ids=lambda v: str(v)[:50] if isinstance(v, dict) else "")
def test_update_refuses(project, members, org, fields, error):
    member = project.member(org)
    answer = project.raw("PUT", f"/v1/b2b/organizations/{org}/members/{member.member_id}", {"name": "Changed"} | fields)
    check_refusal(answer, 400, error)
    assert members.get(org, member_id=member.member_id).member == member


def test_address_is_required(project, org):
    check_refusal(project.raw("POST", f"/v1/b2b/organizations/{org}/members", {}), 400, ("bad_request", "invalid_email"))


# ---------------------------------------------------------------- update


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Ada"},
        {"name": ""},
        {"trusted_metadata": {"a": {"b": [1]}}},
        {"untrusted_metadata": {"a": {"b": [1]}}},
        {"is_breakglass": True},
        {"mfa_phone_number": "+4915123456789"},
        {"mfa_enrolled": True},
        {"external_id": "Ext.1_2-3|4"},
        {"external_id": "e" * 128},
    ],
    ids=str,
)
def test_update_one_field(project, members, organization, org, fields):
    member = project.member(org)
    answer = members.update(org, member.member_id, **fields)
    changed = answer.member.model_dump()
    before = member.model_dump()
    assert {n: changed[n] for n in fields} == fields
    untouched = set(before) - set(fields) - {"updated_at"}
    assert {n: changed[n] for n in untouched} == {n: before[n] for n in untouched}
    assert answer.member.updated_at >= member.updated_at
    assert answer.organization == organization
    assert members.get(org, member_id=member.member_id).member == answer.member


def test_update_by_external_id(project, members, org):
    member = project.member(org, external_id=f"ext-{unique()}")
    assert members.update(org, member.external_id, name="Ada").member_id == member.member_id


def test_metadata_merges_at_the_top_level(project, members, org):
    member = project.member(org, trusted_metadata={"a": 1, "b": {"x": 1, "y": 2}}, untrusted_metadata={"u": 1})
    update = lambda **f: members.update(org, member.member_id, **f).member  # noqa: E731
    changed = update(trusted_metadata={"b": {"x": 2}, "a": None, "c": 3})
    assert changed.trusted_metadata == {"b": {"x": 2}, "c": 3}
    assert changed.untrusted_metadata == {"u": 1}
    changed = update(untrusted_metadata={"u": None, "v": [1]})
    assert changed.untrusted_metadata == {"v": [1]}
    assert changed.trusted_metadata == {"b": {"x": 2}, "c": 3}


def test_roles_are_replaced(project, members, org):
    member = project.admin(org)
    assert member.is_admin
    none = members.update(org, member.member_id, roles=[]).member
    assert roles_of(none) == {"stytch_member": ["direct_assignment"]}
    assert none.is_admin is False
    again = members.update(org, member.member_id, roles=["stytch_admin", "stytch_member"]).member
    assert set(roles_of(again)) == {"stytch_admin", "stytch_member"}
    assert again.is_admin is True
    assert members.update(org, member.member_id, name="X").member.roles == again.roles


def test_default_mfa_method_needs_the_factor(project, members, org):
    member = project.member(org)
    for method in ("sms_otp", "totp"):
        with refused(400, ("default_mfa_member_missing_factor", "invalid_mfa_default_method")):
            members.update(org, member.member_id, default_mfa_method=method)
    with refused(400, ("invalid_mfa_default_method", *WRONG)):
        members.update(org, member.member_id, default_mfa_method="pigeon")


def test_one_phone_number_per_member_and_member_per_proven_number(project, members, org):
    member = project.member(org, mfa_phone_number="+14155550123")
    with refused(400, "duplicate_member_phone_number_for_member"):
        members.update(org, member.member_id, mfa_phone_number="+14155550124")
    # That somebody says it is theirs keeps nobody from having it.
    says_so = project.member(org, mfa_phone_number="+14155550123")
    query = {"operator": "AND", "operands": [{"filter_name": "member_mfa_phone_numbers", "filter_value": ["+14155550123"]}]}
    found = members.search(organization_ids=[org], query=query).members
    assert {m.member_id for m in found} == {member.member_id, says_so.member_id}
    prove_phone(project, member, "+14155550123")
    members.update(org, says_so.member_id, name="Still there")
    members.update(org, member.member_id, name="Proven")
    with refused(400, "duplicate_member_phone_number"):
        project.member(org, mfa_phone_number="+14155550123")
    other = project.member(org)
    with refused(400, "duplicate_member_phone_number"):
        members.update(org, other.member_id, mfa_phone_number="+14155550123")
    # Another organization is another world.
    elsewhere = project.member(project.organization().organization_id, mfa_phone_number="+14155550123")
    assert elsewhere.mfa_phone_number == "+14155550123"


def test_external_id_is_unique_in_the_organization(project, members, org):
    external = f"ext-{unique()}"
    project.member(org, external_id=external)
    with refused(400, "duplicate_member_external_id"):
        project.member(org, external_id=external)
    other = project.member(org)
    with refused(400, "duplicate_member_external_id"):
        members.update(org, other.member_id, external_id=external)
    assert project.member(project.organization().organization_id, external_id=external).external_id == external


def test_delete_external_id(project, members, org):
    member = project.member(org, external_id=f"ext-{unique()}")
    answer = members.delete_external_id(org, member.external_id)
    assert answer.member_id == member.member_id
    assert not answer.member.external_id
    with refused(404, "member_not_found"):
        members.get(org, member_id=member.external_id)
    assert project.member(org, external_id=member.external_id).member_id != member.member_id


# ---------------------------------------------------------------- addresses


def test_address_is_unique_in_the_organization(project, members, org):
    member = project.member(org)
    with refused(400, "duplicate_member_email"):
        project.member(org, member.email_address)
    other = project.member(org)
    with refused(400, "duplicate_member_email"):
        members.update(org, other.member_id, email_address=member.email_address)
    assert members.get(org, member_id=other.member_id).member == other


def test_changing_the_address_retires_the_old_one(project, members, org):
    member, session = verified_member(project, org)
    assert member.email_address_verified is True
    old, new = member.email_address, new_email()
    changed = members.update(org, member.member_id, email_address=new).member
    assert changed.email_address == new
    assert changed.email_address_verified is False
    assert changed.status == "active"
    assert [r.email_address for r in changed.retired_email_addresses] == [old]
    assert re.fullmatch(r"email-test-[0-9a-f-]{36}", changed.retired_email_addresses[0].email_id)
    assert "another email address" in project.mailbox.wait(old).text

    # Nobody else gets the old address ...
    with refused(400, "duplicate_member_email"):
        project.member(org, old)
    other = project.member(org)
    with refused(400, "duplicate_member_email"):
        members.update(org, other.member_id, email_address=old)
    # ... nor does it log anybody in ...
    with refused((400, 404), ("inactive_email", "email_jit_provisioning_not_allowed", "member_not_found", "retired_member_email")):
        project.api.magic_links.email.login_or_signup(organization_id=org, email_address=old)
    # ... but its member may go back to it.
    back = members.update(org, member.member_id, email_address=old).member
    assert back.email_address == old
    assert [r.email_address for r in back.retired_email_addresses] == [new]
    assert login(project, org, old).member_id == member.member_id


def test_unlink_email_frees_the_old_address_at_once(project, members, org):
    member = project.member(org)
    changed = members.update(org, member.member_id, email_address=new_email(), unlink_email=True).member
    assert changed.retired_email_addresses == []
    assert project.member(org, member.email_address).member_id != member.member_id


def test_updating_to_the_same_address_changes_nothing(project, members, org):
    member, _ = verified_member(project, org)
    same = members.update(org, member.member_id, email_address=member.email_address.upper()).member
    assert same.email_address == member.email_address
    assert same.email_address_verified is True
    assert same.retired_email_addresses == []


@pytest.mark.parametrize("by", ["email_id", "email_address", "both"])
def test_unlink_retired_email(project, members, organization, org, by):
    member = project.member(org)
    changed = members.update(org, member.member_id, email_address=new_email()).member
    retired = changed.retired_email_addresses[0]
    fields = {"email_id": retired.email_id, "email_address": retired.email_address}
    if by != "both":
        fields = {by: fields[by]}
    answer = members.unlink_retired_email(organization_id=org, member_id=member.member_id, **fields)
    assert (answer.member_id, answer.organization_id) == (member.member_id, org)
    assert answer.member.retired_email_addresses == []
    assert answer.organization == organization
    assert project.member(org, retired.email_address).email_address == retired.email_address


def test_unlink_retired_email_refuses(project, members, org):
    member = project.member(org)
    first = members.update(org, member.member_id, email_address=new_email()).member.retired_email_addresses[0]
    both = members.update(org, member.member_id, email_address=new_email()).member.retired_email_addresses
    second = next(r for r in both if r.email_id != first.email_id)

    def unlink(**fields):
        members.unlink_retired_email(organization_id=org, member_id=member.member_id, **fields)

    with refused(400, "retired_email_missing_email_identifiers"):
        unlink()
    with refused((400, 404), ("email_not_found", "retired_member_email", "retired_email_missing_email_identifiers", *WRONG)):
        unlink(email_id=first.email_id, email_address=second.email_address)
    with refused((400, 404), ("email_not_found", "retired_member_email")):
        unlink(email_address=new_email())
    current = members.get(org, member_id=member.member_id).member
    with refused((400, 404), ("email_not_found", "retired_member_email")):
        unlink(email_address=current.email_address)
    assert len(members.get(org, member_id=member.member_id).member.retired_email_addresses) == 2


def test_a_link_to_the_old_address_dies_with_the_change(project, members, org):
    member, _ = verified_member(project, org)
    token = magic_token(project, org, member.email_address)
    members.update(org, member.member_id, email_address=new_email())
    with refused((401, 404), ("unable_to_auth_magic_link", "magic_link_not_found")):
        project.api.magic_links.authenticate(magic_links_token=token)


# ---------------------------------------------------------------- lifecycle


def test_first_login_activates_and_verifies(project, members, org):
    email = new_email()
    pending = members.create(organization_id=org, email_address=email, create_member_as_pending=True).member
    active = login(project, org, email).member
    assert (active.member_id, active.status, active.email_address_verified) == (pending.member_id, "active", True)


def test_inviting_a_pending_member(project, members, org):
    email = new_email()
    pending = members.create(organization_id=org, email_address=email, create_member_as_pending=True).member
    invited = project.api.magic_links.email.invite(organization_id=org, email_address=email).member
    assert (invited.member_id, invited.status) == (pending.member_id, "invited")
    token = token_from(project.mailbox.wait(email))
    assert project.api.magic_links.authenticate(magic_links_token=token).member.status == "active"


def test_delete_hides_and_ends_sessions(project, members, org):
    member, session = verified_member(project, org, external_id=f"ext-{unique()}")
    token = magic_token(project, org, member.email_address)
    bystander, other_session = verified_member(project, org)

    assert members.delete(org, member.external_id).member_id == member.member_id
    for key in ({"member_id": member.member_id}, {"email_address": member.email_address}):
        with refused(404, "member_not_found"):
            members.get(org, **key)
    with refused(404, "member_not_found"):
        members.dangerously_get(member.member_id)
    with refused(404, "member_not_found"):
        members.dangerously_get(member.member_id, include_deleted=False)
    kept = members.dangerously_get(member.member_id, include_deleted=True).member
    assert (kept.member_id, kept.status, kept.email_address) == (member.member_id, "deleted", member.email_address)
    with refused(404, "session_not_found"):
        project.api.sessions.authenticate(session_token=session.session_token)
    with refused(404, "session_not_found"):
        project.api.sessions.authenticate(session_jwt=session.session_jwt)
    with refused((401, 404), ("magic_link_not_found", "unable_to_auth_magic_link")):
        project.api.magic_links.authenticate(magic_links_token=token)
    with refused(404, "member_not_found"):
        members.update(org, member.member_id, name="X")
    with refused(404, "member_not_found"):
        members.delete(org, member.member_id)
    assert project.api.sessions.authenticate(session_token=other_session.session_token).member.member_id == bystander.member_id


def test_dangerously_get_crosses_organizations_of_the_project(project, members, organization, org):
    member = project.member(org, external_id=f"ext-{unique()}")
    answer = members.dangerously_get(member.member_id)
    assert answer.member == member
    assert answer.organization == organization
    with refused((400, 404), ("member_not_found", *WRONG)):
        members.dangerously_get(member.external_id)


def test_address_of_a_deleted_member_is_free(project, members, org):
    member = project.member(org)
    members.delete(org, member.member_id)
    fresh = project.member(org, member.email_address)
    assert fresh.member_id != member.member_id
    assert members.get(org, email_address=member.email_address).member.member_id == fresh.member_id


def test_reactivate(project, members, organization, org):
    member, session = verified_member(project, org, external_id=f"ext-{unique()}", name="Ada", trusted_metadata={"a": 1})
    members.delete(org, member.member_id)
    with refused((400, 404), ("member_not_found", "no_deleted_member_found_for_reactivation", *WRONG)):
        members.reactivate(org, member.external_id)
    answer = members.reactivate(org, member.member_id)
    assert answer.organization == organization
    assert (answer.member.member_id, answer.member.status, answer.member.email_address_verified) == (member.member_id, "active", True)
    assert (answer.member.name, answer.member.trusted_metadata) == ("Ada", {"a": 1})
    # It does not bring the session back.
    with refused(404, "session_not_found"):
        project.api.sessions.authenticate(session_token=session.session_token)
    assert login(project, org, member.email_address).member_id == member.member_id


def test_reactivate_refuses(project, members, org):
    active = project.member(org)
    with refused((400, 404), ("no_deleted_member_found_for_reactivation", "member_not_found")):
        members.reactivate(org, active.member_id)
    members.delete(org, active.member_id)
    with refused(400, "email_unverified_for_reactivation"):
        members.reactivate(org, active.member_id)
    verified, _ = verified_member(project, org)
    members.delete(org, verified.member_id)
    project.member(org, verified.email_address)
    with refused(400, "reactivation_email_belongs_to_another_member"):
        members.reactivate(org, verified.member_id)
    assert members.dangerously_get(verified.member_id, include_deleted=True).member.status == "deleted"


def test_deleting_a_member_revokes_the_invitation(project, members, org):
    email = new_email()
    invited = project.api.magic_links.email.invite(organization_id=org, email_address=email).member
    token = token_from(project.mailbox.wait(email))
    members.delete(org, invited.member_id)
    with refused((401, 404), ("magic_link_not_found", "unable_to_auth_magic_link")):
        project.api.magic_links.authenticate(magic_links_token=token)
    assert members.dangerously_get(invited.member_id, include_deleted=True).member.status == "deleted"


def test_a_deleted_member_is_not_discovered(project, members, org):
    member, _ = verified_member(project, org)
    members.delete(org, member.member_id)
    found = project.api.discovery.organizations.list(
        intermediate_session_token=intermediate(project, member.email_address)
    ).discovered_organizations
    assert found == []


# ---------------------------------------------------------------- breakglass


def test_breakglass_passes_restricted_methods(project, members):
    org = project.organization(auth_methods="RESTRICTED", allowed_auth_methods=["sso"]).organization_id
    member = project.member(org)
    with refused(400, "operation_restricted_by_organization_auth_methods"):
        project.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
    members.update(org, member.member_id, is_breakglass=True)
    answer = login(project, org, member.email_address)
    assert answer.member_authenticated is True
    assert answer.session_token


# ---------------------------------------------------------------- races, what is not built


def test_one_address_becomes_one_member(project, org):
    email = new_email()
    results = race(12, lambda _: project.sdk().organizations.members.create(organization_id=org, email_address=email))
    won = [r for r in results if not isinstance(r, Exception)]
    assert len(won) == 1, results
    assert {e.details.error_type for e in results if isinstance(e, Exception)} == {"duplicate_member_email"}
    assert project.api.organizations.metrics(org).member_count == 1


def test_one_address_goes_to_one_member_in_updates(project, members, org):
    email = new_email()
    ids = [project.member(org).member_id for _ in range(8)]
    results = race(8, lambda i: project.sdk().organizations.members.update(org, ids[i], email_address=email))
    won = [r for r in results if not isinstance(r, Exception)]
    assert len(won) == 1, results
    assert {e.details.error_type for e in results if isinstance(e, Exception)} == {"duplicate_member_email"}
    assert members.get(org, email_address=email).member_id == won[0].member_id


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/members/{m}/oidc_providers"),
        ("GET", "/members/{m}/connected_apps"),
        ("POST", "/members/{m}/connected_apps/connected-app-test-1/revoke"),
    ],
)
def test_not_built_yet(project, org, method, path):
    member = project.member(org)
    answer = project.raw(method, f"/v1/b2b/organizations/{org}{path.format(m=member.member_id)}")
    check_refusal(answer, 404, "route_not_found")
