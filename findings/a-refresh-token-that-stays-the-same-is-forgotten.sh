#!/usr/bin/env bash
# A guess: a client goes on with the refresh token it has where the answer to a refresh names no other. The server need not issue a new one
# (RFC 6749, section 6), and where it does not, the old one stays what it was.
# Instead: after the first refresh simple-oauth2 5.1.0, requests-oauth2client 1.8.0 and aiohttp-oauth2-client 2.0.1 have none. At the
# second, simple-oauth2 asks without one and is refused, aiohttp-oauth2-client raises a ValidationError, and renew_token() of
# requests-oauth2client does nothing, without a word. @badgateway/oauth2-client 3.3.1 and Authlib 1.9.10 keep the old one.
# Where: simple-oauth2 means to put it back and takes it from this.refresh_token, which does not exist, for this.token.refresh_token.
# For sign-in: an hour after login all is well, after two everybody is logged out, or a job that ran at night stops; a test that refreshes
# once sees nothing. As a server send the refresh token along each time, also the same one; as a client of these, put it back yourself.
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
cat > server.py <<'PY'
import itertools
import json
import urllib.parse

from local_server import Handler, serve

numbers = itertools.count(1)


class Endpoint(Handler):
    def do_POST(self):
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
        if form["grant_type"] == "refresh_token" and form.get("refresh_token") != "the refresh token":
            return self.answer(b'{"error": "invalid_grant"}', status=400)
        new = {} if form["grant_type"] == "refresh_token" else {"refresh_token": "the refresh token"}
        self.answer(json.dumps({"access_token": f"{next(numbers)}", "token_type": "Bearer", "expires_in": 3600, **new}).encode())


serve(Endpoint)
PY
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 python3 server.py &
server=$!
until [[ -f port ]]; do sleep 0.1; done
export BASE="http://127.0.0.1:$(<port)"
python3 -m venv venv
venv/bin/pip install --quiet authlib==1.9.10 requests==2.34.2 requests-oauth2client==1.8.0 aiohttp-oauth2-client==2.0.1
cat > finding.py <<'PY'
import asyncio
import os

from aiohttp_oauth2_client.grant.resource_owner_password_credentials import ResourceOwnerPasswordCredentialsGrant
from authlib.integrations.requests_client import OAuth2Session
from requests_oauth2client import OAuth2AccessTokenAuth, OAuth2Client

URL = os.environ["BASE"] + "/token"


def by_authlib(tokens: list) -> None:
    session = OAuth2Session("app", "secret", token_endpoint=URL)
    tokens.append(session.fetch_token(username="ada", password="secret", grant_type="password")["access_token"])
    for _ in range(2):
        tokens.append(session.refresh_token(URL)["access_token"])


def by_requests_oauth2client(tokens: list) -> None:
    client = OAuth2Client(URL, client_id="app", client_secret="secret", testing=True)
    auth = OAuth2AccessTokenAuth(client=client, token=client.resource_owner_password("ada", "secret"))
    tokens.append(auth.token.access_token)
    for _ in range(2):
        auth.renew_token()
        tokens.append(auth.token.access_token)


async def by_aiohttp_oauth2_client(tokens: list) -> None:
    async with ResourceOwnerPasswordCredentialsGrant(token_url=URL, username="ada", password="secret", client_id="app") as grant:
        await grant.fetch_token()
        tokens.append(grant.token.access_token)
        for _ in range(2):
            await grant.refresh_token()
            tokens.append(grant.token.access_token)


CLIENTS = {
    "Authlib": by_authlib,
    "requests-oauth2client": by_requests_oauth2client,
    "aiohttp-oauth2-client": lambda tokens: asyncio.run(by_aiohttp_oauth2_client(tokens)),
}
for name, ask in CLIENTS.items():
    tokens = []
    try:
        ask(tokens)
    except ValueError as raised:
        tokens.append(type(raised).__name__)
    print(name, "|", *tokens)
PY
venv/bin/python finding.py | tee seen
npm install --prefix . --silent --no-audit --no-fund @badgateway/oauth2-client@3.3.1 simple-oauth2@5.1.0
cat > finding.mjs <<'JS'
import { OAuth2Client } from "@badgateway/oauth2-client";
import { ResourceOwnerPassword } from "simple-oauth2";

const who = { username: "ada", password: "secret" };

async function bySimpleOauth2(tokens) {
  const auth = { tokenHost: process.env.BASE, tokenPath: "/token" };
  let token = await new ResourceOwnerPassword({ client: { id: "app", secret: "secret" }, auth }).getToken(who);
  tokens.push(token.token.access_token);
  for (let time = 0; time < 2; time++) tokens.push((token = await token.refresh()).token.access_token);
}

async function byBadgateway(tokens) {
  const client = new OAuth2Client({ server: process.env.BASE, tokenEndpoint: "/token", clientId: "app", clientSecret: "secret" });
  let token = await client.password(who);
  tokens.push(token.accessToken);
  for (let time = 0; time < 2; time++) tokens.push((token = await client.refreshToken(token)).accessToken);
}

for (const [name, ask] of Object.entries({ "simple-oauth2": bySimpleOauth2, "@badgateway/oauth2-client": byBadgateway })) {
  const tokens = [];
  await ask(tokens).catch((error) => tokens.push(error.data?.payload?.error ?? error.message));
  console.log(name, "|", ...tokens);
}
JS
node finding.mjs | tee -a seen
diff seen - << 'SEEN'
Authlib | 1 2 3
requests-oauth2client | 4 5 5
aiohttp-oauth2-client | 6 7 ValidationError
simple-oauth2 | 8 9 invalid_grant
@badgateway/oauth2-client | 10 11 12
SEEN
