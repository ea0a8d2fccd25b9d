"""T-36: in whatever order the steps of a reset are taken, skipped and repeated, only the secret that was mailed for it, and not used
or ended since, sets a password.

Walks by chance through all steps, beside a model that knows which mailed secrets are alive. `GUILDHALL_RESET_SEED` repeats a run.
"""

import os
import random

import pytest
from harness import check_refusal, new_email, token_from, unique, verified_member
from scenes import MAGIC_LINK, PASSWORD_RESET, made_up_token

SEED = os.environ.get("GUILDHALL_RESET_SEED") or str(random.SystemRandom().randrange(10**9))
STEPS = 40


class Person:
    """A member as the model sees them: which links are alive, and which password is theirs."""

    def __init__(self, project, org):
        self.project, self.org = project, org
        self.member, self.session = verified_member(project, org)
        self.alive: set[str] = set()
        self.dead: list[str] = []
        self.password: str | None = None

    @property
    def email(self):
        return self.member.email_address

    def end(self):
        """What ends with all of a member's sessions."""
        self.dead += sorted(self.alive)
        self.alive.clear()

    def mail(self, wanted: str) -> str:
        """The token of the next mail that has one in a link of this kind; what only tells something is read and forgotten."""
        while True:
            mail = self.project.mailbox.wait(self.email)
            if wanted in mail.text:
                return token_from(mail)

    def start(self):
        self.project.api.passwords.email.reset_start(organization_id=self.org, email_address=self.email)
        self.alive.add(self.mail("multi_tenant_passwords"))


