"""Stand-ins for GitHub, Slack and HubSpot, which can be run nowhere else: `providers/social_providers.mjs`."""

import json
import pathlib
import shutil
import subprocess
import tempfile

import requests
from harness import free_port, query_of, until

PROGRAM = pathlib.Path(__file__).resolve().parent / "providers/social_providers.mjs"


class StandIns:
    """The program. A context manager."""

    def __enter__(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._log = tempfile.TemporaryFile("w+")
        command = [shutil.which("node"), str(PROGRAM), str(port)]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        until(self._answers, what="an answer of the stand-ins")
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(30)
        self._log.close()

    def _answers(self):
        assert self._process.poll() is None, "the stand-ins have ended"
        try:
            return requests.get(self.url, timeout=10).ok
        except requests.ConnectionError:
            return False

    def tell(self, **said):
        """Who logs in from now on, and what goes wrong."""
        assert requests.put(f"{self.url}/told", data=json.dumps(said), timeout=60).ok

    def asked(self) -> list[str]:
        """What they were asked for since they were told."""
        return requests.get(f"{self.url}/asked", timeout=60).json()


class StandIn:
    """One of them. It logs everybody in at once, as whoever it was told."""

    client_id, client_secret = "client-id", "client-secret-of-32-characters--"

    def __init__(self, stand_ins: StandIns, name: str):
        self.stand_ins, self.url = stand_ins, f"{stand_ins.url}/{name}"
        self.addresses = {
            "github": ["--authorization-url", f"{self.url}/login/oauth/authorize", "--token-url", f"{self.url}/login/oauth/access_token",
                       "--api-url", f"{self.url}/api"],
            "slack": ["--issuer", self.url],
            "hubspot": ["--authorization-url", f"{self.url}/oauth/authorize", "--token-url", f"{self.url}/oauth/2026-03/token",
                        "--api-url", self.url],
        }[name]

    def log_in(self, url: str, _subject: str = "", **said) -> dict:
        """Somebody logs in at the address that a browser was sent to: the parameters that it comes back with."""
        if said:
            self.stand_ins.tell(**said)
        answer = requests.get(url, allow_redirects=False, timeout=60)
        assert answer.status_code == 302, answer.text
        return query_of(answer.headers["location"])
