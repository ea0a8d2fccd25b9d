#!/usr/bin/env bash
# A guess: emails[type eq "work" and value eq "b@example.com"] finds those of whom one address is both; that is what brackets are for
# (RFC 7644, section 3.4.2.2: the conditions in them must be applied to the same value of the attribute before them).
# Instead: scim2-parse-filter 0.2.10 parses it as it should, and its `filter` also finds a member whose work address is another and
# whose home address is b@example.com: each condition looks through all values on its own, as without the brackets. So does
# emails[type eq "work"].value eq "b@example.com", which it takes for two conditions. scim2-models 0.12.3 finds one member for each.
# Where: the case "[]" of its Tester hands the whole list to the conditions; only with a single one in the brackets is that the same.
# For sign-in: a provisioner that looks a member up by work address gets two, or the wrong one, and writes into that account. As a
# server on this package take its parse and evaluate brackets yourself, value by value; as a client compare what came back.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > members.json <<'JSON'
[
  {"userName": "ann", "emails": [{"type": "work", "value": "a@example.com"}, {"type": "home", "value": "b@example.com"}]},
  {"userName": "bob", "emails": [{"type": "work", "value": "b@example.com"}]}
]
JSON
cat > filters.json <<'JSON'
["emails[type eq \"work\" and value eq \"b@example.com\"]", "emails[type eq \"work\"].value eq \"b@example.com\""]
JSON
npm install --silent --no-audit --no-fund scim2-parse-filter@0.2.10
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { filter, parse } from "scim2-parse-filter";

const [members, filters] = ["members.json", "filters.json"].map((file) => JSON.parse(readFileSync(file)));
for (const text of filters) {
  const found = members.filter(filter(parse(text))).map((member) => member.userName);
  console.log("scim2-parse-filter 0.2.10:", text, found);
  assert.deepStrictEqual(found, ["ann", "bob"]);
}
JS
node finding.mjs
python3 -m venv env
env/bin/pip install --quiet scim2-models==0.12.3
env/bin/python - <<'PY'
import json
from importlib.metadata import version

from scim2_models import ScimFilter, User

members = [User.model_validate({"schemas": [User.__schema__]} | member) for member in json.load(open("members.json"))]
for text in json.load(open("filters.json")):
    found = [member.user_name for member in members if ScimFilter[User](text).match(member)]
    print("scim2-models", version("scim2-models"), text, found)
    assert found == ["bob"]
PY
