"""Discovery: proving an address first, then finding, joining or founding an organization."""

import re

import pytest
from harness import discover, discovery_token, intermediate, login, new_domain, new_email, race, refused, token_from, unique, verified_member

WRONG = ("bad_request", "invalid_argument")


def by_id(organizations):
    return {d.organization.organization_id: d for d in organizations}


def listing(project, **key):
    return by_id(project.api.discovery.organizations.list(**key).discovered_organizations)


def exchange(project, ist, org, **fields):
    return project.api.discovery.intermediate_sessions.exchange(intermediate_session_token=ist, organization_id=org, **fields)


def create(project, ist, **fields):
    return project.api.discovery.organizations.create(intermediate_session_token=ist, **fields)


def jit_organization(project, domain, **fields):
    return project.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=[domain], email_invites="ALL_ALLOWED", **fields)


# ---------------------------------------------------------------- send, authenticate


def test_send_answers_the_same_for_known_and_unknown(project, organization):
    """T-05, T-45."""
    member, _ = verified_member(project, organization.organization_id)
    known = project.raw("POST", "/v1/b2b/magic_links/email/discovery/send", {"email_address": member.email_address})
    unknown = project.raw("POST", "/v1/b2b/magic_links/email/discovery/send", {"email_address": new_email()})
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert set(known.json()) == set(unknown.json()) == {"status_code", "request_id"}


def test_link_of_discovery(project):
    from harness import query_of

    email = new_email()
    project.api.magic_links.email.discovery.send(email_address=email)
    query = query_of(project.mailbox.wait(email).link)
    assert query["stytch_token_type"] == "discovery"
    assert query["public_token"] == project.public_token
    assert "slug" not in query


def test_stranger(project):
    email = new_email()
    answer = discover(project, email)
    assert answer.email_address == email
    assert answer.discovered_organizations == []
    assert re.fullmatch(r"[A-Za-z0-9_=-]{40,}", answer.intermediate_session_token)
    assert answer.intermediate_session_token_expires_at is not None


def test_link_works_once(project):
    token = discovery_token(project, new_email())
    project.api.magic_links.discovery.authenticate(discovery_magic_links_token=token)
    with refused(401, "unable_to_auth_magic_link"):
        project.api.magic_links.discovery.authenticate(discovery_magic_links_token=token)


def test_race_for_one_link(project):
    token = discovery_token(project, new_email())
    results = race(12, lambda _: project.sdk().magic_links.discovery.authenticate(discovery_magic_links_token=token))
    assert sum(not isinstance(r, Exception) for r in results) == 1
    assert {e.details.error_type for e in results if isinstance(e, Exception)} == {"unable_to_auth_magic_link"}


def test_memberships(project):
    domain = new_domain()
    email = new_email(domain)
    active, pending, invited = (project.organization() for _ in range(3))
    joinable = jit_organization(project, domain)
    verified_member(project, joinable.organization_id, new_email(domain))
    stranger = project.organization()
    member = project.member(active.organization_id, email)
    waiting = project.member(pending.organization_id, email, create_member_as_pending=True)
    guest = project.api.magic_links.email.invite(organization_id=invited.organization_id, email_address=email).member
    project.mailbox.wait(email)

    answer = discover(project, email)
    found = by_id(answer.discovered_organizations)
    types = {key: d.membership.type for key, d in found.items()}
    assert types == {
        active.organization_id: "active_member",
        pending.organization_id: "pending_member",
        invited.organization_id: "invited_member",
        joinable.organization_id: "eligible_to_join_by_email_domain",
    }
    assert stranger.organization_id not in found
    assert found[active.organization_id].membership.member.member_id == member.member_id
    assert found[pending.organization_id].membership.member.member_id == waiting.member_id
    assert found[invited.organization_id].membership.member.member_id == guest.member_id
    assert found[joinable.organization_id].membership.member is None
    assert found[joinable.organization_id].membership.details == {"domain": domain}
    for d in found.values():
        assert d.member_authenticated is True
        assert d.primary_required is None
        assert d.mfa_required is None
    assert found[active.organization_id].organization == active

    # The list says the same, does not use the token up, and gives no hint here.
    for _ in range(2):
        again = project.api.discovery.organizations.list(intermediate_session_token=answer.intermediate_session_token)
        assert again.email_address == email
        assert again.organization_id_hint is None
        assert {k: d.membership.type for k, d in by_id(again.discovered_organizations).items()} == types


