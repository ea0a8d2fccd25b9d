"""Reads what signed_response.py made as a strict service provider on python3-saml.

usage: read_with_python3_saml.py FOLDER

Prints JSON: {"error": REASON}, or {"attributes": NAMES AND VALUES}. Raises what python3-saml raises.
"""

import base64
import json
import pathlib
import sys

from onelogin.saml2.auth import OneLogin_Saml2_Auth as Auth

folder = pathlib.Path(sys.argv[1])
settings = {
    "strict": True,
    "sp": {"entityId": "https://sp.example.com/metadata", "assertionConsumerService": {"url": "https://sp.example.com/acs"}},
    "idp": {"entityId": "https://idp.example.com/metadata", "singleSignOnService": {"url": "https://idp.example.com/sso"},
            "x509cert": folder.joinpath("certificate.pem").read_text()},
    "security": {"wantAssertionsSigned": True},
}
request = {"https": "on", "http_host": "sp.example.com", "script_name": "/acs", "get_data": {},
           "post_data": {"SAMLResponse": base64.b64encode(folder.joinpath("response.xml").read_bytes()).decode()}}
auth = Auth(request, settings)
auth.process_response()
print(json.dumps({"error": auth.get_last_error_reason()} if auth.get_errors() else {"attributes": auth.get_attributes()}))
