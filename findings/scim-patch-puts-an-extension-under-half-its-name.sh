#!/usr/bin/env bash
# A guess: a PATCH without a path, whose value is {"urn:…:enterprise:2.0:User": {"department": "Law"}}, sets the department; so are the
# attributes of an extension written in a resource (RFC 7643, section 3.3), and that value is a part of one (RFC 7644, section 3.5.2).
# Instead: scim-patch 0.8.3 leaves the extension as it was and adds an object "urn:…:enterprise:2.0" with a member "User" beside it. The
# same with the whole URN as the path. Neither raises, and the answer shows both. As "urn:…:User:department", in the path or as a name
# in the value, it works. SCIMMY 1.3.5 sets the department in both ways.
# Where: the part of a path that it takes for the schema ends at the last colon, and that stands before "User".
# For sign-in: department, employee number and manager stay at their old values at an app built on it, while the provisioner has its
# 200. As a client send one operation for each attribute, with its full path; as a server look for members named like half a URN.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund scim-patch@0.8.3 scimmy@1.3.5
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { scimPatch } from "scim-patch";
import SCIMMY from "scimmy";

const [core, enterprise] = ["core", "extension:enterprise"].map((name) => `urn:ietf:params:scim:schemas:${name}:2.0:User`);
const member = () => ({ schemas: [core, enterprise], id: "1", userName: "ann", meta: {}, [enterprise]: { department: "Sales" } });
SCIMMY.Schemas.User.definition.extend(SCIMMY.Schemas.EnterpriseUser.definition, false);
const law = { department: "Law" };
const operations = [{ value: { [enterprise]: law } }, { path: enterprise, value: law }];
for (const operation of operations.map((rest) => ({ op: "replace", ...rest }))) {
  const patched = scimPatch(member(), [operation]);
  const half = enterprise.slice(0, -":User".length);
  console.log("scim-patch 0.8.3:", { [enterprise]: patched[enterprise], [half]: patched[half] });
  assert.deepStrictEqual([patched[enterprise], patched[half]], [{ department: "Sales" }, { User: law }]);

  const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
  const user = new SCIMMY.Schemas.User(member(), "out", "https://example.com/Users");
  const other = await new SCIMMY.Messages.PatchOp({ schemas, Operations: [operation] }).apply(user, (changed) => changed);
  console.log("scimmy 1.3.5:", other[enterprise].department);
  assert.strictEqual(other[enterprise].department, "Law");
}
const right = scimPatch(member(), [{ op: "replace", path: `${enterprise}:department`, value: "Law" }]);
assert.deepStrictEqual(right[enterprise], law);
JS
node finding.mjs
