"""Starts `guildhall serve --dev`, as the tests of an app would."""

import pathlib
import subprocess
import tempfile

import harness
from harness import Project, request

SEED = """
[[projects]]
project_id = "project-test-00000000-0000-4000-8000-00000000000a"
secret = "secret-test-of-these-tests"
public_token = "public-token-test-00000000-0000-4000-8000-00000000000b"
name = "Acme Tools"
redirect_urls = ["http://localhost:3000/authenticate"]

[projects.settings]
lock_threshold = 3
lock_minutes = 30

[[projects.rbac_policy.resources]]
resource_id = "invoices"
actions = ["read", "pay"]

[[projects.rbac_policy.roles]]
role_id = "payer"
permissions = [{ resource_id = "invoices", actions = ["*"] }]

[[projects.organizations]]
organization_name = "Acme"
organization_slug = "acme"
organization_external_id = "customer-1"
trusted_metadata = { plan = "business" }

[[projects.organizations.members]]
email_address = "ada@acme.example"
name = "Ada"
roles = ["stytch_admin", "payer"]
password = "an-organ-in-the-barn"
external_id = "user-1"

[[projects.organizations.members]]
email_address = "alan@acme.example"
mfa_phone_number = "+14155552671"

[[projects.organizations]]
organization_name = "Bolt"
organization_slug = "bolt"
mfa_policy = "REQUIRED_FOR_ALL"

[[projects.organizations.members]]
email_address = "grace@bolt.example"

[[projects]]
name = "Another"
"""


class Twin:
    """One of them, with this seed in it unless another is given; a context of `with`."""

    def __init__(self, *arguments: str, seed: str | None = SEED, environment: dict | None = None):
        self.directory = tempfile.TemporaryDirectory(prefix="guildhall-")
        self.arguments, self.environment = list(arguments), environment or {}
        if seed is not None:
            file = pathlib.Path(self.directory.name, "seed.toml")
            file.write_text(seed)
            self.arguments = ["--dev-seed", file.name, *self.arguments]
        self.process, self.url, self.log = None, "", ""

    def __enter__(self) -> "Twin":
        self.process = self.launch()
        line = self.process.stdout.readline()
        if not line.startswith("listening on http://127.0.0.1:"):
            raise AssertionError(f"odd line on stdout: {line!r}\n{self.ended()}")
        self.url = line.split()[-1]
        return self

    def launch(self) -> subprocess.Popen:
        clean = harness.Server.environment(_NoClock())
        listen = [] if "--listen" in self.arguments else ["--listen", "127.0.0.1:0"]
        return subprocess.Popen([harness.BIN, "serve", "--dev", *listen, *self.arguments],
                                cwd=self.directory.name, env=clean | self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ended(self) -> str:
        self.log = self.process.communicate(timeout=20)[1]
        self.directory.cleanup()
        return self.log

    def refused(self) -> str:
        """What it says instead of starting."""
        self.process = self.launch()
        out, self.log = self.process.communicate(timeout=20)
        self.directory.cleanup()
        assert (out, self.process.returncode in (1, 2)) == ("", True), (out, self.log)
        return self.log

    def __exit__(self, *_):
        self.process.terminate()
        log = self.ended()
        assert self.process.returncode == 0 and "panicked at" not in log, log[-4000:]

    def ask(self, method: str, path: str, **options):
        return request(method, self.url + path, **options)

    def get(self, path: str, **options) -> dict:
        return _good(self.ask("GET", path, **options))

    def post(self, path: str, body: dict | None = None) -> dict:
        return _good(self.ask("POST", path, json=body or {}))

    def advance(self, **to) -> dict:
        """`advance(minutes=5)`, `advance(now="…")`"""
        minutes = to.pop("minutes", None)
        return self.post("/dev/clock", to if minutes is None else {"advance_seconds": minutes * 60})

    def mails(self, **wanted) -> list[dict]:
        return self.get("/dev/mailbox", params={"wait_seconds": 5} | wanted)["messages"]

    def mail(self, **wanted) -> dict:
        """The latest."""
        return self.mails(**wanted)[-1]

    def project(self, made: dict | None = None) -> Project:
        """The seeded one, or one that `/dev/projects` has made."""
        made = made or {"project_id": "project-test-00000000-0000-4000-8000-00000000000a", "secret": "secret-test-of-these-tests",
                        "public_token": "public-token-test-00000000-0000-4000-8000-00000000000b"}
        return Project(self, made["project_id"], made["secret"], made["public_token"], "test")


class _NoClock:
    clock = None


def _good(answer) -> dict:
    assert answer.status_code == 200, f"{answer.status_code}: {answer.text[:500]}"
    return answer.json()
