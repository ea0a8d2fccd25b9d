#!/usr/bin/env bash
# A guess: RFC 5424 is precise, so its parsers agree on a line with two elements of structured data, of which one value has an
# escaped quote.
# Instead: nsyslog-parser 0.10.1 keeps the last element alone, the first is gone; syslog-rfc5424-parser 0.3.2 keeps both, and the
# backslashes in the value; glossy 0.1.7 reads what was written. For fields that are nil, "-", they say "-", null (for the
# host still "-") and null.
# For sign-in: an audit stream that spreads an event over several SD-ELEMENTs loses most of it in some collectors. Send one
# element with one SD-ID, keep quotes, brackets and backslashes out of values, or put JSON into MSG.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/line" <<'LINE'
<165>1 2026-01-11T22:14:15Z - guildhall - - [audit@32473 actor="alice" note="said \"hi\""][origin ip="192.0.2.1"] signed in
LINE
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet syslog-rfc5424-parser==0.3.2
"$folder/env/bin/python" - "$folder/line" <<'PY'
import sys
from importlib.metadata import version

from syslog_rfc5424_parser import SyslogMessage

read = SyslogMessage.parse(open(sys.argv[1]).read().rstrip("\n"))
print("syslog-rfc5424-parser", version("syslog-rfc5424-parser"), read.sd, read.hostname, read.procid)
assert read.sd == {"audit@32473": {"actor": "alice", "note": 'said \\"hi\\"'}, "origin": {"ip": "192.0.2.1"}}
assert read.hostname == "-" and read.procid is None
PY
cd "$folder"
npm install --silent --no-audit --no-fund nsyslog-parser@0.10.1 glossy@0.1.7
cat > finding.cjs <<'JS'
const assert = require("node:assert");
const line = require("node:fs").readFileSync("line", "utf8").trimEnd();
const first = require("nsyslog-parser")(line);
console.log("nsyslog-parser", require("nsyslog-parser/package.json").version, first.structuredData, first.host, first.pid);
assert.deepStrictEqual(first.structuredData, [{ $id: "origin", ip: "192.0.2.1" }]);
assert.deepStrictEqual([first.host, first.pid], ["-", "-"]);
const second = require("glossy").Parse.parse(line);
console.log("glossy", require("glossy/package.json").version, second.structuredData, second.host, second.pid);
const written = { "audit@32473": { actor: "alice", note: 'said "hi"' }, origin: { ip: "192.0.2.1" } };
assert.deepStrictEqual(second.structuredData, written);
assert.deepStrictEqual([second.host, second.pid], [null, null]);
JS
node finding.cjs
