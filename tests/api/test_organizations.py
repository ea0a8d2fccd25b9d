"""Organizations: create, get, update, delete, metrics, external ids; every setting and every rule about it."""

import datetime
import re

import pytest
from harness import check_refusal, login, magic_token, new_domain, new_email, race, refused, unique
from stytch.core.response_base import StytchError

WRONG = ("bad_request", "invalid_argument")
METHODS = ["sso", "magic_link", "email_otp", "password", "google_oauth", "microsoft_oauth", "slack_oauth", "github_oauth", "hubspot_oauth"]
DOMAIN, DOMAIN2 = "acme-corp.com", "acme-corp.co.uk"


def test_create_with_a_name_and_a_slug(project):
    slug = f"acme-{unique()}"
    answer = project.api.organizations.create(organization_name="Acme", organization_slug=slug)
    made = answer.organization
    assert answer.status_code == 200
    assert re.fullmatch(r"organization-test-[0-9a-f-]{36}", made.organization_id)
    assert made.organization_name == "Acme"
    assert made.organization_slug == slug
    expected = {
        "organization_logo_url": "",
        "sso_jit_provisioning": "ALL_ALLOWED",
        "sso_jit_provisioning_allowed_connections": [],
        "sso_active_connections": [],
        "email_allowed_domains": [],
        "email_jit_provisioning": "NOT_ALLOWED",
        "email_invites": "ALL_ALLOWED",
        "auth_methods": "ALL_ALLOWED",
        "allowed_auth_methods": [],
        "mfa_policy": "OPTIONAL",
        "rbac_email_implicit_role_assignments": [],
        "mfa_methods": "ALL_ALLOWED",
        "allowed_mfa_methods": [],
        "oauth_tenant_jit_provisioning": "NOT_ALLOWED",
        "claimed_email_domains": [],
        "first_party_connected_apps_allowed_type": "ALL_ALLOWED",
        "allowed_first_party_connected_apps": [],
        "third_party_connected_apps_allowed_type": "ALL_ALLOWED",
        "allowed_third_party_connected_apps": [],
        "custom_roles": [],
        "trusted_metadata": {},
        "scim_active_connection": None,
    }
    fields = made.model_dump()
    assert {name: fields[name] for name in expected} == expected
    assert not made.organization_external_id
    assert not made.sso_default_connection_id
    assert not made.allowed_oauth_tenants
    age = datetime.datetime.now(datetime.timezone.utc) - made.created_at
    assert abs(age) < datetime.timedelta(minutes=1)
    assert made.updated_at == made.created_at
    assert project.api.organizations.get(made.organization_id).organization == made


def test_timestamps_are_rfc_3339_in_utc(project, organization):
    body = project.raw("GET", f"/v1/b2b/organizations/{organization.organization_id}").json()["organization"]
    for name in ("created_at", "updated_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", body[name])


def test_create_without_a_slug_makes_one(project):
    made = project.api.organizations.create(organization_name="Acme & Söhne GmbH").organization
    assert re.fullmatch(r"[A-Za-z0-9._~-]{2,128}", made.organization_slug)
    again = project.api.organizations.create(organization_name="Acme & Söhne GmbH").organization
    assert again.organization_slug != made.organization_slug


def test_email_invites_default_depends_on_other_settings(project):
    assert project.organization().email_invites == "ALL_ALLOWED"
    assert project.organization(trusted_metadata={"a": 1}, organization_logo_url="https://x.test/l.png").email_invites == "ALL_ALLOWED"
    assert project.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=[DOMAIN]).email_invites == "NOT_ALLOWED"
    assert project.organization(sso_jit_provisioning="ALL_ALLOWED").email_invites == "NOT_ALLOWED"
    assert project.organization(sso_jit_provisioning="ALL_ALLOWED", email_invites="ALL_ALLOWED").email_invites == "ALL_ALLOWED"


