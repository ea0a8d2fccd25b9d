"""T-06: what is added to an organization on one node while another deletes it goes with it.

Whoever adds holds the row of the organization. Whoever deletes waits for them, and who comes too late is in conflict, runs
again, and finds no organization.
"""

import contextlib
import subprocess
from types import SimpleNamespace

import directory
import passkeys
import pytest
from harness import (Postgres, discovery_token, email_code, intermediate, magic_token, new_domain, new_email, new_phone_number, race, rows,
                     unique, until, written_columns, wrong)
from identity_providers import OpenIdProvider
from machines import Node, on, post
from oauth import OauthProvider, of_google
from setup_pages import Portal, setup_link
from sso import Browser, Saml

# Tables that name organizations, whose rows do not hold them, with why.
HELD_OTHERWISE = {
    "member_emails": "written with the row of a member, which is inserted or locked",
    "member_roles": "written with the row of a member, which is inserted or locked",
    "member_directory": "written with the row of a member, which is inserted or locked",
    "member_locations": "written with the row of a member, which is inserted",
    "organization_locators": "written with the organization's own row, which is inserted or locked",
    "organization_domains": "written with the organization's own row, which is inserted or locked",
    "organization_oauth_tenants": "written with the organization's own row, which is inserted or locked",
    "deleted_organizations": "says that it is gone",
    "audit_events": "what happened stays known",
}
OUTLIVE = {"deleted_organizations", "audit_events"}
ROUNDS = 8


@pytest.fixture(scope="module")
def cluster(postgres, mailbox):
    """Three nodes, and one project asked of each. What people log in at is on this machine."""
    url = postgres.new_database()
    nodes = [Node(url, mailbox=mailbox, arguments=["--outbound-allow", "127.0.0.1"]) for _ in range(3)]
    try:
        first = nodes[0].start().project()
        for node in nodes[1:]:
            node.start()
        yield SimpleNamespace(url=url, nodes=nodes, projects=[first, on(first, nodes[1]), on(first, nodes[2])])
    finally:
        for node in nodes:
            node.stop()


def tables(url) -> dict[str, str]:
    """The tables whose rows name an organization, and in which column."""
    sql = """SELECT table_name, column_name FROM information_schema.columns
             WHERE table_schema = 'public' AND column_name IN ('organization_id', 'scope')"""
    return dict(rows(url, sql))


def orphans(url, project_id) -> dict[str, int]:
    """How many rows name an organization that there is not, by table. The scope of a link for discovery is its project."""
    counts = (
        f"SELECT '{table}', count(*) FROM {table} t WHERE {column} <> '{project_id}' "
        f"AND NOT EXISTS (SELECT 1 FROM organizations o WHERE o.id = t.{column})"
        for table, column in tables(url).items() if table not in OUTLIVE
    )
    return {table: int(count) for table, count in rows(url, " UNION ALL ".join(counts)) if count != "0"}


# ---------------------------------------------------------------- everything at once


def additions(projects, org, prepared):
    """Requests that add to an organization, one after another on the next node."""
    member, links, discovered = prepared
    makers = [
        lambda p: post(p, f"/v1/b2b/organizations/{org}/members", {"email_address": new_email(), "roles": ["stytch_admin"]}),
        lambda p: post(p, "/v1/b2b/magic_links/email/invite", {"organization_id": org, "email_address": new_email()}),
        lambda p: post(p, "/v1/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": member.email_address}),
        lambda p: post(p, "/v1/b2b/magic_links/authenticate", {"magic_links_token": links.pop()}),
        lambda p: post(p, "/v1/b2b/discovery/intermediate_sessions/exchange",
                       {"intermediate_session_token": discovered.pop(), "organization_id": org}),
        lambda p: post(p, f"/v1/b2b/organizations/{org}/members/{member.member_id}/start_email_update", {"email_address": new_email()}),
        lambda p: p.raw("PUT", f"/v1/b2b/organizations/{org}/members/{member.member_id}", {"roles": ["stytch_admin"]}),
        lambda p: p.raw("PUT", f"/v1/b2b/organizations/{org}", {"email_allowed_domains": [f"{unique()}.example"]}),
    ]
    return [(lambda make=make, p=projects[i % 3]: make(p)) for i, make in enumerate(makers * 2)]