class Walk:
    def __init__(self, project, seed):
        self.project, self.chance = project, random.Random(seed)
        org = project.organization().organization_id
        self.one, self.other = Person(project, org), Person(project, org)
        # The same address in another organization is another person to the model.
        elsewhere = project.organization().organization_id
        self.twin = Person(project, elsewhere)
        self.trace: list[str] = []

    def person(self) -> Person:
        return self.chance.choice([self.one, self.one, self.other, self.twin])

    def step(self):
        name = self.chance.choice([name for name in dir(self) if name.startswith("do_")])
        self.trace.append(name)
        getattr(self, name)()
        self.check()

    def reset(self, token: str, **fields):
        password = f"violet-harbor-sings-{unique()}"
        answer = self.project.raw("POST", "/v1/b2b/passwords/email/reset", {"password_reset_token": token, "password": password} | fields)
        return password, answer

    def check(self):
        """Each has exactly the password that the model says."""
        for person in (self.one, self.other, self.twin):
            found = self.project.api.organizations.members.get(person.org, member_id=person.member.member_id).member
            assert (found.member_password_id != "") == (person.password is not None), self.trace
        person = self.person()
        if person.password:
            answer = self.project.raw("POST", "/v1/b2b/passwords/authenticate", {
                "organization_id": person.org, "email_address": person.email, "password": person.password})
            assert answer.status_code == 200, (self.trace, answer.text)

    def do_start(self):
        self.person().start()

    def do_reset_with_a_mailed_secret(self):
        person = self.person()
        if person.alive:
            token = self.chance.choice(sorted(person.alive))
            password, answer = self.reset(token)
            assert answer.status_code == 200 and answer.json()["member_id"] == person.member.member_id, (self.trace, answer.text)
            person.password = password
            person.end()

    def do_reset_with_one_that_was_used_or_ended(self):
        person = self.person()
        if person.dead:
            check_refusal(self.reset(self.chance.choice(person.dead))[1], 401, "unable_to_auth_password_reset_token")

    def do_reset_with_one_that_nobody_was_mailed(self):
        person = self.person()
        like = next(iter(person.alive), None)
        for kind in (PASSWORD_RESET, MAGIC_LINK):
            check_refusal(self.reset(made_up_token(kind, like))[1], 401, "unable_to_auth_password_reset_token")

    def do_reset_with_a_link_for_something_else(self):
        person = self.person()
        token = magic_token_of(person)
        check_refusal(self.reset(token)[1], 401, "unable_to_auth_password_reset_token")

    def do_use_a_mailed_secret_for_something_else(self):
        person = self.person()
        for token in sorted(person.alive)[:1]:
            for path, name in (("magic_links/authenticate", "magic_links_token"), ("magic_links/discovery/authenticate", "discovery_magic_links_token")):
                check_refusal(self.project.raw("POST", f"/v1/b2b/{path}", {name: token}), 404, "magic_link_not_found")

    def do_open_the_page_behind_the_link(self):
        person = self.person()
        for token in sorted(person.alive)[:1]:
            query = {"public_token": self.project.public_token, "stytch_token_type": "multi_tenant_passwords", "token": token}
            for method in ("GET", "HEAD"):
                assert self.project.raw(method, "/v1/magic_links/redirect", params=query, auth=None, allow_redirects=False).status_code < 400

    def do_set_a_weak_password(self):
        person = self.person()
        for token in sorted(person.alive)[:1]:
            answer = self.project.raw("POST", "/v1/b2b/passwords/email/reset", {"password_reset_token": token, "password": "short"})
            check_refusal(answer, 400, "weak_password")

    def do_revoke_all_sessions(self):
        person = self.person()
        self.project.api.sessions.revoke(member_id=person.member.member_id)
        person.end()

    def do_change_the_address(self):
        person = self.person()
        person.member = self.project.api.organizations.members.update(person.org, person.member.member_id, email_address=new_email()).member
        person.end()
        person.password = None

    def do_delete_and_bring_back(self):
        person = self.person()
        members = self.project.api.organizations.members
        if not members.get(person.org, member_id=person.member.member_id).member.email_address_verified:
            return
        members.delete(person.org, person.member.member_id)
        for token in sorted(person.alive)[:1]:
            check_refusal(self.reset(token)[1], 401, "unable_to_auth_password_reset_token")
        person.member = members.reactivate(person.org, person.member.member_id).member
        person.end()
        person.password = None

    def do_ask_for_a_second_factor(self):
        """A reset sets the password all the same, and makes no session of half a login."""
        self.project.api.organizations.update(self.twin.org, mfa_policy="REQUIRED_FOR_ALL")
        if self.twin.alive:
            password, answer = self.reset(sorted(self.twin.alive)[0])
            assert answer.status_code == 200 and not answer.json()["member_authenticated"] and answer.json()["session_token"] == ""
            self.twin.password = password
            self.twin.end()
        self.project.api.organizations.update(self.twin.org, mfa_policy="OPTIONAL")


def magic_token_of(person: Person) -> str:
    person.project.api.magic_links.email.login_or_signup(organization_id=person.org, email_address=person.email)
    return person.mail("multi_tenant_magic_links")


@pytest.mark.parametrize("walk", range(3))
def test_t36_only_the_mailed_secret_leads_to_a_password(project, walk):
    print(f"GUILDHALL_RESET_SEED={SEED}")
    going = Walk(project, f"{SEED} {walk}")
    for _ in range(STEPS):
        going.step()


def test_t36_what_is_mailed_to_one_sets_no_password_of_another(project):
    """Whatever else the request says: the link alone says whose password it sets."""
    walk = Walk(project, "others")
    walk.one.start()
    token = next(iter(walk.one.alive))
    fields = {"organization_id": walk.twin.org, "email_address": walk.other.email, "member_id": walk.other.member.member_id}
    _, answer = walk.reset(token, session_token=walk.other.session.session_token, **fields)
    assert answer.json()["member_id"] == walk.one.member.member_id, answer.text
    for other in (walk.other, walk.twin):
        found = project.api.organizations.members.get(other.org, member_id=other.member.member_id).member
        assert found.member_password_id == ""
    assert project.api.sessions.authenticate(session_token=walk.other.session.session_token).member
