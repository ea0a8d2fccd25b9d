#!/usr/bin/env bash
# A guess: a public key of a passkey, a COSE key in CBOR, is read and written by any package for CBOR; it is a map with five entries.
# Instead: given as a Map, as its keys are numbers, it is an empty map to cbor-js 0.1.0, cbor-sync 1.0.4, @stablelib/cbor 2.0.4 and
# @dfinity/cbor 0.2.3, without a word. cbor 10.0.12 and cbor-redux 1.0.0 put tag 64 of RFC 8746 in front of each Uint8Array, the type
# that is made of what WebCrypto and WebAuthn hand out; cbor does not with a Buffer, and so passes a test with one. What cbor-js,
# cbor-redux, cbor-sync and @stablelib/cbor have read they write again with texts for keys ("1", "3", "-1"). fido2 2.2.1 and cwt 3.3.0 of
# PyPI read none of all these.
# cborg 6.1.5 (with useMaps) and borc 3.0.0 write what they have read, and a Map as it should be.
# For sign-in: whoever keeps a credential as it was decoded and encodes it later, moves passkeys to another product or writes an
# authenticator for tests has keys that nobody reads, and learns it at the next login. Keep the bytes that came.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @dfinity/cbor@0.2.3 @stablelib/cbor@2.0.4 borc@3.0.0 cbor@10.0.12 cbor-js@0.1.0 \
  cbor-redux@1.0.0 cbor-sync@1.0.4 cborg@6.1.5
cat > finding.mjs <<'JS'
import crypto from "node:crypto";
import fs from "node:fs";
import * as dfinity from "@dfinity/cbor";
import * as stablelib from "@stablelib/cbor";
import borc from "borc";
import cbor from "cbor";
import cborJs from "cbor-js";
import * as redux from "cbor-redux";
import cborSync from "cbor-sync";
import * as cborg from "cborg";

const { x, y } = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" });
const key = (bytes) => new Map([[1, 2], [3, -7], [-1, 1], [-2, bytes(x)], [-3, bytes(y)]]);
const buffer = (text) => Buffer.from(text, "base64url");
const array = (text) => new Uint8Array(buffer(text));
const right = cborg.encode(key(array));
const own = (bytes) => new Uint8Array(bytes).buffer;
const packages = {
  borc: [borc.encode, borc.decode],
  cbor: [cbor.encode, cbor.decode],
  "cbor-js": [cborJs.encode, (bytes) => cborJs.decode(own(bytes))],
  "cbor-redux": [redux.encode, (bytes) => redux.decode(own(bytes))],
  "cbor-sync": [cborSync.encode, cborSync.decode],
  cborg: [cborg.encode, (bytes) => cborg.decode(bytes, { useMaps: true })],
  "@dfinity/cbor": [dfinity.encode],
  "@stablelib/cbor": [stablelib.encode, stablelib.decode],
};
const written = [];
for (const [name, [encode, decode]] of Object.entries(packages)) {
  written.push([name, "a Map with Buffers", encode(key(buffer))], [name, "a Map with Uint8Arrays", encode(key(array))]);
  if (decode) {
    written.push([name, "what it has read", encode(decode(Buffer.from(right)))]);
  }
}
fs.writeFileSync("written.json", JSON.stringify(written.map(([name, what, bytes]) => [name, what, Buffer.from(bytes).toString("hex")])));
JS
node --no-deprecation finding.mjs
python3 -m venv venv
venv/bin/pip install --quiet cwt==3.3.0 fido2==2.2.1
venv/bin/python - <<'PY' | tee seen
import json

import fido2.cbor
from cwt import COSEKey
from fido2.cose import CoseKey


def by_fido2(key: bytes):
    return CoseKey.parse(fido2.cbor.decode(key))


for name, what, text in json.load(open("written.json")):
    key = bytes.fromhex(text)
    marks = {"empty": key == b"\xa0", "tags": b"\xd8\x40\x58\x20" in key, "texts": b"\x62-2" in key}
    kind = ", ".join(mark for mark, there in marks.items() if there) or "a key"
    said = []
    for read in (by_fido2, COSEKey.from_bytes):
        try:
            said.append(type(read(key)).__name__)
        except (KeyError, TypeError, ValueError) as raised:
            said.append(type(raised).__name__)
    print(name, "|", what, "|", kind, "|", ", ".join(said))
PY
diff seen - << 'SEEN'
borc | a Map with Buffers | a key | ES256, EC2Key
borc | a Map with Uint8Arrays | a key | ES256, EC2Key
borc | what it has read | a key | ES256, EC2Key
cbor | a Map with Buffers | a key | ES256, EC2Key
cbor | a Map with Uint8Arrays | tags | KeyError, ValueError
cbor | what it has read | a key | ES256, EC2Key
cbor-js | a Map with Buffers | empty | ValueError, ValueError
cbor-js | a Map with Uint8Arrays | empty | ValueError, ValueError
cbor-js | what it has read | texts | ValueError, ValueError
cbor-redux | a Map with Buffers | tags | KeyError, ValueError
cbor-redux | a Map with Uint8Arrays | tags | KeyError, ValueError
cbor-redux | what it has read | tags, texts | KeyError, ValueError
cbor-sync | a Map with Buffers | empty | ValueError, ValueError
cbor-sync | a Map with Uint8Arrays | empty | ValueError, ValueError
cbor-sync | what it has read | texts | ValueError, ValueError
cborg | a Map with Buffers | a key | ES256, EC2Key
cborg | a Map with Uint8Arrays | a key | ES256, EC2Key
cborg | what it has read | a key | ES256, EC2Key
@dfinity/cbor | a Map with Buffers | empty | ValueError, ValueError
@dfinity/cbor | a Map with Uint8Arrays | empty | ValueError, ValueError
@stablelib/cbor | a Map with Buffers | empty | ValueError, ValueError
@stablelib/cbor | a Map with Uint8Arrays | empty | ValueError, ValueError
@stablelib/cbor | what it has read | texts | ValueError, ValueError
SEEN
