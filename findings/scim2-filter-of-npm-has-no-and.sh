#!/usr/bin/env bash
# A guess: the filter function that comes with the npm package scim2-filter evaluates what its parser reads: "and", "or" and "ge" too
# (RFC 7644, tables 3 and 4).
# Instead: with scim2-filter 0.2.0 userName eq "ann" and active eq true finds nobody, and so does "or"; "ge" finds what is less or equal,
# "le" what is greater or equal. Its parser reads all of them right. scim2-parse-filter 0.2.10, a fork, has them right.
# Where: in its Tester "and" and "or" test the filter itself instead of the resource, and the two comparisons are swapped.
# For sign-in: one condition works, and so does the first test with a directory; the day a client adds "and active eq true" all members
# are new to it, and are made again. Take the fork, and test a filter of two conditions and one at a boundary.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund scim2-filter@0.2.0 scim2-parse-filter@0.2.10
cat > finding.mjs <<'JS'
import assert from "node:assert";
import fork from "scim2-parse-filter";
import original from "scim2-filter";

const member = { userName: "ann", active: true, logins: 7 };
const expected = {
  'userName eq "ann"': [true, true],
  'userName eq "ann" and active eq true': [false, true],
  'userName eq "ann" or userName eq "bob"': [false, true],
  "logins gt 5": [true, true],
  "logins ge 5": [false, true],
  "logins le 5": [true, false],
};
for (const [text, answers] of Object.entries(expected)) {
  assert.deepStrictEqual(original.parse(text), fork.parse(text));
  const found = [original, fork].map((library) => library.filter(library.parse(text))(member));
  console.log("scim2-filter 0.2.0, scim2-parse-filter 0.2.10:", text, found);
  assert.deepStrictEqual(found, answers);
}
JS
node finding.mjs
