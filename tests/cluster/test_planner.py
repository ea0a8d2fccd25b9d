"""What PostgreSQL makes of statements, and of transactions that write the same rows."""

import concurrent.futures
import random

import pytest
from directory import Directory
from harness import Psql, unique, until
from machines import Node

# Two columns at the front of several indexes of a table: unless PostgreSQL is told that they go together, it expects no row of
# both, and takes any of the indexes.
ALIKE = """
SELECT DISTINCT a.indrelid::regclass::text FROM pg_index a JOIN pg_index b ON b.indrelid = a.indrelid AND b.indexrelid > a.indexrelid
WHERE a.indrelid::regclass::text !~ '^pg_' AND a.indnkeyatts > 2 AND b.indnkeyatts > 2 AND a.indkey[0] = b.indkey[0] AND a.indkey[1] = b.indkey[1]
AND NOT EXISTS (SELECT FROM pg_statistic_ext s WHERE s.stxrelid = a.indrelid AND 'f' = ANY (s.stxkind)
                AND a.indkey[0] = ANY (s.stxkeys::int2[]) AND a.indkey[1] = ANY (s.stxkeys::int2[]))"""
# As the server's connections ask.
SETTINGS = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; SET guildhall.scope = 'organization-7'"
OF_A_CONNECTION = "organization_id = $1 AND connection_id = $2 AND"
LOOKUPS = {
    "scim_users": ["member_id = $3", "folded_user_name = $3", "external_id = $3", "member_id = ANY (string_to_array($3, ','))"],
    "scim_groups": ["id = $3", "folded_display_name = $3", "external_id = $3"],
    "scim_memberships": ["member_id = $3", "group_id = $3", "member_id = ANY (string_to_array($3, ','))", "group_id = ANY (string_to_array($3, ','))"],
}
PEOPLE = """
SET session_replication_role = replica;
INSERT INTO scim_users (organization_id, connection_id, member_id, external_id, user_name, folded_user_name, active, document, created_at, modified_at)
SELECT 'organization-' || o, 'connection-' || o, 'member-' || o || '-' || n, 'e' || n, 'u' || n, 'u' || n, true, '{}', now(), now()
FROM generate_series(1, 100) o, generate_series(1, 200) n;
INSERT INTO scim_groups (organization_id, connection_id, id, external_id, display_name, folded_display_name, document, created_at, modified_at)
SELECT 'organization-' || o, 'connection-' || o, 'group-' || o || '-' || n, 'e' || n, 'g' || n, 'g' || n, '{}', now(), now()
FROM generate_series(1, 100) o, generate_series(1, 100) n;
INSERT INTO scim_memberships (organization_id, connection_id, group_id, member_id)
SELECT 'organization-' || o, 'connection-' || o, 'group-' || o || '-' || g, 'member-' || o || '-' || (g + n)
FROM generate_series(1, 100) o, generate_series(1, 100) g, generate_series(1, 5) n;
ANALYZE scim_users, scim_groups, scim_memberships"""


@pytest.fixture(scope="module")
def node(postgres, mailbox):
    node = Node(postgres.new_database(), mailbox=mailbox).start()
    yield node
    node.stop()


def plans(url: str) -> dict[str, str]:
    """How each lookup finds its rows."""
    found = {}
    psql = Psql.of(url)
    psql.run(SETTINGS)
    for table, keys in LOOKUPS.items():
        for key in keys:
            lines = psql.run(f"PREPARE asked (text, text, text) AS SELECT * FROM {table} WHERE {OF_A_CONNECTION} {key};"
                             " EXPLAIN EXECUTE asked ('organization-7', 'connection-7', 'x'); DEALLOCATE asked")
            found[f"{table} {key}"] = "\n".join(lines)
    return found


def test_a_lookup_uses_the_whole_key_however_many_organizations_there_are(node, postgres):
    name = node.database_url.rsplit("/", 1)[1]
    postgres.sql(name, PEOPLE)
    for lookup, plan in plans(node.database_url).items():
        condition = next(line for line in plan.splitlines() if "Index Cond:" in line)
        assert condition.count(" AND ") == 2, f"{lookup}\n{plan}"


def test_tables_whose_indexes_begin_alike_say_what_goes_together(node):
    assert node.rows(ALIKE) == []


@pytest.fixture(scope="module")
def people(node):
    """A directory with some people."""
    directory = Directory(node.project())
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        return directory, [user["id"] for user in threads.map(lambda _: directory.user(), range(120))]


def test_a_table_that_has_grown_is_looked_at_within_seconds(node, people):
    """Before PostgreSQL does so by itself, which is after a minute."""
    statistics = "SELECT reltuples FROM pg_class WHERE oid = 'members'::regclass"
    # Of one that it has not looked at it says -1.
    until(lambda: int(node.rows(statistics)[0][0]) > 0, timeout=20, what="PostgreSQL to know the table")


def test_changes_of_groups_with_the_same_people_do_not_lock_each_other_out(node, people):
    """Each writes the members in an order of its own; two that each wait for the other would be told so after a second, and one of
    them began anew."""
    directory, ids = people
    chance = random.Random(5)
    groups = [directory.group()["id"] for _ in range(3)]

    def patch(group: str, op: str, **operation):
        # So that it is told also of a large group.
        directory.patch(f"/Groups/{group}", {"op": op, **operation}, params={"attributes": "displayName"})

    def change(number: int):
        some = chance.sample(ids, 20)
        group = groups[number % 3]
        match number % 4:
            case 0: directory.group(members=some)
            case 1: patch(group, "add", path="members", value=[{"value": id} for id in some])
            case 2: patch(group, "remove", path="members", value=[{"value": id} for id in some])
            case _: patch(group, "replace", path="displayName", value=unique())

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        list(threads.map(change, range(64)))
    for group in groups:
        patch(group, "add", path="members", value=[{"value": id} for id in ids])
        assert {member["value"] for member in directory("GET", f"/Groups/{group}").json()["members"]} == set(ids)
    Psql.of(node.database_url).run("SELECT pg_stat_clear_snapshot()")
    assert node.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == [("0",)]
