"""Directories that speak SCIM; and what one has sent, with members as the server writes them into the database, for tests of what
follows from it."""

import uuid

import requests
from harness import new_email, request, unique

USER, GROUP = "urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Directory:
    """A directory that is connected to an organization."""

    def __init__(self, project, org=None, provider="okta"):
        self.project, self.org = project, org or project.organization().organization_id
        self.connection = project.api.scim.connection.create(self.org, display_name="D", identity_provider=provider).connection
        self.id, self.token = self.connection.connection_id, self.connection.bearer_token
        self.base = f"{project.server.url}/v1/b2b/scim/{self.id}"

    def __call__(self, method, path, json=None, status=200, headers=None, token=None, **options):
        sent = {"Authorization": f"Bearer {token or self.token}", "Accept": "application/scim+json"} | (headers or {})
        if json is not None:
            sent.setdefault("Content-Type", "application/scim+json; charset=utf-8")
            options["json"] = json
        answer = request(method, self.base + path, headers=sent, **options)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        if status not in (204, 304):
            assert answer.headers["content-type"] == "application/scim+json", answer.headers
        return answer

    def refuses(self, method, path, status, kind=None, json=None, **options):
        body = self(method, path, json, status=status, **options).json()
        assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"] and body["status"] == str(status) and body["detail"], body
        assert body.get("scimType") == kind, body
        return body["detail"]

    def user(self, email=None, **fields):
        email = email or new_email()
        return self("POST", "/Users", {"schemas": [USER], "userName": email, "emails": [{"value": email, "primary": True}]} | fields, 201).json()

    def group(self, name=None, members=(), **fields):
        body = {"schemas": [GROUP], "displayName": name or f"group-{unique()}", "members": [{"value": id} for id in members]} | fields
        return self("POST", "/Groups", body, 201).json()

    def patch(self, path, *operations, **options):
        return self("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, **options)

    def find(self, kind, filter, **query):
        return self("GET", f"/{kind}", params={"filter": filter} | query).json()

    def member(self, id):
        return self.project.api.organizations.members.dangerously_get(id, include_deleted=True).member

    def give(self, group, role="stytch_admin"):
        assignments = [a.model_dump(include={"role_id", "group_id"}) for a in
                       self.project.api.scim.connection.get(self.org).connection.scim_group_implicit_role_assignments]
        self.project.api.scim.connection.update(self.org, self.id, scim_group_implicit_role_assignments=[*assignments, {"role_id": role, "group_id": group}])


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
