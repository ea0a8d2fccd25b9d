#!/usr/bin/env bash
# A guess: a checker of DMARC records overlooks tags that it does not know, as RFC 7489 says in section 6.3, and knows what stands there
# itself: a list for fo, and an address with a limit of size (section 6.2).
# Instead: dmarc-solution 1.2.5 of npm refuses a record with np (RFC 9091), and one whose reports go to b@example.org!10m. dmarc-parse 1.2.1
# of npm finds fault with np and with fo=1:d:s, and what has a fault is not in what it gives. checkdmarc 6.0.4 of PyPI reads them all.
# Where: every name that is not in their list is a fault; one takes a URI for an address to its end, the other fo for a single letter.
# For sign-in: a page on which customers set up the domain that their mails are sent as calls a good record broken, and makes them take
# out what they had a reason for. Read p and what else you need of a record yourself, and show a library's faults as advice.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > records << 'RECORDS'
v=DMARC1; p=reject; rua=mailto:a@example.org
v=DMARC1; p=reject; np=reject
v=DMARC1; p=reject; rua=mailto:a@example.org,mailto:b@example.org!10m
v=DMARC1; p=reject; fo=1:d:s
RECORDS
npm install --prefix . --silent --no-audit --no-fund dmarc-parse@1.2.1 dmarc-solution@1.2.5
cat > finding.cjs <<'JS'
const { readFileSync } = require("node:fs");
const parse = require("dmarc-parse");
const solution = require("dmarc-solution");

const text = (tags) => Object.entries(tags).map(([name, { value }]) => `${name}=${value}`).join("; ");
(async () => {
  for (const record of readFileSync("records", "utf8").trim().split("\n")) {
    const { tags, messages } = parse(record);
    console.log(`${record} | dmarc-parse | ${messages ? `faults: ${messages.length}, ${text(tags)}` : "read"}`);
    console.log(`${record} | dmarc-solution | ${await solution.parse(record).then(() => "read", (error) => error.message ?? error)}`);
  }
})();
JS
node finding.cjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet checkdmarc==6.0.4
cat > finding.py <<'PY'
from pathlib import Path

from checkdmarc.dmarc import parse_dmarc_record

for record in Path("records").read_text().splitlines():
    read = parse_dmarc_record(record, "example.org")
    asked = [part.split("=")[0].strip() for part in record.split(";")]
    print(record, "| checkdmarc |", "read" if set(asked) <= read["tags"].keys() else read)
PY
venv/bin/python finding.py | tee -a seen
diff <(grep -v '| read$' seen) - << 'SEEN'
v=DMARC1; p=reject; np=reject | dmarc-parse | faults: 1, v=DMARC1; p=reject
v=DMARC1; p=reject; np=reject | dmarc-solution | Unknown tag 'np'
v=DMARC1; p=reject; rua=mailto:a@example.org,mailto:b@example.org!10m | dmarc-solution | Invalid email address in 'rua': 'b@example.org!10m'
v=DMARC1; p=reject; fo=1:d:s | dmarc-parse | faults: 1, v=DMARC1; p=reject
SEEN
[[ $(wc -l < seen) == 12 ]]
