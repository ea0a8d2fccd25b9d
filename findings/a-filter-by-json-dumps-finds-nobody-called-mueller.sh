#!/usr/bin/env bash
# A guess: a text in a SCIM filter is a JSON string (RFC 7644, section 3.4.2.2), so a client makes it with its JSON library, and the
# server reads \u00fc as ü and \" as a quotation mark. Python's json.dumps writes both, PHP's json_encode \u00fc and even \/.
# Instead: three parsers take what is between the quotation marks as it stands. SCIMMY 1.3.5 and scim2-parse-filter 0.2.10 find no
# "Müller" that came as "M\u00fcller", and scim2-filter-parser 0.7.0 hands the backslash on to the database. At \" SCIMMY and
# scim2-filter-parser refuse the filter. scim-query-filter-parser 2.0.4 and scim2-models 0.12.3 find all of them.
# For sign-in: a provisioner looks for a group by its name before it makes it. One that it does not find it makes anew, with each run or
# with a conflict; one with quotation marks ends in 400. As a client escape only quotation mark and backslash and send the rest as
# UTF-8 (ensure_ascii=False); as a server decode the text as JSON.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet scim2-filter-parser==0.7.0 scim2-models==0.12.3
env/bin/python - <<'PY'
import json
from importlib.metadata import version

from scim2_filter_parser.parser import SCIMParserError
from scim2_filter_parser.queries.sql import SQLQuery
from scim2_models import Group, ScimFilter

names = ["Müller", 'The "A" Team', "R\\D"]
filters = [f"displayName eq {json.dumps(name)}" for name in names]
json.dump([names, filters], open("filters.json", "w"))
for name, text in zip(names, filters):
    try:
        handed_on = SQLQuery(text, "groups", {("displayName", None, None): "name"}).params[0]
    except SCIMParserError:
        handed_on = None
    found = ScimFilter[Group](text).match(Group(display_name=name))
    print("scim2-filter-parser", version("scim2-filter-parser"), text, "|", handed_on)
    print("scim2-models", version("scim2-models"), text, "|", found)
    assert found and handed_on == {"Müller": r"M\u00fcller", "R\\D": r"R\\D"}.get(name)
PY
npm install --silent --no-audit --no-fund scimmy@1.3.5 scim2-parse-filter@0.2.10 scim-query-filter-parser@2.0.4
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { filter, parse } from "scim2-parse-filter";
import { compileFilter } from "scim-query-filter-parser";
import SCIMMY from "scimmy";

const readers = {
  "scimmy 1.3.5": (text, group) => new SCIMMY.Types.Filter(text).match([group]).length === 1,
  "scim2-parse-filter 0.2.10": (text, group) => filter(parse(text))(group),
  "scim-query-filter-parser 2.0.4": (text, group) => compileFilter(text)(group),
};
const expected = [[false, "refused", false], [false, true, false], [true, true, true]];
const [names, filters] = JSON.parse(readFileSync("filters.json"));
for (const [at, [reader, finds]] of Object.entries(readers).entries()) {
  const found = filters.map((text, index) => {
    try {
      return finds(text, { displayName: names[index] });
    } catch (raised) {
      if (raised.scimType !== "invalidFilter") throw raised;
      return "refused";
    }
  });
  console.log(reader, filters, found);
  assert.deepStrictEqual(found, expected[at]);
}
JS
node finding.mjs