def test_what_is_still_missing_is_told(project):
    email = new_email()
    mfa = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    sso = project.organization(auth_methods="RESTRICTED", allowed_auth_methods=["sso"]).organization_id
    links = project.organization(auth_methods="RESTRICTED", allowed_auth_methods=["magic_link"]).organization_id
    for org in (mfa, sso, links):
        project.member(org, email)
    found = by_id(discover(project, email).discovered_organizations)
    assert (found[mfa].member_authenticated, found[mfa].primary_required) == (False, None)
    assert found[mfa].mfa_required is not None
    assert found[mfa].mfa_required.secondary_auth_initiated in (None, "")
    assert found[sso].member_authenticated is False
    assert found[sso].primary_required.allowed_auth_methods == ["sso"]
    assert (found[links].member_authenticated, found[links].primary_required, found[links].mfa_required) == (True, None, None)


@pytest.mark.parametrize("guard", ["no verified member", "verified elsewhere", "other domain", "not allowed", "deleted"])
def test_domain_alone_does_not_open_an_organization(project, guard):
    """T-26: joining by domain needs an allowed domain and a verified member of it."""
    domain = new_domain()
    org = jit_organization(project, domain).organization_id
    if guard == "no verified member":
        project.member(org, new_email(domain))
    elif guard == "verified elsewhere":
        verified_member(project, project.organization().organization_id, new_email(domain))
    elif guard == "other domain":
        verified_member(project, org)
    elif guard == "deleted":
        gone, _ = verified_member(project, org, new_email(domain))
        project.api.organizations.members.delete(org, gone.member_id)
    else:
        verified_member(project, org, new_email(domain))
        project.api.organizations.update(org, email_jit_provisioning="NOT_ALLOWED")
    answer = discover(project, new_email(domain))
    assert answer.discovered_organizations == []
    with refused((400, 404), ("email_jit_provisioning_not_allowed", "invalid_email_for_jit_provisioning", "member_not_found")):
        exchange(project, answer.intermediate_session_token, org)
    with refused(404, "member_not_found"):
        project.api.organizations.members.get(org, email_address=answer.email_address)


def test_subdomains_are_other_domains(project):
    domain = new_domain()
    org = jit_organization(project, domain).organization_id
    verified_member(project, org, new_email(domain))
    for other in (f"sub.{domain}", f"x{domain}", f"{domain}.evil.com"):
        assert discover(project, new_email(other)).discovered_organizations == []


# ---------------------------------------------------------------- list


def test_list_needs_exactly_one_argument(project, organization):
    _, session = verified_member(project, organization.organization_id)
    ist = intermediate(project, new_email())
    with refused(400, ("no_session_arguments", "missing_intermediate_session_token", "bad_request")):
        project.api.discovery.organizations.list()
    with refused(400, ("too_many_session_arguments", "bad_request")):
        project.api.discovery.organizations.list(intermediate_session_token=ist, session_token=session.session_token)
    with refused(400, ("too_many_session_arguments", "bad_request")):
        project.api.discovery.organizations.list(session_token=session.session_token, session_jwt=session.session_jwt)
    for unknown in ("A" * 44, "", "x"):
        with refused((400, 404), ("intermediate_session_not_found", "missing_intermediate_session_token", "no_session_arguments", "bad_request")):
            project.api.discovery.organizations.list(intermediate_session_token=unknown)


@pytest.mark.parametrize("kind", ["session_token", "session_jwt"])
def test_list_by_session_leaves_out_what_can_only_be_joined(project, kind):
    domain = new_domain()
    email = new_email(domain)
    home = project.organization().organization_id
    _, session = verified_member(project, home, email)
    joinable = jit_organization(project, domain).organization_id
    verified_member(project, joinable, new_email(domain))
    invited = project.organization().organization_id
    project.api.magic_links.email.invite(organization_id=invited, email_address=email)
    answer = project.api.discovery.organizations.list(**{kind: getattr(session, kind)})
    assert answer.email_address == email
    assert answer.organization_id_hint is None
    types = {k: d.membership.type for k, d in by_id(answer.discovered_organizations).items()}
    assert types == {home: "active_member", invited: "invited_member"}


def test_hint_names_the_organization_of_an_unfinished_login(project):
    org = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    member = project.member(org)
    ist = login(project, org, member.email_address).intermediate_session_token
    answer = project.api.discovery.organizations.list(intermediate_session_token=ist)
    assert answer.organization_id_hint == org
    assert answer.email_address == member.email_address


# ---------------------------------------------------------------- exchange


