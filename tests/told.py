"""How the audit log tells of the rows of each table: what has changed in them, held against the events that were written."""

import json
from dataclasses import dataclass, field
from typing import Callable

COUNTS = "it counts changes"
WHEN = "the event has its own time"
NAMES = "it names the row"
PLACE = "the event has its own address"
USE = "using a session is no change"
SECRET = "no event has it"
FOLLOWS = "it follows from another column"
# A column of JSON whose every key is a field of its own.
EACH_KEY = "*"


@dataclass(frozen=True)
class Rows:
    """The rows of a table. A column is told by the field that has its name here, with both values; by any of several fields,
    in words of its own; or not at all, for a reason."""

    key: tuple[str, ...]
    # The columns that hold the id of the event's object, the organization and the member.
    object: str
    organization: str | None = None
    member: str | None = None
    columns: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    apart: dict[str, str] = field(default_factory=dict)
    # Keys of JSON that are told by fields of other names.
    keys: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    # What tells that a row is there, besides the values in it, and that it is gone: the action, and where its object stands.
    made: tuple[str, ...] = ()
    gone: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Listed:
    """Rows that only list what stands in other rows. They are told by any of some fields of those, which name this value."""

    key: tuple[str, ...]
    object: str
    value: str
    fields: Callable[[dict], tuple[str, ...]]
    organization: str | None = None
    # Fields, or events, that tell it without the value.
    wholly: tuple[str, ...] = ()
    apart: dict[str, str] = field(default_factory=dict)


OF_MEMBER = {"organization": "organization_id", "wholly": ("status", "organization.delete")}
NAMED_BY = {"slug": "organization_slug", "external_id": "organization_external_id"}
OF_DOMAINS = {"allowed": "email_allowed_domains", "claimed": "claimed_email_domains"}

