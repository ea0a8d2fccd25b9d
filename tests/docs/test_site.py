"""The documentation as the server shows it: every page, every link in it, and the search."""

import html
import re
import urllib.parse

import pytest
from harness import REPOSITORY, Server, request


@pytest.fixture(scope="module")
def server():
    server = Server(smtp=False).start()
    yield server
    server.stop()


def listed() -> list[str]:
    """The pages, in the order of the list."""
    text = (REPOSITORY / "docs/README.md").read_text()
    return [name.removeprefix("../").removesuffix(".md").lower() for name in re.findall(r"^- \[.+?\]\((\S+?\.md)\)", text, re.MULTILINE)]


def links(page: str) -> set[str]:
    return {html.unescape(link) for link in re.findall(r'<a [^>]*href="([^"]+)"', page)}


def test_every_page_is_there_and_every_link_leads_somewhere(server):
    files = {path.stem.lower() for path in (REPOSITORY / "docs").glob("*.md")} - {"readme"}
    assert {*listed()} == files | {"readme"}, "docs/README.md lists what there is"
    pages = {}
    for path in ("/docs", *(f"/docs/{name}" for name in listed())):
        answer = server.get(path)
        assert answer.status_code == 200, path
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"] and "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "<!--" not in answer.text and "style=" not in answer.text and "```" not in answer.text, path
        pages[path] = answer.text
    elsewhere = {}
    for path, text in pages.items():
        for link in links(text):
            target, _, anchor = urllib.parse.urljoin(path, link).partition("#")
            if target.startswith("http"):
                continue
            assert not target.endswith(".md"), f"{path}: {link}"
            if target not in pages:
                elsewhere[target] = elsewhere.get(target) or server.get(target).status_code
                assert elsewhere[target] == 200, f"{path}: {link}"
            elif anchor:
                assert f'id="{anchor}"' in pages[target], f"{path}: {link}"


def test_pages_follow_each_other_in_the_order_of_the_list(server):
    at, seen = f"/docs/{listed()[0]}", []
    while at:
        seen.append(at.removeprefix("/docs/"))
        following = re.search(r'<a href="(/docs/[^"]+)" rel="next">', server.get(at).text)
        at = following and following.group(1)
    assert seen == listed()


def test_pictures_may_be_kept(server):
    picture = re.search(r'<img src="(/docs/images/[^"]+)" width="\d+" height="\d+"', server.get("/docs/start").text).group(1)
    answer = server.get(picture)
    assert answer.headers["Content-Type"] == "image/png" and answer.content.startswith(b"\x89PNG")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert server.get("/docs/images/none.png").status_code == 404


def test_a_page_that_is_not_there_offers_the_search(server):
    answer = server.get("/docs/sign-in-with-go", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert 'action="/docs/search"' in answer.text and 'value="sign in with go"' in answer.text


def search(server, **query) -> list[tuple[str, str]]:
    """Where the search leads, and what it shows of that."""
    answer = server.get("/docs/search", params=query)
    assert answer.status_code == 200, answer.text
    found = re.findall(r'<section class="found">.*?href="([^"]+)".*?</section>', answer.text, re.DOTALL)
    shown = re.findall(r'<section class="found">(.*?)</section>', answer.text, re.DOTALL)
    return list(zip(found, shown, strict=True))


def test_the_search_finds_words_and_their_beginnings(server):
    for query, page in {"invitation": "/docs/invitations", "backup": "/docs/operations#backups", "nextjs": "/docs/nextjs", "SIGN OUT": "/docs/sign-out",
                        "subdomain": "/docs/subdomains", "pbkdf2": "/docs/passwords#bringing-passwords-along"}.items():
        found = [link for link, _ in search(server, q=query)]
        assert page in found[:3], f"{query}: {found}"
    assert any("<mark>" in shown for _, shown in search(server, q="invit"))
    assert search(server, q="") == search(server) == search(server, q="nosuchword invitation") == []


def test_what_is_looked_for_stays_text_and_is_bounded(server):
    odd = '"><script>alert(1)</script>'
    assert odd not in server.get("/docs/search", params={"q": odd}).text
    assert server.get("/docs/search", params={"q": "é" * 100}).status_code == 200
    for refused in ("a" * 101, "a\nb", "a" * 5000):
        assert server.get("/docs/search", params={"q": refused}).status_code == 400


def test_a_search_takes_no_longer_for_many_words(server):
    before = server.processor_time()
    for _ in range(5):
        server.get("/docs/search", params={"q": "a e i o u s t n r l d"})
    # A debug build reads all of it in some hundredths of a second.
    assert (server.processor_time() - before) / 5 < 2
    assert request("GET", f"{server.url}/healthz").status_code == 200
