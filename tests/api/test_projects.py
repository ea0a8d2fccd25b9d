"""`guildhall project create`, project credentials, and the wall between projects."""

import json
import re

import pytest
from harness import REDIRECT_URL, check_refusal, data, login, magic_token, new_email, query_of, refused, unique

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.mark.parametrize("environment", ["test", "live"])
def test_create_prints_one_json_object(server, environment):
    url = REDIRECT_URL if environment == "test" else "https://app.example.test/authenticate"
    done = server.command("project", "create", "--name", "Acme", "--environment", environment, "--redirect-url", url, "--json")
    made = json.loads(done.stdout)
    assert set(made) >= {"project_id", "secret", "public_token", "environment"}
    assert made["environment"] == environment
    assert re.fullmatch(rf"project-{environment}-{UUID}", made["project_id"])
    assert re.fullmatch(rf"secret-{environment}-\S{{32,}}", made["secret"])
    assert re.fullmatch(rf"public-token-{environment}-{UUID}", made["public_token"])


def test_environment_is_test_unless_said(server):
    assert server.project(environment=None).project_id.startswith("project-test-")


def test_two_projects_share_nothing(server):
    a, b = server.project("Same"), server.project("Same")
    assert a.project_id != b.project_id
    assert a.secret != b.secret
    assert a.public_token != b.public_token


@pytest.mark.parametrize(
    "arguments",
    [
        ["--name", "A", "--environment", "staging"],
        ["--name", ""],
        ["--name", "x" * 129],
        [],
        ["--name", "A", "--redirect-url", "not a url"],
        ["--name", "A", "--redirect-url", "javascript:alert(1)"],
        ["--name", "A", "--environment", "live", "--redirect-url", "http://app.example.test/authenticate"],
        ["--name", "A", "--environment", "live", "--redirect-url", "https://app.example.test/*"],
        ["--name", "A", "--environment", "live", "--redirect-url", "https://*.test/authenticate"],
        ["--name", "A", "--origin", "null"],
        ["--name", "A", "--origin", "localhost:5173"],
    ],
)
def test_create_refuses(server, arguments):
    done = server.command("project", "create", *arguments, "--json", check=False)
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.strip()
    assert "panicked" not in done.stderr


def test_create_without_a_running_server(start_server):
    server = start_server()
    server.terminate()
    project = server.project()
    server.launch()
    assert project.api.debug.whoami().project_id == project.project_id


def test_whoami(server):
    project = server.project("My project")
    answer = project.api.debug.whoami()
    assert (answer.project_id, answer.name) == (project.project_id, "My project")
    assert answer.status_code == 200
    assert re.fullmatch(rf"request-id-test-{UUID}", answer.request_id)


def test_live_project_answers_with_live_ids(server):
    project = server.project(environment="live", redirect_urls=["https://app.example.test/authenticate"])
    answer = project.api.organizations.create(organization_name="Acme", organization_slug=f"acme-{unique()}")
    assert re.fullmatch(rf"organization-live-{UUID}", answer.organization.organization_id)
    assert re.fullmatch(rf"request-id-live-{UUID}", answer.request_id)
    member = project.member(answer.organization.organization_id)
    assert re.fullmatch(rf"member-live-{UUID}", member.member_id)


def test_metrics_count_what_is_there(own_project):
    def counts():
        answer = own_project.api.project.metrics()
        assert answer.project_id == own_project.project_id
        return {metric.metric_type.value: metric.count for metric in answer.metrics}

    before = counts()
    assert before["ORGANIZATION_COUNT"] == 0
    assert before["MEMBER_COUNT"] == 0
    organization = own_project.organization()
    own_project.member(organization.organization_id)
    own_project.member(organization.organization_id)
    after = counts()
    assert after["ORGANIZATION_COUNT"] == 1
    assert after["MEMBER_COUNT"] == 2


@pytest.mark.parametrize("path", ["/v1/b2b/organizations/x", "/v1/debug/whoami", "/v1/b2b/rbac/policy", "/v1/projects/metrics"])
def test_credentials_are_needed(server, project, path):
    other = server.project()
    for auth in [
        None,
        (project.project_id, "secret-test-wrong"),
        (project.project_id, ""),
        (project.project_id, other.secret),
        (other.project_id, project.secret),
        ("project-test-00000000-0000-4000-8000-000000000000", project.secret),
        (project.project_id, project.public_token),
        (project.public_token, project.public_token),
    ]:
        answer = project.raw("GET", path, auth=auth)
        check_refusal(answer, (400, 401), ("unauthorized_credentials", "invalid_project_id_authentication"))
        if auth and auth[0].startswith("project-"):
            check_refusal(answer, 401, "unauthorized_credentials")


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic ", "Basic !!!", "Basic Zm9v", "Bearer abc", "Basic /////w==", "basic", "Digest username=x", "\xff\xfe", "Basic " + "QUFB" * 5000],
)
def test_garbled_authorization(project, header):
    answer = project.raw("GET", "/v1/debug/whoami", auth=None, headers={"Authorization": header.encode("latin1")})
    if answer.status_code == 431:
        return  # the HTTP layer's own answer to oversized headers
    check_refusal(answer, (400, 401), ("unauthorized_credentials", "invalid_project_id_authentication"))


# ---------------------------------------------------------------- separation


