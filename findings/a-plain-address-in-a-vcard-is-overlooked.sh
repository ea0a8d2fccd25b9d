#!/usr/bin/env bash
# A guess: a reader of vCards finds a name and an address however they are written: with parameters (FN;LANGUAGE=de), or without any
# (EMAIL:ann@example.org): a line may have them (RFC 6350, section 3.3).
# Instead: vcard-json 0.5.2 of npm finds no address without a parameter, and calls a person "empty" whose FN has one. vcard 0.1.0 of npm
# says "VERSION and FN" are missing from that card, and gives one of two addresses. vcard4 4.0.5 refuses SORT-AS, which the
# standard has for N (section 5.9). ical.js 2.2.1 of npm and vobject 0.9.9 of PyPI read them all.
# Where: vcard-json looks for "FN:" and for "EMAIL;" at the beginning of a line.
# For sign-in: whoever imports members from contacts leaves out those whose card is the plainest, or names them "empty", and nothing
# raises. Count what came of each file's BEGIN:VCARD, and show people whom you leave out before anyone is invited.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund vcard-json@0.5.2 vcard@0.1.0 vcard4@4.0.5 ical.js@2.2.1
python3 -m venv venv
venv/bin/pip install --quiet vobject==0.9.9
cat > write.py <<'PY'
from pathlib import Path

CARDS = {
    "plain": ["N:Berg;Ann;;;", "FN:Ann Berg", "EMAIL:ann@example.org"],
    "language": ["N:Berg;Ann;;;", "FN;LANGUAGE=de:Ann Berg", "EMAIL;TYPE=work:ann@example.org"],
    "sorted": ['N;SORT-AS="Berg,Ann":van den Berg;Ann;;;', "FN:Ann van den Berg", "EMAIL;TYPE=work:ann@example.org"],
    "two": ["N:Berg;Ann;;;", "FN:Ann Berg", "EMAIL;PREF=1:ann@example.org", "EMAIL;TYPE=home:ann@home.example"],
}
for name, lines in CARDS.items():
    Path(f"{name}.vcf").write_bytes("".join(f"{line}\r\n" for line in ("BEGIN:VCARD", "VERSION:4.0", *lines, "END:VCARD")).encode())
PY
python3 write.py
cat > finding.mjs <<'JS'
import { readFileSync } from "node:fs";
import ical from "ical.js";
import Vcard from "vcard";
import vcardJson from "vcard-json";
import * as vcard4 from "vcard4";

const called = (read) => {
  let result;
  read((error, cards) => { result = { error, cards }; });
  if (result.error) throw new Error(result.error);
  return result.cards;
};
const readers = {
  "vcard-json": (text) => {
    const [{ fullname, email }] = called((done) => vcardJson.parseVcardString(text, done));
    return [fullname, email.map(({ value }) => value)];
  },
  vcard: (text) => {
    const { FN, EMAIL } = called((done) => new Vcard().readData(text, done));
    return [FN, [EMAIL.value ?? EMAIL]];
  },
  vcard4: (text) => {
    const { parsedVcard } = vcard4.parse(text);
    const of = (name) => parsedVcard.filter(({ property }) => property === name).map(({ value }) => value);
    return [of("FN")[0], of("EMAIL")];
  },
  "ical.js": (text) => {
    const card = new ical.Component(ical.parse(text));
    return [card.getFirstPropertyValue("fn"), card.getAllProperties("email").map((one) => one.getFirstValue())];
  },
};
for (const kind of ["plain", "language", "sorted", "two"]) {
  const text = readFileSync(`${kind}.vcf`, "utf8");
  for (const [name, read] of Object.entries(readers)) {
    let seen;
    try {
      seen = read(text).flat().join(", ");
    } catch (error) {
      seen = error.message;
    }
    console.log(`${kind} | ${name} | ${seen}`);
  }
}
JS
node finding.mjs | grep '^[a-z]* | ' | tee seen # vcard prints the card as well
cat > finding.py <<'PY'
from pathlib import Path

import vobject

for kind in ("plain", "language", "sorted", "two"):
    card = vobject.readOne(Path(f"{kind}.vcf").read_text())
    print(kind, "| vobject |", ", ".join([card.fn.value, *(one.value for one in card.email_list)]))
PY
venv/bin/python finding.py | tee -a seen
diff <(sort seen) - << 'SEEN'
language | ical.js | Ann Berg, ann@example.org
language | vcard | One or more required elements are missing (VERSION and FN)
language | vcard-json | empty, ann@example.org
language | vcard4 | Ann Berg, ann@example.org
language | vobject | Ann Berg, ann@example.org
plain | ical.js | Ann Berg, ann@example.org
plain | vcard | Ann Berg, ann@example.org
plain | vcard-json | Ann Berg
plain | vcard4 | Ann Berg, ann@example.org
plain | vobject | Ann Berg, ann@example.org
sorted | ical.js | Ann van den Berg, ann@example.org
sorted | vcard | One or more required elements are missing (VERSION, N and FN)
sorted | vcard-json | Ann van den Berg, ann@example.org
sorted | vcard4 | vCard has unknown parameter: SORT-AS, on N property
sorted | vobject | Ann van den Berg, ann@example.org
two | ical.js | Ann Berg, ann@example.org, ann@home.example
two | vcard | Ann Berg, ann@example.org
two | vcard-json | Ann Berg, ann@example.org, ann@home.example
two | vcard4 | Ann Berg, ann@example.org, ann@home.example
two | vobject | Ann Berg, ann@example.org, ann@home.example
SEEN
