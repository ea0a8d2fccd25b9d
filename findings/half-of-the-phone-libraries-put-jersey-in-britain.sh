#!/usr/bin/env bash
# A guess: libraries that say which country a phone number is of agree; a list of countries to which codes are sent means the same to each.
# Instead: numbers of Jersey, Guernsey and the Isle of Man begin with +44, are of countries of their own in ISO 3166, and are JE, GG and IM
# to phonenumbers 9.0.43 of PyPI and libphonenumber-js 1.13.16 of npm, ports of Google's library. To phone-iso3166 0.4.1 of PyPI, phone
# 3.1.72 and e164 0.0.5 of npm they are GB. Mayotte is YT to all but phone-iso3166, which says RE; Kosovo is nothing to e164.
# For sign-in: with a list of GB alone the one kind sends texts to Jersey as well, the other refuses its members there. Where
# a form checks with one and the server with the other, a number passes the form and gets no code. Use one library on both sides.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > numbers << 'NUMBERS'
+447400123456
+447797123456
+447781123456
+447624123456
+262639012345
+38349123456
NUMBERS
npm install --prefix . --silent --no-audit --no-fund libphonenumber-js@1.13.16 phone@3.1.72 e164@0.0.5
cat > finding.cjs <<'JS'
const { readFileSync } = require("node:fs");
const { lookup } = require("e164");
const { parsePhoneNumber } = require("libphonenumber-js/max");
const { phone } = require("phone");

for (const number of readFileSync("numbers", "utf8").trim().split("\n")) {
  const google = parsePhoneNumber(number);
  const country = google.isValid() && google.country;
  console.log(`${number} | ${country} | phone ${phone(number).countryIso2} | e164 ${lookup(number.slice(1))?.code}`);
}
JS
node finding.cjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet phonenumbers==9.0.43 phone-iso3166==0.4.1
venv/bin/python - <<'PY' | tee -a seen
import phonenumbers
from phone_iso3166.country import phone_country

for number in open("numbers").read().split():
    print(number, "|", phonenumbers.region_code_for_number(phonenumbers.parse(number)), "| phone-iso3166", phone_country(number))
PY
diff seen - << 'SEEN'
+447400123456 | GB | phone GB | e164 GB
+447797123456 | JE | phone GB | e164 GB
+447781123456 | GG | phone GB | e164 GB
+447624123456 | IM | phone GB | e164 GB
+262639012345 | YT | phone YT | e164 YT
+38349123456 | XK | phone XK | e164 undefined
+447400123456 | GB | phone-iso3166 GB
+447797123456 | JE | phone-iso3166 GB
+447781123456 | GG | phone-iso3166 GB
+447624123456 | IM | phone-iso3166 GB
+262639012345 | YT | phone-iso3166 RE
+38349123456 | XK | phone-iso3166 XK
SEEN
