"""T-07: the database itself hides other tenants. Asked as the role that the server is, with statements that forget theirs."""

import json
import os
import subprocess

import directory
import harness
import pytest
from harness import ENGINE, code_from, discover, email_code, login, magic_token, new_domain, new_email, written_columns, wrong
from passkeys import Person
from setup_pages import Portal, setup_link
from sso import Saml

pytestmark = pytest.mark.skipif(ENGINE != "postgres", reason="SQLite has no row-level security")

OPEN = {"data_keys", "embedded_master_key", "schema_migrations",
        "operators", "operator_passkeys", "operator_sessions", "operator_events", "latency_counts"}
# What is an organization's, and the column that says whose. Everything else is a project's.
OF_ORGANIZATIONS = {"members": "organization_id", "member_emails": "organization_id", "member_roles": "organization_id",
                    "sessions": "organization_id", "one_time_tokens": "scope", "email_codes": "scope", "failed_attempts": "scope",
                    "member_passwords": "organization_id", "sms_codes": "organization_id", "passkeys": "organization_id",
                    "sso_exchanges": "organization_id", "oauth_logins": "scope",
                    "setup_links": "organization_id", "setup_sessions": "organization_id", "domain_proofs": "organization_id",
                    "certificate_warnings": "organization_id",
                    **{f"sso_{what}": "organization_id" for what in ("assertions", "logins", "registrations", "tokens")},
                    **{f"scim_{what}": "organization_id" for what in ("connections", "users", "groups", "memberships")}}
# Say of no row which project it is of: whoever has entered the organization is in it.
WITHOUT_PROJECT = {"member_emails", "member_roles", "scim_users", "scim_groups", "scim_memberships"}
# Names an organization but is looked up across its project.
ACROSS_PROJECTS = {"organization_locators", "organization_domains", "organization_oauth_tenants", "member_directory", "member_locations",
                   "intermediate_sessions", "audit_events", "outbox", "deleted_organizations", "totp_registrations",
                   "sso_connections", "sso_good_settings", "oauth_arrivals", "oauth_registrations"}


def tenant_column(table) -> str:
    return "id" if table == "projects" else OF_ORGANIZATIONS.get(table, "project_id")


class Database:
    """Speaks to the server's database as the server's own role, by a psql that is kept running."""

    DONE = "-- done --"

    def __init__(self, url):
        self.url = url
        # The role of the tests is stricter than it has to be.
        environment = os.environ | {"PGOPTIONS": "-c guildhall.scope="}
        self._psql = subprocess.Popen(["psql", url, "-qAt"], env=environment, text=True,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def close(self):
        self._psql.stdin.close()
        self._psql.wait(10)

    def run(self, sql, scope=None) -> list[str]:
        """The lines that one transaction answers, begun as the server begins its own, or without a scope; it is rolled back."""
        begin = f"BEGIN; SELECT set_config('guildhall.scope', '{scope}', true);" if scope else "BEGIN;"
        self._psql.stdin.write(f"\\o /dev/null\n{begin}\n\\o\n{sql};\nROLLBACK;\n\\echo '{self.DONE}'\n")
        self._psql.stdin.flush()
        lines = [line.rstrip("\n") for line in iter(self._psql.stdout.readline, f"{self.DONE}\n")]
        assert self._psql.poll() is None, lines
        return lines

    def answer(self, sql, scope=None) -> list[str]:
        lines = self.run(sql, scope)
        assert not any(line.startswith("ERROR:") for line in lines), f"{sql}: {lines}"
        return lines

    def rows(self, sql, scope=None) -> list[list[str]]:
        return [line.split("|") for line in self.answer(sql, scope)]

    def value(self, sql, scope=None) -> str:
        (row,) = self.rows(sql, scope)
        return row[0]

    def refuses(self, sql, scope):
        lines = self.run(sql, scope)
        assert any("violates row-level security policy" in line for line in lines), f"{sql}: {lines}"


@pytest.fixture(scope="module")
def database(server):
    database = Database(server.database_url)
    yield database
    database.close()


def columns(database) -> dict[str, list[str]]:
    """The columns of every table that say whose a row is, by the catalogue, so that no new table is forgotten."""
    found: dict[str, list[str]] = {}
    for table, column in database.rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2", "none"
    ):
        tenants = found.setdefault(table, [])
        if column in ("project_id", "organization_id", "scope") or (table, column) == ("projects", "id"):
            tenants.append(column)
    return found


