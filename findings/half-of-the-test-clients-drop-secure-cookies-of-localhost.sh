#!/usr/bin/env bash
# A guess: a cookie with Secure that a server on http://localhost sets comes back from the HTTP client of a test, as it does from
# Chrome and Firefox, which count localhost as safe.
# Instead: Go's cookiejar (1.26) and tough-cookie 6.1.0 send it; requests 2.34.2, httpx 0.28.1, aiohttp 3.14.5 and the agent of supertest
# 7.3.2 do not, and say nothing. The same at 127.0.0.1.
# For sign-in: a test of a login with __Host- cookies, which must be Secure, is signed out with the second request, while the browser
# beside it is signed in. Serve TLS in tests, or set the Cookie header yourself; do not take Secure away for the tests' sake. (Go)
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet requests==2.34.2 httpx==0.28.1 aiohttp==3.14.5
npm install --prefix . --silent --no-audit --no-fund tough-cookie@6.1.0 supertest@7.3.2
# It sets two cookies, and says which ones came along.
cat > server.py <<'PY'
from local_server import Handler, serve


class Endpoint(Handler):
    def do_GET(self):
        came = ", ".join(sorted(part.partition("=")[0] for part in self.headers.get("cookie", "").split("; ") if part)).encode()
        cookies = ("__Host-session=token; Path=/; Secure; HttpOnly", "theme=dark; Path=/") if self.path == "/login" else ()
        self.answer(came, "text/plain", headers=tuple(("set-cookie", cookie) for cookie in cookies))


serve(Endpoint)
PY
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 python3 server.py &
server=$!
until [[ -f port ]]; do sleep 0.1; done
port=$(< port)
cat > ask.py <<'PY'
import asyncio
import sys

import aiohttp
import httpx
import requests

base = sys.argv[1]
for name, client in (("requests", requests.Session()), ("httpx", httpx.Client())):
    client.get(f"{base}/login")
    print(f"{name}: {client.get(base).text}")


async def ask():
    # Unsafe are addresses instead of names.
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        await (await client.get(f"{base}/login")).text()
        print(f"aiohttp: {await (await client.get(base)).text()}")


asyncio.run(ask())
PY
cat > ask.cjs <<'JS'
const supertest = require("supertest");
const { CookieJar } = require("tough-cookie");

const base = process.argv[2];
(async () => {
  const agent = supertest.agent(base);
  await agent.get("/login");
  console.log(`supertest: ${(await agent.get("/")).text}`);
  const jar = new CookieJar();
  for (const cookie of (await fetch(`${base}/login`)).headers.getSetCookie()) await jar.setCookie(cookie, base);
  const answer = await fetch(base, { headers: { cookie: await jar.getCookieString(base) } });
  console.log(`tough-cookie: ${await answer.text()}`);
})();
JS
mkdir ask
printf 'module finding\n\ngo 1.25\n' > ask/go.mod
cat > ask/main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
)

func main() {
	jar, _ := cookiejar.New(nil)
	client := http.Client{Jar: jar}
	var came []byte
	for _, path := range []string{"/login", "/"} {
		answer, err := client.Get(os.Args[1] + path)
		if err != nil {
			panic(err)
		}
		came, _ = io.ReadAll(answer.Body)
	}
	fmt.Printf("cookiejar of Go: %s\n", came)
}
GO
for host in localhost 127.0.0.1; do
  base="http://$host:$port"
  echo "$base"
  { venv/bin/python ask.py "$base"; node ask.cjs "$base"; (cd ask && go run . "$base"); } | tee seen
  diff seen - << 'SEEN'
requests: theme
httpx: theme
aiohttp: theme
supertest: theme
tough-cookie: __Host-session, theme
cookiejar of Go: __Host-session, theme
SEEN
done