def test_exchange_into_a_membership(project, organization):
    org = organization.organization_id
    member = project.member(org)
    ist = intermediate(project, member.email_address)
    answer = exchange(project, ist, organization.organization_slug, session_duration_minutes=30, session_custom_claims={"a": 1}, locale="en")
    assert answer.member_authenticated is True
    assert answer.member_id == member.member_id
    assert answer.organization == organization
    assert answer.member.email_address_verified is True
    assert (answer.intermediate_session_token, answer.mfa_required, answer.primary_required) == ("", None, None)
    session = answer.member_session
    assert abs((session.expires_at - session.started_at).total_seconds() - 1800) < 5
    assert session.custom_claims == {"a": 1}
    assert [f.type.value for f in session.authentication_factors] == ["magic_link"]
    assert project.api.sessions.authenticate(session_token=answer.session_token).member.member_id == member.member_id
    with refused(404, "intermediate_session_not_found"):
        exchange(project, ist, org)


def test_exchange_accepts_invitations_and_pending_memberships(project):
    for make in ("invited", "pending"):
        org, email = project.organization().organization_id, new_email()
        if make == "invited":
            member = project.api.magic_links.email.invite(organization_id=org, email_address=email, roles=["stytch_admin"]).member
            project.mailbox.wait(email)
        else:
            member = project.member(org, email, create_member_as_pending=True)
        answer = exchange(project, intermediate(project, email), org)
        assert answer.member_authenticated is True
        assert (answer.member_id, answer.member.status, answer.member.email_address_verified) == (member.member_id, "active", True)
        assert answer.member.is_admin is (make == "invited")


def test_exchange_joins_by_domain(project):
    domain = new_domain()
    org = jit_organization(project, domain, rbac_email_implicit_role_assignments=[]).organization_id
    verified_member(project, org, new_email(domain))
    email = new_email(domain)
    answer = exchange(project, intermediate(project, email), org)
    assert answer.member_authenticated is True
    assert (answer.member.email_address, answer.member.status, answer.member.email_address_verified) == (email, "active", True)
    assert answer.member.is_admin is False
    assert answer.member_session.roles == ["stytch_member"]
    assert project.api.organizations.metrics(org).member_count == 2


def test_exchange_into_a_strange_organization(project, organization):
    email = new_email()
    ist = intermediate(project, email)
    with refused((400, 404), ("email_jit_provisioning_not_allowed", "invalid_email_for_jit_provisioning", "member_not_found")):
        exchange(project, ist, organization.organization_id)
    with refused(404, "organization_not_found"):
        exchange(project, ist, "organization-test-00000000-0000-4000-8000-000000000000")
    assert project.api.organizations.metrics(organization.organization_id).member_count == 0
    # The refusals did not cost the intermediate session.
    assert create(project, ist).member_authenticated is True


def test_exchange_that_cannot_finish_keeps_the_token(project):
    email = new_email()
    sso = project.organization(auth_methods="RESTRICTED", allowed_auth_methods=["sso"]).organization_id
    mfa = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    open_ = project.organization().organization_id
    for org in (sso, mfa, open_):
        project.member(org, email)
    ist = intermediate(project, email)
    answer = exchange(project, ist, sso)
    assert answer.member_authenticated is False
    assert answer.primary_required.allowed_auth_methods == ["sso"]
    assert (answer.intermediate_session_token, answer.session_token, answer.session_jwt, answer.member_session) == (ist, "", "", None)
    answer = exchange(project, ist, mfa)
    assert answer.member_authenticated is False
    assert answer.primary_required is None
    assert answer.mfa_required is not None
    assert answer.intermediate_session_token == ist
    assert exchange(project, ist, open_).member_authenticated is True


