"""Joining by a tenant at an OAuth provider: a GitHub organization, a Slack workspace, a HubSpot account."""

import itertools

import harness
import pytest
from harness import email_code, new_email, refused, unique, verified_member
from oauth import OauthProvider
from social import StandIn, StandIns
from stytch.b2b.models.discovery import DiscoveredOrganization

ids = itertools.count(100_001)


@pytest.fixture(scope="module")
def server(postgres):
    server = harness.Server(postgres=postgres, arguments=["--outbound-allow", "127.0.0.1"]).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def stand_ins():
    with StandIns() as stand_ins:
        yield stand_ins


@pytest.fixture(scope="module")
def providers(project, stand_ins) -> dict[str, OauthProvider]:
    return {name: OauthProvider(project, StandIn(stand_ins, name), name) for name in ("github", "slack", "hubspot")}


@pytest.fixture
def github(providers):
    return providers["github"]


@pytest.fixture
def hubspot(providers):
    return providers["hubspot"]


READ_ORG = {"custom_scopes": "read:org"}
NOT_THIS_TENANT = "invalid_oauth_tenant_for_jit_provisioning"


def tenant_id() -> int:
    return next(ids)


def letting_in(project, provider: str, *tenants, **fields) -> str:
    """An organization that people of these tenants may join."""
    settings = {"oauth_tenant_jit_provisioning": "RESTRICTED", "allowed_oauth_tenants": {provider: [str(each) for each in tenants]}}
    return project.organization(**settings | fields).organization_id


def opened(answer) -> dict[str, DiscoveredOrganization]:
    return {each.organization.organization_id: each for each in answer.discovered_organizations}


def prove(project, org: str, answer, email: str):
    """Goes on with a login by a code that is mailed."""
    code = email_code(project, org, email)
    return project.api.otps.email.authenticate(
        organization_id=org, email_address=email, code=code, intermediate_session_token=answer.intermediate_session_token)


def test_discovery_leads_to_those_who_let_in_a_github_organization(project, stand_ins, github):
    email, tenant = new_email(), tenant_id()
    others = [tenant_id() for _ in range(236)]
    person = {"email": email, "id": tenant_id(), "organizations": [*others, tenant]}
    acme = letting_in(project, "github", tenant_id(), tenant)
    elsewhere = letting_in(project, "github", tenant_id())
    at_slack = letting_in(project, "slack", tenant)
    closed = project.organization(allowed_oauth_tenants={"github": [str(tenant)]}).organization_id
    no_github = letting_in(project, "github", tenant, auth_methods="RESTRICTED", allowed_auth_methods=["magic_link", "slack_oauth"])
    by_domain = project.organization(
        email_allowed_domains=[email.split("@")[1]], email_jit_provisioning="RESTRICTED", email_invites="ALL_ALLOWED").organization_id
    verified_member(project, by_domain, new_email(email.split("@")[1]))

    # The organizations of an account are on several pages.
    answer = github.discover("", start=READ_ORG, **person)
    pages = [asked for asked in stand_ins.asked() if "/user/orgs" in asked]
    assert pages == [f"GET github/api/user/orgs?per_page=100&page={page}" for page in (1, 2, 3)]
    assert (answer.provider_type, answer.full_name, answer.email_address) == ("GitHub", "Ada Lovelace", email)
    assert (answer.provider_tenant_id, answer.provider_tenant_ids) == ("", [str(each) for each in person["organizations"]])
    # GitHub's word about the address opens nothing: neither the domain, nor what the address is a member's in.
    [found] = answer.discovered_organizations
    assert found.organization.organization_id == acme
    assert found.membership.type == "eligible_to_join_by_oauth_tenant" and found.membership.member is None
    assert found.membership.details == {"provider": "github", "tenant": str(tenant)}
    # What else it takes is said to who enters: before, nobody would be mailed.
    assert not found.member_authenticated and found.primary_required is None
    listed = project.api.discovery.organizations.list(intermediate_session_token=answer.intermediate_session_token)
    assert opened(listed) == opened(answer)

    exchange = project.api.discovery.intermediate_sessions.exchange
    token = {"intermediate_session_token": answer.intermediate_session_token}
    for org, error in [
        (elsewhere, NOT_THIS_TENANT), (at_slack, NOT_THIS_TENANT), (closed, "oauth_tenant_jit_provisioning_not_allowed"),
        (by_domain, "oauth_tenant_jit_provisioning_not_allowed"), (no_github, "operation_restricted_by_organization_auth_methods"),
    ]:
        with refused(400, error):
            exchange(organization_id=org, **token)

    # In comes who reads mail at the address, and from then on with the account alone.
    half = exchange(organization_id=acme, **token)
    assert not half.member_authenticated and half.member.status == "pending" and "email_otp" in half.primary_required.allowed_auth_methods
    whole = prove(project, acme, half, email)
    assert whole.member_authenticated and whole.member.status == "active" and whole.member.name == "Ada Lovelace"
    [registration] = whole.member.oauth_registrations
    assert (registration.provider_type, registration.provider_subject) == ("GitHub", str(person["id"]))
    kinds = {factor.delivery_method.value for factor in whole.member_session.authentication_factors}
    assert kinds == {"email", "oauth_github"}
    assert github.login(acme, "", **person | {"email": new_email(), "organizations": []}).member_authenticated
    again = github.discover("")
    [found] = again.discovered_organizations
    assert (found.organization.organization_id, found.membership.type, found.member_authenticated) == (acme, "active_member", True)


