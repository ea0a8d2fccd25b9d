#!/usr/bin/env bash
# A guess: where a token endpoint says invalid_client, the error of a client library says so in `error`, as it does for invalid_grant.
# Instead: openid-client 6.9.0 has no `error` then, just "server responded with a challenge in the WWW-Authenticate HTTP Header"; the
# JSON has not been read. That header is the rule and not the exception: RFC 6749, section 5.2, demands it where the client has come
# with Basic. With the secret in the body, and no such header in the answer, `error` is there. arctic 3.7.0, Authlib 1.9.10 and
# requests-oauthlib 2.0.0 say invalid_client with the header, too.
# For sign-in: "the secret of this connection is wrong, ask your administrator" waits for error.error and never appears; nor does what
# the provider says in error_description. Read error.response as JSON where error.code is OAUTH_WWW_AUTHENTICATE_CHALLENGE.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet authlib==1.9.10 oauthlib==4.0.1 requests-oauthlib==2.0.0 requests==2.34.2
npm install --prefix . --silent --no-audit --no-fund openid-client@6.9.0 arctic@3.7.0
cat > finding.py <<'PY'
import os
import sys
from importlib.metadata import version

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session as Authlib
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from requests_oauthlib import OAuth2Session

clients = {
    "authlib": lambda url: Authlib("app", "wrong").fetch_token(url, grant_type="client_credentials"),
    "requests-oauthlib": lambda url: OAuth2Session(client=BackendApplicationClient("app")).fetch_token(
        url, client_id="app", client_secret="wrong"),
}
for name, fetch in clients.items():
    try:
        sys.exit(f"{name}: {fetch(sys.argv[1])}")
    except (OAuthError, OAuth2Error) as error:
        print("Basic |", name, version(name), "| error:", error.error)
        assert error.error == "invalid_client"
PY
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { OAuth2Client } from "arctic";
import * as openid from "openid-client";

const server = createServer((request, response) => {
  const byHeader = request.headers.authorization !== undefined;
  response.writeHead(401, { "content-type": "application/json", ...(byHeader && { "www-authenticate": 'Basic realm="token"' }) });
  response.end(JSON.stringify({ error: "invalid_client", error_description: "the secret has ended" }));
}).listen(0, "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${server.address().port}/token`;

async function failure(promise) {
  return promise.then(() => assert.fail("there is a token"), (error) => error);
}

async function byOpenidClient(authentication) {
  const configuration = new openid.Configuration({ issuer: url, token_endpoint: url }, "app", {}, authentication("wrong"));
  openid.allowInsecureRequests(configuration);
  return failure(openid.clientCredentialsGrant(configuration, {}));
}

const basic = await byOpenidClient(openid.ClientSecretBasic);
console.log("Basic | openid-client | error:", basic.error, "| code:", basic.code, "|", basic.message);
assert.equal(basic.error, undefined);
const inBody = await byOpenidClient(openid.ClientSecretPost);
console.log("body | openid-client | error:", inBody.error);
assert.equal(inBody.error, "invalid_client");
const byArctic = await failure(new OAuth2Client("app", "wrong", null).validateAuthorizationCode(url, "code", null));
console.log("Basic | arctic | code:", byArctic.code);
assert.equal(byArctic.code, "invalid_client");
process.stdout.write((await promisify(execFile)("venv/bin/python", ["finding.py", url])).stdout);
console.log("still to be read:", await basic.response.json());
server.close();
server.closeAllConnections();
JS
node finding.mjs
