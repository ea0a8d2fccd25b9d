"""Operators and their dashboard: who comes in and for how long, what the pages show, and that the audit log says who did what."""

import html
import json
import re

import pytest
from dashboard import Dashboard, make
from doors import catalogue
from harness import REPOSITORY, email_code, login, new_domain, unique, until, verified_member, wrong


@pytest.fixture(scope="module")
def dashboard(server):
    return Dashboard(server, *make(server))


def test_there_is_no_dashboard_without_an_operator_and_sessions_end(start_server):
    server = start_server(clock=True)
    nobody = Dashboard(server)
    for method, path in (("GET", "/dashboard/sign-in"), ("GET", "/dashboard"), ("POST", "/dashboard/sign-in")):
        assert nobody.ask(method, path).status_code == 404
    email, password = make(server)
    assert server.command("operator", "create", email, check=False).returncode == 1
    assert email in server.command("operator", "list").stdout
    # Whoever is not signed in is led there.
    assert 'content="0; url=/dashboard/sign-in"' in nobody.page("/dashboard", 401)
    assert "Password" in nobody.page("/dashboard/sign-in")
    wrong_one = nobody.sign_in(email, "not the password")
    assert wrong_one.status_code == 401 and email in wrong_one.text and "set-cookie" not in wrong_one.headers
    assert nobody.sign_in("nobody@example.com", password).status_code == nobody.sign_in("no address", password).status_code == 401
    answer = nobody.sign_in(email, password)
    assert answer.headers["location"] == "/dashboard"
    assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"} <= set(answer.headers["set-cookie"].split("; ")[1:])
    # T-46: another token with each sign-in, and the one before ends.
    first = Dashboard(server)
    first.token = nobody.token
    first.page("/dashboard")
    nobody.sign_in(email, password)
    assert nobody.token != first.token
    first.page("/dashboard", 401)
    # A page elsewhere signs nobody in or out, though the cookie came along.
    assert nobody.ask("POST", "/dashboard/sign-out", site="cross-site").status_code == 403
    # It goes on while it is used, and no longer than half a day.
    for _ in range(13):
        server.clock.forward(seconds=55 * 60)
        nobody.page("/dashboard")
    server.clock.forward(seconds=20 * 60)
    nobody.page("/dashboard", 401)
    nobody.sign_in(email, password)
    server.clock.forward(seconds=61 * 60)
    nobody.page("/dashboard", 401)
    # Signing out, another password, and removal end it at once.
    nobody.sign_in(email, password)
    assert nobody.ask("POST", "/dashboard/sign-out").headers["location"] == "/dashboard/sign-in"
    nobody.page("/dashboard", 401)
    nobody.sign_in(email, password)
    reset = json.loads(server.command("operator", "reset", email, "--json").stdout)["password"]
    nobody.page("/dashboard", 401)
    assert nobody.sign_in(email, password).status_code == 401
    nobody.sign_in(email, reset)
    events = nobody.page("/dashboard/operators")
    for action in ("operator.create", "operator.sign_in", "operator.sign_in.refused", "operator.sign_out", "operator.reset"):
        assert action.replace("_", "_<wbr>") in events
    # Too many wrong passwords lock.
    for _ in range(10):
        nobody.sign_in(email, "not the password")
    assert nobody.sign_in(email, reset).status_code == 429
    nobody.page("/dashboard")
    server.command("operator", "remove", email)
    nobody.page("/dashboard", 404)
    assert server.command("operator", "remove", email, check=False).returncode == 3


def test_the_pages_show_what_there_is(dashboard, own_project):
    project, mark = own_project, unique()
    org = project.organization(organization_name=f"<b>Acme {mark}</b>").organization_id
    member, session = verified_member(project, org, name=f"Ada <i>{mark}</i>")
    project.raw("POST", "/v1/b2b/otps/email/authenticate", {"organization_id": org, "email_address": member.email_address, "code": "000000"})
    base = f"/dashboard/projects/{project.project_id}"
    assert base in dashboard.page("/dashboard")
    shown = dashboard.page(base)
    assert project.public_token in shown and project.secret not in shown and f"…{project.secret[-4:]}" in shown
    assert "http://localhost:3000/authenticate" in shown and "luds_" in shown

    def counted():
        page = dashboard.page(base)
        return "signed in: 1" in page and "refused: 1" in page and "About 1 members were active" in page and page

    page = until(counted, what="the logins in the pictures")
    assert "<rect class=" in page and "Code by mail" in page
    assert all(f"{base}?span={span}" in page for span in ("day", "week", "month"))
    raw = dashboard.ask("GET", f"{base}/organizations?q={mark}").text
    assert f"&lt;b&gt;Acme {mark}&lt;/b&gt;" in raw and "<b>Acme" not in raw
    assert "No organization is called" in dashboard.page(f"{base}/organizations?q=nobody-has-this")
    here = f"{base}/organizations/{org}"
    assert "every way there is" in dashboard.page(here)
    for query in ("", f"?q={member.email_address}", f"?q={member.email_address[:9]}"):
        assert member.email_address in dashboard.page(f"{here}/members{query}"), query
    assert "Three characters" in dashboard.page(f"{here}/members?q=zz")
    shown = dashboard.page(f"{here}/members/{member.member_id}")
    assert "magic link" in shown and "signed in" in shown and session.session_token not in shown
    why = dashboard.page(f"{here}/explain?email={member.email_address}&method=password")
    assert "No member with this address has a password." in why
    assert "That is no email address." in dashboard.page(f"{here}/explain?email=x&method=password")
    for path in (f"{base}/audit", "/dashboard/outbox", "/dashboard/health", "/dashboard/operators", f"{here}/settings"):
        dashboard.page(path)
    dashboard.page(f"{base}0", 404)
    dashboard.page(f"{here}/members/{member.member_id}0", 404)