def test_pending_member_who_cannot_finish_stays_outside(project):
    """Invited, but the address alone does not open this organization."""
    email = new_email()
    org = project.organization(email_invites="ALL_ALLOWED").organization_id
    project.api.magic_links.email.invite(organization_id=org, email_address=email)
    project.mailbox.wait(email)
    project.api.organizations.update(org, auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    answer = exchange(project, intermediate(project, email), org)
    assert answer.member_authenticated is False
    assert answer.primary_required.allowed_auth_methods == ["sso"]
    assert project.api.sessions.get(org, answer.member_id).member_sessions == []


@pytest.mark.parametrize("minutes", [0, 4, 527041])
def test_duration_bounds(project, organization, minutes):
    member = project.member(organization.organization_id)
    ist = intermediate(project, member.email_address)
    for call in (
        lambda: exchange(project, ist, organization.organization_id, session_duration_minutes=minutes),
        lambda: create(project, ist, session_duration_minutes=minutes),
    ):
        with refused(400, ("invalid_session_duration_minutes", "invalid_session_duration")):
            call()
    assert exchange(project, ist, organization.organization_id).member_authenticated is True


def test_race_for_one_intermediate_session(project, organization):
    member = project.member(organization.organization_id)
    ist = intermediate(project, member.email_address)
    results = race(
        10,
        lambda _: project.sdk().discovery.intermediate_sessions.exchange(
            intermediate_session_token=ist, organization_id=organization.organization_id
        ),
    )
    assert sum(not isinstance(r, Exception) for r in results) == 1, results
    assert {e.details.error_type for e in results if isinstance(e, Exception)} == {"intermediate_session_not_found"}
    assert len(project.api.sessions.get(organization.organization_id, member.member_id).member_sessions) == 1


def test_intermediate_session_of_another_project(server, project, organization):
    other = server.project()
    member = project.member(organization.organization_id)
    ist = intermediate(project, member.email_address)
    with refused(404, "intermediate_session_not_found"):
        other.api.discovery.organizations.list(intermediate_session_token=ist)
    with refused((400, 404), ("intermediate_session_not_found", "organization_not_found")):
        other.api.discovery.intermediate_sessions.exchange(
            intermediate_session_token=ist, organization_id=other.organization().organization_id
        )
    assert exchange(project, ist, organization.organization_id).member_authenticated is True


# ---------------------------------------------------------------- create


def test_create_with_nothing_but_the_token(project):
    domain = new_domain()
    email = f"ada.lovelace-{unique()}@{domain}"
    answer = create(project, intermediate(project, email))
    assert answer.member_authenticated is True
    assert answer.session_token
    assert answer.intermediate_session_token == ""
    assert (answer.member.email_address, answer.member.status, answer.member.email_address_verified) == (email, "active", True)
    assert answer.member.is_admin is True
    assert sorted(answer.member_session.roles) == ["stytch_admin", "stytch_member"]
    label = domain.removesuffix(".com")
    assert label in answer.organization.organization_name.lower() + answer.organization.organization_slug.lower()
    assert re.fullmatch(r"[A-Za-z0-9._~-]{2,128}", answer.organization.organization_slug)
    assert project.api.organizations.get(answer.organization.organization_slug).organization == answer.organization


@pytest.mark.parametrize("domain", ["gmail.com", "yahoo.co.uk", "university.edu"])
def test_names_of_people_with_public_addresses(project, domain):
    """There the local part names the organization, not the provider."""
    local = f"ada-{unique()}"
    organization = create(project, intermediate(project, f"{local}@{domain}")).organization
    assert local in organization.organization_name.lower()
    assert domain.split(".")[0] not in organization.organization_name.lower()
    assert local in organization.organization_slug.lower()


def test_two_people_of_one_domain_get_different_slugs(project):
    domain = new_domain()
    first = create(project, intermediate(project, new_email(domain))).organization
    second = create(project, intermediate(project, new_email(domain))).organization
    assert first.organization_slug != second.organization_slug


def test_create_with_everything(project):
    sent = {
        "organization_name": "Acme",
        "organization_slug": f"acme-{unique()}",
        "organization_external_id": f"ext-{unique()}",
        "organization_logo_url": "https://cdn.example.test/logo.png",
        "trusted_metadata": {"a": 1},
        "sso_jit_provisioning": "NOT_ALLOWED",
        "email_allowed_domains": ["acme-corp.com"],
        "email_jit_provisioning": "RESTRICTED",
        "email_invites": "RESTRICTED",
        "auth_methods": "RESTRICTED",
        "allowed_auth_methods": ["magic_link", "sso"],
        "mfa_policy": "OPTIONAL",
        "rbac_email_implicit_role_assignments": [{"domain": "acme-corp.com", "role_id": "stytch_admin"}],
        "mfa_methods": "RESTRICTED",
        "allowed_mfa_methods": ["totp"],
        "oauth_tenant_jit_provisioning": "RESTRICTED",
        "allowed_oauth_tenants": {"slack": ["T1"]},
        "first_party_connected_apps_allowed_type": "NOT_ALLOWED",
        "third_party_connected_apps_allowed_type": "RESTRICTED",
        "allowed_third_party_connected_apps": ["connected-app-test-1"],
    }
    answer = create(project, intermediate(project, new_email()), session_duration_minutes=30, session_custom_claims={"c": 1}, **sent)
    got = answer.organization.model_dump()
    assert {name: got[name] for name in sent} == sent
    assert answer.member_authenticated is True
    assert answer.member_session.custom_claims == {"c": 1}


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"organization_slug": "a"}, "invalid_organization_slug"),
        ({"organization_name": "x" * 129}, "invalid_organization_name"),
        ({"organization_external_id": "a b"}, "invalid_organization_external_id"),
        ({"email_allowed_domains": ["gmail.com"]}, "organization_settings_domain_too_common"),
        ({"auth_methods": "RESTRICTED"}, "allowed_auth_methods_required_for_restricted"),
        ({"trusted_metadata": {f"k{i}": i for i in range(21)}}, "metadata_too_many_keys"),
    ],
    ids=str,
)
def test_create_refuses(project, fields, error):
    ist = intermediate(project, new_email())
    before = project.api.organizations.search(limit=1).results_metadata.total
    with refused(400, error):
        create(project, ist, **fields)
    assert project.api.organizations.search(limit=1).results_metadata.total == before
    assert create(project, ist).member_authenticated is True


