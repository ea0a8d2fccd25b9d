#!/usr/bin/env bash
# A guess: a field that checks an address gives back the address. Domains get lower case, perhaps; an all-ASCII address stays
# ASCII.
# Instead: pydantic 2.14.4 with email-validator 2.4.0 gives user@xn--e1afmkfd.xn--p1ai back with a Cyrillic domain. The field
# holds another string than the one that came in, one that needs IDNA again before DNS or SMTP can use it.
# Where: email-validator's `normalized` is the Unicode form by design (`ascii_email` is the other); pydantic takes `normalized`.
# For sign-in: an address that passed through a Python service no longer equals, byte for byte, the one in the token, in the
# database or in the list of an organization's domains. Compare domains in one form (the A-label) at every boundary.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet pydantic==2.14.4 email-validator==2.4.0
"$folder/env/bin/python" - <<'PY'
from importlib.metadata import version

import email_validator
import pydantic

print("pydantic", version("pydantic"), "email-validator", version("email-validator"))


class Member(pydantic.BaseModel):
    email: pydantic.EmailStr


sent = "user@xn--e1afmkfd.xn--p1ai"
kept = Member(email=sent).email
print("sent", sent, "kept", kept)
assert kept != sent and not kept.isascii()
assert email_validator.validate_email(sent, check_deliverability=False).ascii_email == sent
assert Member(email="user@example.com").email == "user@example.com"
PY
