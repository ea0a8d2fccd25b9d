"""The dashboard's list of members: the processor time of a page, of an organization with all members of the large database."""

import http.client
import json
import re
import urllib.parse

from .side import Side
from .tools import say

# Pages that are asked for in each place.
PAGES = 100


def signed_in(side: Side) -> dict[str, str]:
    """The headers of an operator's browser."""
    made = json.loads(side.data.guildhall.command("operator", "create", "ops@example.com", "--json").stdout)
    form = urllib.parse.urlencode({"email": made["email_address"], "password": made["password"]})
    _, cookie, _ = ask(side, "/dashboard/sign-in", {"content-type": "application/x-www-form-urlencoded"}, form)
    return {"cookie": cookie.split(";")[0], "sec-fetch-site": "same-origin"}


def ask(side: Side, path: str, headers: dict, form: str | None = None) -> tuple[int, str, str]:
    address = urllib.parse.urlsplit(side.server.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.request("POST" if form else "GET", path, form, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader("set-cookie") or "", text


def measure(engine, side: Side) -> dict:
    say(f"{engine.name}: the dashboard's list of members …")
    engine.first_checks(side)
    organization, member, _ = side.people[0]
    headers, here = signed_in(side), f"/dashboard/projects/{side.data.made['project_id']}/organizations/{organization}/members"
    places = {"the first page": here, "somewhere within": f"{here}?after={member}"}
    found = {}
    for place, path in places.items():
        for count in (10, PAGES):
            before, of_database = side.server.cpu_seconds(), side.server.helper_cpu_seconds()
            for _ in range(count):
                status, _, text = ask(side, path, headers)
                assert status == 200 and len(re.findall(r'data-column="Email address"', text)) > 0, (status, text[:500])
        own, database = side.server.cpu_seconds() - before, side.server.helper_cpu_seconds() - of_database
        found[place] = {"cpu_ms": round(own / PAGES * 1000, 2), "database_cpu_ms": round(database / PAGES * 1000, 2)}
    return {"members": side.data.size.members, "pages": found}
