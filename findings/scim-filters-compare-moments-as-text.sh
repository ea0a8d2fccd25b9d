#!/usr/bin/env bash
# A guess: meta.lastModified gt "2026-05-13T08:00:00Z" finds a member who changed half a second later, and "gt" with the same moment
# written as 10:00:00+02:00 as well: RFC 7644, table 3, has dates compared in their order of time.
# Instead: scim2-parse-filter 0.2.10 and scim-query-filter-parser 2.0.4 compare the texts. "2026-05-13T08:00:00.500Z", as JavaScript
# writes it, is before "2026-05-13T08:00:00Z" to them, since the point sorts before the Z; with an offset two hours go missing. SCIMMY
# 1.3.5 compares moments, but for "eq", which wants the same text in all three.
# For sign-in: a client that asks what changed since its last run, as Python's isoformat or a local clock writes that, never hears of
# some changes: a member who was blocked stays in. As a client of such servers write UTC, with three decimals and a Z, and ask for a
# little earlier; as a server on these packages turn dates into numbers first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund scim2-parse-filter@0.2.10 scim-query-filter-parser@2.0.4 scimmy@1.3.5
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { filter, parse } from "scim2-parse-filter";
import { compileFilter } from "scim-query-filter-parser";
import SCIMMY from "scimmy";

const member = { userName: "ann", meta: { lastModified: "2026-05-13T08:00:00.500Z" } };
const whole = { userName: "ann", meta: { lastModified: "2026-05-13T08:00:00.000Z" } };
const expected = [
  [member, 'gt "2026-05-13T07:59:59Z"', true, true, true],
  [member, 'gt "2026-05-13T08:00:00Z"', false, false, true],
  [member, 'gt "2026-05-13T10:00:00+02:00"', false, false, true],
  [whole, 'eq "2026-05-13T08:00:00Z"', false, false, false],
];
for (const [resource, condition, ...answers] of expected) {
  const text = `meta.lastModified ${condition}`;
  const found = [filter(parse(text))(resource), compileFilter(text)(resource), new SCIMMY.Types.Filter(text).match([resource]).length === 1];
  console.log(resource.meta.lastModified, condition, "| scim2-parse-filter 0.2.10, scim-query-filter-parser 2.0.4, scimmy 1.3.5:", found);
  assert.deepStrictEqual(found, answers);
}
JS
node finding.mjs
