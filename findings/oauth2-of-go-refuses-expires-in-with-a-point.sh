#!/usr/bin/env bash
# A guess: "expires_in": 3600.0 is the number 3600 to a client; JSON has one kind of number (RFC 8259, section 6), and OAuth asks for a
# number of seconds (RFC 6749, section 5.1). Python writes it so when a server's lifetime is a timedelta: total_seconds() is a float.
# Instead: Go's oauth2 0.36.0 refuses the answer as a whole and has no token. requests_oauth2client 1.8.0 has the token, and forgets
# quietly when it ends: it is never expired. Authlib 1.9.10 and requests-oauthlib 2.0.0 read the hour.
# For sign-in: a provider that tests with Python or a browser ships it, and no app in Go can log anybody in. As a provider, write int().
# As a client, take any number, and let a strange one say "unknown" rather than end the login. (Go)
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet authlib==1.9.10 requests-oauthlib==2.0.0 requests-oauth2client==1.8.0 requests==2.34.2
cat > server.py <<'PY'
import datetime
import json

from local_server import Handler, serve

LIFETIME = datetime.timedelta(hours=1)


class Endpoint(Handler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        seconds = LIFETIME.total_seconds() if self.path == "/float" else int(LIFETIME.total_seconds())
        self.answer(json.dumps({"access_token": "token", "token_type": "Bearer", "expires_in": seconds}).encode())


serve(Endpoint)
PY
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 python3 server.py &
server=$!
until [[ -f port ]]; do sleep 0.1; done
export BASE="http://127.0.0.1:$(<port)"
cat > finding.py <<'PY'
import os
import time
from importlib.metadata import version

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
from authlib.integrations.requests_client import OAuth2Session as Authlib
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauth2client import OAuth2Client
from requests_oauthlib import OAuth2Session


def by_requests_oauth2client(url: str) -> float | None:
    ends = OAuth2Client(url, client_id="app", client_secret="secret", testing=True).client_credentials().expires_at
    return ends and ends.timestamp()


def by_requests_oauthlib(url: str) -> float | None:
    session = OAuth2Session(client=BackendApplicationClient("app"))
    return session.fetch_token(url, client_id="app", client_secret="secret").get("expires_at")


CLIENTS = {
    "authlib": lambda url: Authlib("app", "secret").fetch_token(url, grant_type="client_credentials").get("expires_at"),
    "requests-oauthlib": by_requests_oauthlib,
    "requests-oauth2client": by_requests_oauth2client,
}
for kind in ("int", "float"):
    for name, fetch in CLIENTS.items():
        ends = fetch(f"{os.environ['BASE']}/{kind}")
        seconds = ends and round((ends - time.time()) / 60) * 60
        print(kind, "|", name, version(name), "| ends in", seconds)
        assert seconds == (None if (kind, name) == ("float", "requests-oauth2client") else 3600)
PY
venv/bin/python finding.py
cat > go.mod <<'MOD'
module finding

go 1.25

require golang.org/x/oauth2 v0.36.0
MOD
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/oauth2/clientcredentials"
)

func main() {
	for _, kind := range []string{"int", "float"} {
		client := clientcredentials.Config{ClientID: "app", ClientSecret: "secret", TokenURL: os.Getenv("BASE") + "/" + kind}
		token, err := client.Token(context.Background())
		fmt.Println(kind, "| oauth2 of Go | token:", token != nil, "|", err)
		if (err == nil) != (kind == "int") {
			os.Exit(1)
		}
	}
}
GO
export GOPATH="$folder/go" GOFLAGS="-mod=mod -modcacherw"
go run .