class Tenants:
    """Two organizations in one project and one in another, with rows in every table."""

    def __init__(self, project, neighbour):
        self.project, self.neighbour = project.project_id, neighbour.project_id
        self.first, self.second = self._fill(project), self._fill(project)
        self.other = self._fill(neighbour)

    @staticmethod
    def _fill(project) -> str:
        domain, sender = new_domain(), new_email()
        org = project.organization(
            organization_external_id=f"external.{harness.unique()}", email_allowed_domains=[domain], email_jit_provisioning="RESTRICTED",
            oauth_tenant_jit_provisioning="RESTRICTED", allowed_oauth_tenants={"github": ["1"]},
        ).organization_id
        member = project.member(org, new_email(domain), roles=["stytch_admin"])
        login(project, org, member.email_address)
        magic_token(project, org, member.email_address)
        discover(project, sender)
        enter, code = project.api.otps.email.authenticate, email_code(project, org, member.email_address)
        with harness.refused(404, "otp_code_not_found"):
            enter(organization_id=org, email_address=member.email_address, code=wrong(code))
        project.api.otps.email.discovery.send(email_address=sender)
        with harness.refused(404, "otp_code_not_found"):
            project.api.otps.email.discovery.authenticate(email_address=sender, code=wrong(code_from(project.mailbox.wait(sender))))
        hashed = {"hash": "5f4dcc3b5aa765d61d8327deb882cf99", "hash_type": "md_5"}
        other = project.api.passwords.migrate(organization_id=org, email_address=new_email(), **hashed)
        project.api.totps.create(organization_id=org, member_id=member.member_id)
        Person(project, org)
        project.api.otps.sms.send(organization_id=org, member_id=other.member_id, mfa_phone_number="+12025550144")
        # A project has either passwords of members or passwords of addresses.
        project.server.rows("INSERT INTO address_passwords (project_id, email_address, id, hash, must_be_reset, created_at) "
                            f"VALUES ('{project.project_id}', '{new_email()}', 'member-password-test-1', 'x', false, '2026-01-01')")
        scim = project.api.scim.connection.create(org).connection
        directory.put_into(project.server, scim, member, directory.group(project.server, scim, "Engineers"))
        saml = Saml(project, org=org)
        saml.login(new_email())
        saml.unasked(new_email())
        Portal(project.server, setup_link(project, org, "domains")["url"]).post("/setup/domains", action="add", domain=new_domain())
        # What others tell, what takes weeks, and what is counted for the dashboard.
        name = harness.unique()
        named, whose = {"project_id": project.project_id}, {"project_id": project.project_id, "organization_id": org}
        for table, row in {
            "oauth_providers": {**named, "name": name, "settings": "{}", "sealed_secret": "x", "created_at": "now", "updated_at": "now"},
            "oauth_logins": {**named, "scope": org, "state_hash": name, "expires_at": "tomorrow"},
            "oauth_arrivals": {**whose, "id": name, "token_hash": name, "sealed_arrival": "x", "created_at": "now", "expires_at": "tomorrow"},
            "oauth_registrations": {**whose, "id": name, "member_id": member.member_id, "provider": "google", "identity_hash": name,
                                    "sealed_tokens": "x", "created_at": "now", "updated_at": "now"},
            "passkey_challenges": {**named, "challenge_hash": name, "expires_at": "tomorrow"},
            "certificate_warnings": {**whose, "connection_id": saml.connection_id, "certificate_id": name, "days": "30", "ends_at": "tomorrow"},
            "login_counts": {**named, "hour": "today", "method": name, "outcome": "success", "logins": "1"},
            "active_members": {**named, "day": "now", "sketch": "x"},
        }.items():
            values = ", ".join(f"'{value}'" for value in row.values())
            project.server.rows(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})")
        harness.data(project.browser("POST", "/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": new_email(domain)}))
        project.api.organizations.delete(project.organization().organization_id)
        policy = json.dumps({"roles": [], "resources": [], "scopes": []})
        file = project.server.directory / f"policy-{harness.unique()}.json"
        file.write_text(policy)
        project.server.command("rbac", "set", "--project", project.project_id, str(file))
        return org


@pytest.fixture(scope="module")
def tenants(server):
    """In projects of their own, because not every row that is made here can be read."""
    return Tenants(server.project("Walled"), server.project("Beside"))


