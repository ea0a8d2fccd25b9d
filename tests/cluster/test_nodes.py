"""Three nodes on one PostgreSQL and no balancer: the client picks a node for each request."""

import json
import socket
import threading
import time
from types import SimpleNamespace

import harness
import pytest
import requests
from harness import check_refusal, email_code, login, magic_token, new_email, race, unique, until, verified_member, wrong
from machines import Node, on, post

HEADER, JWT_HEADER = "X-Stytch-Member-Session", "X-Stytch-Member-SessionJWT"
# What the specification allows for a change to hold on all other nodes.
BOUND = 1.0
# A project's credentials are remembered for a second.
SECRET_BOUND = 1.5


@pytest.fixture(scope="module")
def cluster(postgres, mailbox):
    """Three nodes, and one project asked of each."""
    url = postgres.new_database()
    nodes = [Node(url, mailbox=mailbox) for _ in range(3)]
    try:
        for node in nodes:
            node.start()
        first = nodes[0].project()
        yield SimpleNamespace(url=url, nodes=nodes, projects=[first, on(first, nodes[1]), on(first, nodes[2])])
    finally:
        for node in nodes:
            node.stop()


@pytest.fixture
def projects(cluster):
    return cluster.projects


@pytest.fixture
def org(projects):
    return projects[0].organization().organization_id


def race_across(projects, count, path, body) -> list[requests.Response]:
    """So many requests at once, in turn to each node, each on a connection of its own."""
    bodies = body if callable(body) else lambda _: body
    answers = race(count, lambda i: post(projects[i % len(projects)], path, bodies(i)))
    for answer in answers:
        assert isinstance(answer, requests.Response), answer
    return answers


def exactly_one(answers, status, *errors) -> dict:
    good = [a for a in answers if a.status_code == 200]
    for answer in answers:
        if answer.status_code != 200:
            check_refusal(answer, status, errors)
    assert len(good) == 1, sorted(a.status_code for a in answers)
    return good[0].json()


# ---------------------------------------------------------------- the first start


def test_nodes_that_start_at_once_on_an_empty_database(postgres, mailbox):
    """They agree on the tables and the keys."""
    url = postgres.new_database()
    nodes = [Node(url, mailbox=mailbox) for _ in range(3)]
    try:
        failures = [e for e in race(3, lambda i: nodes[i].start()) if isinstance(e, Exception)]
        assert not failures, failures
        assert len(nodes[0].command("project", "list", "--json").stdout.splitlines()) == 1, "each made a first project"
        project = nodes[0].project()
        org = project.organization().organization_id
        for node in nodes:
            there = on(project, node)
            session = login(there, org, there.member(org).email_address)
            for other in nodes:
                assert on(project, other).api.sessions.authenticate(session_token=session.session_token).member_session
    finally:
        for node in nodes:
            node.stop()


# ---------------------------------------------------------------- once