# Valid settings: what is sent comes back, from create and from update, and stays.
VALID = [
    {"organization_name": "x"},
    {"organization_name": "x" * 128},
    {"organization_name": "Ünïcødé 株式会社 <b>&amp;</b>"},
    {"organization_slug": "ab"},
    {"organization_slug": "a" * 128},
    {"organization_slug": "A-z.0_9~"},
    {"organization_external_id": "x"},
    {"organization_external_id": "Ext.1_2-3|4"},
    {"organization_external_id": "e" * 128},
    {"organization_logo_url": "https://cdn.example.test/logo.png?x=1&y=2"},
    {"trusted_metadata": {"plan": "gold", "seats": 5, "nested": {"a": [1, None, True]}}},
    {"trusted_metadata": {f"k{i}": i for i in range(20)}},
    {"trusted_metadata": {"big": "x" * 4000}},
    {"sso_jit_provisioning": "NOT_ALLOWED", "email_invites": "ALL_ALLOWED"},
    {"sso_jit_provisioning": "ALL_ALLOWED", "email_invites": "NOT_ALLOWED"},
    {"email_allowed_domains": [DOMAIN, DOMAIN2]},
    {"email_jit_provisioning": "RESTRICTED", "email_allowed_domains": [DOMAIN]},
    {"email_jit_provisioning": "NOT_ALLOWED", "email_invites": "ALL_ALLOWED"},
    {"email_invites": "RESTRICTED", "email_allowed_domains": [DOMAIN]},
    *({"auth_methods": "RESTRICTED", "allowed_auth_methods": [method]} for method in METHODS),
    {"auth_methods": "RESTRICTED", "allowed_auth_methods": METHODS},
    {"auth_methods": "ALL_ALLOWED", "allowed_auth_methods": ["sso"]},
    {"mfa_policy": "REQUIRED_FOR_ALL"},
    {"mfa_policy": "OPTIONAL"},
    {"mfa_methods": "RESTRICTED", "allowed_mfa_methods": ["totp"]},
    {"mfa_methods": "RESTRICTED", "allowed_mfa_methods": ["sms_otp", "totp"]},
    {"mfa_methods": "ALL_ALLOWED", "allowed_mfa_methods": ["sms_otp"]},
    {"oauth_tenant_jit_provisioning": "RESTRICTED", "allowed_oauth_tenants": {"slack": ["T39102"], "github": ["109876"], "hubspot": ["1"]}},
    {"allowed_oauth_tenants": {"slack": ["T1", "T2"]}},
    {"claimed_email_domains": [DOMAIN, DOMAIN2]},
    {"rbac_email_implicit_role_assignments": [{"domain": DOMAIN, "role_id": "stytch_admin"}]},
    *({f"{party}_party_connected_apps_allowed_type": word} for party in ("first", "third") for word in ("ALL_ALLOWED", "NOT_ALLOWED")),
    *(
        {f"{party}_party_connected_apps_allowed_type": "RESTRICTED", f"allowed_{party}_party_connected_apps": ["connected-app-test-1"]}
        for party in ("first", "third")
    ),
]


def comparable(organization, fields):
    dumped = organization.model_dump()
    return {name: dumped[name] for name in fields}


@pytest.mark.parametrize("fields", VALID, ids=lambda f: ",".join(f)[:70])
def test_valid_settings_on_create(project, fields):
    made = project.organization(**fields)
    assert comparable(made, fields) == fields
    assert project.api.organizations.get(made.organization_id).organization == made
    # Its names and claims are free for the next.
    project.api.organizations.delete(made.organization_id)


@pytest.mark.parametrize("fields", VALID, ids=lambda f: ",".join(f)[:70])
def test_valid_settings_on_update(project, organization, fields):
    changed = project.api.organizations.update(organization.organization_id, **fields).organization
    assert comparable(changed, fields) == fields
    assert changed.updated_at >= organization.updated_at
    assert changed.created_at == organization.created_at
    untouched = set(organization.model_dump()) - set(fields) - {"updated_at"}
    assert comparable(changed, untouched) == comparable(organization, untouched)
    assert project.api.organizations.get(organization.organization_id).organization == changed
    project.api.organizations.delete(organization.organization_id)


