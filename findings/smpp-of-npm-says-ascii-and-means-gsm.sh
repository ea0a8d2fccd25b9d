#!/usr/bin/env bash
# A guess: a text that a client of SMPP sends is written in what its data_coding says. 1 is IA5, which is ASCII (SMPP 3.4, section 5.2.19);
# 0 is what the SMSC takes where nothing is said, mostly the alphabet of GSM 03.38.
# Instead: smpp 0.5.1 of npm, left to choose, writes 1 and bytes of GSM 03.38. To who reads what is said, here aiosmpplib 0.7.4 of PyPI, "@"
# is a NUL, "$" 0x02, "_" 0x11, and "[" two characters; and what aiosmpplib sends in ASCII smpp reads with "¡" for "@". smpplib 2.2.4 of
# PyPI says 0 for the same bytes, and so does smpp where it is told data_coding: 0.
# Where: its encoding ASCII is the alphabet of GSM, by a comment in its source.
# For sign-in: a code that phones are to fill in has "@" and the site's host in its last line, so it is not filled in, and a link with "_"
# in its token opens nothing. Which SMSC reads which way shows in production. Tell smpp data_coding: 0, and send yourself "@_$[]" first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > text << 'TEXT'
Your code is 123456 [valid for 5 minutes].

@acme.example #123456
TEXT
npm install --prefix . --silent --no-audit --no-fund smpp@0.5.1
python3 -m venv venv
venv/bin/pip install --quiet aiosmpplib==0.7.4 smpplib==2.2.4
cat > write.cjs <<'JS'
const { readFileSync, writeFileSync } = require("node:fs");
const { PDU } = require("smpp");

const message = { source_addr: "Acme", destination_addr: "15555550100", short_message: readFileSync("text", "utf8").trimEnd() };
writeFileSync("chosen", new PDU("submit_sm", message).toBuffer());
writeFileSync("told", new PDU("submit_sm", { ...message, data_coding: 0 }).toBuffer());
JS
node write.cjs
cat > finding.py <<'PY'
from pathlib import Path

from aiosmpplib import PhoneNumber, SmppMessage, SubmitSm
from smpplib.gsm import make_parts

for name in ("chosen", "told"):
    pdu = Path(name).read_bytes()
    read = SubmitSm.from_pdu(pdu, SmppMessage.parse_header(pdu), "gsm0338", {})
    lines = read.short_message.splitlines()
    print(f"smpp, {name} | aiosmpplib |", repr(lines[0]), repr(lines[-1]))
text = Path("text").read_text().rstrip()
written = SubmitSm(short_message=text, source=PhoneNumber("Acme"), destination=PhoneNumber("15555550100"), encoding="ascii")
Path("ascii").write_bytes(written.pdu())
[part], coding, _ = make_parts(text)
print("smpplib | data_coding", coding, "| the bytes of smpp:", part in Path("chosen").read_bytes())
PY
venv/bin/python finding.py | tee seen
cat > read.cjs <<'JS'
const { readFileSync } = require("node:fs");
const { PDU } = require("smpp");

const { data_coding, short_message } = new PDU(readFileSync("ascii"));
console.log(`aiosmpplib | smpp | ${data_coding} | ${short_message.message.split("\n").at(-1)}`);
JS
node read.cjs | tee -a seen
diff seen - << 'SEEN'
smpp, chosen | aiosmpplib | 'Your code is 123456 \x1b<valid for 5 minutes\x1b>.' '\x00acme.example #123456'
smpp, told | aiosmpplib | 'Your code is 123456 [valid for 5 minutes].' '@acme.example #123456'
smpplib | data_coding 0 | the bytes of smpp: True
aiosmpplib | smpp | 1 | ¡acme.example #123456
SEEN
