#!/usr/bin/env bash
# A guess: whoever parses CEF knows its two escapes: \| in the header, \= in the extension.
# Instead: pycef 1.11 raises IndexError on a header with an escaped pipe, and leaves the backslash before an equals sign in the
# value. nsyslog-parser 0.10.1 ends the value at the escaped equals sign and makes a new field of what follows: "Signed in with
# role\=admin" becomes msg "Signed in with" and a field named role\.
# For sign-in: display names, URLs with a query and organization names hold both characters. What a product sends as CEF should
# avoid them (percent-encode URLs' =, replace the pipe) rather than trust the escape.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet pycef==1.11
"$folder/env/bin/python" - <<'PY'
from importlib.metadata import version

import pycef

print("pycef", version("pycef"))
read = pycef.parse(r"CEF:0|Example|Guildhall|1.0|100|Login|3|suser=alice msg=Signed in with role\=admin")
print(read["msg"])
assert read["msg"] == r"Signed in with role\=admin"
try:
    pycef.parse(r"CEF:0|Example|Guildhall \| EU|1.0|100|Login|3|suser=alice msg=Signed in")
except IndexError as raised:
    print("escaped pipe:", repr(raised))
else:
    raise SystemExit("the escaped pipe is read now")
PY
cd "$folder"
npm install --silent --no-audit --no-fund nsyslog-parser@0.10.1
cat > finding.cjs <<'JS'
const assert = require("node:assert");
const event = String.raw`CEF:0|Example|Guildhall|1.0|100|Login|3|suser=alice msg=Signed in with role\=admin`;
const read = require("nsyslog-parser")(event);
console.log("nsyslog-parser", require("nsyslog-parser/package.json").version, read.fields);
assert.deepStrictEqual({ ...read.fields }, { suser: "alice", msg: "Signed in with", "role\\": "admin" });
JS
node finding.cjs
