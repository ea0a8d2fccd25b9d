"""T-41: whoever runs the server and has a passkey does not get in without it; what it has signed counts once, for the one whose it is."""

import html
import json
import re

import pytest
from authenticator import Authenticator
from dashboard import Dashboard, make
from harness import race

ORIGIN = "http://localhost:7400"


class Person(Dashboard):
    """An operator, whose browser has the dashboard at localhost, and an authenticator."""

    def __init__(self, server, host="localhost:7400"):
        super().__init__(server)
        self.host = host
        self.email, self.password = make(server)
        assert self.sign_in(self.email, self.password).status_code == 303

    def ask(self, method, path, **options):
        return super().ask(method, path, host=self.host, **options)

    def options(self, answer):
        assert answer.status_code == 200, (answer.status_code, answer.text[-2000:])
        return json.loads(html.unescape(re.search(r'data-options="([^"]+)"', answer.text)[1]))

    def begin(self, password=None, name="Laptop"):
        return self.ask("POST", "/dashboard/passkeys/new", data={"name": name, "password": password or self.password})

    def add(self, authenticator=None, name="Laptop"):
        authenticator = authenticator or Authenticator(ORIGIN)
        made = authenticator.create(self.options(self.begin(name=name)))
        assert self.change("add", name=name, credential=json.dumps(made)).headers["location"].endswith("done=added")
        return authenticator

    def change(self, change, **fields):
        return self.ask("POST", "/dashboard/passkeys", data={"change": change} | fields)

    def asked(self):
        """What the page asks for once the password was right."""
        self.token = None
        answer = self.sign_in(self.email, self.password)
        assert "set-cookie" not in answer.headers
        return self.options(answer)

    def show(self, credential):
        answer = self.ask("POST", "/dashboard/sign-in/passkey", data={"credential": json.dumps(credential)})
        if answer.status_code == 303:
            self.token = answer.headers["set-cookie"].split("=", 1)[1].split(";")[0]
        return answer.status_code

    def id(self):
        return re.search(r'name="id" value="([^"]+)"', self.page("/dashboard/passkeys"))[1]


@pytest.fixture
def person(server):
    return Person(server)


def test_t41_an_operator_with_a_passkey_signs_in_with_both(server, person):
    # Adding one takes the password once more, whoever has the session.
    assert person.begin("not the password").status_code == 401 and person.begin(name=" ").status_code == 400
    authenticator = person.add()
    options = person.asked()
    assert [known["type"] for known in options["allowCredentials"]] == ["public-key"] and options["rpId"] == "localhost"
    # The password alone opens nothing.
    person.page("/dashboard", 401)
    assert person.show(authenticator.get(options)) == 303
    assert "you" in person.page("/dashboard/operators")
    # Another one, another name, and one less.
    second = person.add(name="Key on the ring")
    assert person.change("rename", id=person.id(), name="Desk").headers["location"].endswith("done=renamed")
    page = person.page("/dashboard/passkeys")
    assert "Desk" in page and "Key on the ring" in page and "“Laptop”" not in page
    assert person.change("remove", id=person.id(), password="not the password").status_code == 401
    assert person.change("remove", id=person.id(), password=person.password).status_code == 303
    assert person.change("remove", id="x", password=person.password).status_code == 404
    assert person.change("rename", id=person.id(), name=" ").status_code == person.change("x").status_code == 400
    # What was not made for this challenge, is no passkey, or is there already.
    made = second.create(person.options(person.begin()))
    for wrong, status in ((second.create(person.options(person.begin()), challenge="AAAA"), 401), ({}, 400), (made, 400)):
        assert person.change("add", name="Again", credential=json.dumps(wrong)).status_code == status
    assert person.show(second.get(person.asked())) == 303
    events = person.page("/dashboard/operators")
    for action in ("operator.passkey.add", "operator.passkey.rename", "operator.passkey.remove", "operator.sign_in"):
        assert action.replace("_", "_<wbr>") in events
    # Who has lost all of them is helped on the server, which ends the sessions.
    listed = [json.loads(line) for line in server.command("operator", "list", "--json").stdout.splitlines()]
    assert next(account for account in listed if account["email_address"] == person.email)["passkeys"] == 1
    assert json.loads(server.command("operator", "remove-passkeys", person.email, "--json").stdout)["removed"] == 1
    person.page("/dashboard", 401)
    assert person.sign_in(person.email, person.password).status_code == 303
    assert "operator.passkeys.remove" in person.page("/dashboard/operators")


def test_t41_nothing_else_gets_an_operator_in(server, person):
    authenticator, other = person.add(), Person(server)
    others = other.add()
    options = person.asked()
    for wrong, status in (
        (authenticator.get(options, origin="http://localhost.evil.example"), 400), (authenticator.get(options, origin="https://evil.example"), 400),
        (authenticator.get(options, domain="evil.example"), 400), (authenticator.get(options, key=others.key), 401), (authenticator.get(options, flags=0), 400),
        # A challenge of somebody else, one to make a passkey with, and one that nobody has given.
        (authenticator.get(options, challenge=other.asked()["challenge"]), 401), (others.get(other.asked(), challenge=options["challenge"]), 401),
        (authenticator.get(options, challenge="AAAA"), 401), ({}, 400), ("x", 400),
    ):
        assert person.show(wrong) == status, wrong
        person.page("/dashboard", 401)
    assert others.get(other.asked()) and other.show(others.get(other.asked())) == 303
    made_for = other.options(other.begin())["challenge"]
    assert other.show(others.get({"challenge": made_for, "rpId": "localhost", "allowCredentials": []})) == 401
    # Of many at once one counts.
    credential = authenticator.get(person.asked())
    statuses = race(8, lambda _: Person.ask(person, "POST", "/dashboard/sign-in/passkey", data={"credential": json.dumps(credential)}).status_code)
    assert sorted(statuses) == [303] + [401] * 7
    # A counter that went back; another password since the question was put.
    authenticator.count = 0
    assert person.show(authenticator.get(person.asked())) == 401
    authenticator.count = 100
    before = authenticator.get(person.asked())
    person.password = json.loads(server.command("operator", "reset", person.email, "--json").stdout)["password"]
    assert person.show(before) == 401
    assert person.show(authenticator.get(person.asked())) == 303
    # It is made for one address of the dashboard. At another the account does not get in with less, and none is made there.
    person.host, person.token = "127.0.0.1:7400", None
    assert person.sign_in(person.email, person.password).status_code == 400
    elsewhere = Person(server, host="evil.example")
    assert elsewhere.begin().status_code == 400
