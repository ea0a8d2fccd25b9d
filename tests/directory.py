"""What a directory has sent by SCIM: groups as it sends them, and members as the server writes them into the database, for tests of
what follows from it."""

import uuid

import requests


def group(server, connection, name: str) -> str:
    """A group of a connection; its id. The connection is as it was when it was made, with its token."""
    answer = requests.post(f"{server.url}/v1/b2b/scim/{connection.connection_id}/Groups", json={"displayName": name}, timeout=60,
                           headers={"Authorization": f"Bearer {connection.bearer_token}"})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def put_into(server, connection, member, *groups: str):
    """Has a member be a person of the directory, in these groups."""
    where = f"organization_id = '{connection.organization_id}' AND id = '{member.member_id}'"
    texts = ["user_name", "id", "external_id", "display_name", "nick_name", "profile_url", "user_type", "title", "preferred_language", "locale",
             "timezone"]
    lists = ["emails", "phone_numbers", "addresses", "ims", "photos", "entitlements", "roles", "x509certificates"]
    attributes = {**dict.fromkeys(texts, ""), **{name: [] for name in lists}, "id": member.member_id, "active": True,
                  "user_name": member.email_address, "groups": [{"value": each, "display": ""} for each in groups]}
    registration = {"connection_id": connection.connection_id, "registration_id": f"scim-registration-test-{uuid.uuid4()}",
                    "external_id": "00u1", "scim_attributes": attributes, "groups": list(groups)}
    profile = server.stored("members", "profile", where)
    server.store("members", "profile", where, profile | {"scim_registration": registration})
    server.rows(f"""INSERT INTO scim_users (organization_id, connection_id, member_id, user_name, folded_user_name, active, document, created_at,
                                            modified_at)
                    SELECT organization_id, '{connection.connection_id}', id, email_address, email_address, true, '{{}}', created_at, created_at
                    FROM members WHERE {where}""")
    for each in groups:
        server.rows(f"""INSERT INTO scim_memberships (organization_id, connection_id, group_id, member_id)
                        VALUES ('{connection.organization_id}', '{connection.connection_id}', '{each}', '{member.member_id}')""")