def test_t07_every_table_of_a_tenant_has_row_level_security(database):
    forced = {name: flags == ["t", "t"] for name, *flags in database.rows(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')", "none")}
    known = columns(database)
    assert set(known) == set(forced)
    assert {name for name, tenants in known.items() if not tenants} == OPEN, "a table with tenants names them in such columns"
    assert {name for name, force in forced.items() if not force} == OPEN
    policies = database.rows("SELECT tablename, policyname, permissive, roles, cmd, qual, coalesce(with_check, qual) FROM pg_policies", "none")
    assert sorted(row[0] for row in policies) == sorted(set(forced) - OPEN)
    for table, name, permissive, roles, command, qual, check in policies:
        assert (name, permissive, roles, command) == ("tenant", "PERMISSIVE", "{public}", "ALL") and check == qual, table
        named = {column for column in known[table] if column in qual}
        assert named == ({"project_id"} if table in ACROSS_PROJECTS else set(known[table])), f"{table}: {qual}"


def test_t07_what_is_sealed_is_found_by_its_project_alone(database):
    """A new data key seals it anew, and looks for it in no organization: what it would not find it could not open later."""
    sealed = database.rows("SELECT tablename, qual FROM pg_policies JOIN information_schema.columns ON table_name = tablename"
                           " WHERE column_name LIKE 'sealed%'", "none")
    assert len(sealed) > 5
    assert [table for table, qual in sealed if "project_id" not in qual or "organization_id" in qual] == []


def test_t07_the_server_is_an_ordinary_role(database):
    role = "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    assert database.rows(role, "none") == [[harness.Postgres.OWNER, "f", "f"]]
    assert database.value("SELECT count(*) FROM pg_class WHERE relname = 'members' AND relowner = current_user::regrole", "none") == "1"


def test_t07_who_has_entered_nothing_sees_nothing(database, tenants):
    known = columns(database)
    count = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in set(known) - OPEN)
    for table, seen in database.rows(count, "*"):
        assert seen != "0", f"{table} is empty, so that it shows nothing to test"
    for scope in ("none", tenants.first, "project-test-00000000-0000-4000-8000-000000000000", "%", "project_id", ","):
        for table, seen in database.rows(count, scope):
            # Addresses and roles name their organization alone.
            alone = scope == tenants.first and known[table] == ["organization_id"]
            assert (seen != "0") == alone, f"{table} shows {seen} rows to {scope}"


def test_t07_a_project_sees_nothing_of_another(database, tenants):
    scope = f"{tenants.project},{tenants.first},{tenants.second}"
    for table, tenant_columns in ((t, c) for t, c in columns(database).items() if c):
        for column in tenant_columns:
            seen = {value for value, in database.rows(f"SELECT DISTINCT {column} FROM {table}", scope)}
            assert seen, table
            if column == "project_id" or table == "projects":
                assert seen == {tenants.project}, f"{table} shows {seen}"
            assert not seen & {tenants.neighbour, tenants.other}, f"{table} shows {seen}"


@pytest.mark.parametrize("table", OF_ORGANIZATIONS)
def test_t07_an_organization_sees_nothing_of_another(database, tenants, table):
    column = tenant_column(table)
    seen = {value for value, in database.rows(f"SELECT DISTINCT {column} FROM {table}", f"{tenants.project},{tenants.first}")}
    # Links of discovery belong to the project.
    assert seen == {tenants.first} | ({tenants.project} if table in ("one_time_tokens", "email_codes", "failed_attempts") else set())
    assert database.value(f"SELECT count(*) FROM {table} WHERE {column} = '{tenants.second}'", f"{tenants.project},{tenants.first}") == "0"
    # An organization of another project is not entered by its name alone, where the row says its project too.
    if table not in WITHOUT_PROJECT:
        assert database.value(f"SELECT count(*) FROM {table} WHERE {column} = '{tenants.other}'", f"{tenants.project},{tenants.other}") == "0"


def test_t07_what_is_not_entered_cannot_be_changed(database, tenants):
    inside = f"{tenants.project},{tenants.first}"
    for table in set(columns(database)) - OPEN:
        column = tenant_column(table)
        foreign = tenants.second if table in OF_ORGANIZATIONS else tenants.neighbour
        where = f"WHERE {column} = '{foreign}'"
        assert database.value(f"SELECT count(*) FROM {table} {where}", "*") != "0", f"{table} has nothing of {foreign}"
        for statement in (f"UPDATE {table} SET {column} = {column} {where}", f"DELETE FROM {table} {where}"):
            touched = database.value(f"WITH touched AS ({statement} RETURNING 1) SELECT count(*) FROM touched", inside)
            assert touched == "0", statement
        # Nor can a row of one's own be given to another.
        written = ", ".join(written_columns(database.url, table))
        database.refuses(f"UPDATE {table} SET {column} = '{foreign}'", inside)
        database.refuses(
            f"CREATE TEMP TABLE copied ON COMMIT DROP AS SELECT * FROM {table} LIMIT 1; UPDATE copied SET {column} = '{foreign}';"
            f" INSERT INTO {table} ({written}) SELECT {written} FROM copied", inside,
        )


def test_t07_a_program_that_knows_no_scopes_goes_on(database, tenants):
    """It serves beside a newer one until all are replaced; behind a pooler it may find the setting empty."""
    for table in set(columns(database)) - OPEN:
        everything = database.value(f"SELECT count(*) FROM {table}", "*")
        assert database.rows(f"SELECT current_setting('guildhall.scope'), count(*) FROM {table}") == [["", everything]]


def test_t07_the_opening_for_such_programs_can_be_closed(database, tenants):
    """As for the role of these tests: whoever says nothing sees nothing, and the server is not disturbed."""
    count = ["psql", database.url, "-qAtc", "SELECT count(*) FROM members"]
    assert subprocess.run(count, capture_output=True, text=True, check=True).stdout == "0\n"


def test_t07_the_owner_can_still_dump_everything(database, tenants):
    dump = ["pg_dump", "--enable-row-security", "--data-only", "--table", "members", database.url]

    def dumped(**environment):
        done = subprocess.run(dump, env=os.environ | environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    everything = dumped(PGOPTIONS="-c guildhall.scope=*")
    assert all(org in everything for org in (tenants.first, tenants.second, tenants.other))
    assert "organization-test-" not in dumped(PGOPTIONS="-c guildhall.scope=none")


def test_t07_statements_that_name_their_tenant_still_use_their_index(database):
    """With twenty thousand rows, of which the wall is another filter and no reason to read them all."""
    for table, key in (("members", "organization_id = $1 AND id = $2"), ("sessions", "organization_id = $1 AND token_hash = $2"),
                       ("organizations", "project_id = $1 AND id = $2"), ("member_roles", "organization_id = $1 AND member_id = $2")):
        fill = {
            "members": "organization_id, id, project_id, status, email_address, email_domain, email_verified, is_breakglass, profile, created_at, updated_at)"
                       " SELECT 'o' || n / 10, 'm' || n, 'p', 'active', 'a' || n, 'd', true, false, '{}', now(), now()",
            "sessions": "organization_id, id, project_id, member_id, token_hash, started_at, last_accessed_at, expires_at, factors, custom_claims)"
                        " SELECT 'o' || n / 10, 's' || n, 'p', 'm' || n, sha256(n::text::bytea), now(), now(), now(), '[]', '{}'",
            "organizations": "id, project_id, name, folded_name, slug, settings, trusted_metadata, created_at, updated_at)"
                             " SELECT 'o' || n, (SELECT min(id) FROM projects), 'n', 'n', 's' || n, '{}', '{}', now(), now()",
            "member_roles": "organization_id, member_id, role_id) SELECT 'o' || n / 10, 'm' || n, 'r'",
        }[table]
        types = "text, bytea" if table == "sessions" else "text, text"
        plan = "\n".join(database.answer(
            f"SELECT set_config('guildhall.scope', '*', true); INSERT INTO {table} ({fill} FROM generate_series(1, 20000) n; ANALYZE {table};"
            "SELECT set_config('guildhall.scope', 'p,o5', true);"
            f"PREPARE asked ({types}) AS SELECT * FROM {table} WHERE {key}; SET LOCAL plan_cache_mode = force_generic_plan;"
            "EXPLAIN EXECUTE asked ('o5', 'm50'); DEALLOCATE asked"
        ))
        assert f"on {table}" in plan and "Index Cond" in plan, plan
        assert "Seq Scan" not in plan, plan
        assert "InitPlan" in plan, f"the policy takes no part: {plan}"


def test_t07_no_index_is_one_that_row_level_security_keeps_from_being_used(database):
    """What is compared through an index is seen before the wall is asked, so only functions that are known to tell nothing may be in it."""
    found = database.rows("""
        SELECT i.indexrelid::regclass FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        WHERE c.relrowsecurity AND i.indexprs IS NOT NULL""")
    assert found == []
