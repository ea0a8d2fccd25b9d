#!/usr/bin/env bash
# A guess: in an LDAP filter (cn=Ren\c3\a9), (cn=René) and what travels for both are the same; escapes are bytes (RFC 4515).
# Instead: ldapts 8.2.0 takes each escape for a character and encodes it as UTF-8 once more: c3 83 c2 a9. An objectGUID written
# as \01\ff, the only way to write one, travels as 01 c3 bf and finds nobody. An attribute option (cn;lang-de=x) or a dotted
# attribute type is refused.
# Where: its FilterParser, used when `search` is given a filter as text.
# For sign-in: looking members up by objectGUID, the stable id of Active Directory, comes back empty without an error. Give ldapts
# an EqualityFilter with a Buffer instead of text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund ldapts@8.2.0
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { BerWriter, EqualityFilter, FilterParser } from "ldapts";

console.log("ldapts", JSON.parse(readFileSync("node_modules/ldapts/package.json")).version);
const sent = (filter) => {
  const writer = new BerWriter();
  filter.write(writer);
  return writer.buffer.toString("hex");
};
const expected = { "(cn=René)": "52656ec3a9", "(cn=Ren\\c3\\a9)": "52656ec383c2a9", "(objectGUID=\\01\\ff)": "01c3bf" };
for (const [text, bytes] of Object.entries(expected)) {
  console.log(text, sent(FilterParser.parseString(text)));
  assert(sent(FilterParser.parseString(text)).endsWith(bytes));
}
assert(sent(new EqualityFilter({ attribute: "objectGUID", value: Buffer.from("01ff", "hex") })).endsWith("040201ff"));
for (const text of ["(cn;lang-de=x)", "(1.2.3=x)"]) assert.throws(() => FilterParser.parseString(text), /Invalid expression/);
JS
node finding.mjs
