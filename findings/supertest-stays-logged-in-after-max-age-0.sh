#!/usr/bin/env bash
# A guess: a client with a cookie jar drops a cookie that comes again with Max-Age=0, as Go's net/http deletes one, and ends one with Max-Age=1
# after a second (RFC 6265, sections 5.2.2 and 5.3). With both attributes Max-Age counts.
# Instead: an agent of supertest 7.3.2 or superagent 10.4.2, on which it stands, sends both on for ever, and of a cookie with both it
# believes Expires. fetch-cookie 3.2.0, requests 2.34.2 and browsers do as the standard says. A deletion by Expires alone all obey.
# Where: cookiejar 2.1.4 has no word of Max-Age.
# For sign-in: the test of a logout goes on with a cookie where a browser has none, so that it never sees the page for strangers; one of a
# login that takes too long, or of "trust this device for a day", never comes to the end of it; and where a server names a day in Expires
# for old clients and Max-Age for the rest, the two disagree. As a server delete by both; in a test take a new agent where a browser would
# have forgotten.
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
cat > server.py <<'PY'
from local_server import Handler, serve

COOKIES = {
    "/login": "session=1; Path=/; HttpOnly",
    "/expires": "session=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "/max-age-0": "session=0; Path=/; Max-Age=0",
    "/max-age-1": "session=1; Path=/; Max-Age=1",
    "/both": "session=1; Path=/; Max-Age=600; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
}


class App(Handler):
    def do_GET(self):
        cookies = [("set-cookie", COOKIES[self.path])] if self.path in COOKIES else []
        self.answer(self.headers.get("cookie", "none").encode(), "text/plain", headers=cookies)


serve(App)
PY
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 python3 server.py &
server=$!
until [[ -f port ]]; do sleep 0.1; done
export BASE="http://127.0.0.1:$(<port)"
npm install --prefix . --silent --no-audit --no-fund fetch-cookie@3.2.0 supertest@7.3.2 superagent@10.4.2 cookiejar@2.1.4
cat > finding.mjs <<'JS'
import { setTimeout } from "node:timers/promises";
import fetchCookie from "fetch-cookie";
import supertest from "supertest";

const base = process.env.BASE;
const clients = {
  supertest: () => {
    const agent = supertest.agent(base);
    return async (path) => (await agent.get(path)).text;
  },
  "fetch-cookie": () => {
    const fetch = fetchCookie(globalThis.fetch);
    return async (path) => (await fetch(base + path)).text();
  },
};
for (const path of ["/expires", "/max-age-0", "/max-age-1", "/both"]) {
  for (const [name, start] of Object.entries(clients)) {
    const get = start();
    await get("/login");
    await get(path);
    await setTimeout(1500);
    console.log(`${path} | ${name} | ${await get("/")}`);
  }
}
JS
node finding.mjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet requests==2.34.2
cat > finding.py <<'PY'
import os
import time

import requests

for path in ("/expires", "/max-age-0", "/max-age-1", "/both"):
    session = requests.Session()
    for visited in ("/login", path):
        session.get(os.environ["BASE"] + visited)
    time.sleep(1.5)
    print(path, "| requests |", session.get(os.environ["BASE"] + "/").text)
PY
venv/bin/python finding.py | tee -a seen
diff <(LC_ALL=C sort seen) - << 'SEEN'
/both | fetch-cookie | session=1
/both | requests | session=1
/both | supertest | none
/expires | fetch-cookie | none
/expires | requests | none
/expires | supertest | none
/max-age-0 | fetch-cookie | none
/max-age-0 | requests | none
/max-age-0 | supertest | session=0
/max-age-1 | fetch-cookie | none
/max-age-1 | requests | none
/max-age-1 | supertest | session=1
SEEN
