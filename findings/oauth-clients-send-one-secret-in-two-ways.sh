#!/usr/bin/env bash
# A guess: every OAuth client makes the same Basic header of the same client id and secret, at least of an id like "acme-web".
# Instead: RFC 6749, section 2.3.1, wants both encoded as in a form before. simple-oauth2 5.1.0 and Go's oauth2 0.36.0 do that;
# requests-oauthlib 2.0.0 and Authlib 1.9.10 send them as they are. openid-client 6.9.0 encodes even what a form leaves alone, "-", "_"
# and ".": it asks as acme%2Dweb. With a colon in an id that is not encoded the first part is no longer the id.
# For sign-in: a provider that does not decode refuses openid-client with any secret in base64url, a UUID for an id, too; one that
# decodes refuses others with a "+" or a "%" in the secret. Both say no more than invalid_client. Give out ids and secrets of letters
# and digits, for which all are the same, or decode and, where that fits nobody, compare once more as it came. (Go)
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet authlib==1.9.10 oauthlib==4.0.1 requests-oauthlib==2.0.0 requests==2.34.2
npm install --prefix . --silent --no-audit --no-fund openid-client@6.9.0 simple-oauth2@5.1.0
# A token endpoint that writes down who asks, and with which credentials.
cat > server.py <<'PY'
import base64

from local_server import Handler, serve


class Endpoint(Handler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        shown = base64.b64decode(self.headers["authorization"].removeprefix("Basic ")).decode()
        with open("seen", "a") as seen:
            seen.write(f"{self.path.removeprefix('/')}\t{shown}\n")
        self.answer(b'{"access_token": "token", "token_type": "Bearer", "expires_in": 60}')


serve(Endpoint)
PY
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 python3 server.py &
server=$!
until [[ -f port ]]; do sleep 0.1; done
export BASE="http://127.0.0.1:$(<port)"
cat > ask.mjs <<'JS'
import * as openid from "openid-client";
import { ClientCredentials } from "simple-oauth2";

for (const [id, secret] of [["acme:web", "a+b/c="], ["acme-web", "a_b.c"], ["acmeweb", "abc1"]]) {
  const metadata = { issuer: process.env.BASE, token_endpoint: `${process.env.BASE}/openid-client` };
  const client = new openid.Configuration(metadata, id, { client_secret: secret }, openid.ClientSecretBasic(secret));
  openid.allowInsecureRequests(client);
  await openid.clientCredentialsGrant(client, {});
  const auth = { tokenHost: process.env.BASE, tokenPath: "/simple-oauth2" };
  await new ClientCredentials({ client: { id, secret }, auth }).getToken({});
}
JS
node ask.mjs
cat > ask.py <<'PY'
import os

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
from authlib.integrations.requests_client import OAuth2Session as Authlib
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

base = os.environ["BASE"]
for name, secret in (("acme:web", "a+b/c="), ("acme-web", "a_b.c"), ("acmeweb", "abc1")):
    session = OAuth2Session(client=BackendApplicationClient(name))
    session.fetch_token(f"{base}/requests-oauthlib", client_id=name, client_secret=secret)
    Authlib(name, secret, token_endpoint_auth_method="client_secret_basic").fetch_token(f"{base}/authlib", grant_type="client_credentials")
PY
venv/bin/python ask.py
mkdir ask
cat > ask/go.mod <<'MOD'
module finding

go 1.25

require golang.org/x/oauth2 v0.36.0
MOD
cat > ask/main.go <<'GO'
package main

import (
	"context"
	"os"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

func main() {
	for _, of := range [][2]string{{"acme:web", "a+b/c="}, {"acme-web", "a_b.c"}, {"acmeweb", "abc1"}} {
		client := clientcredentials.Config{ClientID: of[0], ClientSecret: of[1], TokenURL: os.Getenv("BASE") + "/oauth2-of-go",
			AuthStyle: oauth2.AuthStyleInHeader}
		if _, err := client.Token(context.Background()); err != nil {
			panic(err)
		}
	}
}
GO
export GOPATH="$folder/go" GOFLAGS="-mod=mod -modcacherw"
(cd ask && go run .)
cat seen
python3 - <<'PY'
form = {"acme%3Aweb:a%2Bb%2Fc%3D", "acme-web:a_b.c", "acmeweb:abc1"}
raw = {"acme:web:a+b/c=", "acme-web:a_b.c", "acmeweb:abc1"}
expected = {"simple-oauth2": form, "oauth2-of-go": form, "requests-oauthlib": raw, "authlib": raw,
            "openid-client": {"acme%3Aweb:a%2Bb%2Fc%3D", "acme%2Dweb:a%5Fb%2Ec", "acmeweb:abc1"}}
seen = {}
for line in open("seen"):
    name, shown = line.rstrip("\n").split("\t")
    seen.setdefault(name, set()).add(shown)
assert seen == expected
PY