TABLES = {
    "organizations": Rows(
        key=("id",), object="id", organization="id",
        columns={"name": "organization_name", "slug": "organization_slug", "external_id": "organization_external_id",
                 "settings": EACH_KEY, "trusted_metadata": "trusted_metadata", "brand_color": "brand_color", "background_color": "background_color"},
        # What is known here of connections, they tell themselves.
        apart={"project_id": NAMES, "folded_name": FOLLOWS, "sso_connections": FOLLOWS, "scim_connection": FOLLOWS, "created_at": WHEN, "updated_at": WHEN, "revision": COUNTS},
        made=("organization.create",), gone={"organization.delete": "id"},
    ),
    "organization_locators": Listed(
        ("project_id", "kind", "name"), "organization_id", "name", lambda row: (NAMED_BY[row["kind"]],),
        "organization_id", ("organization.delete",)),
    "organization_domains": Listed(
        ("project_id", "kind", "domain", "organization_id"), "organization_id", "domain", lambda row: (OF_DOMAINS[row["kind"]],),
        "organization_id", ("organization.delete",)),
    "organization_oauth_tenants": Listed(
        ("project_id", "provider", "tenant_id", "organization_id"), "organization_id", "tenant_id", lambda row: ("allowed_oauth_tenants",),
        "organization_id", ("organization.delete",)),
    "members": Rows(
        key=("organization_id", "id"), object="id", organization="organization_id", member="id",
        columns={"status": "status", "email_address": "email_address", "email_domain": ("email_address",),
                 "email_verified": "email_address_verified", "external_id": ("external_id", "status"),
                 "is_breakglass": "is_breakglass", "mfa_phone_number": ("mfa_phone_number", "status"),
                 "phone_number": ("mfa_phone_number", "status"), "profile": EACH_KEY,
                 "sessions_ended_at": ("sessions_ended_at",), "lock_created_at": ("lock_created_at",), "lock_expires_at": ("lock_expires_at",),
                 "password_id": "member_password_id"},
        apart={"project_id": NAMES, "created_at": WHEN, "updated_at": WHEN, "revision": COUNTS, "session_generation": COUNTS},
        keys={"email_id": ("email_address",), "direct_roles": ("roles",), "sso_logins_since": ("roles",)},
        made=("member.create",), gone={"organization.delete": "organization_id"},
    ),
    "member_emails": Listed(
        ("organization_id", "email_address"), "member_id", "email_address",
        lambda row: ("email_address", "retired_email_addresses"), **OF_MEMBER),
    "member_roles": Listed(
        ("organization_id", "member_id", "role_id"), "member_id", "role_id", lambda row: ("roles",), **OF_MEMBER),
    "member_directory": Listed(
        ("project_id", "email_address", "organization_id"), "member_id", "email_address", lambda row: ("email_address",), **OF_MEMBER,
        apart={"used_at": USE}),
    "member_locations": Listed(
        ("project_id", "member_id"), "member_id", "member_id", lambda row: (), "organization_id", ("member.create", "organization.delete")),
    "member_passwords": Rows(
        key=("organization_id", "member_id"), object="member_id", organization="organization_id", member="member_id",
        columns={"id": "member_password_id"}, apart={"project_id": NAMES, "hash": SECRET, "created_at": WHEN},
        made=("password.set", "password.migrate"),
        gone={"password.delete": "member_id", "member.update": "member_id", "member.delete": "member_id",
              "organization.delete": "organization_id"},
    ),
    "address_passwords": Rows(
        key=("project_id", "email_address"), object="id", columns={"id": ("email_address",), "must_be_reset": ("email_address",)},
        apart={"hash": SECRET, "created_at": WHEN}, made=("password.set",), gone={"password.delete": "id"},
    ),
    "sessions": Rows(
        key=("organization_id", "id"), object="id", organization="organization_id", member="member_id",
        columns={"expires_at": ("expires_at",), "factors": "authentication_factors", "custom_claims": "custom_claims",
                 "derived_from": "derived_from", "origin_member_id": "origin_member_id"},
        apart={"project_id": NAMES, "member_id": NAMES, "token_hash": SECRET, "started_at": WHEN, "last_accessed_at": USE,
               "expires_in_hour": FOLLOWS, "revision": COUNTS, "generation": COUNTS, "shortened": COUNTS, "client": PLACE},
        made=("session.authenticate",),
        gone={"session.revoke": "id", "session.revoke_all": "member_id", "organization.delete": "organization_id"},
    ),
    "totp_registrations": Rows(
        key=("project_id", "organization_id", "member_id"), object="id", organization="organization_id", member="member_id",
        apart={"id": NAMES, "sealed_secrets": SECRET, "last_step": USE, "created_at": WHEN, "expires_at": FOLLOWS},
        made=("totp_registration.create",), gone={"totp_registration.delete": "id", "organization.delete": "organization_id"},
    ),
    "passkeys": Rows(
        key=("organization_id", "member_id", "id"), object="id", organization="organization_id", member="member_id",
        columns={"name": "name", "domain": "domain", "aaguid": "aaguid", "transports": "transports"},
        apart={"project_id": NAMES, "credential_id": SECRET, "public_key": SECRET, "sign_count": USE, "is_backed_up": USE, "created_at": WHEN,
               "last_used_at": USE},
        made=("webauthn_registration.create",),
        gone={"webauthn_registration.delete": "id", "member.delete": "member_id", "organization.delete": "organization_id"},
    ),
    "sso_connections": Rows(
        key=("project_id", "organization_id", "id"), object="id", organization="organization_id",
        columns={"display_name": "display_name", "settings": EACH_KEY},
        apart={"kind": NAMES, "is_active": FOLLOWS, "sealed_secrets": SECRET, "external_connection_id": FOLLOWS, "created_at": WHEN, "updated_at": WHEN,
               "version": COUNTS},
        made=("sso_connection.create",), gone={"sso_connection.delete": "id", "organization.delete": "organization_id"},
    ),
    "oauth_providers": Listed(("project_id", "name"), "project_id", "name", lambda row: ("oauth_providers",), wholly=("project.delete",)),
    "setup_links": Rows(
        key=("organization_id", "id"), object="id", organization="organization_id",
        columns={"purposes": "purposes", "roles": "roles", "contact_email": "contact_email", "return_url": "return_url",
                 "expires_at": ("expires_at",)},
        apart={"project_id": NAMES, "token_hash": SECRET, "created_at": WHEN},
        made=("setup_link.create",), gone={"setup_link.revoke": "id", "organization.delete": "organization_id"},
    ),
    "domain_proofs": Rows(
        key=("organization_id", "domain"), object="organization_id", organization="organization_id",
        apart={"project_id": NAMES, "verified_at": WHEN, "missing_since": WHEN, "has_claimed": FOLLOWS, "checked_at": WHEN, "finding": FOLLOWS,
               "next_check_at": WHEN, "created_at": WHEN},
        made=("domain_proof.create",), gone={"domain_proof.delete": "organization_id", "organization.delete": "organization_id"},
    ),
    "scim_connections": Rows(
        key=("organization_id", "id"), object="id", organization="organization_id",
        columns={"display_name": "display_name", "settings": EACH_KEY, "bearer_token_last_four": "bearer_token_last_four",
                 "bearer_token_expires_at": ("bearer_token_expires_at",), "next_bearer_token_last_four": "next_bearer_token_last_four",
                 "next_bearer_token_expires_at": ("next_bearer_token_expires_at",), "deleted_at": ("status",)},
        apart={"project_id": NAMES, "bearer_token_hash": SECRET, "next_bearer_token_hash": SECRET, "created_at": WHEN, "updated_at": WHEN,
               "version": COUNTS},
        made=("scim_connection.create",), gone={"organization.delete": "organization_id"},
    ),
    "projects": Rows(
        key=("id",), object="id", columns={"name": "name", "settings": EACH_KEY},
        apart={"environment": NAMES, "created_at": WHEN}, made=("project.create",),
    ),
    "project_secrets": Rows(
        key=("project_id", "id"), object="id", apart={"secret_hash": SECRET, "last_four": SECRET, "created_at": WHEN},
        made=("project.secret.create",), gone={"project.secret.delete": "id", "project.delete": "project_id"},
    ),
    "public_tokens": Rows(
        key=("token",), object="project_id", apart={"project_id": NAMES, "created_at": WHEN},
        made=("project.create",), gone={"project.delete": "project_id"},
    ),
    "redirect_urls": Listed(("project_id", "flow", "url"), "project_id", "url", lambda row: ("redirect_urls",)),
    "origins": Listed(("origin", "project_id"), "project_id", "origin", lambda row: ("origins",), wholly=("project.delete",)),
    "signing_keys": Rows(
        key=("project_id", "id"), object="id",
        apart={"sealed_private_key": SECRET, "created_at": WHEN, "signs_from": FOLLOWS, "published_until": FOLLOWS},
        made=("signing_key.create", "project.create"),
    ),
    "rbac_policies": Rows(
        key=("project_id",), object="project_id", columns={"policy": EACH_KEY},
        # Without a row the built-in ones were there already.
        keys={"resources": ("resources",), "roles": ("roles",), "scopes": ("scopes",)},
        apart={"given": FOLLOWS, "given_at": WHEN, "updated_at": WHEN}, made=("rbac_policy.update",),
    ),
}

