#!/usr/bin/env bash
# A guess: urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "7" finds the member whose resource says so under
# that URN: RFC 7644, section 3.10, has attributes of extensions named so, and those of the core schema may be.
# Instead: SCIMMY 1.3.5 finds nobody, by userName behind the URN of the core schema neither, and scim-query-filter-parser 2.0.4 refuses
# such filters. A PATCH with the same path works in SCIMMY. scim2-parse-filter 0.2.10 finds the member by employee number, not by the
# name behind the core URN.
# Where: SCIMMY's Filter keeps the URN and the name as one word and looks for a member of that name in the resource.
# For sign-in: "no results" is an answer. A provisioner that matches people by employee number makes each of them again. As a client
# match by userName or externalId, without a URN; as a server on these packages read the filter's path yourself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund scimmy@1.3.5 scim-query-filter-parser@2.0.4 scim2-parse-filter@0.2.10
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { filter, parse } from "scim2-parse-filter";
import { compileFilter } from "scim-query-filter-parser";
import SCIMMY from "scimmy";

const { EnterpriseUser, User } = SCIMMY.Schemas;
User.definition.extend(EnterpriseUser.definition, false);
const [core, enterprise] = ["core", "extension:enterprise"].map((name) => `urn:ietf:params:scim:schemas:${name}:2.0:User`);
const resource = { schemas: [core, enterprise], id: "1", userName: "ann", [enterprise]: { employeeNumber: "7" } };
const member = new User(resource, "out", "https://example.com/Users");
const expected = {
  'userName eq "ann"': [true, true, true],
  [`${core}:userName eq "ann"`]: [false, false, "refused"],
  [`${enterprise}:employeeNumber eq "7"`]: [false, true, "refused"],
};
for (const [text, answers] of Object.entries(expected)) {
  let compiled = "refused";
  try {
    compiled = compileFilter(text)(resource);
  } catch (raised) {
    assert.match(raised.message, /Failed to parse/);
  }
  const found = [new SCIMMY.Types.Filter(text).match([member]).length === 1, filter(parse(text))(resource), compiled];
  console.log(text, "| scimmy 1.3.5, scim2-parse-filter 0.2.10, scim-query-filter-parser 2.0.4:", found);
  assert.deepStrictEqual(found, answers);
}
const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
const Operations = [{ op: "replace", path: `${enterprise}:employeeNumber`, value: "8" }];
const patched = await new SCIMMY.Messages.PatchOp({ schemas, Operations }).apply(member, (changed) => changed);
console.log("scimmy 1.3.5 after a PATCH of that path:", patched[enterprise].employeeNumber);
assert.strictEqual(patched[enterprise].employeeNumber, "8");
JS
node finding.mjs
