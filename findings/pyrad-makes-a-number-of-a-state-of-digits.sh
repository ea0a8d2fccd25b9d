#!/usr/bin/env bash
# A guess: what a RADIUS server puts into State comes back with the next request as it was; RFC 2865, section 5.24, has the client send it
# unmodified, and takes it for octets without a meaning.
# Instead: pyrad 2.6.0 reads a text of digits as one number and sends its bytes: "482913" leaves as 07 5e 61, and "000042" as a star.
# A text or bytes that begin with 0x leave as what the rest says in hexadecimal; "7f3a9c" and the bytes of 482913 leave as they are.
# Another client, here radius 1.1.4 of npm, sends back what it got, which is not what the server knows.
# Where: encode_octets, so with Class, and with all else that a dictionary calls octets.
# For sign-in: a server that asks for a one-time code remembers the login under State. With a counter, a time or six digits there, none is
# found again; with token_hex(3) one login in 17 fails, for no reason that its owner can see. Give pyrad bytes from os.urandom, or put
# a letter in front.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet pyrad==2.6.0
venv/bin/python - > challenges <<'PY'
import io

from pyrad.dictionary import Dictionary
from pyrad.packet import AccessChallenge, AuthPacket

KNOWN = Dictionary(io.StringIO("ATTRIBUTE State 24 octets\n"))
request = AuthPacket(secret=b"secret", dict=KNOWN, authenticator=bytes(16), id=1)
for state in ("482913", "000042", "20261130093000", "0x7f3a", b"0x7f3a", "7f3a9c", "s482913", b"482913"):
    challenge = request.CreateReply(State=state)
    challenge.code = AccessChallenge
    print(repr(state), challenge.ReplyPacket().hex())
PY
npm install --prefix . --silent --no-audit --no-fund radius@1.1.4
cat > finding.cjs <<'JS'
const fs = require("node:fs");
const radius = require("radius");

for (const line of fs.readFileSync("challenges", "utf8").trim().split("\n")) {
  const [given, packet] = line.split(" ");
  const { State } = radius.decode({ packet: Buffer.from(packet, "hex"), secret: "secret" }).attributes;
  const next = radius.encode({ code: "Access-Request", secret: "secret", identifier: 2, attributes: [["State", State]] });
  const back = radius.decode({ packet: next, secret: "secret" }).attributes.State;
  console.log(`${given} comes back as ${back.toString("hex")}, ${back.equals(Buffer.from(given.split("'")[1])) ? "the same" : "another"}`);
}
JS
node finding.cjs | tee seen
diff seen - << 'SEEN'
'482913' comes back as 075e61, another
'000042' comes back as 2a, another
'20261130093000' comes back as 126d697641c8, another
'0x7f3a' comes back as 7f3a, another
b'0x7f3a' comes back as 7f3a, another
'7f3a9c' comes back as 376633613963, the same
's482913' comes back as 73343832393133, the same
b'482913' comes back as 343832393133, the same
SEEN