INVALID = [
    ({"organization_name": ""}, ("invalid_organization_name", "organization_name_missing")),
    ({"organization_name": "x" * 129}, "invalid_organization_name"),
    ({"organization_slug": "a"}, "invalid_organization_slug"),
    ({"organization_slug": "a" * 129}, "invalid_organization_slug"),
    ({"organization_slug": "with space"}, "invalid_organization_slug"),
    ({"organization_slug": "a/b"}, "invalid_organization_slug"),
    ({"organization_slug": "ümlaut"}, "invalid_organization_slug"),
    ({"organization_slug": "per%cent"}, "invalid_organization_slug"),
    ({"organization_external_id": "e" * 129}, "invalid_organization_external_id"),
    ({"organization_external_id": "with space"}, "invalid_organization_external_id"),
    ({"organization_external_id": "a~b"}, "invalid_organization_external_id"),
    ({"organization_logo_url": "https://x.test/" + "l" * 10_000}, "organization_logo_url_too_long"),
    ({"organization_logo_url": "javascript:alert(1)"}, ("invalid_url", *WRONG)),
    ({"trusted_metadata": {f"k{i}": i for i in range(21)}}, "metadata_too_many_keys"),
    ({"trusted_metadata": {"big": "x" * 4200}}, "metadata_too_large"),
    ({"sso_jit_provisioning": "SOMETIMES"}, ("invalid_organization_auth_factor_setting", *WRONG)),
    ({"email_invites": "all_allowed"}, ("invalid_organization_auth_factor_setting", *WRONG)),
    ({"email_jit_provisioning": "ALL_ALLOWED"}, ("invalid_organization_auth_factor_setting_for_email_jit_provisioning", *WRONG)),
    ({"auth_methods": "NONE"}, ("invalid_organization_auth_method_settings", *WRONG)),
    ({"allowed_auth_methods": ["carrier_pigeon"]}, ("invalid_organization_allowed_auth_methods", *WRONG)),
    ({"mfa_policy": "REQUIRED"}, ("invalid_organization_mfa_policy", *WRONG)),
    ({"mfa_methods": ""}, ("invalid_organization_mfa_factor_setting", *WRONG)),
    ({"allowed_mfa_methods": ["webauthn"]}, ("invalid_organization_allowed_mfa_methods", *WRONG)),
    ({"oauth_tenant_jit_provisioning": "ALL_ALLOWED"}, ("invalid_organization_auth_factor_setting_for_oauth_tenant_jit_provisioning", *WRONG)),
    ({"allowed_oauth_tenants": {"gitlab": ["1"]}}, ("invalid_oauth_allowed_tenants_format", *WRONG)),
    ({"allowed_oauth_tenants": {"slack": "T1"}}, ("invalid_oauth_allowed_tenants_format", *WRONG)),
    ({"allowed_oauth_tenants": {"slack": [1]}}, ("invalid_oauth_allowed_tenants_format", *WRONG)),
    ({"first_party_connected_apps_allowed_type": "MAYBE"}, WRONG),
    ({"third_party_connected_apps_allowed_type": "MAYBE"}, WRONG),
    # rules over several fields
    (
        {"sso_jit_provisioning": "NOT_ALLOWED", "email_jit_provisioning": "NOT_ALLOWED", "email_invites": "NOT_ALLOWED"},
        "invalid_organization_auth_factor_setting",
    ),
    ({"auth_methods": "RESTRICTED"}, "allowed_auth_methods_required_for_restricted"),
    ({"auth_methods": "RESTRICTED", "allowed_auth_methods": []}, "allowed_auth_methods_required_for_restricted"),
    ({"mfa_methods": "RESTRICTED"}, "allowed_mfa_methods_required_for_restricted"),
    ({"email_invites": "RESTRICTED"}, "invalid_restricted_email_setting"),
    (
        {"email_jit_provisioning": "RESTRICTED"},
        ("invalid_restricted_email_setting", "invalid_organization_auth_factor_setting_for_email_jit_provisioning"),
    ),
    ({"sso_jit_provisioning": "RESTRICTED"}, "invalid_restricted_sso_setting"),
    (
        {"oauth_tenant_jit_provisioning": "RESTRICTED"},
        ("invalid_restricted_oauth_tenants_setting", "invalid_organization_auth_factor_setting_for_oauth_tenant_jit_provisioning"),
    ),
    # domains
    *(
        ({"email_allowed_domains": [DOMAIN, common]}, "organization_settings_domain_too_common")
        for common in ("gmail.com", "GMail.com", "yahoo.co.uk", "hotmail.fr", "icloud.com", "gmx.de", "outlook.com", "me.com", "googlemail.com")
    ),
    ({"email_allowed_domains": ["mailinator.com"]}, "organization_settings_disposable_domain"),
    *(
        ({"email_allowed_domains": [bad]}, "organization_settings_invalid_domain")
        for bad in ("not a domain", "https://acme-corp.com", "user@acme-corp.com", "acme", "", "-acme.com", "acme..com", "a" * 64 + ".com")
    ),
    ({"email_allowed_domains": [DOMAIN, DOMAIN]}, "organization_settings_duplicate_domain"),
    ({"email_allowed_domains": [DOMAIN, DOMAIN.upper()]}, "organization_settings_duplicate_domain"),
    ({"email_allowed_domains": [f"d{i}.com" for i in range(5000)]}, "too_many_domains"),
    ({"claimed_email_domains": ["gmail.com"]}, "organization_settings_claimed_domain_too_common"),
    ({"claimed_email_domains": ["not a domain"]}, "organization_settings_invalid_claimed_domain"),
    ({"claimed_email_domains": [DOMAIN, DOMAIN]}, "organization_settings_duplicate_claimed_domain"),
    ({"rbac_email_implicit_role_assignments": [{"domain": "gmail.com", "role_id": "stytch_admin"}]}, "rbac_domain_too_common"),
    ({"rbac_email_implicit_role_assignments": [{"domain": "no domain", "role_id": "stytch_admin"}]}, "rbac_invalid_domain"),
    (
        {"rbac_email_implicit_role_assignments": [{"domain": DOMAIN, "role_id": "no_such_role"}]},
        ("invalid_rbac_role_assignment", "invalid_rbac_role_id", "invalid_role"),
    ),
]