# What is on its way, or half done: it is no tenant's yet. That something was done an event tells all the same.
PASSING = {"sms_codes", "outbox", "one_time_tokens", "email_codes", "intermediate_sessions", "mail_counts", "failed_attempts", "deleted_organizations",
           "sso_registrations",
           # Members show what is theirs of these.
           "oauth_registrations", "oauth_arrivals",
           # What a directory has sent: the members that it is about tell it.
           "scim_users", "scim_groups", "scim_memberships"}
# What the program keeps for itself.
OWN = {"audit_events", "changes", "data_keys", "embedded_master_key", "schema_migrations",
       # Logins by SSO that are on their way; the flight recorder tells of them.
       "sso_logins", "sso_tokens", "sso_assertions", "sso_exchanges", "oauth_logins",
       # How a connection was when somebody came in by it, whom it was warned of, and which browsers have opened a link.
       "sso_good_settings", "certificate_warnings", "setup_sessions",
       # That they were answered.
       "passkey_challenges",
       # The accounts of the dashboard have a log of their own, which api/test_dashboard.py reads.
       "operators", "operator_passkeys", "operator_sessions", "operator_events",
       # Counted for its pictures.
       "login_counts", "active_members", "latency_counts"}


def read(value):
    """A value of a column of JSON, which SQLite gives as text."""
    return json.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else value


def changed(before: dict, after: dict) -> list[tuple[str, dict | None, dict | None]]:
    """The rows that have changed: table, before, after."""
    found = []
    for table in sorted(set(after) - OWN):
        assert table in TABLES or table in PASSING, f"a new table: say in told.py how its changes are told ({table})"
        if before[table] == after[table]:
            continue
        if table in TABLES:
            keyed = [{tuple(row[column] for column in TABLES[table].key): row for row in rows[table]} for rows in (before, after)]
        else:
            keyed = [{json.dumps(row, sort_keys=True): row for row in rows[table]} for rows in (before, after)]
        old, new = keyed
        for key in sorted(set(old) | set(new), key=str):
            if old.get(key) != new.get(key):
                found.append((table, old.get(key), new.get(key)))
    return found


def events(before: dict, after: dict) -> list[dict]:
    """The events that were written meanwhile, oldest first."""
    known = {row["id"] for row in before["audit_events"]}
    fresh = sorted((row for row in after["audit_events"] if row["id"] not in known), key=lambda row: row["id"])
    return [row | {"changes": read(row["changes"])} for row in fresh]


