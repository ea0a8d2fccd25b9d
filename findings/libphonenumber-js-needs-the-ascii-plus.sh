#!/usr/bin/env bash
# A guess: a library that reads full-width digits, as Japanese and Chinese keyboards write them, reads the full-width plus too.
# Instead: libphonenumber-js 1.13.16 reads ０９０１２３４５６７８ (with the region JP) and +８１９０…, but for ＋８１９０… it finds no number
# unless a default region is given. phonenumbers 9.0.43, a port of Google's library, reads all three.
# Where: the sign is in its list of plus signs, but extractCountryCallingCode compares with the ASCII one.
# For sign-in: a form that asks for international numbers without a default region refuses members who typed theirs right. Turn
# full-width forms into ASCII (NFKC) before parsing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund libphonenumber-js@1.13.16
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { parsePhoneNumberFromString as parse } from "libphonenumber-js/max";

console.log("libphonenumber-js", JSON.parse(readFileSync("node_modules/libphonenumber-js/package.json")).version);
const cases = [["０９０１２３４５６７８", "JP"], ["+８１９０１２３４５６７８"], ["＋８１９０１２３４５６７８"], ["＋８１９０１２３４５６７８", "JP"]];
const read = cases.map(([text, region]) => parse(text, region)?.number);
cases.forEach(([text, region], at) => console.log(text, region ?? "", read[at]));
assert.deepStrictEqual(read, ["+819012345678", "+819012345678", undefined, "+819012345678"]);
assert.strictEqual(parse(cases[2][0].normalize("NFKC")).number, "+819012345678");
JS
node finding.mjs
python3 -m venv env
env/bin/pip install --quiet phonenumbers==9.0.43
env/bin/python - <<'PY'
import phonenumbers

read = phonenumbers.parse("＋８１９０１２３４５６７８")
print("phonenumbers 9.0.43", read.country_code, read.national_number)
assert (read.country_code, read.national_number) == (81, 9012345678)
PY
