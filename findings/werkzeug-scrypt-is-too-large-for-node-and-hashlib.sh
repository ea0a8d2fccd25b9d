#!/usr/bin/env bash
# A guess: scrypt with N=32768, r=8, p=1, a common strength and Werkzeug's own default, can be computed with Node's crypto and
# Python's hashlib by handing them the three numbers.
# Instead: both refuse. OpenSSL's limit of 32 MiB is a little less than these numbers need (N x r x 128 bytes are exactly 32 MiB,
# and there is more to hold). Werkzeug 3.1.9 itself passes a higher `maxmem`; N=16384 works everywhere.
# For sign-in: at import, hashes that Flask apps made raise an error where wrong passwords were expected, and a handler that
# catches errors as "no" locks all of these members out. Pass maxmem, computed from the hash and bounded.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet werkzeug==3.1.9
"$folder/env/bin/python" - > "$folder/hash" <<'PY'
from werkzeug.security import generate_password_hash

print(generate_password_hash("correct horse"))
PY
echo "werkzeug 3.1.9: $(cat "$folder/hash")"
"$folder/env/bin/python" - "$folder/hash" <<'PY'
import hashlib
import platform
import sys

method, salt, expected = open(sys.argv[1]).read().strip().split("$")
n, r, p = (int(number) for number in method.split(":")[1:])
try:
    hashlib.scrypt(b"correct horse", salt=salt.encode(), n=n, r=r, p=p)
except ValueError as raised:
    print("Python", platform.python_version(), raised)
else:
    raise SystemExit(1)
assert hashlib.scrypt(b"correct horse", salt=salt.encode(), n=n, r=r, p=p, maxmem=2**26).hex() == expected
PY
cat > "$folder/finding.cjs" <<'JS'
const assert = require("node:assert");
const { scryptSync } = require("node:crypto");
const [method, salt, expected] = require("node:fs").readFileSync(process.argv[2], "utf8").trim().split("$");
const [N, r, p] = method.split(":").slice(1).map(Number);
assert.throws(
  () => scryptSync("correct horse", salt, 64, { N, r, p }),
  (error) => {
    console.log("Node", process.version, error.code);
    return error.code === "ERR_CRYPTO_INVALID_SCRYPT_PARAMS";
  },
);
assert.strictEqual(scryptSync("correct horse", salt, 64, { N, r, p, maxmem: 2 ** 26 }).toString("hex"), expected);
JS
node "$folder/finding.cjs" "$folder/hash"
