#!/usr/bin/env bash
# A guess: a client that is to log in by Digest does so wherever the server offers it, also behind another scheme. A server may send several
# challenges, in lines of their own or in one (RFC 9110, section 11.6.1), and a client takes one that it knows.
# Instead: behind "Negotiate" or "Basic" in the line before, the DigestAuthMiddleware of aiohttp 3.14.5 sends no credentials at all.
# digest-fetch 3.1.1 computes the answer of Digest and sends it under the name of the first scheme: Authorization: Basic username="ada",...
# requests 2.34.2 and httpx 0.28.1 log in. With all in one line, httpx sends nothing either; requests still logs in.
# Where: aiohttp reads one line of the header; digest-fetch writes whatever word the header begins with.
# For sign-in: a device or an old console that offers Digest alone takes the password, and refuses it from the day on which single sign-on
# (Negotiate) or Basic is switched on beside it, while browsers go on. As a server name Digest first, in a line of its own; as a client of
# these two, expect 401 to mean "not understood" as much as "wrong".
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
cat > server.py <<'PY'
from local_server import Handler, serve

DIGEST = 'Digest realm="Acme", qop="auth", algorithm=MD5, nonce="0badcafe"'
CHALLENGES = {"/alone": [DIGEST], "/negotiate": ["Negotiate", DIGEST], "/basic": ['Basic realm="Acme"', DIGEST],
              "/line": [f'Basic realm="Acme", {DIGEST}']}


class Console(Handler):
    def do_GET(self):
        scheme, _, rest = self.headers.get("authorization", "none").partition(" ")
        if scheme == "Digest" and 'username="ada"' in rest:
            return self.answer(b"Digest")
        self.answer(scheme.encode(), status=401, headers=[("www-authenticate", one) for one in CHALLENGES[self.path]])


serve(Console)
PY
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 python3 server.py &
server=$!
until [[ -f port ]]; do sleep 0.1; done
export BASE="http://127.0.0.1:$(<port)"
python3 -m venv venv
venv/bin/pip install --quiet aiohttp==3.14.5 httpx==0.28.1 requests==2.34.2
cat > finding.py <<'PY'
import asyncio
import os

import aiohttp
import httpx
import requests


async def by_aiohttp(url: str) -> str:
    async with aiohttp.ClientSession(middlewares=[aiohttp.DigestAuthMiddleware("ada", "secret")]) as session:
        async with session.get(url) as answer:
            return await answer.text()


for path in ("/alone", "/negotiate", "/basic", "/line"):
    url = os.environ["BASE"] + path
    print(path, "| requests |", requests.get(url, auth=requests.auth.HTTPDigestAuth("ada", "secret")).text)
    print(path, "| httpx |", httpx.get(url, auth=httpx.DigestAuth("ada", "secret")).text)
    print(path, "| aiohttp |", asyncio.run(by_aiohttp(url)))
PY
venv/bin/python finding.py | tee seen
npm install --prefix . --silent --no-audit --no-fund digest-fetch@3.1.1
cat > finding.mjs <<'JS'
import DigestFetch from "digest-fetch";

for (const path of ["/alone", "/negotiate", "/basic", "/line"]) {
  const answer = await new DigestFetch("ada", "secret").fetch(process.env.BASE + path);
  console.log(path, "| digest-fetch |", await answer.text());
}
JS
node finding.mjs | tee -a seen
diff <(grep -v '| Digest$' seen) - << 'SEEN'
/negotiate | aiohttp | none
/basic | aiohttp | none
/line | httpx | none
/line | aiohttp | none
/negotiate | digest-fetch | Negotiate,
/basic | digest-fetch | Basic
/line | digest-fetch | Basic
SEEN
[[ $(wc -l < seen) == 16 ]]