def check_told(table: str, old: dict | None, new: dict | None, written: list[dict]):
    """Whether the events tell what has become of a row."""
    rows, row = TABLES.get(table), new or old
    if rows is None:
        assert written, f"{table} has changed, and there is no event"
        return
    about = [event for event in written if rows.organization is None or event["organization_id"] == row[rows.organization]]
    if isinstance(rows, Listed):
        differs = {column for column in row if (old or {}).get(column) != (new or {}).get(column)}
        return None if differs <= set(rows.apart) else check_listed(table, rows, row, about)
    if new is None:
        assert any(event["object_id"] == row[rows.gone[event["action"]]] for event in about if event["action"] in rows.gone), (
            f"nothing tells that the row of {table} is gone: {row}\n{written}")
        return None
    about = [event for event in about if event["object_id"] == row[rows.object] or event["action"] in ("project.create",)]
    if old is None:
        assert any(event["action"] in rows.made for event in about), f"nothing tells that there is a row of {table}: {row}\n{written}"
    for event in about if rows.member else ():
        assert event["member_id"] == row[rows.member], f"the event does not say which member it concerns: {event}"
    for column, value in new.items():
        before = old[column] if old else None
        if before == value or column in rows.key or column in rows.apart or (old is None and not read(value)):
            continue
        assert column in rows.columns, f"a new column: say in told.py how its changes are told ({table}.{column})"
        told_by = rows.columns[column]
        if told_by != EACH_KEY:
            check_value(f"{table}.{column}", told_by, read(before), read(value), about)
            continue
        before, value = read(before) or {}, read(value)
        for key in set(before) | set(value):
            if before.get(key) != value.get(key) and (old or value[key]):
                check_value(f"{table}.{column}.{key}", rows.keys.get(key, key), before.get(key), value.get(key), about)
    return None


def check_listed(table: str, rows: Listed, row: dict, about: list[dict]):
    for event in about:
        wholly = event["action"] in rows.wholly or set(rows.wholly) & set(event["changes"])
        named = any(str(row[rows.value]).lower() in json.dumps(event["changes"].get(name)).lower() for name in rows.fields(row))
        if (wholly or named) and (event["object_id"] in (row[rows.object], row.get("organization_id"))):
            return
    raise AssertionError(f"nothing tells of this row of {table}: {row}\n{about}")


def check_value(what: str, told_by: str | tuple[str, ...], before, after, about: list[dict]):
    if isinstance(told_by, tuple):
        assert any(set(told_by) & set(event["changes"]) for event in about), f"nothing tells of {what}: {before} -> {after}\n{about}"
        return
    told = [event["changes"][told_by] for event in about if told_by in event["changes"]]
    assert told, f"nothing tells of {what}: {before} -> {after}\n{about}"
    # What was made and then changed has more than one event.
    value = before
    for entry in told:
        value = applied(value, entry)
    in_any_order = (lambda v: sorted(map(json.dumps, v or []))) if isinstance(after, list) else (lambda v: v or None)
    assert in_any_order(value) == in_any_order(after), f"{what} is {after}, and the events say {value}\n{told}"


def applied(value, entry: dict):
    """What a value has become, by what an event tells of it. It tells what differs, and no more."""
    if set(entry) == {"added", "removed"}:
        value = value or []
        assert not [v for v in entry["added"] if v in value] and not [v for v in entry["removed"] if v not in value], (value, entry)
        return [v for v in value if v not in entry["removed"]] + entry["added"]
    assert set(entry) == {"before", "after"}, entry
    before, after = entry["before"], entry["after"]
    if isinstance(before, dict) and isinstance(after, dict):
        assert not [key for key in before if before[key] == after.get(key, before)], entry
        rest = {key: v for key, v in (value or {}).items() if key not in before}
        both = [key for key in after if isinstance(after[key], dict) and isinstance(before.get(key), dict)]
        return rest | after | {key: applied(value[key], {"before": before[key], "after": after[key]}) for key in both}
    # What is not there is empty, null or 0, as the engine and the column have it.
    assert (before or None) == (value or None), (value, entry)
    return after


def check_all(before: dict, after: dict, written: list[dict], secrets: list[str]):
    """Whether the events tell all that has changed, say whom they are about, and keep secrets."""
    rows = changed(before, after)
    assert rows, "nothing has changed"
    for table, old, new in rows:
        check_told(table, old, new, written)
    kinds = {"project", "organization", "member", "member-session", "member-password", "totp", "webauthn-registration", "secret-id", "jwk",
             "saml-connection", "oidc-connection", "external-connection", "scim-connection", "setup-link"}
    for event in written:
        assert event["actor_type"] and event["actor_id"] and event["object_id"] and event["object_type"] in kinds, event
        assert event["object_id"].startswith(event["object_type"] + "-"), event
    text = json.dumps(written)
    hidden = [row[column] for table in after.values() for column in (table[0] if table else ())
              if column.endswith("_hash") or column == "hash" or column.startswith("sealed_") for row in table]
    assert not [secret for secret in secrets + hidden if secret and secret in text]
