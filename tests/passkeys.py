"""People with passkeys, over the API."""

from authenticator import Authenticator
from harness import ORIGIN, check_refusal, verified_member

WEBAUTHN = "/v1/b2b/webauthn/"


def post(project, path: str, body: dict) -> dict:
    answer = project.raw("POST", WEBAUTHN + path, body)
    assert answer.status_code == 200, f"{answer.status_code}: {answer.text[:500]}"
    return answer.json()


def refuse(project, path: str, body: dict, status, error_type) -> dict:
    return check_refusal(project.raw("POST", WEBAUTHN + path, body), status, error_type)


def request(project, **named) -> dict:
    """The options of a passkey that is to be used."""
    return post(project, "authenticate/start", named)["public_key_credential_request_options"]


def authenticate(project, credential: dict, **fields) -> dict:
    return post(project, "authenticate", {"public_key_credential": credential} | fields)


class Person:
    """A member who has logged in by a link, and has a passkey then."""

    def __init__(self, project, org: str, register: bool = True, authenticator: Authenticator | None = None, **fields):
        self.project, self.org = project, org
        self.member, self.login = verified_member(project, org, **fields)
        self.ids = {"organization_id": org, "member_id": self.member.member_id}
        self.shown = {"session_token": self.login.session_token}
        self.authenticator = authenticator or Authenticator(ORIGIN)
        self.registered = self.register() if register else None

    def creation(self, **fields) -> dict:
        """The options of a passkey that is to be made."""
        return post(self.project, "register/start", self.ids | self.shown | fields)["public_key_credential_creation_options"]

    def register(self, authenticator: Authenticator | None = None, **fields) -> dict:
        made = (authenticator or self.authenticator).create(self.creation())
        return post(self.project, "register", self.ids | self.shown | {"public_key_credential": made} | fields)

    @property
    def id(self) -> str:
        return self.registered["webauthn_registration"]["webauthn_registration_id"]

    @property
    def path(self) -> str:
        return f"/v1/b2b/organizations/{self.org}/members/{self.member.member_id}/webauthn_registrations"

    def listed(self) -> list[dict]:
        return self.project.raw("GET", self.path).json()["webauthn_registrations"]

    def options(self, **fields) -> dict:
        return request(self.project, **self.ids | fields)

    def log_in(self, **named) -> dict:
        """With whatever passkey the browser offers."""
        return authenticate(self.project, self.authenticator.get(request(self.project, **named)))
