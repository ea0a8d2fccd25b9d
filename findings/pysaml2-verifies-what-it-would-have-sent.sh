#!/usr/bin/env bash
# A guess: an identity provider verifies the signature of an address over the values as they came; SAML bindings, section 3.4.4.1, says
# that it must, since there is more than one way to encode them.
# Instead: pysaml2 7.5.5 decodes them, encodes them anew in Python's way, and verifies that. A RelayState with a space comes as "a%20b"
# from samlify 2.13.1, as it was signed; pysaml2 makes "a+b" of it and says no. The same with !'()* in it, and with small hexadecimal
# digits, %2f, wherever they stand in the address.
# Where: verify_redirect_signature is given the decoded values only, and calls urlencode.
# For sign-in: an identity provider on pysaml2 refuses service providers that sign, from some pages of an app or altogether. As a service
# provider keep RelayState to letters and digits, and write large hexadecimal digits.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet pysaml2==7.5.5 cryptography==50.0.2
npm install --prefix . --silent --no-audit --no-fund samlify@2.13.1
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 2 -subj /CN=sp.example.com 2> /dev/null
cat > addresses.mjs <<'JS'
import { readFileSync } from "node:fs";
import samlify from "samlify";

const binding = (name, Location) => [{ Binding: `urn:oasis:names:tc:SAML:2.0:bindings:${name}`, Location }];
const identityProvider = samlify.IdentityProvider({
  entityID: "https://idp.example.com/metadata",
  wantAuthnRequestsSigned: true,
  singleSignOnService: binding("HTTP-Redirect", "https://idp.example.com/sso"),
  singleLogoutService: binding("HTTP-Redirect", "https://idp.example.com/slo"),
});
const addresses = ["abc", "https://sp.example.com/?a=1", "a b", "/team(1)"].map((relayState) => samlify.ServiceProvider({
  entityID: "https://sp.example.com/metadata",
  authnRequestsSigned: true,
  privateKey: readFileSync("key.pem", "utf8"),
  assertionConsumerService: binding("HTTP-POST", "https://sp.example.com/acs"),
  relayState,
}).createLoginRequest(identityProvider, "redirect").context);
console.log(JSON.stringify(addresses));
JS
cat > finding.py <<'PY'
import base64
import json
import pathlib
import re
import subprocess
import urllib.parse
from importlib.metadata import version

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509 import load_pem_x509_certificate
from saml2.sigver import RSACrypto, verify_redirect_signature

certificate = pathlib.Path("certificate.pem").read_text()
key = serialization.load_pem_private_key(pathlib.Path("key.pem").read_bytes(), None)
SIGNED = ("SAMLRequest", "RelayState", "SigAlg")


def values(address: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in urllib.parse.urlsplit(address).query.split("&"))


def small_digits(address: str) -> str:
    """The same request with %2f for %2F, signed so."""
    small = {name: re.sub("%..", lambda found: found[0].lower(), value) for name, value in values(address).items()}
    query = "&".join(f"{name}={small[name]}" for name in SIGNED)
    signature = key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"https://idp.example.com/sso?{query}&Signature={urllib.parse.quote(base64.b64encode(signature).decode(), safe='')}"


def by_the_standard(address: str) -> bool:
    came = values(address)
    signature = base64.b64decode(urllib.parse.unquote(came["Signature"]))
    signed = "&".join(f"{name}={came[name]}" for name in SIGNED).encode()
    public = load_pem_x509_certificate(certificate.encode()).public_key()
    public.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    return True


def by_pysaml2(address: str) -> bool:
    decoded = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
    return verify_redirect_signature(decoded, RSACrypto(None), certificate.split("-----")[2].strip())


addresses = json.loads(subprocess.run(["node", "addresses.mjs"], check=True, capture_output=True, text=True).stdout)
for address, expected in zip([*addresses, small_digits(addresses[0])], [True, True, False, False, False]):
    seen = by_pysaml2(address)
    came = f"{values(address)['RelayState']} ... {values(address)['SigAlg'][:12]}"
    print(came, "| by the standard:", by_the_standard(address), "| pysaml2", version("pysaml2"), seen)
    assert seen is expected
PY
env/bin/python -W ignore finding.py
