#!/usr/bin/env bash
# A guess: a client that has never heard of a cookie's attribute takes the cookie and leaves the attribute (RFC 6265, section 5.2, step 6).
# Instead: with Partitioned, as the session of a login within another site's frame needs it, node-fetch-cookies 2.1.1 has no cookie
# afterwards and says nothing, nor has the test client of asgi-tools 3.2.1, nor SimpleCookie of Python 3.11, which that one reads with. With
# Priority=High, which Chrome knows, the first has none again, and the second, which sends all attributes along in Cookie anyway, has
# another cookie named Priority. httpx 0.28.1 and fetch-cookie 3.2.0 send the session and nothing else in all three cases.
# Where: of all words without "=" SimpleCookie knows two, Secure and HttpOnly, and any other makes the header nothing to it.
# For sign-in: after a login with the right password the next answer is "please log in", with no error on either side. Set Partitioned only
# where a page is to be framed, and try the clients of your customers before all sessions get it.
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
cat > server.py <<'PY'
from local_server import Handler, serve

END = {"/plain": "", "/partitioned": "; Partitioned", "/priority": "; Priority=High"}


class App(Handler):
    def do_GET(self):
        cookies = [("set-cookie", f"session=1; Path=/; HttpOnly{END[self.path]}")] if self.path in END else []
        self.answer(self.headers.get("cookie", "none").encode(), "text/plain", headers=cookies)


serve(App)
PY
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 python3 server.py &
server=$!
until [[ -f port ]]; do sleep 0.1; done
export BASE="http://127.0.0.1:$(<port)"
python3 -m venv venv
venv/bin/pip install --quiet asgi-tools==3.2.1 httpx==0.28.1
cat > finding.py <<'PY'
import asyncio
import os
from http.cookies import SimpleCookie

import httpx
from asgi_tools.tests import ASGITestClient

END = {"plain": "", "partitioned": "; Partitioned", "priority": "; Priority=High"}


async def app(scope, _, send):
    headers = []
    if end := scope["path"].removeprefix("/"):
        headers = [(b"set-cookie", f"session=1; Path=/; HttpOnly{END[end]}".encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": dict(scope["headers"]).get(b"cookie", b"none")})


async def by_asgi_tools(kind: str) -> list[str]:
    client = ASGITestClient(app)
    await client.get(f"/{kind}")
    sent = (await (await client.get("/")).text()).split(";")
    return sorted(part.strip() for part in sent)


for kind, end in END.items():
    print(kind, "| SimpleCookie |", sorted(SimpleCookie(f"session=1; Path=/; HttpOnly{end}")))
    print(kind, "| asgi-tools |", asyncio.run(by_asgi_tools(kind)))
    with httpx.Client(base_url=os.environ["BASE"]) as client:
        client.get(f"/{kind}")
        print(kind, "| httpx |", client.get("/").text)
PY
venv/bin/python finding.py | tee seen
npm install --prefix . --silent --no-audit --no-fund node-fetch-cookies@2.1.1 fetch-cookie@3.2.0
cat > finding.mjs <<'JS'
import makeFetchCookie from "fetch-cookie";
import fetchWithJar, { CookieJar } from "node-fetch-cookies";

const base = process.env.BASE;
for (const kind of ["plain", "partitioned", "priority"]) {
  const jar = new CookieJar();
  await fetchWithJar(jar, `${base}/${kind}`);
  console.log(`${kind} | node-fetch-cookies | ${await (await fetchWithJar(jar, base)).text()}`);
  const fetchCookie = makeFetchCookie(fetch);
  await fetchCookie(`${base}/${kind}`);
  console.log(`${kind} | fetch-cookie | ${await (await fetchCookie(base)).text()}`);
}
JS
node finding.mjs | tee -a seen
diff <(grep -v '| session=1$' seen) - << 'SEEN'
plain | SimpleCookie | ['session']
plain | asgi-tools | ['HttpOnly', 'Path=/', 'session=1']
partitioned | SimpleCookie | []
partitioned | asgi-tools | ['none']
priority | SimpleCookie | ['Priority', 'session']
priority | asgi-tools | ['HttpOnly', 'Path=/', 'Priority=High', 'session=1']
partitioned | node-fetch-cookies | none
priority | node-fetch-cookies | none
SEEN
[[ $(wc -l < seen) == 15 ]]
