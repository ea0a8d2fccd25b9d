#!/usr/bin/env bash
# A guess: an OAuth server that lets clients register themselves (RFC 7591) takes com.example.app:/callback, the form in which RFC 8252,
# section 7.1, has native apps come back: a scheme of their own, one slash, no host.
# Instead: Authlib 1.9.10 refuses the registration, invalid_client_metadata for redirect_uris. com.example.app://callback, which makes a
# host of the path, passes, as do http addresses of the device itself. oidc-provider 9.13.3 registers all of them.
# Where: ClientMetadataClaims asks is_valid_url, which wants a host.
# For sign-in: apps that follow the standard cannot register at a server on Authlib, and the second form that their developers find is
# another address to every other server. As a server, override validate_redirect_uris; as an app, register both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet authlib==1.9.10
npm install --prefix . --silent --no-audit --no-fund oidc-provider@9.13.3
cat > finding.py <<'PY'
import warnings
from importlib.metadata import version
from types import SimpleNamespace

warnings.simplefilter("ignore")

from authlib.oauth2.rfc7591 import ClientRegistrationEndpoint, InvalidClientMetadataError


class Endpoint(ClientRegistrationEndpoint):
    def authenticate_token(self, request):
        return "initial access token"

    def get_server_metadata(self):
        return {}

    def save_client(self, client_info, client_metadata, request):
        return client_metadata


def register(address: str) -> str:
    metadata = {"redirect_uris": [address], "token_endpoint_auth_method": "none"}
    try:
        return str(Endpoint()(SimpleNamespace(payload=SimpleNamespace(data=metadata)))[0])
    except InvalidClientMetadataError as error:
        return f"{error.error}: {error.description}"


for address in ("com.example.app:/callback", "com.example.app://callback", "http://127.0.0.1/callback", "http://[::1]/callback"):
    seen = register(address)
    print("authlib", version("authlib"), "|", address, "|", seen)
    assert (seen == "201") == (address != "com.example.app:/callback")
PY
venv/bin/python finding.py
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { once } from "node:events";
import Provider from "oidc-provider";

const provider = new Provider("http://127.0.0.1", { features: { registration: { enabled: true } } });
const server = provider.listen(0, "127.0.0.1");
await once(server, "listening");
for (const address of ["com.example.app:/callback", "com.example.app://callback", "http://127.0.0.1/callback"]) {
  const metadata = { redirect_uris: [address], token_endpoint_auth_method: "none", application_type: "native" };
  const body = JSON.stringify(metadata);
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/reg`, { method: "POST", headers, body });
  console.log("oidc-provider |", address, "|", answer.status);
  assert.equal(answer.status, 201);
}
server.close();
server.closeAllConnections();
JS
node finding.mjs
