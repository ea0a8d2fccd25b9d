#!/usr/bin/env bash
# A guess: an access token that comes without expires_in is used until the server refuses it. The member is only recommended (RFC 6749,
# section 5.1), and servers whose tokens end with the session, or never, leave it out.
# Instead: httpx-auth 0.23.1 and requests-auth 8.0.0 raise "not enough values to unpack", aiohttp-oauth2-client 2.0.1 a KeyError, and
# @scienta/axios-oauth2 1.2.1 "Unable to authenticate or incorrect auth response". The request that was to carry the token is not sent.
# Authlib 1.9.10, requests-oauth2client 1.8.0 and @badgateway/oauth2-client 3.3.1 send it.
# Where: the first two look for an end in the token itself then, as if each were a JWT.
# For sign-in: a service that calls another with client credentials cannot be moved to such a server, and its log speaks of unpacking or of
# a wrong answer rather than of the missing number. As a server always say expires_in; as a client of httpx-auth or requests-auth get the
# token yourself where a server does not.
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
cat > server.py <<'PY'
import json

from local_server import Handler, serve


class Server(Handler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        end = {"expires_in": 3600} if self.path == "/hour" else {}
        self.answer(json.dumps({"access_token": "opaque", "token_type": "Bearer", **end}).encode())

    def do_GET(self):
        self.answer(self.headers.get("authorization", "none").encode(), "text/plain")


serve(Server)
PY
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 python3 server.py &
server=$!
until [[ -f port ]]; do sleep 0.1; done
export BASE="http://127.0.0.1:$(<port)"
python3 -m venv venv
venv/bin/pip install --quiet authlib==1.9.10 requests-oauth2client==1.8.0 aiohttp-oauth2-client==2.0.1 \
  httpx==0.28.1 httpx-auth==0.23.1 requests==2.34.2 requests-auth==8.0.0
cat > finding.py <<'PY'
import asyncio
import os

import httpx
import httpx_auth
import requests
import requests_auth
from aiohttp_oauth2_client.grant.client_credentials import ClientCredentialsGrant
from authlib.integrations.requests_client import OAuth2Session
from requests_oauth2client import OAuth2Client, OAuth2ClientCredentialsAuth

BASE = os.environ["BASE"]


def by_authlib(url: str) -> str:
    session = OAuth2Session("app", "secret")
    session.fetch_token(url, grant_type="client_credentials")
    return session.get(BASE).text


def by_requests_oauth2client(url: str) -> str:
    client = OAuth2Client(url, client_id="app", client_secret="secret", testing=True)
    return requests.get(BASE, auth=OAuth2ClientCredentialsAuth(client)).text


async def by_aiohttp_oauth2_client(url: str) -> str:
    async with ClientCredentialsGrant(token_url=url, client_id="app", client_secret="secret") as grant:
        return (await grant.prepare_headers())["Authorization"]


CLIENTS = {
    "Authlib": by_authlib,
    "requests-oauth2client": by_requests_oauth2client,
    "httpx-auth": lambda url: httpx.get(BASE, auth=httpx_auth.OAuth2ClientCredentials(url, "app", "secret")).text,
    "requests-auth": lambda url: requests.get(BASE, auth=requests_auth.OAuth2ClientCredentials(url, "app", "secret")).text,
    "aiohttp-oauth2-client": lambda url: asyncio.run(by_aiohttp_oauth2_client(url)),
}
for end in ("hour", "none"):
    for name, ask in CLIENTS.items():
        try:
            seen = ask(f"{BASE}/{end}")
        except (KeyError, ValueError) as raised:
            seen = f"{type(raised).__name__}: {raised}"
        print(end, "|", name, "|", seen)
PY
venv/bin/python finding.py | tee seen
npm install --prefix . --silent --no-audit --no-fund @badgateway/oauth2-client@3.3.1 @scienta/axios-oauth2@1.2.1 axios@1.21.1
cat > finding.mjs <<'JS'
import { OAuth2Client, OAuth2Fetch } from "@badgateway/oauth2-client";
import axiosOauth2 from "@scienta/axios-oauth2";
import axios from "axios";

const base = process.env.BASE;
const clients = {
  "@badgateway/oauth2-client": async (end) => {
    const client = new OAuth2Client({ server: base, tokenEndpoint: end, clientId: "app", clientSecret: "secret" });
    return (await new OAuth2Fetch({ client, getNewToken: () => client.clientCredentials() }).fetch(base)).text();
  },
  "@scienta/axios-oauth2": async (end) => {
    const options = { url: base + end, grant_type: "client_credentials", client_id: "app", client_secret: "secret" };
    const instance = axios.create();
    instance.interceptors.request.use(axiosOauth2.interceptorFactory(axiosOauth2.clientFactory(axios.create(), options)));
    return (await instance.get(base)).data;
  },
};
for (const end of ["hour", "none"]) {
  for (const [name, ask] of Object.entries(clients)) {
    console.log(`${end} | ${name} | ${await ask(`/${end}`).catch((error) => error.message)}`);
  }
}
JS
node finding.mjs | tee -a seen
diff <(grep -v '| Bearer opaque$' seen) - << 'SEEN'
none | httpx-auth | ValueError: not enough values to unpack (expected 3, got 1)
none | requests-auth | ValueError: not enough values to unpack (expected 3, got 1)
none | aiohttp-oauth2-client | KeyError: 'expires_in'
none | @scienta/axios-oauth2 | Unable to authenticate or incorrect auth response
SEEN
[[ $(wc -l < seen) == 14 ]]
