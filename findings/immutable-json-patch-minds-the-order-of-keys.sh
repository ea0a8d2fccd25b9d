#!/usr/bin/env bash
# A guess: the operation "test" of a JSON Patch passes where the object is the same, in whatever order its members stand (RFC 6902,
# section 4.6), and "replace" and "remove" of what is not there are errors (sections 4.2 and 4.3), after which nothing is changed.
# Instead: immutable-json-patch 6.0.3 compares the texts, so {"given": "Ann", "family": "Berg"} is not {"family": "Berg", "given": "Ann"}.
# And it passes over what is not there: of a path with a slip of the pen nobody hears. fast-json-patch 3.1.1 and rfc6902 5.4.0 do both
# by the standard.
# Where: isEqual in utils.js compares what JSON.stringify makes; replace asks existsIn, and gives the document back if it is not.
# For sign-in: "test" is there so that two administrators do not overwrite each other's change of a member. Where one side orders
# members anew, as jsonb of PostgreSQL and maps of Go do, each change of a name is refused as if somebody else had been there. And the
# role that a patch takes away, by a path that is wrong, is still there, with success. Test single values, and look at the result.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund immutable-json-patch@6.0.3 fast-json-patch@3.1.1 rfc6902@5.4.0
cat > finding.mjs <<'JS'
import fast from "fast-json-patch";
import { immutableJSONPatch } from "immutable-json-patch";
import { applyPatch } from "rfc6902";

const libraries = {
  "immutable-json-patch": immutableJSONPatch,
  "fast-json-patch": (member, patch) => fast.applyPatch(member, patch, true).newDocument,
  rfc6902: (member, patch) => {
    for (const error of applyPatch(member, patch)) if (error) throw error;
    return member;
  },
};
const patches = {
  "test, members sorted": [
    { op: "test", path: "/name", value: { family: "Berg", given: "Ann" } },
    { op: "replace", path: "/name/family", value: "Kerr" },
  ],
  "replace /nmae/family": [{ op: "replace", path: "/nmae/family", value: "Kerr" }],
  "remove /roles/1": [{ op: "remove", path: "/roles/1" }],
};
for (const [what, patch] of Object.entries(patches))
  for (const [library, apply] of Object.entries(libraries)) {
    let seen;
    try {
      seen = JSON.stringify(apply({ name: { given: "Ann", family: "Berg" }, roles: ["admin"] }, patch));
    } catch (error) {
      seen = `raises ${error.name}`;
    }
    console.log(`${what} | ${library} | ${seen}`);
  }
JS
node finding.mjs | tee seen
diff seen - << 'SEEN'
test, members sorted | immutable-json-patch | raises Error
test, members sorted | fast-json-patch | {"name":{"given":"Ann","family":"Kerr"},"roles":["admin"]}
test, members sorted | rfc6902 | {"name":{"given":"Ann","family":"Kerr"},"roles":["admin"]}
replace /nmae/family | immutable-json-patch | {"name":{"given":"Ann","family":"Berg"},"roles":["admin"]}
replace /nmae/family | fast-json-patch | raises OPERATION_PATH_UNRESOLVABLE
replace /nmae/family | rfc6902 | raises MissingError
remove /roles/1 | immutable-json-patch | {"name":{"given":"Ann","family":"Berg"},"roles":["admin"]}
remove /roles/1 | fast-json-patch | raises OPERATION_PATH_UNRESOLVABLE
remove /roles/1 | rfc6902 | raises MissingError
SEEN
