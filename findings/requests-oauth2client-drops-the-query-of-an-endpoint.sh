#!/usr/bin/env bash
# A guess: an authorization endpoint with a query of its own, /authorize?p=b2c_1_login as Azure AD B2C has them, keeps it when a client
# adds its parameters; RFC 6749, section 3.1, says that it must be retained.
# Instead: requests_oauth2client 1.8.0 sends the browser to /authorize without it, also when the request was pushed (RFC 9126).
# requests-oauthlib 2.0.0, Authlib 1.9.10 and idpy-oidc 5.0.0 keep it.
# Where: the addresses are made by furl(endpoint, args={...}), and args take the place of the query.
# For sign-in: the provider takes its default policy or tenant, or says that it knows none, and the client id looks wrong. As a
# provider put the tenant into the path; as an app on this client write what is in the query as a parameter of the request.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet requests-oauth2client==1.8.0 requests-oauthlib==2.0.0 authlib==1.9.10 idpyoidc==5.0.0 \
  requests==2.34.2
"$folder/env/bin/python" - <<'PY'
import warnings
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit

warnings.simplefilter("ignore")

from authlib.integrations.requests_client import OAuth2Session as Authlib
from idpyoidc.message.oauth2 import AuthorizationRequest
from requests_oauth2client import OAuth2Client, RequestUriParameterAuthorizationRequest
from requests_oauthlib import OAuth2Session

ENDPOINT, BACK = "https://idp.example.com/authorize?p=b2c_1_login", "https://app.example.com/callback"
ours = {"authorization_endpoint": ENDPOINT, "client_id": "app"}
client = OAuth2Client("https://idp.example.com/token", redirect_uri=BACK, client_secret="secret", **ours)
addresses = {
    "requests-oauth2client": client.authorization_request().uri,
    "requests-oauth2client, pushed": RequestUriParameterAuthorizationRequest(request_uri="urn:example:1", **ours).uri,
    "requests-oauthlib": OAuth2Session("app", redirect_uri=BACK).authorization_url(ENDPOINT)[0],
    "authlib": Authlib("app", redirect_uri=BACK).create_authorization_url(ENDPOINT)[0],
    "idpyoidc": AuthorizationRequest(client_id="app", response_type="code", redirect_uri=BACK).request(ENDPOINT),
}
for name, address in addresses.items():
    query = parse_qs(urlsplit(address).query)
    print(name, version(name.split(",")[0]), "| p:", query.get("p"), "| client_id:", query.get("client_id"))
    assert query["client_id"] == ["app"]
    assert query.get("p") == (None if name.startswith("requests-oauth2client") else ["b2c_1_login"])
PY