def test_t06_nothing_is_left_of_what_is_added_during_a_deletion(cluster):
    projects = cluster.projects
    for number in range(ROUNDS):
        # Half of them are logins that are not completed, which leave an intermediate session of the organization.
        policy = "REQUIRED_FOR_ALL" if number % 2 else "OPTIONAL"
        org = projects[0].organization(mfa_policy=policy).organization_id
        member = projects[0].member(org)
        links = [magic_token(projects[0], org, member.email_address) for _ in range(2)]
        discovered = [intermediate(projects[0], member.email_address) for _ in range(2)]
        requests = additions(projects, org, (member, links, discovered))
        # The deletion comes into the midst of them.
        requests.insert(len(requests) // 3, lambda: projects[number % 3].raw("DELETE", f"/v1/b2b/organizations/{org}"))
        answers = race(len(requests), lambda i: requests[i]())
        assert all(not isinstance(answer, Exception) for answer in answers), answers
        wrong = [answer.text for answer in answers if answer.status_code not in (200, 400, 401, 404)]
        assert not wrong, wrong
    until(lambda: not orphans(cluster.url, projects[0].project_id), timeout=30, what="that nothing is left")


# ---------------------------------------------------------------- each table


# What a copy of a row must have of its own.
OWN = {
    "certificate_warnings": "'days', 0",
    "domain_proofs": "'domain', 'copy.example'",
    "members": "'id', 'member-copy', 'external_id', NULL, 'mfa_phone_number', NULL",
    "sessions": "'id', 'session-copy', 'token_hash', '\\x00'",
    "one_time_tokens": "'token_hash', '\\x00'",
    "email_codes": "'email_address', 'copy@acme.example'",
    "failed_attempts": "'subject', 'copy@acme.example'",
    "member_passwords": "'member_id', 'member-copy', 'id', 'password-copy'",
    "totp_registrations": "'member_id', 'member-copy', 'id', 'totp-copy'",
    "sms_codes": "'member_id', 'member-copy'",
    "intermediate_sessions": "'token_hash', '\\x00'",
    "oauth_arrivals": "'id', 'oauth-arrival-copy', 'token_hash', '\\x00'",
    "oauth_logins": "'state_hash', '\\x00'",
    "oauth_registrations": "'id', 'oauth-registration-copy', 'identity_hash', '\\x00'",
    "outbox": "'id', 'outbox-copy'",
    "passkeys": "'id', 'passkey-copy', 'credential_id', '\\x00'",
    "scim_connections": "'id', 'scim-connection-copy', 'deleted_at', '2026-01-01'",
    "scim_groups": "'id', 'scim-group-copy'",
    "scim_memberships": "'member_id', 'member-copy'",
    "scim_users": "'member_id', 'member-copy', 'folded_user_name', 'copy'",
    "setup_links": "'id', 'setup-link-copy', 'token_hash', '\\x00'",
    "setup_sessions": "'token_hash', '\\x00'",
    "sso_assertions": "'assertion_hash', '\\x00'",
    "sso_connections": "'id', 'saml-connection-copy'",
    "sso_exchanges": "'id', 'sso-exchange-copy'",
    "sso_good_settings": "'id', 'saml-connection-copy'",
    "sso_logins": "'state_hash', '\\x00'",
    "sso_registrations": "'identity_hash', '\\x00'",
    "sso_tokens": "'token_hash', '\\x00'",
}


def copy(url, table, column, org) -> str:
    """Inserts a row like one that the organization has."""
    written = ", ".join(written_columns(url, table))
    return (f"INSERT INTO {table} ({written}) SELECT {written} FROM (SELECT (jsonb_populate_record(t, "
            f"jsonb_build_object({OWN[table]}))).* FROM {table} t WHERE {column} = '{org}' LIMIT 1) copied")


class Psql:
    """A transaction that is typed in, as the server opens its own."""

    def __init__(self, url):
        self._process = subprocess.Popen(["psql", "-qAt", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                         text=True)
        self.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL guildhall.scope = '*'")

    def run(self, sql) -> str:
        """What it says to a statement."""
        self._process.stdin.write(f"{sql};\n\\echo done\n")
        self._process.stdin.flush()
        said = ""
        while (line := self._process.stdout.readline()) != "done\n":
            assert line, f"psql has ended: {said}"
            said += line
        return said

    def attempt(self, sql) -> str:
        """The same, and nothing has happened."""
        return self.run(f"SAVEPOINT before; {sql}; ROLLBACK TO before")

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@pytest.fixture
def psql(cluster):
    with contextlib.closing(Psql(cluster.url)) as opened:
        yield opened


@pytest.fixture(scope="module")
def google(cluster):
    with OpenIdProvider() as provider:
        yield OauthProvider(cluster.projects[0], provider, "google")


def fill_by_people(project, org, google):
    """Those who log in, with links, codes, passwords, second factors, passkeys, and at a provider."""
    member = project.member(org)
    project.api.magic_links.authenticate(magic_links_token=magic_token(project, org, member.email_address))
    code = email_code(project, org, member.email_address)
    assert project.raw("POST", "/v1/b2b/otps/email/authenticate",
                       {"organization_id": org, "email_address": member.email_address, "code": wrong(code)}).status_code == 404
    other = project.api.passwords.migrate(organization_id=org, email_address=new_email(), hash="5f4dcc3b5aa765d61d8327deb882cf99", hash_type="md_5")
    project.api.totps.create(organization_id=org, member_id=member.member_id)
    project.api.otps.sms.send(organization_id=org, member_id=other.member_id, mfa_phone_number=new_phone_number())
    passkeys.Person(project, org)
    google.login(org, unique(), **of_google(member.email_address))
    google.token(org, unique(), **of_google(other.member.email_address))
    google.start(Browser(project.server), org)
    return member


def fill_by_administrators(project, org, member):
    """A directory, an identity provider with a certificate, a link for those who set these up, a domain."""
    scim = project.api.scim.connection.create(org).connection
    directory.put_into(project.server, scim, member, directory.group(project.server, scim, "Engineers"))
    saml = Saml(project, org=org)
    saml.login(new_email())
    saml.unasked(new_email())
    # The server sends warnings a month before a certificate ends, and looks once in an hour.
    rows(project.server.database_url, "INSERT INTO certificate_warnings (organization_id, connection_id, certificate_id, days, project_id, ends_at) "
         f"VALUES ('{org}', '{saml.connection_id}', 'certificate', 30, '{project.project_id}', '2036-01-01')")
    Portal(project.server, setup_link(project, org, "domains")["url"]).post("/setup/domains", action="add", domain=new_domain())


def full_organization(project, google) -> str:
    """One with a row in each of the tables."""
    org = project.organization().organization_id
    member = fill_by_people(project, org, google)
    fill_by_administrators(project, org, member)
    link = magic_token(project, org, member.email_address)
    project.api.organizations.update(org, mfa_policy="REQUIRED_FOR_ALL")
    project.api.magic_links.authenticate(magic_links_token=link)
    return org


def test_t06_every_table_that_names_an_organization_holds_it(cluster):
    found = tables(cluster.url)
    assert set(found) == set(OWN) | set(HELD_OTHERWISE)
    triggers = rows(cluster.url, "SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'hold'")
    assert {table for (table,) in triggers} == set(OWN)


def test_t06_who_comes_too_late_is_in_conflict(cluster, psql, google):
    """A row is like one that was there when its transaction began."""
    columns = tables(cluster.url)
    org = full_organization(cluster.projects[0], google)
    empty = [table for table in OWN if psql.run(f"SELECT count(*) > 0 FROM {table} WHERE {columns[table]} = '{org}'") != "t\n"]
    assert not empty, f"there is nothing in {empty}"
    assert cluster.projects[1].raw("DELETE", f"/v1/b2b/organizations/{org}").status_code == 200
    said = {table: psql.attempt(copy(cluster.url, table, columns[table], org)) for table in OWN}
    assert not {table: words for table, words in said.items() if "could not serialize access" not in words}
    psql.run("COMMIT")
    until(lambda: not orphans(cluster.url, cluster.projects[0].project_id), timeout=30, what="that nothing is left")


def test_t06_a_deletion_waits_for_those_who_add(cluster, psql, google):
    """To each of the tables by itself, and then to all of them."""
    columns = tables(cluster.url)
    org = full_organization(cluster.projects[0], google)
    copies = {table: copy(cluster.url, table, columns[table], org) for table in OWN}
    delete_at_once = f"SELECT 1 FROM organizations WHERE id = '{org}' FOR UPDATE NOWAIT"
    with contextlib.closing(Psql(cluster.url)) as other:
        # What the server writes behind adds to the organization, too.
        free = lambda: other.attempt(delete_at_once) == "1\n"
        until(free, what="that nobody adds")
        for table, added in copies.items():
            assert psql.run(f"SAVEPOINT before; {added}") == "", table
            assert "could not obtain lock" in other.attempt(delete_at_once), table
            psql.run("ROLLBACK TO before")
        until(free, what="that nobody adds")
    assert "".join(psql.run(added) for added in copies.values()) == ""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'DELETE FROM organizations %'"

    def delete(_):
        return cluster.projects[1].raw("DELETE", f"/v1/b2b/organizations/{org}")

    def commit(_):
        until(lambda: rows(cluster.url.replace(Postgres.OWNER, "postgres", 1), waiting) == [("1",)], what="that the deletion waits")
        # Others add to it meanwhile, and change it.
        psql.run("COMMIT")

    answer, _ = race(2, lambda i: [delete, commit][i](i))
    assert answer.status_code == 200, answer.text
    until(lambda: not orphans(cluster.url, cluster.projects[0].project_id), timeout=30, what="that nothing is left")


def test_t06_those_who_add_wait_for_nobody_but_a_deletion(cluster, psql, google):
    """Somebody has added something and not committed: others add to the organization, and change it."""
    project = cluster.projects[0]
    org = full_organization(project, google)
    project.api.organizations.update(org, mfa_policy="OPTIONAL")
    assert psql.run(copy(cluster.url, "sessions", "organization_id", org)) == ""
    member = project.member(org)
    assert project.api.magic_links.authenticate(magic_links_token=magic_token(project, org, member.email_address)).member_authenticated
    assert project.api.organizations.update(org, organization_name="Renamed").organization.organization_name == "Renamed"
    assert discovery_token(project, member.email_address)