def invalid_id(value):
    return str(value)[:60] if isinstance(value, dict) else ""


@pytest.mark.parametrize(("fields", "error"), INVALID, ids=invalid_id)
def test_invalid_settings_on_create(project, fields, error):
    body = {"organization_name": "Acme", "organization_slug": f"acme-{unique()}"} | fields
    before = project.api.organizations.search(limit=1).results_metadata.total
    check_refusal(project.raw("POST", "/v1/b2b/organizations", body), 400, error)
    assert project.api.organizations.search(limit=1).results_metadata.total == before


@pytest.mark.parametrize(("fields", "error"), INVALID, ids=invalid_id)
def test_invalid_settings_on_update(project, organization, fields, error):
    answer = project.raw("PUT", f"/v1/b2b/organizations/{organization.organization_id}", {"organization_name": "Changed"} | fields)
    check_refusal(answer, 400, error)
    assert project.api.organizations.get(organization.organization_id).organization == organization


def test_name_is_required(project):
    check_refusal(
        project.raw("POST", "/v1/b2b/organizations", {"organization_slug": "acme"}),
        400,
        ("organization_name_missing", "invalid_organization_name", "bad_request"),
    )


def test_update_only_settings(project, organization):
    """Connections can be named only in an update, and only connections that exist."""
    with refused(400, "invalid_sso_default_connection_id"):
        project.api.organizations.update(organization.organization_id, sso_default_connection_id="saml-connection-test-nope")
    with refused((400, 404), ("sso_connection_not_found", "invalid_restricted_sso_setting", *WRONG)):
        project.api.organizations.update(
            organization.organization_id,
            sso_jit_provisioning="RESTRICTED",
            sso_jit_provisioning_allowed_connections=["saml-connection-test-nope"],
        )
    assert project.api.organizations.get(organization.organization_id).organization == organization


