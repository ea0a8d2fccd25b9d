#!/usr/bin/env bash
# A guess: of the issuer https://as.example/acme every client finds the metadata of RFC 8414 at the address of its section 3.1: the
# well-known part goes between host and path, and a slash at the end of the path goes away.
# Instead: requests_oauth2client 1.8.0 asks for /.well-known/acme/oauth-authorization-server, and idpy-oidc 5.0.0 for
# /acme/.well-known/oauth-authorization-server. Authlib 1.9.10 keeps the slash at the end; openid-client 6.9.0 alone does all of it.
# OpenID Connect's /acme/.well-known/openid-configuration is found by all four.
# For sign-in: a server with a path for each tenant answers 404 to some clients, as soon as one comes that does without OpenID Connect.
# As a server answer at all these addresses, and at OpenID Connect's; and have issuers without a slash at the end.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet authlib==1.9.10 requests-oauth2client==1.8.0 idpyoidc==5.0.0
npm install --prefix . --silent --no-audit --no-fund openid-client@6.9.0
cat > ask.mjs <<'JS'
import { customFetch, discovery } from "openid-client";

const asked = {};
for (const issuer of process.argv.slice(2)) {
  for (const algorithm of ["oauth2", "oidc"]) {
    const options = { algorithm, [customFetch]: async (url) => {
      asked[`${algorithm} ${issuer}`] = url;
      return new Response(null, { status: 404 });
    } };
    await discovery(new URL(issuer), "app", {}, undefined, options).catch(() => {});
  }
}
console.log(JSON.stringify(asked));
JS
cat > finding.py <<'PY'
import json
import logging
import subprocess
import warnings
from importlib.metadata import version

warnings.simplefilter("ignore")
logging.disable()

from authlib.oauth2.rfc8414 import get_well_known_url
from authlib.oidc.discovery import get_well_known_url as get_openid_url
from idpyoidc.client.oauth2 import Client
from requests_oauth2client.discovery import oauth2_discovery_document_url, oidc_discovery_document_url

SERVICES = {"oauth2": "oauth2.server_metadata.ServerMetadata", "oidc": "oidc.provider_info_discovery.ProviderInfoDiscovery"}


def by_idpyoidc(kind: str, issuer: str) -> str:
    service = {"class": f"idpyoidc.client.{SERVICES[kind]}"}
    client = Client(config={"issuer": issuer, "client_id": "app", "client_secret": "a secret of thirty-two characters",
                            "redirect_uris": ["https://app.example/callback"], "services": {"metadata": service}})
    return next(iter(client.get_services().values())).get_endpoint()


ISSUERS = ("https://as.example/acme", "https://as.example/acme/")
by_openid_client = json.loads(subprocess.run(["node", "ask.mjs", *ISSUERS], check=True, capture_output=True, text=True).stdout)
CLIENTS = {
    "authlib": lambda kind, issuer: (get_well_known_url if kind == "oauth2" else get_openid_url)(issuer, external=True),
    "openid-client": lambda kind, issuer: by_openid_client[f"{kind} {issuer}"],
    "requests-oauth2client": lambda kind, issuer: {
        "oauth2": oauth2_discovery_document_url, "oidc": oidc_discovery_document_url}[kind](issuer),
    "idpyoidc": by_idpyoidc,
}
FOUND = "/.well-known/oauth-authorization-server/acme"
EXPECTED = {
    "authlib": (FOUND, FOUND + "/"),
    "openid-client": (FOUND, FOUND),
    "requests-oauth2client": ("/.well-known/acme/oauth-authorization-server",) * 2,
    "idpyoidc": ("/acme/.well-known/oauth-authorization-server",) * 2,
}
for name, address in CLIENTS.items():
    seen, openid = ([address(kind, issuer).removeprefix("https://as.example") for issuer in ISSUERS] for kind in ("oauth2", "oidc"))
    print(name, version(name) if name != "openid-client" else "6.9.0", "|", seen, "|", openid)
    assert tuple(seen) == EXPECTED[name] and set(openid) == {"/acme/.well-known/openid-configuration"}
PY
venv/bin/python -W ignore finding.py
