#!/usr/bin/env bash
# A guess: a library that writes CEF knows the keys of ArcSight's dictionary, of which a login needs outcome (success or failure) and src,
# and says so where it cannot write a value.
# Instead: cefevent 0.5.6 of PyPI has no outcome, takes IPv4 alone for src, no externalId of more than 40 characters (the dictionary's
# limit), and nothing that is 0 under a short name as cn1 (under the long one, deviceCustomNumber1, it does). It returns False, and the
# event is written without them. With strict=True it raises. format-cef 0.0.4 of PyPI writes the outcome, and raises at IPv6, which has
# keys of its own as c6a2.
# For sign-in: a failed login looks like any other in the customer's SIEM, and one by IPv6 came from nowhere. Use strict=True, write an
# address of IPv6 as c6a2 with c6a2Label, and compare an event that you have written with what was to be in it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet cefevent==0.5.6 format-cef==0.0.4
cat > finding.py <<'PY'
import format_cef
from cefevent import CEFEvent

HEAD = {"deviceVendor": "Acme", "deviceProduct": "Login", "deviceVersion": "1", "signatureId": "login", "name": "Signed in", "severity": 3}
FIELDS = {"suser": "ann", "outcome": "failure", "src": "2001:db8::1", "externalId": "login-6f0c1b1e-5f0d-4c53-9f39-0d1a6d7f0f11", "cn1": 0}


def write(fields: dict, strict: bool = False) -> str:
    event = CEFEvent(strict=strict)
    for name, value in (HEAD | fields).items():
        event.set_field(name, value)
    return event.build_cef()


print("cefevent |", write(FIELDS))
print("cefevent, other keys |", write({"suser": "ann", "src": "192.0.2.1", "c6a2": "2001:db8::1", "deviceCustomNumber1": 0}))
for name, value in FIELDS.items():
    try:
        print("strict |", write({name: value}, strict=True).split("|")[-1])
    except ValueError as raised:
        print("strict |", name, "|", str(raised).splitlines()[0])
for fields in ({"eventOutcome": "failure", "sourceAddress": "192.0.2.1", "deviceCustomNumber1": 0}, {"sourceAddress": "2001:db8::1"}):
    try:
        print("format-cef |", format_cef.format_cef("Acme", "Login", "1", "login", "Signed in", 3, fields).decode().split("|")[-1])
    except ValueError as raised:
        print("format-cef |", str(raised).split(" did")[0])
PY
venv/bin/python finding.py | tee seen
diff seen - << 'SEEN'
cefevent | CEF:0|Acme|Login|1|login|Signed in|3|suser=ann
cefevent, other keys | CEF:0|Acme|Login|1|login|Signed in|3|suser=ann src=192.0.2.1 c6a2=2001:db8::1 cn1=0
strict | suser=ann
strict | outcome | Unknown CEF field: outcome
strict | src | Invalid value for field: sourceAddress
strict | externalId | Invalid value for field: externalId
strict | cn1 | Invalid value for field: deviceCustomNumber1
format-cef | cn1=0 outcome=failure src=192.0.2.1
format-cef | sourceAddress: '2001:db8::1'
SEEN
