#!/usr/bin/env bash
# A guess: a PATCH that adds an address with "primary": true makes it the primary one, and the old one is no longer: RFC 7644, section
# 3.5.2, has the server set "primary" to false on all others then. The client need not know them.
# Instead: SCIMMY 1.3.5, which knows the schemas, and scim-patch 0.8.3 leave both true, also if the primary flag alone is replaced.
# scim2-models 0.12.3 sets the old one to false.
# For sign-in: an app that takes the first primary address goes on mailing links and codes to the old one, which may be somebody else's
# by now; one that takes the last does not; RFC 7643, section 2.4, forbids that there are two. As a server on these packages set the
# others to false after each PATCH; as a client send both changes in one request, the old one first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > member.json <<'JSON'
{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "ann",
  "emails": [{"type": "work", "value": "old@example.com", "primary": true}, {"type": "home", "value": "home@example.com"}]
}
JSON
cat > operations.json <<'JSON'
[
  {"op": "add", "path": "emails", "value": [{"type": "other", "value": "new@example.com", "primary": true}]},
  {"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true}
]
JSON
npm install --silent --no-audit --no-fund scimmy@1.3.5 scim-patch@0.8.3
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { scimPatch } from "scim-patch";
import SCIMMY from "scimmy";

const read = (file) => JSON.parse(readFileSync(file));
const primary = (member) => member.emails.filter((email) => email.primary).map((email) => email.value);
for (const [at, operation] of read("operations.json").entries()) {
  const user = new SCIMMY.Schemas.User(read("member.json"), "out", "https://example.com/Users");
  const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [operation] };
  const one = primary(await new SCIMMY.Messages.PatchOp(body).apply(user, (changed) => changed));
  const other = primary(scimPatch({ ...read("member.json"), meta: {} }, [operation]));
  console.log(operation.op, "| scimmy 1.3.5:", one, "| scim-patch 0.8.3:", other);
  const both = ["old@example.com", ["new@example.com", "home@example.com"][at]];
  assert.deepStrictEqual([one, other], [both, both]);
}
JS
node finding.mjs
python3 -m venv env
env/bin/pip install --quiet scim2-models==0.12.3
env/bin/python - <<'PY'
import json
from importlib.metadata import version

from scim2_models import PatchOp, User

for operation, expected in zip(json.load(open("operations.json")), ["new@example.com", "home@example.com"]):
    user = User.model_validate(json.load(open("member.json")))
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
    PatchOp[User].model_validate(body).patch(user)
    primary = [email.value for email in user.emails if email.primary]
    print("scim2-models", version("scim2-models"), operation["op"], primary)
    assert primary == [expected]
PY