def test_cross_field_rules_hold_over_several_updates(project, organization):
    key = organization.organization_id
    update = project.api.organizations.update
    update(key, email_invites="NOT_ALLOWED")
    with refused(400, "invalid_organization_auth_factor_setting"):
        update(key, sso_jit_provisioning="NOT_ALLOWED")
    update(key, email_allowed_domains=[DOMAIN])
    update(key, email_jit_provisioning="RESTRICTED")
    update(key, sso_jit_provisioning="NOT_ALLOWED")
    with refused(400, ("invalid_restricted_email_setting", "invalid_organization_auth_factor_setting_for_email_jit_provisioning")):
        update(key, email_allowed_domains=[])
    update(key, auth_methods="RESTRICTED", allowed_auth_methods=["sso", "magic_link"])
    with refused(400, "allowed_auth_methods_required_for_restricted"):
        update(key, allowed_auth_methods=[])
    replaced = update(key, allowed_auth_methods=["password"]).organization
    assert replaced.allowed_auth_methods == ["password"]
    opened = update(key, auth_methods="ALL_ALLOWED", allowed_auth_methods=[]).organization
    assert (opened.auth_methods, opened.allowed_auth_methods) == ("ALL_ALLOWED", [])
    update(key, mfa_methods="RESTRICTED", allowed_mfa_methods=["totp"])
    with refused(400, "allowed_mfa_methods_required_for_restricted"):
        update(key, allowed_mfa_methods=[])
    update(key, oauth_tenant_jit_provisioning="RESTRICTED", allowed_oauth_tenants={"slack": ["T1"]})
    with refused(
        400,
        ("invalid_restricted_oauth_tenants_setting", "invalid_organization_auth_factor_setting_for_oauth_tenant_jit_provisioning"),
    ):
        update(key, allowed_oauth_tenants={})


def test_domains_are_compared_without_case(project):
    made = project.organization(email_allowed_domains=["Acme-Corp.COM"], email_jit_provisioning="RESTRICTED")
    assert made.email_allowed_domains == ["acme-corp.com"]


# ---------------------------------------------------------------- metadata


def test_metadata_merges_at_the_top_level(project):
    key = project.organization(trusted_metadata={"a": 1, "b": {"x": 1, "y": 2}, "list": [1, 2]}).organization_id

    def update(metadata):
        return project.api.organizations.update(key, trusted_metadata=metadata).organization.trusted_metadata

    assert update({"c": 3}) == {"a": 1, "b": {"x": 1, "y": 2}, "list": [1, 2], "c": 3}
    assert update({"b": {"x": 2}, "list": [3]}) == {"a": 1, "b": {"x": 2}, "list": [3], "c": 3}
    assert update({"a": None, "never": None}) == {"b": {"x": 2}, "list": [3], "c": 3}
    assert update({}) == {"b": {"x": 2}, "list": [3], "c": 3}
    assert update({"b": None, "list": None, "c": None}) == {}
    assert project.api.organizations.get(key).organization.trusted_metadata == {}


def test_metadata_limits_hold_after_the_merge(project):
    key = project.organization(trusted_metadata={f"k{i}": i for i in range(20)}).organization_id
    with refused(400, "metadata_too_many_keys"):
        project.api.organizations.update(key, trusted_metadata={"one_more": 1})
    swapped = project.api.organizations.update(key, trusted_metadata={"one_more": 1, "k0": None}).organization
    assert len(swapped.trusted_metadata) == 20
    assert "k0" not in swapped.trusted_metadata
    big = project.organization(trusted_metadata={"a": "x" * 3000}).organization_id
    with refused(400, "metadata_too_large"):
        project.api.organizations.update(big, trusted_metadata={"b": "y" * 2000})
    assert project.api.organizations.get(big).organization.trusted_metadata == {"a": "x" * 3000}


@pytest.mark.parametrize("value", ["text", 1, True, ["a"]])
def test_metadata_is_an_object(project, organization, value):
    answer = project.raw("PUT", f"/v1/b2b/organizations/{organization.organization_id}", {"trusted_metadata": value})
    check_refusal(answer, 400, ("metadata_invalid_format", "bad_request"))


# ---------------------------------------------------------------- identifiers


