"""python3-saml's verification of the same response: `verify.py FOLDER SECONDS` prints how many a second."""

import pathlib
import sys
import time

from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

folder, seconds = pathlib.Path(sys.argv[1]), float(sys.argv[2])
issuer, audience, acs_url, request_id, _ = (folder / "expected").read_text().splitlines()
certificate = "".join(line for line in (folder / "certificate.pem").read_text().splitlines() if "-----" not in line)
response = (folder / "response").read_text()
settings = OneLogin_Saml2_Settings({
    "strict": True,
    "sp": {"entityId": audience, "assertionConsumerService": {"url": acs_url}},
    "idp": {"entityId": issuer, "singleSignOnService": {"url": "https://idp.example/sso"}, "x509cert": certificate},
}, sp_validation_only=False)
host, _, path = acs_url.removeprefix("https://").partition("/")
request = {"https": "on", "http_host": host, "script_name": f"/{path}", "post_data": {"SAMLResponse": response}}
began, count = time.monotonic(), 0
while time.monotonic() - began < seconds:
    for _ in range(20):
        parsed = OneLogin_Saml2_Response(settings, response)
        assert parsed.is_valid(request, request_id), parsed.get_error()
    count += 20
print(count / (time.monotonic() - began))
