"""T-46: forms of the server's pages are taken from its own pages, and from nowhere else. The forms come from the list of doors."""

import re

import pytest
import requests
from doors import catalogue

FORMS = [door for door in catalogue() if door.dialect == "page" and door.method != "GET"]
# An identity provider has the browser send these: what they hold is judged by its signature.
FROM_ELSEWHERE = {"sso.saml_response"}


def test_t46_every_form_is_guarded():
    assert {door.operation for door in FORMS if not door.is_of_own_forms} == FROM_ELSEWHERE


@pytest.mark.parametrize("door", [door for door in FORMS if door.is_of_own_forms], ids=str)
def test_t46_a_form_of_another_site_is_refused(server, door):
    path = re.sub(r"\{\w+\}", "x", door.path)
    cookie = {"Cookie": "__Host-guildhall_account_0=planted"}

    def send(**headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.post(server.url + path, data={"a": "b"}, headers=headers, allow_redirects=False, timeout=30)

    for headers in (
        {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "cross-site", "Origin": server.url},
        {"Origin": "https://evil.example"}, {"Origin": "null"}, cookie,
    ):
        answer = send(**headers)
        assert answer.status_code == 403 and "cross_site_form" in answer.text, (headers, answer.text)
        assert answer.headers["content-type"].startswith("text/html") and "set-cookie" not in answer.headers
    for headers in ({"Sec_Fetch_Site": "same-origin"} | cookie, {"Origin": server.url} | cookie, {}):
        assert "cross_site_form" not in send(**headers).text, headers
