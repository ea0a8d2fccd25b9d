#!/usr/bin/env bash
# A guess: the canonical values of an attribute are suggestions (RFC 7643, section 7: suggested values that may be used), so a member
# whose address is of the type "private" is taken, "Work" is "work", since type minds no case, and where none are suggested all go.
# Instead: SCIMMY 1.3.5 refuses the whole member for a type that is not in its list, and for "Work" as well. The lists of roles and
# x509Certificates are empty, as in the standard's own schema (section 8.7.1), and there each type is refused. entitlements, which
# have no list, may have any. scim2-models 0.12.3 takes all of them.
# Where: the coerce method of SCIMMY.Types.Attribute, "contains non-canonical value"; schemas.js has canonicalValues: [].
# For sign-in: people with a role that has a type, or with a phone number of the type "direct", are not provisioned at all, with a 400
# that names the attribute alone. As a server on it take canonicalValues out of the schemas; as a client map types onto the standard's.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > members.json <<'JSON'
[
  {"emails": [{"value": "ann@example.com", "type": "work"}]},
  {"emails": [{"value": "ann@example.com", "type": "Work"}]},
  {"emails": [{"value": "ann@example.com", "type": "private"}]},
  {"phoneNumbers": [{"value": "+15555550100", "type": "direct"}]},
  {"roles": [{"value": "nurse", "type": "ward"}]},
  {"roles": [{"value": "nurse"}]},
  {"x509Certificates": [{"value": "MIIB", "type": "signing"}]},
  {"entitlements": [{"value": "wiki", "type": "app"}]}
]
JSON
npm install --silent --no-audit --no-fund scimmy@1.3.5
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import SCIMMY from "scimmy";

const head = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: "ann" };
const taken = JSON.parse(readFileSync("members.json")).map((rest) => {
  try {
    return Boolean(new SCIMMY.Schemas.User({ ...head, ...rest }, "in"));
  } catch (raised) {
    console.log("scimmy 1.3.5:", JSON.stringify(rest), "|", raised.message);
    assert.match(raised.message, /non-canonical value/);
    return false;
  }
});
assert.deepStrictEqual(taken, [true, false, false, false, false, true, false, true]);
JS
node finding.mjs
python3 -m venv env
env/bin/pip install --quiet scim2-models==0.12.3
env/bin/python - <<'PY'
import json
from importlib.metadata import version

from scim2_models import Context, User

members = json.load(open("members.json"))
for rest in members:
    User.model_validate({"schemas": [User.__schema__], "userName": "ann"} | rest, scim_ctx=Context.RESOURCE_CREATION_REQUEST)
print("scim2-models", version("scim2-models"), "takes all", len(members))
PY