def test_organizations_of_another_project_do_not_exist(server, project):
    other = server.project()
    slug, external = f"slug-{unique()}", f"ext-{unique()}"
    foreign = other.organization(organization_slug=slug, organization_external_id=external)
    for key in (foreign.organization_id, slug, external):
        with refused(404, "organization_not_found"):
            project.api.organizations.get(key)
        with refused(404, "organization_not_found"):
            project.api.organizations.update(key, organization_name="Mine now")
        with refused(404, "organization_not_found"):
            project.api.organizations.delete(key)
        with refused(404, "organization_not_found"):
            project.api.organizations.metrics(key)
        with refused(404, "organization_not_found"):
            project.member(key)
        with refused(404, "organization_not_found"):
            project.api.magic_links.email.login_or_signup(organization_id=key, email_address=new_email())
        with refused(404, "organization_not_found"):
            project.api.rbac.organizations.get_org_policy(key)
    assert other.api.organizations.get(slug).organization == foreign
    # The same slug and external id are free here.
    mine = project.organization(organization_slug=slug, organization_external_id=external)
    assert project.api.organizations.get(slug).organization.organization_id == mine.organization_id


def test_members_of_another_project_do_not_exist(server, project):
    other = server.project()
    foreign = other.member(other.organization().organization_id)
    mine = project.organization().organization_id
    with refused(404, "member_not_found"):
        project.api.organizations.members.get(mine, member_id=foreign.member_id)
    with refused(404, "member_not_found"):
        project.api.organizations.members.dangerously_get(foreign.member_id)
    with refused(404, "member_not_found"):
        project.api.organizations.members.update(mine, foreign.member_id, name="Mallory")
    with refused(404, "member_not_found"):
        project.api.organizations.members.delete(mine, foreign.member_id)
    with refused(404, ("organization_not_found", "member_not_found")):
        project.api.organizations.members.delete(foreign.organization_id, foreign.member_id)
    assert other.api.organizations.members.dangerously_get(foreign.member_id).member == foreign


def test_tokens_of_another_project_are_worth_nothing(server, project):
    other = server.project()
    organization = other.organization().organization_id
    member = other.member(organization)
    session = login(other, organization, member.email_address)
    token = magic_token(other, organization, member.email_address)

    with refused(404, "session_not_found"):
        project.api.sessions.authenticate(session_token=session.session_token)
    with refused((400, 404), ("session_not_found", "unable_to_parse_session_jwt")):
        project.api.sessions.authenticate(session_jwt=session.session_jwt)
    with refused(404, "magic_link_not_found"):
        project.api.magic_links.authenticate(magic_links_token=token)
    with refused(404, "session_not_found"):
        project.api.sessions.revoke(session_token=session.session_token)

    # None of that used or ended them.
    assert other.api.sessions.authenticate(session_token=session.session_token).member.member_id == member.member_id
    assert other.api.magic_links.authenticate(magic_links_token=token).member_id == member.member_id


def test_search_sees_only_the_own_project(server, own_project):
    other = server.project()
    other.organization()
    mine = own_project.organization()
    found = own_project.api.organizations.search().organizations
    assert [o.organization_id for o in found] == [mine.organization_id]


def test_public_token_belongs_to_its_project(server, project):
    other = server.project()
    foreign = other.organization()
    answer = project.browser("POST", "/b2b/organizations/search", {"organization_slug": foreign.organization_slug})
    assert data(answer)["organization"] is None


# ---------------------------------------------------------------- redirect URLs


def test_every_redirect_url_is_registered_for_every_flow(server):
    first, second = "http://localhost:3000/one", "http://localhost:3000/two?a=b"
    project = server.project(redirect_urls=[first, second])
    organization = project.organization().organization_id
    for url in (first, second):
        email = new_email()
        project.api.magic_links.email.invite(organization_id=organization, email_address=email, invite_redirect_url=url)
        project.api.magic_links.email.login_or_signup(organization_id=organization, email_address=email, signup_redirect_url=url)
        member = project.member(organization)
        project.api.magic_links.email.login_or_signup(
            organization_id=organization, email_address=member.email_address, login_redirect_url=url
        )
        project.api.magic_links.email.discovery.send(email_address=new_email(), discovery_redirect_url=url)


def test_project_without_redirect_urls_cannot_send_links(server):
    project = server.project(environment="live", redirect_urls=[])
    organization = project.organization().organization_id
    member = project.member(organization)
    with refused(400, ("no_login_redirect_urls_set", "no_default_login_redirect_url_set")):
        project.api.magic_links.email.login_or_signup(organization_id=organization, email_address=member.email_address)
    pending = project.member(organization, create_member_as_pending=True)
    with refused(400, ("no_signup_redirect_urls_set", "no_default_signup_redirect_url_set")):
        project.api.magic_links.email.login_or_signup(organization_id=organization, email_address=pending.email_address)
    invited = new_email()
    with refused(400, ("no_invite_redirect_urls_set", "no_default_invite_redirect_url_set")):
        project.api.magic_links.email.invite(organization_id=organization, email_address=invited)
    with refused(404, "member_not_found"):
        project.api.organizations.members.get(organization, email_address=invited)
    with refused(400, ("no_discovery_redirect_urls_set", "no_default_discovery_redirect_url_set")):
        project.api.magic_links.email.discovery.send(email_address=new_email())


def test_first_redirect_url_is_the_default(server):
    project = server.project(redirect_urls=["http://localhost:3000/first", "http://localhost:3000/second"])
    organization = project.organization().organization_id
    member = project.member(organization)
    project.api.magic_links.email.login_or_signup(organization_id=organization, email_address=member.email_address)
    link = project.mailbox.wait(member.email_address).link
    page = project.raw("GET", link.removeprefix(project.server.url), auth=None)
    assert page.status_code == 200
    assert "http://localhost:3000/first" in page.text.replace("&#x2F;", "/").replace("\\/", "/")
    assert "/second" not in page.text
    assert query_of(link)["token"] in page.text.replace("&#x3D;", "=")
