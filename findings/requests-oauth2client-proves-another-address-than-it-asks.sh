#!/usr/bin/env bash
# A guess: the DPoP proof of a request names the address that is asked, without query and fragment (RFC 9449, section 4.2, "htu").
# Instead: requests_oauth2client 1.8.0 asks /users/ann%40example.org and proves /users/ann@example.org. %26, %2B, %3A and %3B lose their
# encoding alike, %2F and %20 keep it. Section 4.3 has servers compare after normalization, which by RFC 3986, section 6.2.2.2, decodes
# letters, digits and "-._~" alone; so pydpop 0.2.1 says "htu mismatch". The proofs of pydpop and of atproto-oauth 0.1.0 pass.
# Where: the query is taken off by furl, which writes the path again in its own way.
# For sign-in: all calls of a service succeed but those for a member by address, a user name with "+" or a SCIM schema by its URN, and
# these are refused as if the key were wrong. Give such a member's id in the path, or put the address there without encoding the "@".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet requests-oauth2client==1.8.0 pydpop==0.2.1 atproto-oauth==0.1.0 requests==2.34.2 furl==2.1.4
venv/bin/python - <<'PY' | tee seen
import jwskate
import requests
from atproto_oauth.dpop import DPoPManager
from cryptography.hazmat.primitives.asymmetric import ec
from pydpop import DPoPError, generate_key, generate_proof, verify_proof
from requests_oauth2client import DPoPKey, DPoPToken

TOKEN = "opaque"
PATHS = ("/me", "/users/ann@example.org", "/users/ann%40example.org", "/users/ann%2Btest", "/groups/R%26D", "/Schemas/urn%3Aietf%3Auser")
PATHS += ("/groups/A%3BB", "/groups/Sales%2FEU", "/groups/Sales%20EU")
ours, theirs = generate_key(), ec.generate_private_key(ec.SECP256R1())
token = DPoPToken(access_token=TOKEN, _dpop_key=DPoPKey.generate())
for path in PATHS:
    request = requests.Request("GET", f"https://api.example.org{path}?page=1", auth=token).prepare()
    proofs = {
        "requests_oauth2client": request.headers["DPoP"],
        "pydpop": generate_proof(private_key=ours, htm="GET", htu=request.url, access_token=TOKEN),
        "atproto-oauth": DPoPManager.create_proof("GET", request.url, theirs, access_token=TOKEN),
    }
    said = {}
    for name, proof in proofs.items():
        try:
            verify_proof(proof=proof, htm="GET", htu=request.url, access_token=TOKEN)
            said[name] = "taken"
        except DPoPError as raised:
            said[name] = f"{raised}, {jwskate.Jwt(proof).claims['htu']}"
    assert said.pop("pydpop") == said.pop("atproto-oauth") == "taken"
    print(request.path_url, "|", *said.values())
PY
diff seen - << 'SEEN'
/me?page=1 | taken
/users/ann@example.org?page=1 | taken
/users/ann%40example.org?page=1 | htu mismatch, https://api.example.org/users/ann@example.org
/users/ann%2Btest?page=1 | htu mismatch, https://api.example.org/users/ann+test
/groups/R%26D?page=1 | htu mismatch, https://api.example.org/groups/R&D
/Schemas/urn%3Aietf%3Auser?page=1 | htu mismatch, https://api.example.org/Schemas/urn:ietf:user
/groups/A%3BB?page=1 | htu mismatch, https://api.example.org/groups/A;B
/groups/Sales%2FEU?page=1 | taken
/groups/Sales%20EU?page=1 | taken
SEEN
