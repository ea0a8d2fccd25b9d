#!/usr/bin/env bash
# A guess: a comma in a name is `\,` in a vCard (RFC 6350, section 3.4) and a comma again in what a reader gives. A semicolon in the name of
# a company is `\;`, since what follows a bare one is a part of it, as a department.
# Instead: vcf 2.1.2 and vcard-json 0.5.2 of npm give Ann Berg\, M.D. with the backslash. vcards-js 2.11.1, which writes that comma rightly,
# writes the semicolon of the company "Berg; Sons" bare, so that vobject and ical.js find a department "Sons". vcard-creator 1.0.0 writes
# both, and vcard-parser 1.0.0, ical.js 2.2.1 and vobject 0.9.9 read both.
# For sign-in: names with a backslash go into invitations, sessions and what other services get, and "Berg\, M.D." is found by no search
# for "Berg, M.D.". Take the backslashes off yourself after vcf; what you escape for vcards-js it escapes again.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund vcf@2.1.2 vcard-json@0.5.2 vcard-parser@1.0.0 ical.js@2.2.1 vcards-js@2.11.1 \
  vcard-creator@1.0.0
cat > finding.mjs <<'JS'
import { writeFileSync } from "node:fs";
import ical from "ical.js";
import { VCard } from "vcard-creator";
import vcardJson from "vcard-json";
import vcardParser from "vcard-parser";
import vcardsJs from "vcards-js";
import Vcf from "vcf";

const full = "Ann Berg, M.D.", company = "Berg; Sons";
const card = vcardsJs();
Object.assign(card, { firstName: "Ann", lastName: "Berg", formattedName: full, organization: company, workEmail: "ann@example.org" });
const written = {
  "vcards-js": card.getFormattedString(),
  "vcard-creator": new VCard().addFullName(full).addName({ givenName: "Ann", familyName: "Berg" }).addCompany({ name: company }).toString(),
};
const readers = {
  vcf: (text) => { const read = new Vcf().parse(text); return [read.get("fn").valueOf(), read.get("org").valueOf()]; },
  "vcard-json": (text) => {
    let name;
    vcardJson.parseVcardString(text, (error, [read]) => { name = read.fullname; });
    return [name];
  },
  "vcard-parser": (text) => { const { fn, org } = vcardParser.parse(text); return [fn[0].value, org[0].value]; },
  "ical.js": (text) => {
    const read = new ical.Component(ical.parse(text));
    return [read.getFirstPropertyValue("fn"), read.getFirstPropertyValue("org")];
  },
};
for (const [writer, text] of Object.entries(written)) {
  writeFileSync(`${writer}.vcf`, text);
  for (const line of text.split(/\r?\n/).filter((each) => /^(FN|ORG)/.test(each))) console.log(`${writer} | writes | ${line}`);
  for (const [name, read] of Object.entries(readers)) console.log(`${writer} | ${name} | ${JSON.stringify(read(text))}`);
}
JS
node finding.mjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet vobject==0.9.9
cat > finding.py <<'PY'
import json
from pathlib import Path

import vobject

for path in sorted(Path().glob("*.vcf"), reverse=True):
    card = vobject.readOne(path.read_text())
    print(path.stem, "| vobject |", json.dumps([card.fn.value, card.org.value]))
PY
venv/bin/python finding.py | tee -a seen
diff seen - << 'SEEN'
vcards-js | writes | FN:Ann Berg\, M.D.
vcards-js | writes | ORG:Berg; Sons
vcards-js | vcf | ["Ann Berg\\, M.D.","Berg; Sons"]
vcards-js | vcard-json | ["Ann Berg\\, M.D."]
vcards-js | vcard-parser | ["Ann Berg, M.D.",["Berg"," Sons"]]
vcards-js | ical.js | ["Ann Berg, M.D.",["Berg"," Sons"]]
vcard-creator | writes | FN:Ann Berg\, M.D.
vcard-creator | writes | ORG:Berg\; Sons
vcard-creator | vcf | ["Ann Berg\\, M.D.","Berg\\; Sons"]
vcard-creator | vcard-json | ["Ann Berg\\, M.D."]
vcard-creator | vcard-parser | ["Ann Berg, M.D.","Berg; Sons"]
vcard-creator | ical.js | ["Ann Berg, M.D.","Berg; Sons"]
vcards-js | vobject | ["Ann Berg, M.D.", ["Berg", " Sons"]]
vcard-creator | vobject | ["Ann Berg, M.D.", ["Berg; Sons"]]
SEEN
