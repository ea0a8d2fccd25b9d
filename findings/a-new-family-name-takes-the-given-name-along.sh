#!/usr/bin/env bash
# A guess: {"op": "replace", "path": "name", "value": {"familyName": "Berg"}} changes the family name and nothing else, and the same
# without a path does, too: RFC 7644, section 3.5.2.3, leaves sub-attributes that are not specified unchanged.
# Instead: with the path SCIMMY 1.3.5 puts the object in the place of the old one, and the given name is gone; without it, as
# {"name": {"familyName": "Berg"}}, it stays. With scim-patch 0.8.3 it is just the other way round. scim2-models 0.12.3 keeps it in both.
# For sign-in: a member who marries loses the first name in the app, by a request that answered 200, and the provisioner sends it again
# only when it changes. No form with an object is safe with both: as a client name the sub-attribute in the path, name.familyName, which
# all three take alike; as a server on these packages merge the object with what was there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > operations.json <<'JSON'
[
  {"op": "replace", "path": "name", "value": {"familyName": "Berg"}},
  {"op": "replace", "value": {"name": {"familyName": "Berg"}}},
  {"op": "replace", "path": "name.familyName", "value": "Berg"}
]
JSON
cat > member.json <<'JSON'
{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "ann",
 "name": {"givenName": "Ann", "familyName": "Old"}}
JSON
npm install --silent --no-audit --no-fund scimmy@1.3.5 scim-patch@0.8.3
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { scimPatch } from "scim-patch";
import SCIMMY from "scimmy";

const read = (file) => JSON.parse(readFileSync(file));
const found = { "scimmy 1.3.5": [], "scim-patch 0.8.3": [] };
for (const operation of read("operations.json")) {
  const user = new SCIMMY.Schemas.User(read("member.json"), "out", "https://example.com/Users");
  const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [operation] };
  const patched = await new SCIMMY.Messages.PatchOp(body).apply(user, (changed) => changed);
  found["scimmy 1.3.5"].push(patched.name.givenName);
  found["scim-patch 0.8.3"].push(scimPatch({ ...read("member.json"), meta: {} }, [operation]).name.givenName);
}
console.log(found);
assert.deepStrictEqual(Object.values(found), [[undefined, "Ann", "Ann"], ["Ann", undefined, "Ann"]]);
JS
node finding.mjs
python3 -m venv env
env/bin/pip install --quiet scim2-models==0.12.3
env/bin/python - <<'PY'
import json
from importlib.metadata import version

from scim2_models import PatchOp, User

for operation in json.load(open("operations.json")):
    user = User.model_validate(json.load(open("member.json")))
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
    PatchOp[User].model_validate(body).patch(user)
    print("scim2-models", version("scim2-models"), user.name.given_name, user.name.family_name)
    assert (user.name.given_name, user.name.family_name) == ("Ann", "Berg")
PY
