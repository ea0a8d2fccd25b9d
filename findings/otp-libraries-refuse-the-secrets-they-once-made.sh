#!/usr/bin/env bash
# A guess: whoever has enrolled with a library for one-time codes signs in after an update of that library as well.
# Instead: pyotp 2.3.0 and otplib 12.0.1 made secrets of 16 letters, 80 bits, unless told otherwise. pyotp 2.12.1 raises ValueError on
# them, for it wants 112 bits, and otplib 13.5.0 SecretTooShortError, for it wants 128, when a code is to be verified. otpauth 9.5.2
# takes them still. RFC 4226 (section 4, R6) has always wanted 128, but apps and servers have handed out 80 for years.
# For sign-in: the first members of an app, whose second factors are the oldest, get an error instead of a login, and a migration finds
# secrets that the new library does not take. Count the lengths before an update. Both have a setting for the least length, deep in their
# READMEs: keep the old one for verifying and let only new secrets be longer.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for version in 2.3.0 2.12.1; do
  python3 -m venv "pyotp-$version"
  "pyotp-$version/bin/pip" install --quiet "pyotp==$version"
done
secret=$(pyotp-2.3.0/bin/python -c 'import pyotp; print(pyotp.random_base32())')
code=$(pyotp-2.3.0/bin/python -c 'import sys, pyotp; print(pyotp.TOTP(sys.argv[1]).now())' "$secret")
echo "pyotp 2.3.0 made a secret of ${#secret} letters"
[[ ${#secret} == 16 ]]
pyotp-2.12.1/bin/python - "$secret" "$code" <<'PY'
import sys

import pyotp

try:
    pyotp.TOTP(sys.argv[1]).verify(sys.argv[2])
except ValueError as raised:
    print("pyotp 2.12.1:", raised)
else:
    raise SystemExit("pyotp takes it now")
PY
npm install --prefix . --silent --no-audit --no-fund otplib12@npm:otplib@12.0.1 otplib13@npm:otplib@13.5.0 otpauth@9.5.2
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { Secret, TOTP } from "otpauth";
import twelve from "otplib12";
import { verify } from "otplib13";

const secret = twelve.authenticator.generateSecret();
const token = twelve.authenticator.generate(secret);
console.log(`otplib 12.0.1 made a secret of ${secret.length} letters`);
assert.strictEqual(secret.length, 16);
await assert.rejects(async () => await verify({ secret, token }), (error) => {
  console.log(`otplib 13.5.0: ${error.message}`);
  return error.name === "SecretTooShortError";
});
assert.notStrictEqual(new TOTP({ secret: Secret.fromBase32(secret) }).validate({ token, window: 1 }), null);
console.log("otpauth 9.5.2 verifies the code");
JS
node finding.mjs