def test_create_with_a_taken_slug(project, organization):
    ist = intermediate(project, new_email())
    with refused(400, "organization_slug_already_used"):
        create(project, ist, organization_slug=organization.organization_slug)
    assert create(project, ist).member_authenticated is True


def test_create_with_mfa_for_all(project):
    answer = create(project, intermediate(project, new_email()), mfa_policy="REQUIRED_FOR_ALL")
    assert answer.member_authenticated is False
    assert answer.mfa_required is not None
    assert answer.primary_required is None
    assert answer.intermediate_session_token
    assert (answer.session_token, answer.member_session) == ("", None)
    assert project.api.organizations.get(answer.organization.organization_id).organization == answer.organization
    assert answer.member.is_admin is True


def test_create_without_the_method_that_was_used(project):
    answer = create(project, intermediate(project, new_email()), auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    assert answer.member_authenticated is False
    assert answer.primary_required.allowed_auth_methods == ["sso"]


def test_create_needs_a_living_token(project):
    before = project.api.organizations.search(limit=1).results_metadata.total
    with refused((400, 404), ("intermediate_session_not_found", "missing_intermediate_session_token", "bad_request")):
        create(project, "A" * 44)
    with refused((400, 404), ("missing_intermediate_session_token", "intermediate_session_not_found", "bad_request")):
        create(project, "")
    ist = intermediate(project, new_email())
    create(project, ist)
    with refused(404, "intermediate_session_not_found"):
        create(project, ist)
    assert project.api.organizations.search(limit=1).results_metadata.total == before + 1


def test_claimed_domains_close_other_doors(project):
    domain = new_domain()
    owner = project.organization(claimed_email_domains=[domain], email_jit_provisioning="RESTRICTED", email_allowed_domains=[domain])
    ist = intermediate(project, new_email(domain))
    with refused(400, "action_not_allowed_email_domain_is_claimed"):
        create(project, ist)
    elsewhere = jit_organization(project, domain)
    with refused(400, ("action_not_allowed_email_domain_is_claimed", "email_jit_provisioning_not_allowed", "invalid_email_for_jit_provisioning")):
        exchange(project, ist, elsewhere.organization_id)
    verified_member(project, owner.organization_id, new_email(domain))
    found = listing(project, intermediate_session_token=ist)
    assert set(found) == {owner.organization_id}
    assert exchange(project, ist, owner.organization_id).member_authenticated is True


def test_bound_intermediate_session_does_not_open_others(project):
    """T-47: what an unfinished login proved belongs to that address."""
    org = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    member = project.member(org)
    stranger = project.organization().organization_id
    ist = login(project, org, member.email_address).intermediate_session_token
    with refused(
        (400, 404),
        ("invalid_intermediate_session_token_for_organization", "email_jit_provisioning_not_allowed", "invalid_email_for_jit_provisioning", "member_not_found"),
    ):
        exchange(project, ist, stranger)


def test_invitation_link_also_works_for_discovered_people(project, organization):
    email = new_email()
    project.api.magic_links.email.invite(organization_id=organization.organization_id, email_address=email)
    token = token_from(project.mailbox.wait(email))
    assert discover(project, email).discovered_organizations[0].membership.type == "invited_member"
    assert project.api.magic_links.authenticate(magic_links_token=token).member_authenticated is True
