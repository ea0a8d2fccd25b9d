#!/usr/bin/env bash
# A guess: a sender given as (name, address) arrives as that name with that address, whatever is in the name; it is quoted or encoded
# if it must be (RFC 5322, section 3.4).
# Instead: Flask-Mail 0.10.0 puts both into one text without quotes and parses that again. The sender ("Acme, Inc.", login@example.com)
# has no address any more, in From as in what the SMTP server is told: it is "Acme", or nothing in Pythons whose parseaddr is strict. The
# same kind of name for a recipient comes out right, as it does for a sender from emails 1.1.3.
# Where: the class Message makes the text; MAIL_DEFAULT_SENDER as a pair goes the same way.
# For sign-in: mail in the name of an organization is refused or dropped for the customers whose legal name has a comma, and nobody else.
# Give Flask-Mail email.utils.formataddr((name, address)) instead of the pair.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet Flask-Mail==0.10.0 Flask==3.1.3 emails==1.1.3
cat > finding.py <<'PY'
import email
import email.policy
from email.utils import formataddr, parseaddr

import emails
import flask
import flask_mail

ADDRESS, MEMBER = "login@example.com", ("Lovelace, Ada", "ada@example.org")
app = flask.Flask("finding")
flask_mail.Mail(app)


def by_flask_mail(sender):
    with app.app_context():
        message = flask_mail.Message("Your link", sender=sender, recipients=[MEMBER], body="https://app.example.com/")
        return message.as_bytes(), flask_mail.sanitize_address(message.sender)


def header(raw, name):
    return str(email.message_from_bytes(raw, policy=email.policy.default)[name])


for name in ("Acme", "Acme, Inc."):
    raw, envelope = by_flask_mail((name, ADDRESS))
    print(f"{name} | From: {header(raw, 'from')} | to the server: {parseaddr(envelope)[1]} | To: {header(raw, 'to')}")
    assert (parseaddr(envelope)[1] == ADDRESS) is (ADDRESS in header(raw, "from")) is (name == "Acme")
    assert header(raw, "to") == '"Lovelace, Ada" <ada@example.org>'
raw, _ = by_flask_mail(formataddr(("Acme, Inc.", ADDRESS)))
print(f"with formataddr | From: {header(raw, 'from')}")
message = emails.Message(text="x", subject="Your link", mail_from=("Acme, Inc.", ADDRESS), mail_to=MEMBER)
print(f"emails | From: {header(message.as_string().encode(), 'from')}")
assert header(raw, "from") == header(message.as_string().encode(), "from") == f'"Acme, Inc." <{ADDRESS}>'
PY
venv/bin/python finding.py
