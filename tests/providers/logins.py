"""Logging in at identity providers that others wrote: a person with a browser, and a connection that leads there."""

import contextlib
import html
import http.server
import pathlib
import re
import subprocess
import threading
import urllib.parse

import lxml.html
import requests
from harness import query_of, unique, until
from sso import Browser

HERE = pathlib.Path(__file__).resolve().parent


class Person:
    """Somebody with a browser. It has one jar of cookies for us and one for the identity provider, for cookies do not tell
    ports apart."""

    def __init__(self, server):
        self.here = Browser(server)
        self.there = requests.Session()
        self.there.trust_env = False

    def go(self, url: str) -> requests.Response:
        """Goes to the identity provider: its page, or the answer that leads back to us."""
        return self._follow(self._ask("GET", url))

    def send(self, page: requests.Response, **filled) -> requests.Response:
        """Fills in the form of a page of the identity provider, and sends it."""
        action, fields = form_of(page)
        return self._follow(self._ask("POST", action, data=fields | filled))

    def _ask(self, method: str, url: str, **options) -> requests.Response:
        answer = self.there.request(method, url, allow_redirects=False, timeout=60, **options)
        for cookie in self.there.cookies:
            # Browsers take this machine for safe, and send it what is secure.
            cookie.secure = False
        return answer

    def _follow(self, answer: requests.Response) -> requests.Response:
        while answer.is_redirect:
            url = urllib.parse.urljoin(answer.url, answer.headers["location"])
            if url.startswith(self.here.server.url):
                return answer
            answer = self._ask("GET", url)
        return answer

    def back(self, answer: requests.Response) -> requests.Response:
        """Comes back to us, by what the identity provider answered at last: our answer."""
        if answer.is_redirect:
            url = answer.headers["location"]
            return self.here.get(urllib.parse.urlsplit(url).path, **query_of(url))
        action, fields = form_of(answer)
        assert action.startswith(self.here.server.url), f"a page of the identity provider, at {answer.url}: {words(answer)[:500]}"
        return self.here.post(urllib.parse.urlsplit(action).path, **fields)


def form_of(page: requests.Response) -> tuple[str, dict]:
    """Where the form of a page goes, and what it has in it."""
    forms = lxml.html.fromstring(page.content, base_url=page.url).forms
    assert forms, f"no form at {page.url} ({page.status_code}): {words(page)[:500]}"
    return urllib.parse.urljoin(page.url, forms[0].action or page.url), dict(forms[0].form_values())


def words(answer: requests.Response) -> str:
    """The text of a page."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", answer.text, flags=re.DOTALL)))


class Connection:
    """A connection of an organization of its own, and who logs in by it."""

    kind = ""

    def __init__(self, project, **settings):
        self.project = project
        self.org = project.organization().organization_id
        self.api = getattr(project.api.sso, self.kind)
        made = self.api.create_connection(self.org, display_name="A provider").connection
        self.connection_id = made.connection_id
        self.callback_url = getattr(made, "acs_url", None) or made.redirect_url
        if settings:
            self.update(**settings)

    def update(self, **settings) -> dict:
        path = f"/v1/b2b/sso/{self.kind}/{self.org}/connections/{self.connection_id}"
        answer = self.project.raw("PUT", path, json=settings)
        assert answer.status_code == 200, answer.text
        return answer.json()["connection"]

    def begin(self, person: Person) -> requests.Response:
        """How the browser is sent to the identity provider."""
        return person.here.start(self.project, connection_id=self.connection_id)

    def start(self, person: Person) -> str:
        """Where it is sent."""
        answer = self.begin(person)
        assert answer.status_code == 302, words(answer)
        return answer.headers["location"]

    def finish(self, answer: requests.Response):
        """From our answer to a browser that came back to the member who is logged in."""
        assert answer.status_code in (302, 303), words(answer)
        query = query_of(answer.headers["location"])
        assert query["stytch_token_type"] == "sso"
        return self.project.api.sso.authenticate(sso_token=query["token"])

    def last_exchange(self) -> dict:
        answer = self.project.raw("GET", f"/v1/b2b/sso/{self.org}/connections/{self.connection_id}/exchanges")
        assert answer.status_code == 200, answer.text
        return answer.json()["exchanges"][0]

    def check_refused(self, answer: requests.Response, error: str) -> str:
        """The browser has to see an error, and the recorder has to have said why: in the sentence that this is."""
        exchange = self.last_exchange()
        assert answer.status_code == 400, f"{answer.status_code}: {words(answer)}; {exchange}"
        assert (exchange["verdict"], exchange["error_type"]) == ("refused", error), exchange
        assert exchange["reason"][-1] in ".?" and exchange["reason"] in words(answer), (exchange["reason"], words(answer))
        return exchange["reason"]

    def roles(self, member) -> set[str]:
        return {role.role_id for role in member.roles} - {"stytch_member"}


class Saml(Connection):
    kind = "saml"

    MAPPING = {"email": "NameID", "full_name": "displayName", "groups": "groups"}

    def __init__(self, project, **settings):
        super().__init__(project, **{"attribute_mapping": self.MAPPING} | settings)

    def by_url(self, url: str):
        """Takes over the metadata of the identity provider."""
        connection = self.api.update_by_url(self.org, self.connection_id, metadata_url=url).connection
        assert connection.status == "active", connection
        return connection

    def metadata(self) -> str:
        """Ours, for the identity provider."""
        return requests.get(f"{self.callback_url}/metadata", timeout=60).text


class Oidc(Connection):
    kind = "oidc"


class Program:
    """A program that serves HTTP on a port of its own, until the end."""

    def __init__(self, command: list[str], port: int, ready: str, log: pathlib.Path, patience: float = 120, **options):
        self.url = f"http://127.0.0.1:{port}"
        with log.open("ab") as out:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **options)

        def answers():
            assert self._process.poll() is None, f"{command[0]} ended with {self._process.returncode}:\n{log.read_text()[-4000:]}"
            with contextlib.suppress(requests.ConnectionError):
                return requests.get(self.url + ready, timeout=60).status_code == 200

        until(answers, timeout=patience, what=f"an answer of {command}")

    def stop(self):
        self._process.terminate()
        self._process.wait(60)


@contextlib.contextmanager
def published(document: str):
    """The address at which a document is."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "application/samlmetadata+xml")
            self.end_headers()
            self.wfile.write(document.encode())

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{unique()}"
    server.shutdown()
    server.server_close()
