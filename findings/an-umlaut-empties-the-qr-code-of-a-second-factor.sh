#!/usr/bin/env bash
# A guess: an otpauth URI with an account name like "müller", as speakeasy 2.0.0 makes it without percent-encoding, comes out of a QR code
# as it went in, whoever wrote the code.
# Instead: jsQR 1.4.0 reads an empty text from the codes of qrcode-generator 2.0.4 and segno 1.6.6, and from qrcode-svg 1.1.0 the URI
# with a byte order mark before "otpauth:". Of qrcode 1.5.4 and uqr 0.1.3 it reads the URI. All read right without the umlaut.
# Where: bytes in a QR code are Latin-1 unless it says otherwise (ISO/IEC 18004), and segno writes that; jsQR takes UTF-8 for granted.
# qrcode-generator writes the last byte of each UTF-16 unit, qrcode-svg marks UTF-8 with U+FEFF.
# For sign-in: members with such names cannot scan their second factor, or an app says that this is no such code; whoever tests with
# "ann" sees nothing. Percent-encode the URI: what is ASCII alone is the same to all writers and readers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund speakeasy@2.0.0 jsqr@1.4.0 qrcode@1.5.4 qrcode-generator@2.0.4 qrcode-svg@1.1.0 uqr@0.1.3
python3 -m venv env
env/bin/pip install --quiet segno==1.6.6
cat > segno_modules.py <<'PY'
import json
import sys

import segno

print(json.dumps([list(row) for row in segno.make_qr(sys.argv[1]).matrix]))
PY
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { execFileSync } from "node:child_process";
import jsQR from "jsqr";
import qrcode from "qrcode";
import generator from "qrcode-generator";
import Svg from "qrcode-svg";
import speakeasy from "speakeasy";
import { encode } from "uqr";

const table = (size, isDark) => Array.from({ length: size }, (_, y) => Array.from({ length: size }, (_, x) => isDark(y, x)));
const writers = {
  "qrcode-generator 2.0.4": (text) => {
    const code = generator(0, "M");
    code.addData(text);
    code.make();
    return table(code.getModuleCount(), (y, x) => code.isDark(y, x));
  },
  "segno 1.6.6": (text) => JSON.parse(execFileSync("env/bin/python", ["segno_modules.py", text])),
  "qrcode-svg 1.1.0": (text) => new Svg({ content: text, ecl: "M" }).qrcode.modules,
  "qrcode 1.5.4": (text) => {
    const { modules } = qrcode.create(text);
    return table(modules.size, (y, x) => modules.get(y, x));
  },
  "uqr 0.1.3": (text) => encode(text, { border: 0 }).data,
};
function read(rows, scale = 6, border = 4) {
  const size = (rows.length + 2 * border) * scale;
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let at = 0; at < size * size; at++) {
    const [y, x] = [Math.floor(at / size), at % size].map((pixel) => Math.floor(pixel / scale) - border);
    if (rows[y]?.[x]) pixels.fill(0, 4 * at, 4 * at + 3);
  }
  return jsQR(pixels, size, size).data;
}
const uri = (label) => speakeasy.otpauthURL({ secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", encoding: "base32", label, issuer: "Acme" });
const [raw, ascii] = [uri("müller"), uri("ann")];
assert(raw.includes("müller"));
const expected = ["", "", `\ufeff${raw}`, raw, raw];
for (const [at, [writer, write]] of Object.entries(writers).entries()) {
  const found = read(write(raw));
  console.log(writer, "as jsQR 1.4.0 reads it:", JSON.stringify(found).replace("\ufeff", "\\ufeff"));
  assert.deepStrictEqual([found, read(write(ascii)), read(write(encodeURI(raw)))], [expected[at], ascii, encodeURI(raw)]);
}
JS
node finding.mjs
