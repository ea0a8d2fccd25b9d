#!/usr/bin/env bash
# A guess: a scanner of bounces that knows delivery status notifications (RFC 3464) knows those of mail with SMTPUTF8 too (RFC 6533,
# section 4): the same fields, in message/global-delivery-status instead of message/delivery-status.
# Instead: flufl.bounce 6.0.0, the scanner of Mailman, finds no failed address in them, not even one in ASCII, as it is if only the sender
# or the subject was not. Python's own email package reads the fields, as a message within the message.
# Where: its DSN detector goes over the parts of the one type alone.
# For sign-in: login mail to a dead mailbox counts as delivered and is sent again and again; the member is told to look into the spam
# folder, and the sender's reputation suffers. Whoever sends with SMTPUTF8 must look for both types.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet flufl.bounce==6.0.0
cat > finding.py <<'PY'
import email

from flufl.bounce import all_failures

REPORT = """\
From: MAILER-DAEMON@mx.example.org
To: bounces@example.com
Subject: Undelivered mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=TYPE; boundary="part"

--part
Content-Type: text/plain; charset=utf-8

The mailbox does not exist.

--part
Content-Type: message/TYPE
Content-Transfer-Encoding: 8bit

Reporting-MTA: dns; mx.example.org

Final-Recipient: ADDRESS
Action: failed
Status: 5.1.1

--part--
"""


for kind, address in (("delivery-status", "rfc822; ada@example.org"), ("global-delivery-status", "rfc822; ada@example.org"),
                      ("global-delivery-status", "utf-8; pelé@example.org")):
    report = email.message_from_bytes(REPORT.replace("TYPE", kind).replace("ADDRESS", address).encode())
    _, failed = all_failures(report)
    print(kind, "|", address, "|", sorted(failed))
    assert sorted(failed) == ([b"ada@example.org"] if kind == "delivery-status" else [])
# One block about the server, one about the address.
(fields,) = email.message_from_string(REPORT.replace("TYPE", "global-delivery-status")).get_payload(1).get_payload()
assert email.message_from_string(fields.get_payload())["Action"] == "failed"
PY
venv/bin/python finding.py