def test_one_token_a_hundred_times_at_once(projects, org):
    member = projects[0].member(org)
    token = magic_token(projects[1], org, member.email_address)
    answers = race_across(projects, 100, "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})
    won = exactly_one(answers, 401, "unable_to_auth_magic_link")
    for project in projects:
        [session] = project.api.sessions.get(organization_id=org, member_id=member.member_id).member_sessions
        assert session.member_session_id == won["member_session"]["member_session_id"]


def test_one_discovery_token_at_once(projects):
    token = harness.discovery_token(projects[0], new_email())
    path, body = "/v1/b2b/magic_links/discovery/authenticate", {"discovery_magic_links_token": token}
    exactly_one(race_across(projects, 45, path, body), 401, "unable_to_auth_magic_link")


def test_one_slug_at_once(projects):
    slug = f"race-{unique()}"
    # Slugs that differ only in case are the same slug.
    body = lambda i: {"organization_name": f"Racer {i}", "organization_slug": slug.upper() if i % 2 else slug}  # noqa: E731
    won = exactly_one(race_across(projects, 45, "/v1/b2b/organizations", body), 400, "organization_slug_already_used")
    for project in projects:
        assert project.api.organizations.get(slug).organization.organization_id == won["organization"]["organization_id"]


def test_one_email_at_once(projects, org):
    email = new_email()
    body = lambda i: {"email_address": email.upper() if i % 2 else email, "name": f"Racer {i}"}  # noqa: E731
    won = exactly_one(race_across(projects, 45, f"/v1/b2b/organizations/{org}/members", body), 400, "duplicate_member_email")
    for project in projects:
        assert project.api.organizations.members.get(org, email_address=email).member.member_id == won["member_id"]


def test_t34_guesses_on_all_nodes_have_one_budget(projects, org):
    member, _ = verified_member(projects[0], org)
    code = email_code(projects[0], org, member.email_address)
    body = {"organization_id": org, "email_address": member.email_address}
    answers = race_across(projects, 24, "/v1/b2b/otps/email/authenticate", lambda i: body | {"code": wrong(code, i + 1)})
    assert sorted(answer.status_code for answer in answers) == [404] * 10 + [429] * 14
    # The right one comes too late, wherever it comes.
    for project in projects:
        check_refusal(post(project, "/v1/b2b/otps/email/authenticate", body | {"code": code}), 429, "user_lock_limit_reached")


def test_changes_to_one_row_are_all_kept(projects, org):
    """Merged metadata from everywhere at once: nobody overwrites what he has not seen."""
    member = projects[0].member(org)
    path = f"/v1/b2b/organizations/{org}/members/{member.member_id}"
    answers = race(15, lambda i: projects[i % 3].raw("PUT", path, {"trusted_metadata": {f"key{i}": i}}))
    assert [a.status_code for a in answers] == [200] * 15
    found = projects[2].api.organizations.members.get(org, member_id=member.member_id).member
    assert found.trusted_metadata == {f"key{i}": i for i in range(15)}


# ---------------------------------------------------------------- how soon a change holds


def watch(projects, checks, change, bound):
    """Makes the change on the first node while the others are asked without pause.

    Returns the seconds after the answer to `change` at which a request was begun that another node still accepted, the
    largest of all checks and nodes; 0 if there was none.
    """
    changed = threading.Event()
    answered = {}
    results = {}
    # Everybody has seen, checked and remembered it before it changes.
    checked = threading.Barrier(1 + len(checks) * (len(projects) - 1), timeout=30)

    def follow(project, name, check):
        session = requests.Session()
        session.auth = (project.project_id, project.secret)
        for _ in range(3):
            assert check(session, project.server.url).status_code == 200, f"{name} is refused before the change"
        checked.wait()
        last_good, end = 0.0, time.monotonic() + 20
        while time.monotonic() < end:
            began = time.monotonic()
            known = changed.is_set()
            answer = check(session, project.server.url)
            if known and answer.status_code != 200:
                results[name, project.server.url] = answer, last_good
                return
            if known:
                last_good = began - answered["at"]
            time.sleep(0.002)

    threads = [
        threading.Thread(target=follow, args=[project, name, check]) for project in projects[1:] for name, check in checks.items()
    ]
    for thread in threads:
        thread.start()
    checked.wait()
    change(projects[0])
    answered["at"] = time.monotonic()
    changed.set()
    for thread in threads:
        thread.join(30)
    missing = len(threads) - len(results)
    assert not missing, f"{missing} of {len(threads)} were never refused, or not accepted before the change"
    worst = max(late for _, late in results.values())
    print(f"accepted for {worst * 1000:.0f} ms at most after the answer; refused with "
          f"{sorted({a.json()['error_type'] for a, _ in results.values()})}")
    assert worst < bound, {name: late for (name, _), (_, late) in results.items()}
    # What was refused once stays refused, on the changing node too.
    for project in projects:
        session = requests.Session()
        session.auth = (project.project_id, project.secret)
        for name, check in checks.items():
            assert check(session, project.server.url).status_code != 200, f"{name} is accepted again"
    return worst


def uses_of(session, org) -> dict:
    """All that a session opens."""
    token, jwt = session.session_token, session.session_jwt
    permission = {"organization_id": org, "resource_id": "stytch.organization", "action": "update.info.name"}

    def authenticate(body):
        return lambda client, url: client.post(url + "/v1/b2b/sessions/authenticate", json=body, timeout=30)

    def act(headers):
        body = {"organization_name": "Renamed"}
        return lambda client, url: client.put(f"{url}/v1/b2b/organizations/{org}", json=body, headers=headers, timeout=30)

    return {
        "token": authenticate({"session_token": token}),
        "jwt": authenticate({"session_jwt": jwt}),
        "longer": authenticate({"session_token": token, "session_duration_minutes": 600}),
        "permission": authenticate({"session_jwt": jwt, "authorization_check": permission}),
        "header": act({HEADER: token}),
        "jwt header": act({JWT_HEADER: jwt}),
    }


CHANGES = {
    "session revoked": lambda project, org, member, session: project.api.sessions.revoke(session_token=session.session_token),
    "sessions of the member revoked": lambda project, org, member, session: project.api.sessions.revoke(member_id=member.member_id),
    "member deleted": lambda project, org, member, session: project.api.organizations.members.delete(org, member.member_id),
    "organization deleted": lambda project, org, member, session: project.api.organizations.delete(org),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_ends_a_session_on_one_node_ends_it_on_all(projects, org, change):
    member, session = verified_member(projects[1], org, roles=["stytch_admin"])
    watch(projects, uses_of(session, org), lambda project: CHANGES[change](project, org, member, session), BOUND)


def test_a_role_taken_away_on_one_node_is_gone_on_all(projects, org):
    """By session and by JWT, whose claims still name the role."""
    member, session = verified_member(projects[1], org, roles=["stytch_admin"])
    uses = uses_of(session, org)
    checks = {name: uses[name] for name in ("permission", "header", "jwt header")}
    watch(projects, checks, lambda project: project.api.organizations.members.update(org, member.member_id, roles=[]), BOUND)
    for project in projects:
        fresh = post(project, "/v1/b2b/sessions/authenticate", {"session_jwt": session.session_jwt}).json()
        assert fresh["member_session"]["roles"] == ["stytch_member"]


def test_a_policy_that_was_changed_counts_on_a_node_that_has_not_been_asked_since(cluster, projects, org, tmp_path):
    """The node remembers the policy, and nothing of the session that it is asked about next."""
    permission = {"organization_id": org, "resource_id": "documents", "action": "read"}

    def set_policy(*actions):
        file = tmp_path / "policy.json"
        roles = [{"role_id": "stytch_member", "description": "", "permissions": [{"resource_id": "documents", "actions": list(actions)}]}]
        resources = [{"resource_id": "documents", "description": "", "actions": ["read", "write"]}]
        file.write_text(json.dumps({"roles": roles, "resources": resources}))
        cluster.nodes[0].command("rbac", "set", "--project", projects[0].project_id, str(file))

    def ask(session):
        body = {"session_jwt": session.session_jwt, "authorization_check": permission}
        return post(projects[1], "/v1/b2b/sessions/authenticate", body)

    set_policy("read", "write")
    assert ask(verified_member(projects[0], org)[1]).status_code == 200
    another = verified_member(projects[0], org)[1]
    set_policy("write")
    check_refusal(ask(another), 403, "session_authorization_error")


def test_a_role_given_on_one_node_counts_on_all(projects, org):
    member, session = verified_member(projects[2], org)
    body = {"organization_name": "Renamed"}
    for project in projects:
        answer = project.raw("PUT", f"/v1/b2b/organizations/{org}", body, headers={HEADER: session.session_token})
        check_refusal(answer, (401, 403), "unauthorized_action")
    projects[0].api.organizations.members.update(org, member.member_id, roles=["stytch_admin"])
    for project in projects:
        for headers in ({HEADER: session.session_token}, {JWT_HEADER: session.session_jwt}):
            answer = project.raw("PUT", f"/v1/b2b/organizations/{org}", body, headers=headers)
            assert answer.status_code == 200, answer.text


LOST = {
    "connections": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()",
    "triggers": "".join(f"ALTER TABLE {table} DISABLE TRIGGER USER;" for table in ("organizations", "members", "sessions")),
}


@pytest.mark.parametrize("lost", LOST)
def test_a_revocation_holds_when_word_of_it_is_lost(postgres, mailbox, lost):
    """Whoever cannot know what has changed believes nothing that it remembers."""
    url = postgres.new_database()
    name = url.rpartition("/")[2]
    nodes = [Node(url, mailbox=mailbox) for _ in range(2)]
    try:
        first = nodes[0].start().project()
        projects = [first, on(first, nodes[1].start())]
        org = first.organization().organization_id
        sessions = [verified_member(first, org)[1] for _ in range(4)]

        def check(project, session):
            return post(project, "/v1/b2b/sessions/authenticate", {"session_token": session.session_token})

        def check_all():
            # Twice: the second time it is answered from memory.
            for project in projects * 2:
                assert all(check(project, session).status_code == 200 for session in sessions)

        check_all()
        postgres.sql(name, LOST[lost].format(name=name))
        for session in sessions:
            first.api.sessions.revoke(session_token=session.session_token)
            for project in projects:
                check_refusal(check(project, session), 404, "session_not_found")
    finally:
        for node in nodes:
            node.stop()


def test_a_removed_secret_opens_no_node(cluster, projects):
    node, project = cluster.nodes[0], projects[0]
    secret = node.command("project", "add-secret", project.project_id).stdout.strip()
    listed = [json.loads(line) for line in node.command("project", "list", "--json").stdout.splitlines()]
    [secrets] = [each["secrets"] for each in listed if each["project_id"] == project.project_id]
    [key] = [each["secret_id"] for each in secrets if secret.endswith(each["last_four"])]

    def check(_client, url):
        return requests.get(url + "/v1/debug/whoami", auth=(project.project_id, secret), timeout=30)

    changing = lambda _: node.command("project", "remove-secret", project.project_id, key)  # noqa: E731
    watch(projects, {"secret": check}, changing, SECRET_BOUND)
    for each in projects:
        assert each.raw("GET", "/v1/debug/whoami").status_code == 200


# ---------------------------------------------------------------- one another's work


def test_a_session_is_known_everywhere_at_once(projects, org):
    for i in range(3):
        member = projects[i].member(org)
        session = login(projects[i], org, member.email_address)
        for project in projects:
            assert project.api.sessions.authenticate(session_token=session.session_token).member.member_id == member.member_id
            assert project.api.sessions.authenticate_jwt_local(session.session_jwt)


def test_every_mail_is_sent_by_one_node_only(projects, org):
    """All three look for work at once; what one has claimed is not the others'."""
    emails = [projects[0].member(org).email_address for _ in range(45)]
    body = lambda i: {"organization_id": org, "email_address": emails[i]}  # noqa: E731
    answers = race_across(projects, len(emails), "/v1/b2b/magic_links/email/login_or_signup", body)
    assert {a.status_code for a in answers} == {200}
    mailbox = projects[0].mailbox
    until(lambda: all(mailbox.waiting(email) for email in emails), what="the mails")
    # Nobody takes again what is marked as delivered; whoever had taken it before has sent it by then.
    sent = lambda: {row["status"] for row in projects[0].server.contents()["outbox"] if row["recipient"] in emails}  # noqa: E731
    until(lambda: sent() == {"delivered"}, what="the marks of delivery")
    assert {mailbox.waiting(email) for email in emails} == {1}


def test_the_mail_of_a_node_that_died_is_sent_by_another(cluster, projects, org, start_node):
    """It died before it touched the mail: it has no mail server, so it never does."""
    mute = start_node(cluster.url, smtp=False)
    project = on(projects[0], mute)
    emails = [projects[0].member(org).email_address for _ in range(5)]
    for email in emails:
        answer = post(project, "/v1/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": email})
        assert answer.status_code == 200, answer.text
    mute.kill()
    began = time.monotonic()
    tokens = [harness.token_from(projects[1].mailbox.wait(email, 5)) for email in emails]
    print(f"all there {time.monotonic() - began:.2f} s after the death")
    for i, token in enumerate(tokens):
        # The link leads to the node that wrote it; its token opens everywhere.
        assert projects[i % 3].api.magic_links.authenticate(magic_links_token=token).member_authenticated is True


def test_the_mail_that_a_node_failed_to_send_is_sent_by_another(postgres, start_node):
    """Its mail server is away; when it is dead too, another node with a good one tries."""
    url = postgres.new_database()
    closed = harness.free_port()
    first = start_node(url, smtp=False, arguments=["--smtp-url", f"smtp://127.0.0.1:{closed}"])
    project = first.project()
    org = project.organization().organization_id
    email = project.member(org).email_address
    project.api.magic_links.email.login_or_signup(organization_id=org, email_address=email)

    def tried():
        return json.loads(first.command("outbox", "--json").stdout)["last_error"]

    until(tried, what="an attempt that failed")
    first.kill()
    there = on(project, start_node(url))
    token = harness.token_from(there.mailbox.wait(email, 15))
    assert there.api.magic_links.authenticate(magic_links_token=token).member_authenticated is True


def test_the_mail_of_a_node_that_died_in_the_middle_of_it(postgres, start_node):
    """Its mail server took the connection and said nothing. The other waits for the lease, and no longer."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = postgres.new_database()
        first = start_node(url, smtp=False, arguments=["--smtp-url", f"smtp://127.0.0.1:{silent.getsockname()[1]}"])
        project = first.project()
        org = project.organization().organization_id
        email = project.member(org).email_address
        project.api.magic_links.email.login_or_signup(organization_id=org, email_address=email)
        silent.settimeout(10)
        silent.accept()[0].close()
        first.kill()
    second = start_node(url, clock=True)
    there = on(project, second)
    # What is due is taken in the order of its time: whoever mails this one has looked at the other.
    later = there.member(org).email_address
    there.api.magic_links.email.login_or_signup(organization_id=org, email_address=later)
    assert there.mailbox.wait(later)
    assert there.mailbox.waiting(email) == 0, "a lease is not respected"
    second.clock.forward(seconds=121)
    token = harness.token_from(there.mailbox.wait(email, 5))
    assert there.api.magic_links.authenticate(magic_links_token=token).member_authenticated is True


def derived_elsewhere(projects, at):
    """A member with a session, and what was derived from it in another organization, at that node."""
    member, session = verified_member(projects[0], projects[0].organization().organization_id)
    there = projects[0].organization().organization_id
    projects[0].member(there, member.email_address)
    answer = post(projects[at], "/v1/b2b/sessions/exchange", {"session_token": session.session_token, "organization_id": there})
    assert answer.status_code == 200, answer.text
    return member, session, {"session_token": answer.json()["session_token"]}


@pytest.mark.parametrize("everything", [True, False])
def test_t48_what_was_derived_elsewhere_ends_on_all_nodes_at_once(projects, everything):
    member, session, derived = derived_elsewhere(projects, 1)
    for project in projects:
        assert post(project, "/v1/b2b/sessions/authenticate", derived).status_code == 200
    which = {"member_id": member.member_id} if everything else {"session_token": session.session_token}
    assert post(projects[0], "/v1/b2b/sessions/revoke", which).status_code == 200
    for project in projects[::-1]:
        check_refusal(post(project, "/v1/b2b/sessions/authenticate", derived), 404, "session_not_found")


@pytest.mark.parametrize("everything", [True, False])
def test_t48_nothing_is_derived_while_its_source_ends(projects, everything):
    """A switch and a revocation at the same moment, on different nodes."""
    for _ in range(10):
        member, session, _ = derived_elsewhere(projects, 0)
        there = projects[0].organization().organization_id
        projects[0].member(there, member.email_address)
        which = {"member_id": member.member_id} if everything else {"session_token": session.session_token}
        switch = {"session_token": session.session_token, "organization_id": there}
        calls = [("revoke", which), ("exchange", switch), ("exchange", switch)]
        answers = race(3, lambda i, calls=calls: post(projects[i], f"/v1/b2b/sessions/{calls[i][0]}", calls[i][1]))
        assert answers[0].status_code == 200, answers[0].text
        for made in (answer.json()["session_token"] for answer in answers[1:] if answer.status_code == 200):
            for project in projects:
                check_refusal(post(project, "/v1/b2b/sessions/authenticate", {"session_token": made}), 404, "session_not_found")


def test_a_claim_holds_on_all_nodes_at_once(projects, org):
    """The nodes remember the session, which the claim does not touch."""
    member, session = verified_member(projects[0], org)
    shown = {"session_token": session.session_token}
    ends = {post(project, "/v1/b2b/sessions/authenticate", shown).json()["member_session"]["expires_at"] for project in projects}
    projects[0].organization(claimed_email_domains=[member.email_address.split("@")[1]])
    for project in projects[::-1]:
        answer = post(project, "/v1/b2b/sessions/authenticate", shown | {"session_duration_minutes": 600})
        ends.add(answer.json()["member_session"]["expires_at"])
    assert len(ends) == 1
