#!/usr/bin/env bash
# A guess: whoever reads .eml files joins the encoded words of a subject (RFC 2047, section 6.2; longer subjects have several, since each
# is 75 characters at most), and reads the sender's name after it took the address apart, so that a comma in it stays a comma.
# Instead: eml-format 0.6.1 reads the first encoded word and drops the rest, and leaves "_" where a space is meant. eml-parse-js 1.1.15
# decodes first and splits then: of the sender "Acme, Inc. – Köln" it makes two, "Acme" without an address and another. postal-mime 4.0.0
# and letterparser 0.1.8 read all of it. nodemailer 10.6.1 wrote the mail.
# For sign-in: a test bench that waits for a subject or takes a code out of it, and a help desk's inbox, see half of it as soon as it has
# a letter beyond ASCII. Put what must be found, the code above all, into the first words, and look senders up by their address.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund nodemailer@10.6.1 eml-format@0.6.1 eml-parse-js@1.1.15 postal-mime@4.0.0 letterparser@0.1.8
cat > finding.mjs <<'JS'
import { createRequire } from "node:module";
import { promisify } from "node:util";
import PostalMime from "postal-mime";

const require = createRequire(import.meta.url);
const mail = await require("nodemailer")
  .createTransport({ streamTransport: true, buffer: true })
  .sendMail({
    from: { name: "Acme, Inc. – Köln", address: "login@example.com" },
    to: "ada@example.org",
    subject: "Bestätigen Sie Ihre Anmeldung bei Acme für die Gruppe Vertrieb Süd, Ihr Code ist 123456",
    text: "https://app.example.com/",
  });
const text = mail.message.toString();
console.log(text.split("\r\n").filter((line) => line.includes("=?")).join("\n"));
const readers = {
  "eml-format": promisify(require("eml-format").read),
  "eml-parse-js": require("eml-parse-js").readEml,
  "postal-mime": (raw) => PostalMime.parse(raw),
  letterparser: require("letterparser").extract,
};
for (const [name, read] of Object.entries(readers)) {
  const { subject, from } = await read(text);
  const senders = [from].flat().map((sender) => `${sender.name} <${sender.email ?? sender.address}>`);
  console.log(`${name} | ${subject} | ${senders.join(" and ")}`);
}
JS
node finding.mjs | tee seen
diff seen - << 'SEEN'
From: =?UTF-8?Q?Acme=2C_Inc=2E_=E2=80=93_K=C3=B6ln?= <login@example.com>
Subject: =?UTF-8?Q?Best=C3=A4tigen_Sie_Ihre_Anmeldung_bei_A?=
 =?UTF-8?Q?cme_f=C3=BCr_die_Gruppe_Vertrieb_S=C3=BC?=
 =?UTF-8?Q?d=2C_Ihr_Code_ist_123456?=
eml-format | Bestätigen_Sie_Ihre_Anmeldung_bei_A | Acme,_Inc._–_Köln <login@example.com>
eml-parse-js | Bestätigen Sie Ihre Anmeldung bei Acme für die Gruppe Vertrieb Süd, Ihr Code ist 123456 | Acme <> and Inc. – Köln <login@example.com>
postal-mime | Bestätigen Sie Ihre Anmeldung bei Acme für die Gruppe Vertrieb Süd, Ihr Code ist 123456 | Acme, Inc. – Köln <login@example.com>
letterparser | Bestätigen Sie Ihre Anmeldung bei Acme für die Gruppe Vertrieb Süd, Ihr Code ist 123456 | Acme, Inc. – Köln <login@example.com>
SEEN
