"""Tenants to attack, made-up identifiers, and comparing answers."""

import base64
import contextlib
import json
import secrets
import uuid

import requests
from harness import new_domain, unique, verified_member, with_permissions  # noqa: F401 (tests have it from here)

SESSION, INTERMEDIATE, MAGIC_LINK, DISCOVERY, PASSWORD_RESET, SSO, IMPERSONATION = 1, 2, 3, 4, 5, 9, 17
MEMBER_HEADER, JWT_HEADER = "X-Stytch-Member-Session", "X-Stytch-Member-SessionJWT"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def made_up(kind: str) -> str:
    """An identifier of the right form that nobody has."""
    return f"{kind}-test-{uuid.uuid4()}"


def made_up_token(kind: int, like: str | None = None) -> str:
    """A token of the right form that nobody has; of the same tenant as `like`, if given."""
    tenant = unb64(like)[1:17] if like else uuid.uuid4().bytes
    return b64(bytes([kind]) + tenant + secrets.token_bytes(16))


def verdict(answer: requests.Response) -> tuple:
    """What a stranger can tell answers apart by: the status and the kind of error."""
    assert answer.status_code < 500, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:500]}"
    body = answer.json()
    return answer.status_code, body.get("error_type")


def stripped(answer: requests.Response):
    """The body without what differs from request to request."""
    body = answer.json()
    inner = body.get("data", body)
    inner.pop("request_id", None)
    return body


class Tenant:
    """An organization with a logged-in administrator, a logged-in plain member and a retired address."""

    def __init__(self, project, **fields):
        self.project = project
        self.domain = new_domain()
        self.canary = f"Canary-{unique()}"
        self.organization = project.organization(
            **({"organization_name": self.canary, "organization_external_id": f"ext-{unique()}"} | fields)
        )
        self.org = self.organization.organization_id
        self.slug = self.organization.organization_slug
        self.external_id = self.organization.organization_external_id
        self.admin, self.admin_login = verified_member(
            project, self.org, f"admin-{unique()}@{self.domain}", roles=["stytch_admin"], external_id=f"ext-{unique()}"
        )

    def with_member(self) -> "Tenant":
        self.member, self.member_login = verified_member(
            self.project, self.org, f"plain-{unique()}@{self.domain}", name=self.canary, external_id=f"ext-{unique()}"
        )
        return self

    def snapshot(self) -> dict:
        """Everything of the organization that somebody could have changed."""
        raw = self.project.raw
        org = raw("GET", f"/v1/b2b/organizations/{self.org}")
        everyone = {"organization_ids": [self.org], "query": {"operator": "AND", "operands": [
            {"filter_name": "statuses", "filter_value": ["active", "pending", "invited", "deleted"]}]}}
        members = raw("POST", "/v1/b2b/organizations/members/search", everyone)
        roles = raw("GET", f"/v1/b2b/rbac/organizations/{self.org}")
        connections = raw("GET", f"/v1/b2b/sso/{self.org}")
        for answer in (org, members, roles, connections):
            assert answer.status_code == 200, answer.text
        found = members.json()["members"]
        sessions = {}
        for member in found:
            if member["status"] != "deleted":
                query = {"organization_id": self.org, "member_id": member["member_id"]}
                listed = raw("GET", "/v1/b2b/sessions", params=query).json()["member_sessions"]
                sessions[member["member_id"]] = sorted(s["member_session_id"] for s in listed)
        events = raw("GET", "/v1/b2b/audit/events", params={"organization_id": self.org, "limit": 1}).json()["events"]
        return {
            "organization": org.json()["organization"], "members": found, "roles": roles.json()["org_policy"],
            "connections": {kind: of for kind, of in connections.json().items() if kind.endswith("_connections")},
            "sessions": sessions, "last event": [e["event_id"] for e in events],
        }


@contextlib.contextmanager
def unchanged(*tenants: Tenant):
    before = [tenant.snapshot() for tenant in tenants]
    yield
    after = [tenant.snapshot() for tenant in tenants]
    assert json.dumps(before) == json.dumps(after)


def jwt_parts(jwt: str) -> tuple[dict, dict, bytes]:
    header, body, signature = jwt.split(".")
    return json.loads(unb64(header)), json.loads(unb64(body)), unb64(signature)


def unsigned(header: dict, body: dict) -> str:
    return b64(json.dumps(header).encode()) + "." + b64(json.dumps(body).encode())