def test_slug_and_external_id_serve_as_the_id(project):
    made = project.organization(organization_slug=f"a.b_c~{unique()}", organization_external_id=f"x|y.{unique()}")
    for key in (made.organization_id, made.organization_slug, made.organization_external_id):
        assert project.api.organizations.get(key).organization.organization_id == made.organization_id
        assert project.api.organizations.update(key, organization_name=key).organization.organization_name == key
        assert project.api.organizations.metrics(key).member_count == 0
        member = project.member(key)
        assert member.organization_id == made.organization_id
        assert project.api.organizations.members.get(key, member_id=member.member_id).member == member
        project.api.organizations.members.delete(key, member.member_id)
    assert project.api.organizations.delete(made.organization_external_id).organization_id == made.organization_id


def test_old_slug_is_free_after_a_change(project):
    old, new = f"old-{unique()}", f"new-{unique()}"
    made = project.organization(organization_slug=old)
    project.api.organizations.update(old, organization_slug=new)
    with refused(404, "organization_not_found"):
        project.api.organizations.get(old)
    assert project.api.organizations.get(new).organization.organization_id == made.organization_id
    assert project.organization(organization_slug=old).organization_id != made.organization_id


def test_slug_is_unique_without_case(project):
    slug = f"acme-{unique()}"
    first = project.organization(organization_slug=slug)
    for taken in (slug, slug.upper()):
        with refused(400, "organization_slug_already_used"):
            project.organization(organization_slug=taken)
    second = project.organization()
    with refused(400, "organization_slug_already_used"):
        project.api.organizations.update(second.organization_id, organization_slug=slug, organization_name="Changed")
    assert project.api.organizations.get(second.organization_id).organization == second
    # An organization may keep its own slug.
    assert project.api.organizations.update(first.organization_id, organization_slug=slug).organization.organization_slug == slug


def test_external_id_is_unique(project):
    external = f"ext-{unique()}"
    project.organization(organization_external_id=external)
    with refused(400, "organization_external_id_already_used"):
        project.organization(organization_external_id=external)
    other = project.organization()
    with refused(400, "organization_external_id_already_used"):
        project.api.organizations.update(other.organization_id, organization_external_id=external)


def test_delete_external_id(project):
    external = f"ext-{unique()}"
    made = project.organization(organization_external_id=external)
    answer = project.api.organizations.delete_external_id(made.organization_id)
    assert answer.organization.organization_id == made.organization_id
    assert not answer.organization.organization_external_id
    with refused(404, "organization_not_found"):
        project.api.organizations.get(external)
    assert project.organization(organization_external_id=external).organization_external_id == external


def test_a_slug_cannot_stand_in_for_another_organizations_id(project):
    victim = project.organization()
    for field in ("organization_slug", "organization_external_id"):
        try:
            project.organization(**{field: victim.organization_id})
        except StytchError as error:
            assert error.details.status_code == 400
        assert project.api.organizations.get(victim.organization_id).organization == victim


@pytest.mark.parametrize("key", ["organization-test-00000000-0000-4000-8000-000000000000", "no-such-slug", "x" * 500, "a b", "ä", "%"])
def test_unknown_organization(project, key):
    for call in (
        lambda: project.api.organizations.get(key),
        lambda: project.api.organizations.update(key, organization_name="X"),
        lambda: project.api.organizations.delete(key),
        lambda: project.api.organizations.metrics(key),
    ):
        with refused((400, 404), ("organization_not_found", "bad_request")):
            call()


# ---------------------------------------------------------------- metrics, deletion


def test_metrics_count_members(project, organization):
    key = organization.organization_id
    first = project.member(key)
    project.member(key)
    assert project.api.organizations.metrics(key).member_count == 2
    project.api.organizations.members.delete(key, first.member_id)
    assert project.api.organizations.metrics(key).member_count == 1


