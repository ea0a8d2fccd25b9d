"""A server on its database, and what is asked of it."""

import pathlib

from .data import Data
from .load import Requests, wrk
from .servers import Process

SESSION_PATH = "/v1/b2b/sessions/authenticate"
ORGANIZATION_PATH = "/v1/b2b/organizations"
# Sessions where signing is not the question: so few that hardly any needs a new JWT within a round, each in three minutes,
# and more than the processor's caches hold.
FEW = 10_000


class Side:
    """One database, the server on it, and what to ask of it."""

    def __init__(self, data: Data, server: Process, directory: pathlib.Path):
        self.data, self.server, self.directory = data, server, directory
        self.name, self.authorization = data.size.name, data.authorization
        # Of some members: organization, member, address.
        self.people: list[tuple[str, str, str]] = []

    def requests(self, name: str, requests) -> Requests:
        return Requests(self.directory / name, requests)

    def checking(self, count: int | None = None):
        """A plain check of each session, or of so many."""
        return (("POST", SESSION_PATH, {"session_token": token}) for token in self.data.tokens[:count])

    def checks(self, count: int | None = None) -> Requests:
        return self.requests("checks", self.checking(count))

    def load(self, requests: Requests, seconds: float, **options) -> dict:
        return wrk(self.server, self.authorization, requests, seconds, **options)

    def check_each_once(self, checks: Requests, **options) -> dict:
        """Each session once, however many need a new JWT."""
        return self.load(checks, 30 + checks.count / 500, once=True, **options)

    def answers(self, fields: list[str], count: int | None = None, **options) -> tuple[dict, list[tuple]]:
        """Checks each session once, or so many; with these fields of each answer."""
        saved = self.directory / "answers"
        round_ = self.check_each_once(self.checks(count), save=(saved, fields), **options)
        lines = (line for thread in (0, 1) for line in pathlib.Path(f"{saved}.{thread}").read_text().splitlines())
        return round_, [tuple(line.split("\t")) for line in lines]
