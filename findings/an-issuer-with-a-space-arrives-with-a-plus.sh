#!/usr/bin/env bash
# A guess: the issuer "Acme Care" in an otpauth URI of one TOTP library is "Acme Care" in another.
# Instead: @oslojs/otp 1.1.0, @epic-web/totp 4.0.1 and otp-io 1.2.7 write issuer=Acme+Care, as forms are encoded, beside Acme%20Care in
# the label; otpauth 9.5.2 and @otplib/uri 13.5.0 read a plus as a plus: "Acme+Care". pyotp 2.12.1 reads a space. The description of
# these URIs has the issuer encoded by RFC 3986, where a plus is no space. otpauth and otplib write %20, which all three read.
# Where: URLSearchParams in the writers, decodeURIComponent in the readers.
# For sign-in: the member's authenticator lists the app as "Acme+Care", or under another name than its older codes, and an export that
# is matched by issuer finds nothing. Write %20 yourself, or choose a name without a space; as a reader compare with the label.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund @oslojs/otp@1.1.0 @epic-web/totp@4.0.1 otp-io@1.2.7 otpauth@9.5.2 @otplib/uri@13.5.0
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { writeFileSync } from "node:fs";
import { getTOTPAuthUri } from "@epic-web/totp";
import { createTOTPKeyURI } from "@oslojs/otp";
import { generateTOTP, parse } from "@otplib/uri";
import { getKeyUri, importKey } from "otp-io";
import { TOTP, URI } from "otpauth";

const [issuer, name, secret] = ["Acme Care", "ann@example.com", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"];
const written = {
  "@oslojs/otp 1.1.0": createTOTPKeyURI(issuer, name, Buffer.from("12345678901234567890"), 30, 6),
  "@epic-web/totp 4.0.1": getTOTPAuthUri({ issuer, accountName: name, secret, period: 30, digits: 6, algorithm: "SHA-1" }),
  "otp-io 1.2.7": getKeyUri({ type: "totp", issuer, name, secret: importKey(secret) }),
  "otpauth 9.5.2": new TOTP({ issuer, label: name, secret }).toString(),
  "@otplib/uri 13.5.0": generateTOTP({ issuer, label: name, secret }),
};
const read = Object.entries(written).map(([writer, uri]) => {
  const found = [URI.parse(uri).issuer, parse(uri).params.issuer];
  console.log(writer, "|", uri, "| as otpauth and @otplib/uri read it:", found);
  return found;
});
const [plus, space] = [["Acme+Care", "Acme+Care"], ["Acme Care", "Acme Care"]];
assert.deepStrictEqual(read, [plus, plus, plus, space, space]);
writeFileSync("written.json", JSON.stringify(Object.values(written)));
JS
node finding.mjs
python3 -m venv env
env/bin/pip install --quiet pyotp==2.12.1
env/bin/python - <<'PY'
import json
from importlib.metadata import version

import pyotp

issuers = {pyotp.parse_uri(uri).issuer for uri in json.load(open("written.json"))}
print("pyotp", version("pyotp"), issuers)
assert issuers == {"Acme Care"}
PY
