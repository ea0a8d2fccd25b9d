#!/usr/bin/env bash
# A guess: what composes mail keeps lines within the 998 characters that a message may have (RFC 5322, section 2.1.1), whatever the HTML
# looks like: quoted-printable and base64 are for that. Templates that went through a minifier are one line.
# Instead: Flask-Mail 0.10.0 and mimetext 3.0.28 send 2,100 characters of HTML in one line, and emailjs 5.0.3 a text of that length.
# aiosmtpd 1.4.6, a server that keeps to the limit, answers "500 Line too long". nodemailer 10.6.1, Django 5.2.19 and redmail 0.6.0 encode,
# and are taken.
# For sign-in: login mail works at most providers, which pass long lines on, break them (and so a link), or refuse them; it begins to fail
# when a template grows or is minified, for some members' domains only. Send to a server with the limit in tests, or break lines at tags.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet aiosmtpd==1.4.6 Flask==3.1.3 Flask-Mail==0.10.0 Django==5.2.19 redmail==0.6.0
npm install --prefix . --silent --no-audit --no-fund mimetext@3.0.28 emailjs@5.0.3 nodemailer@10.6.1
cat > compose.mjs <<'JS'
import { writeFileSync } from "node:fs";
import { Message } from "emailjs";
import { createMimeMessage } from "mimetext";
import nodemailer from "nodemailer";

const [from, to, subject, html] = ["login@example.com", "ada@example.org", "Your link", process.argv[2]];
const mail = createMimeMessage();
mail.setSender(from);
mail.setTo(to);
mail.setSubject(subject);
mail.addMessage({ contentType: "text/html", data: html });
writeFileSync("mimetext.eml", mail.asRaw().replace(/\r?\n/g, "\r\n"));
writeFileSync("emailjs.eml", await new Message({ from, to, subject, text: html }).readAsync());
const composed = await nodemailer.createTransport({ streamTransport: true, buffer: true }).sendMail({ from, to, subject, html });
writeFileSync("nodemailer.eml", composed.message);
JS
cat > finding.py <<'PY'
import pathlib
import smtplib
import socket
import subprocess

import flask
import flask_mail
import redmail
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

FROM, TO, HTML = "login@example.com", "ada@example.org", "<p>Hello Ada, <a href='https://auth.example.com/'>here is your link</a></p>" * 28
subprocess.run(["node", "compose.mjs", HTML], check=True)
made = {path.stem: path.read_bytes() for path in pathlib.Path().glob("*.eml")}
app = flask.Flask("finding")
flask_mail.Mail(app)
with app.app_context():
    made["Flask-Mail"] = flask_mail.Message("Your link", sender=FROM, recipients=[TO], html=HTML).as_bytes()
settings.configure()
django = EmailMultiAlternatives("Your link", "Your link", FROM, [TO])
django.attach_alternative(HTML, "text/html")
made["Django"] = django.message().as_bytes(linesep="\r\n")
made["redmail"] = redmail.EmailSender("localhost", 25).get_message("Your link", sender=FROM, receivers=[TO], html=HTML).as_bytes()
with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
server = Controller(Sink(), hostname="127.0.0.1", port=port)
server.start()
refused = set()
for name, message in sorted(made.items()):
    longest = max(map(len, message.splitlines()))
    with smtplib.SMTP("127.0.0.1", port) as client:
        try:
            client.sendmail(FROM, [TO], message)
            print(f"{name} | longest line {longest} | taken")
        except smtplib.SMTPDataError as error:
            refused.add(name)
            print(f"{name} | longest line {longest} | {error.smtp_code} {error.smtp_error.decode()}")
server.stop()
assert refused == {"Flask-Mail", "mimetext", "emailjs"}
PY
venv/bin/python finding.py
