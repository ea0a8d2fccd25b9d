#!/usr/bin/env bash
# A guess: a parser of the PROXY protocol gives the client's address and, behind it, the request. What a load balancer adds (TLVs, as an
# id for the connection) is skipped or told, and a check by the balancer itself has no client.
# Instead: proxy-protocol-js 4.0.6 ends the header of version 2 after the ports: the TLVs become the first bytes of the request. Of
# "PROXY UNKNOWN" without addresses, which version 1 allows, it raises, and @balena/proxy-protocol-parser 1.0.2 tells a line end as the
# address; of a LOCAL connection that one tells the addresses in the block, which are to be thrown away. proxy-protocol 0.11.3 for
# Python does all three as the specification says (HAProxy's proxy-protocol.txt, sections 2.1 and 2.2).
# For sign-in: once the balancer sends one more TLV, requests begin with bytes that no server of HTTP or TLS takes for any; and checks of
# its own raise, or stand in the log as clients with strange addresses. Try a parser with LOCAL, UNKNOWN and TLVs before rules and records
# depend on its addresses, or let the balancer speak HTTP and write X-Forwarded-For.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > make.py <<'PY'
import ipaddress
import json
import struct

SIGNATURE = bytes.fromhex("0d0a0d0a000d0a515549540a")
REQUEST = b"GET / HTTP/1.1\r\n\r\n"
ADDRESSES = b"".join(ipaddress.ip_address(text).packed for text in ("203.0.113.7", "10.0.0.1")) + struct.pack("!HH", 51234, 443)
TLV = b"\x05" + struct.pack("!H", 6) + b"login1"


def version_2(command: int, family: int, block: bytes) -> bytes:
    return SIGNATURE + bytes([0x20 | command, family]) + struct.pack("!H", len(block)) + block + REQUEST


SENT = {
    "version 1": b"PROXY TCP4 203.0.113.7 10.0.0.1 51234 443\r\n" + REQUEST,
    "version 1, unknown": b"PROXY UNKNOWN\r\n" + REQUEST,
    "version 2": version_2(1, 0x11, ADDRESSES),
    "version 2, a TLV": version_2(1, 0x11, ADDRESSES + TLV),
    "version 2, local": version_2(0, 0x11, ADDRESSES),
}
print(json.dumps({name: sent.hex() for name, sent in SENT.items()}))
PY
python3 make.py > sent.json
python3 -m venv venv
venv/bin/pip install --quiet proxy-protocol==0.11.3
cat > finding.py <<'PY'
import asyncio
import json

from proxyprotocol.detect import ProxyProtocolDetect
from proxyprotocol.reader import ProxyProtocolReader


async def read(sent: bytes) -> str:
    stream = asyncio.StreamReader()
    stream.feed_data(sent)
    stream.feed_eof()
    seen = await ProxyProtocolReader(ProxyProtocolDetect()).read(stream)
    return f"{seen.source[0] if seen.source else 'none'} | {json.dumps((await stream.read()).decode('latin-1'))}"


for name, sent in json.load(open("sent.json")).items():
    print(name, "| proxy-protocol |", asyncio.run(read(bytes.fromhex(sent))))
PY
venv/bin/python finding.py | tee seen
npm install --prefix . --silent --no-audit --no-fund proxy-protocol-js@4.0.6 @balena/proxy-protocol-parser@1.0.2
cat > finding.cjs <<'JS'
const { readFileSync } = require("node:fs");
const { decode } = require("@balena/proxy-protocol-parser");
const { V1BinaryProxyProtocol, V2ProxyProtocol } = require("proxy-protocol-js");

function read(version, sent) {
  try {
    const { source, proxyAddress, data } = (version === "1" ? V1BinaryProxyProtocol : V2ProxyProtocol).parse(sent);
    const address = source?.ipAddress ?? [...proxyAddress.sourceAddress.address].join(".");
    return `${address} | ${JSON.stringify(Buffer.from(data).toString("latin1"))}`;
  } catch (error) {
    return "raises";
  }
}
for (const [name, sent] of Object.entries(JSON.parse(readFileSync("sent.json")))) {
  const bytes = Buffer.from(sent, "hex");
  console.log(`${name} | proxy-protocol-js | ${read(name[8], bytes)}`);
  console.log(`${name} | @balena | ${JSON.stringify(decode(bytes).remoteAddress ?? "none")}`);
}
JS
node finding.cjs | tee -a seen
diff seen - << 'SEEN'
version 1 | proxy-protocol | 203.0.113.7 | "GET / HTTP/1.1\r\n\r\n"
version 1, unknown | proxy-protocol | none | "GET / HTTP/1.1\r\n\r\n"
version 2 | proxy-protocol | 203.0.113.7 | "GET / HTTP/1.1\r\n\r\n"
version 2, a TLV | proxy-protocol | 203.0.113.7 | "GET / HTTP/1.1\r\n\r\n"
version 2, local | proxy-protocol | none | "GET / HTTP/1.1\r\n\r\n"
version 1 | proxy-protocol-js | 203.0.113.7 | "GET / HTTP/1.1\r\n\r\n"
version 1 | @balena | "203.0.113.7"
version 1, unknown | proxy-protocol-js | raises
version 1, unknown | @balena | "\r\n"
version 2 | proxy-protocol-js | 203.0.113.7 | "GET / HTTP/1.1\r\n\r\n"
version 2 | @balena | "203.0.113.7"
version 2, a TLV | proxy-protocol-js | 203.0.113.7 | "\u0005\u0000\u0006login1GET / HTTP/1.1\r\n\r\n"
version 2, a TLV | @balena | "203.0.113.7"
version 2, local | proxy-protocol-js | 203.0.113.7 | "GET / HTTP/1.1\r\n\r\n"
version 2, local | @balena | "203.0.113.7"
SEEN