def test_without_the_scope_github_is_asked_for_no_organizations(project, stand_ins, github):
    tenant = tenant_id()
    org = letting_in(project, "github", tenant)
    person = {"email": new_email(), "id": tenant_id(), "organizations": [tenant]}
    for said, start in [(person, {}), (person | {"withheld": ["read:org"]}, READ_ORG)]:
        answer = github.discover("", start=start, **said)
        assert not answer.discovered_organizations and not answer.provider_tenant_ids
        assert not any("/user/orgs" in asked for asked in stand_ins.asked())
    github.refused(github.arrive(org, "", **person), 400, NOT_THIS_TENANT)
    # The operator may have it asked for always.
    github.set("--scopes", "read:org")
    answer = github.login(org, "", **person)
    github.set("--scopes", "")
    assert not answer.member_authenticated and answer.member.status == "pending" and answer.primary_required
    assert prove(project, org, answer, person["email"]).member_authenticated


@pytest.mark.parametrize(("mistake", "count"), [("endless", 11), ("link_elsewhere", 1), ("orgs_500", 0), ("orgs_no_list", 0), ("ids_as_text", 0)])
def test_what_github_says_of_organizations_is_bounded_and_adds_nothing_else(stand_ins, github, mistake, count):
    said = {"email": new_email(), "id": tenant_id(), "organizations": [tenant_id()], "mistake": mistake}
    answer = github.discover("", start=READ_ORG, **said)
    asked = [each for each in stand_ins.asked() if "/user/orgs" in each]
    assert len(asked) <= 10 and len(answer.provider_tenant_ids) == count


def explained(project, org: str, email: str, provider: str, *tenants: str) -> tuple:
    """What a login is said to come to: the verdict, and the error that refuses it."""
    asked = {"email_address": email, "auth_method": f"{provider}_oauth", "oauth_tenants": tenants}
    told = project.raw("POST", f"/v1/b2b/organizations/{org}/explain_login", asked).json()
    return told["verdict"], told["error_type"]


def test_a_hubspot_account_and_a_slack_workspace_let_in(project, providers):
    hub, team = tenant_id(), f"T{unique().upper()}"
    for name, said, tenant, subject in [
        ("hubspot", {"hub": hub, "user_id": 7}, str(hub), "7"), ("slack", {"team": team, "user": "U1"}, team, "U1"),
    ]:
        email = new_email()
        org, other = letting_in(project, name, tenant), letting_in(project, name, tenant_id())
        provider = providers[name]
        answer = provider.discover("", email=email, **said)
        assert (answer.provider_tenant_id, answer.provider_tenant_ids) == (tenant, [tenant])
        found = opened(answer)
        assert set(found) == {org} and found[org].membership.details == {"provider": name, "tenant": tenant}
        assert explained(project, other, email, name, tenant) == ("refused", NOT_THIS_TENANT)
        provider.refused(provider.arrive(other, ""), 400, NOT_THIS_TENANT)
        assert explained(project, org, email, name) == ("refused", NOT_THIS_TENANT)
        assert explained(project, org, email, name, "x", tenant) == ("primary_required", None)
        token = provider.token(org, "")
        project.api.organizations.update(org, allowed_oauth_tenants={name: ["-"]})
        with refused(400, NOT_THIS_TENANT):
            project.api.oauth.authenticate(oauth_token=token)
        project.api.organizations.update(org, allowed_oauth_tenants={name: [tenant]})
        half = provider.login(org, "")
        assert (half.provider_subject, half.member_authenticated) == (subject, False)
        whole = prove(project, org, half, email)
        assert whole.member_authenticated
        of_member = getattr(project.api.organizations.members.oauth_providers, name)(org, whole.member_id)
        [registration] = of_member.registrations
        assert (registration.provider_tenant_id, registration.provider_subject) == (tenant, subject)
        # An administrator who takes the tenant off the list closes the door for the next, and for nobody who is in.
        project.api.organizations.update(org, allowed_oauth_tenants={name: [str(tenant_id())]})
        assert provider.login(org, "").member_authenticated
        assert not provider.discover("", email=new_email(), **said | {"user": "U2", "user_id": 8}).discovered_organizations


def test_the_list_is_looked_up_as_it_is_now(project, hubspot):
    tenant, email = tenant_id(), new_email()

    def found() -> set:
        return set(opened(hubspot.discover("", email=email, hub=tenant, user_id=tenant)))

    assert not found()
    made = [letting_in(project, "hubspot", tenant, tenant) for _ in range(2)]
    assert found() == set(made)
    project.api.organizations.delete(made[0])
    project.api.organizations.update(made[1], oauth_tenant_jit_provisioning="NOT_ALLOWED")
    assert not found()
    # A domain that another organization has claimed keeps its people out, whatever tenant they are of.
    project.api.organizations.update(made[1], oauth_tenant_jit_provisioning="RESTRICTED")
    project.organization(claimed_email_domains=[email.split("@")[1]])
    assert not found()
    hubspot.refused(hubspot.arrive(made[1], ""), 400, "action_not_allowed_email_domain_is_claimed")