def phrases(language: str) -> set[str]:
    """What the dashboard says in a language, as far as it stands alone."""
    texts = set()
    for path in (REPOSITORY / "crates/server/src/pages/locales" / language).glob("dashboard*.json"):
        texts |= {text for text in json.loads(path.read_text()).values() if "{" not in text and len(text) > 3}
    return texts


def test_the_pages_speak_the_language_of_the_operator(server, own_project):
    email, password = make(server)
    dashboard = Dashboard(server)
    dashboard.language = "de-CH, fr;q=0.8"
    assert "Die E-Mail-Adresse oder das Passwort ist falsch." in dashboard.sign_in(email, "no").text
    dashboard.sign_in(email, password)
    org = own_project.organization().organization_id
    member, _ = verified_member(own_project, org)
    base = f"/dashboard/projects/{own_project.project_id}"
    here = f"{base}/organizations/{org}"
    # The log of the accounts has "nobody" in the place of an operator.
    foreign = phrases("en") - phrases("de") - {"nobody"}
    for path in ("/dashboard", base, f"{base}?done=added", f"{base}/organizations", f"{base}/organizations?q=nobody-has-this", f"{base}/branding", f"{base}/audit", here,
                 f"{here}?saved=yes", f"{here}/members", f"{here}/members/{member.member_id}?done=revoked", f"{here}/settings", f"{here}/branding",
                 f"{here}/explain?email=x&method=password", f"{here}/explain?email={member.email_address}&method=password", "/dashboard/outbox",
                 "/dashboard/outbox?to=nobody", "/dashboard/health", "/dashboard/operators", "/dashboard/passkeys?done=removed", "/dashboard/sign-in"):
        page = dashboard.page(path)
        assert '<html lang="de">' in page, path
        said = {text.strip() for text in re.findall(r'>([^<>]+)<|(?:aria-label|placeholder|data-column)="([^"]+)"', page) for text in text}
        assert not said & foreign, (path, said & foreign)
    dashboard.language = "ja"
    assert '<html lang="ja">' in dashboard.page(here) and re.search(r"\d(秒|分)前<|たった今", dashboard.page(f"{base}/audit"))


def test_a_list_of_members_goes_on_where_it_ended(dashboard, own_project):
    org = own_project.organization().organization_id
    domain = new_domain()
    made = [own_project.member(org, f"member-{number:02}@{domain}").email_address for number in range(53)]
    here = f"/dashboard/projects/{own_project.project_id}/organizations/{org}/members"
    first = dashboard.page(here)
    [more] = re.findall(rf'href="({re.escape(here)}\?after=[^"]+)"', first)
    second = dashboard.page(more)
    listed = [address for page in (first, second) for address in re.findall(r"member-\d+@[\w.-]+", re.sub(r'href="[^"]*"', "", page))]
    assert listed == made and "?after=" not in second
    # What is searched for has an end.
    for place in (here, here.removesuffix(f"/{org}/members")):
        assert "invalid_argument" in dashboard.page(f"{place}?q={'x' * 1025}", 400), place


def test_no_page_is_about_what_there_is_not(dashboard, own_project):
    """Each door whose path names a project, an organization or a member."""
    org = own_project.organization().organization_id
    member = own_project.member(org).member_id
    known = {"project_id": own_project.project_id, "organization_id": org, "member_id": member}
    for door in catalogue():
        if not door.function.startswith("dashboard."):
            continue
        for missing in set(door.names) & set(known):
            path = door.path.format(**known | {missing: f"{known[missing]}0"})
            answer = dashboard.ask(door.method, path, **({"data": {"change": "sign_out"}} if door.method == "POST" else {}))
            assert answer.status_code == 404 and f"{missing.removesuffix('_id')}_not_found" in answer.text, (door, path, answer.text[-800:])
    answer = dashboard.ask("POST", f"/dashboard/projects/{own_project.project_id}/organizations/{org}/members/{member}", data={"change": "rename"})
    assert answer.status_code == 400 and "invalid_argument" in answer.text