def test_delete_takes_everything_along(project):
    slug, external = f"acme-{unique()}", f"ext-{unique()}"
    made = project.organization(organization_slug=slug, organization_external_id=external)
    key = made.organization_id
    member = project.member(key)
    session = login(project, key, member.email_address)
    link = magic_token(project, key, member.email_address)
    bystander = project.organization()

    assert project.api.organizations.delete(key).organization_id == key
    for gone in (key, slug, external):
        with refused(404, "organization_not_found"):
            project.api.organizations.get(gone)
    with refused(404, "member_not_found"):
        project.api.organizations.members.dangerously_get(member.member_id)
    with refused(404, "session_not_found"):
        project.api.sessions.authenticate(session_token=session.session_token)
    with refused((400, 404), ("session_not_found", "unable_to_parse_session_jwt")):
        project.api.sessions.authenticate(session_jwt=session.session_jwt)
    with refused((401, 404), ("magic_link_not_found", "unable_to_auth_magic_link")):
        project.api.magic_links.authenticate(magic_links_token=link)
    with refused(404, "organization_not_found"):
        project.api.organizations.delete(key)
    assert project.api.organizations.get(bystander.organization_id).organization == bystander

    again = project.organization(organization_slug=slug, organization_external_id=external)
    assert again.organization_id != key
    assert project.api.organizations.metrics(again.organization_id).member_count == 0


# ---------------------------------------------------------------- claimed domains


def test_claimed_domain_keeps_addresses_out_of_other_organizations(project):
    domain = new_domain()
    owner = project.organization(claimed_email_domains=[domain])
    other = project.organization()
    with refused(400, "action_not_allowed_email_domain_is_claimed"):
        project.member(other.organization_id, new_email(domain))
    with refused(400, "action_not_allowed_email_domain_is_claimed"):
        project.api.magic_links.email.invite(organization_id=other.organization_id, email_address=new_email(domain))
    resident = project.member(other.organization_id)
    with refused(400, "action_not_allowed_email_domain_is_claimed"):
        project.api.organizations.members.update(other.organization_id, resident.member_id, email_address=new_email(domain))
    assert project.member(owner.organization_id, new_email(domain)).status == "active"
    assert project.member(other.organization_id, new_email("sub." + domain)).status == "active"
    # Two organizations may claim the same domain; both may then have such members.
    project.api.organizations.update(other.organization_id, claimed_email_domains=[domain])
    assert project.member(other.organization_id, new_email(domain)).status == "active"


def test_giving_up_a_claim(project):
    domain = new_domain()
    owner = project.organization(claimed_email_domains=[domain])
    other = project.organization()
    project.api.organizations.update(owner.organization_id, claimed_email_domains=[])
    assert project.member(other.organization_id, new_email(domain)).status == "active"


# ---------------------------------------------------------------- races, what is not built


def test_one_slug_goes_to_one_organization(project):
    slug = f"wanted-{unique()}"
    results = race(12, lambda _: project.sdk().organizations.create(organization_name="Acme", organization_slug=slug))
    won = [r for r in results if not isinstance(r, Exception)]
    lost = [r for r in results if isinstance(r, Exception)]
    assert len(won) == 1, results
    assert {e.details.error_type for e in lost} == {"organization_slug_already_used"}
    assert project.api.organizations.get(slug).organization == won[0].organization


def test_one_slug_goes_to_one_organization_in_updates(project):
    slug = f"wanted-{unique()}"
    ids = [project.organization().organization_id for _ in range(8)]
    results = race(8, lambda i: project.sdk().organizations.update(ids[i], organization_slug=slug))
    won = [r for r in results if not isinstance(r, Exception)]
    assert len(won) == 1, results
    assert {e.details.error_type for e in results if isinstance(e, Exception)} == {"organization_slug_already_used"}


def test_no_concurrent_update_is_lost(project, organization):
    key = organization.organization_id
    results = race(10, lambda i: project.sdk().organizations.update(key, trusted_metadata={f"k{i}": i}))
    assert not [r for r in results if isinstance(r, Exception)], results
    assert project.api.organizations.get(key).organization.trusted_metadata == {f"k{i}": i for i in range(10)}


def test_connected_apps_are_not_built_yet(project, organization):
    with refused(404, "route_not_found"):
        project.api.organizations.connected_apps(organization.organization_id)
