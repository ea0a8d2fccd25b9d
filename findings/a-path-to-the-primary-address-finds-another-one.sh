#!/usr/bin/env bash
# A guess: the path $.emails[?(@.primary)].value finds the primary address of a SCIM user, as JSONPath has been read since 2007: what
# stands in such brackets is a condition in JavaScript. A newer library, or one for another language, finds the same.
# Instead: it does in jsonpath-plus 10.4.0, jsonpath 1.3.0 and jsonpath-python 1.1.6. Since the standard of 2024 it asks whether there is
# a member of that name, whatever it says (RFC 9535, section 2.3.5.2.1): jsonpath-js 0.3.1, jsonpathly 3.0.0 and jsonpath-rfc9535 1.3.0 of
# npm, jsonpath-ng 1.16.0 and python-jsonpath 2.2.2 find each address that says "primary": false, too, and the first of them comes first.
# With ==true all find the primary one but jsonpath-python, which finds none: it wants ==True.
# For sign-in: what maps attributes of a provider by such paths (to an address, to roles) gives members the address that they have at
# home after a library was changed, and mails their links there; who has one address is as before. In mappings write ==true, refuse a
# path that finds two values, and test with a user whose first address is not the primary one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund jsonpath-plus@10.4.0 jsonpath@1.3.0 jsonpath-js@0.3.1 jsonpathly@3.0.0 \
  jsonpath-rfc9535@1.3.0
python3 -m venv venv
venv/bin/pip install --quiet jsonpath-ng==1.16.0 python-jsonpath==2.2.2
python3 -m venv other
other/bin/pip install --quiet jsonpath-python==1.1.6
cat > user.json << 'JSON'
{"emails": [{"value": "ann@home.example", "primary": false}, {"value": "ann@work.example", "primary": true}, {"value": "ann@old.example"}]}
JSON
cat > finding.mjs <<'JS'
import { readFileSync } from "node:fs";
import jsonpath from "jsonpath";
import { JSONPathJS } from "jsonpath-js";
import { JSONPath } from "jsonpath-plus";
import * as rfc9535 from "jsonpath-rfc9535";
import { query } from "jsonpathly";

const user = JSON.parse(readFileSync("user.json"));
const libraries = {
  "jsonpath-plus": (path) => JSONPath({ path, json: user }),
  jsonpath: (path) => jsonpath.query(user, path),
  "jsonpath-js": (path) => new JSONPathJS(path).find(user),
  jsonpathly: (path) => query(user, path),
  "jsonpath-rfc9535": (path) => rfc9535.query(user, path),
};
for (const path of process.argv.slice(2))
  for (const [name, find] of Object.entries(libraries)) console.log(path, "|", name, "|", find(path).join(" "));
JS
cat > finding.py <<'PY'
import json
import sys
from importlib.metadata import PackageNotFoundError, version

import jsonpath

user = json.load(open("user.json"))
try:
    version("jsonpath-ng")
    from jsonpath_ng.ext import parse

    libraries = {
        "jsonpath-ng": lambda path: [found.value for found in parse(path).find(user)],
        "python-jsonpath": lambda path: jsonpath.findall(path, user),
    }
except PackageNotFoundError:
    libraries = {"jsonpath-python": lambda path: jsonpath.JSONPath(path).parse(user)}
for path in sys.argv[1:]:
    for name, find in libraries.items():
        print(path, "|", name, "|", *find(path))
PY
paths=('$.emails[?(@.primary)].value' '$.emails[?(@.primary==true)].value')
{
  node finding.mjs "${paths[@]}"
  venv/bin/python finding.py "${paths[@]}"
  other/bin/python finding.py "${paths[@]}"
} | LC_ALL=C sort | tee seen
diff seen - << 'SEEN'
$.emails[?(@.primary)].value | jsonpath | ann@work.example
$.emails[?(@.primary)].value | jsonpath-js | ann@home.example ann@work.example
$.emails[?(@.primary)].value | jsonpath-ng | ann@home.example ann@work.example
$.emails[?(@.primary)].value | jsonpath-plus | ann@work.example
$.emails[?(@.primary)].value | jsonpath-python | ann@work.example
$.emails[?(@.primary)].value | jsonpath-rfc9535 | ann@home.example ann@work.example
$.emails[?(@.primary)].value | jsonpathly | ann@home.example ann@work.example
$.emails[?(@.primary)].value | python-jsonpath | ann@home.example ann@work.example
$.emails[?(@.primary==true)].value | jsonpath | ann@work.example
$.emails[?(@.primary==true)].value | jsonpath-js | ann@work.example
$.emails[?(@.primary==true)].value | jsonpath-ng | ann@work.example
$.emails[?(@.primary==true)].value | jsonpath-plus | ann@work.example
$.emails[?(@.primary==true)].value | jsonpath-python |
$.emails[?(@.primary==true)].value | jsonpath-rfc9535 | ann@work.example
$.emails[?(@.primary==true)].value | jsonpathly | ann@work.example
$.emails[?(@.primary==true)].value | python-jsonpath | ann@work.example
SEEN