def test_what_is_done_is_done_and_told(dashboard, own_project):
    project = own_project
    org = project.organization().organization_id
    member, _ = verified_member(project, org)
    login(project, org, member.email_address)
    base = f"/dashboard/projects/{project.project_id}"
    here = f"{base}/organizations/{org}"
    person = f"{here}/members/{member.member_id}"
    # One session ends, then all; a lock ends.
    sessions = re.findall(r'name="session" value="([^"]+)"', dashboard.page(person))
    assert len(sessions) == 2
    assert "done=revoked" in dashboard.post(person, change="revoke", session=sessions[0])
    assert len(re.findall(r'name="session"', dashboard.page(person))) == 1
    assert dashboard.ask("POST", person, data={"change": "revoke", "session": sessions[0]}).status_code == 404
    dashboard.post(person, change="sign_out")
    assert "signed in nowhere" in dashboard.page(person)
    code = email_code(project, org, member.email_address)
    for by in range(10):
        project.raw("POST", "/v1/b2b/otps/email/authenticate", {"organization_id": org, "email_address": member.email_address, "code": wrong(code, by + 1)})
    assert "End the lock" in dashboard.page(person)
    dashboard.post(person, change="unlock")
    assert "End the lock" not in dashboard.page(person)
    # Settings are tried before they are saved.
    ticked = {"auth_methods": "RESTRICTED", "auth_password": "true", "mfa_policy": "REQUIRED_FOR_ALL", "mfa_methods": "ALL_ALLOWED"}
    tried = html.unescape(dashboard.ask("POST", f"{here}/settings", data=ticked | {"step": "try"}).text)
    assert "Could not sign in any more: 1" in tried and member.email_address in tried
    assert project.api.organizations.get(org).organization.auth_methods == "ALL_ALLOWED"
    refused = dashboard.ask("POST", f"{here}/settings", data={"auth_methods": "RESTRICTED", "step": "save"})
    assert refused.status_code == 200 and "These settings cannot be saved" in refused.text
    assert "saved" in dashboard.post(f"{here}/settings", **ticked, step="save")
    saved = project.api.organizations.get(org).organization
    assert (saved.auth_methods, saved.allowed_auth_methods, saved.mfa_policy) == ("RESTRICTED", ["password"], "REQUIRED_FOR_ALL")
    # What is registered for a project, and its secrets.
    dashboard.post(base, change="add_redirect_url", value="http://localhost:3000/elsewhere")
    assert "http://localhost:3000/elsewhere" in dashboard.page(base)
    dashboard.post(base, change="remove_redirect_url", value="http://localhost:3000/elsewhere")
    problem = dashboard.ask("POST", base, data={"change": "add_origin", "value": "no origin"})
    assert problem.status_code == 200 and 'value="no origin"' in problem.text
    made = dashboard.ask("POST", base, data={"change": "add_secret"})
    secret = re.search(r"secret-test-[\w=-]{30,}", made.text)[0]
    assert secret not in dashboard.page(base)
    secret_id = max(re.findall(r"secret-id-test-[\w-]{36}", made.text))
    dashboard.post(base, change="remove_secret", value=secret_id)
    assert dashboard.ask("POST", base, data={"change": "nothing"}).status_code == 400
    # The audit log says who it was; filters find it.
    events = project.raw("GET", "/v1/b2b/audit/events", params={"limit": 200}).json()["events"]
    by_operator = [event["action"] for event in events if event["actor"]["type"] == "operator" and event["actor"]["id"].startswith("ops-")]
    assert {"session.revoke", "session.revoke_all", "member.unlock", "organization.update", "project.update", "project.secret.create",
            "project.secret.delete"} <= set(by_operator), by_operator
    assert all(event["ip_address"] == "127.0.0.1" and event["request_id"] for event in events if event["actor"]["id"].startswith("ops-"))
    operator = next(event["actor"]["id"] for event in events if event["actor"]["id"].startswith("ops-"))
    filtered = dashboard.page(f"{base}/audit?organization={org}&action=organization.&who={operator}")
    assert f'value="{operator}"' in filtered and "organization.update" in filtered and "session.revoke" not in filtered
    assert "no organization" in dashboard.page(f"{base}/audit?organization=nobody")


def test_a_mail_is_shown_without_what_logs_its_reader_in(dashboard, project):
    org = project.organization().organization_id
    member = project.member(org)
    code = email_code(project, org, member.email_address)
    page = dashboard.page(f"/dashboard/outbox?to={member.email_address}")
    [message] = set(re.findall(r"/dashboard/outbox/(outbox-message-[\w-]+)", page))
    assert code not in dashboard.page(f"/dashboard/outbox/{message}")
