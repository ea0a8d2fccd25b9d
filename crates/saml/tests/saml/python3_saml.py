"""What python3-saml says of responses: a line for each, in the order of standard input."""

import sys

try:
    from onelogin.saml2.response import OneLogin_Saml2_Response
    from onelogin.saml2.settings import OneLogin_Saml2_Settings
    from onelogin.saml2.utils import OneLogin_Saml2_Utils
except ImportError:
    print("skipped: python3-saml is not installed")
    sys.exit()

idp, acs, request, now, certificate, *documents = sys.stdin.read().split("\n")
OneLogin_Saml2_Utils.now = staticmethod(lambda: int(now))
settings = OneLogin_Saml2_Settings(
    {
        "strict": True,
        "sp": {"entityId": acs, "assertionConsumerService": {"url": acs}},
        "idp": {
            "entityId": idp,
            "singleSignOnService": {"url": idp},
            "x509cert": certificate,
        },
        "security": {"allowRepeatAttributeName": True},
    }
)
address = acs.removeprefix("https://")
host, path = address.split("/", 1)
for document in documents:
    response = OneLogin_Saml2_Response(settings, document)
    asked = {"https": "on", "http_host": host, "script_name": "/" + path}
    if response.is_valid(asked, request):
        print("accepted", response.get_nameid())
    else:
        print("refused", response.get_error())
