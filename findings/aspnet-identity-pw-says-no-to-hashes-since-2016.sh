#!/usr/bin/env bash
# A guess: the npm package for ASP.NET Identity passwords reads the format that ASP.NET Core has written since its first version
# (marker 01, then function, iterations and salt size), or raises on a marker it does not know.
# Instead: aspnet-identity-pw 1.0.2 answers false for the right password, in each of the three functions of that format. Only the
# older one (marker 00, PBKDF2 with SHA-1, 1,000 rounds) verifies.
# For sign-in: a migration that tests one old account and then switches over locks all newer members out, quietly. Look at the
# first byte of a hash before you trust a "no"; the newer format is 13 bytes of header and a PBKDF2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund aspnet-identity-pw@1.0.2
cat > finding.cjs <<'JS'
const assert = require("node:assert");
const { pbkdf2Sync, randomBytes } = require("node:crypto");
const { validatePassword } = require("aspnet-identity-pw");
console.log("aspnet-identity-pw", require("aspnet-identity-pw/package.json").version);

const salt = randomBytes(16);
const second = Buffer.concat([Buffer.from([0]), salt, pbkdf2Sync("correct horse", salt, 1000, 32, "sha1")]).toString("base64");
console.log("marker 00:", validatePassword("correct horse", second));
assert.strictEqual(validatePassword("correct horse", second), true);

for (const [number, name, rounds] of [[0, "sha1", 1000], [1, "sha256", 10000], [2, "sha512", 100000]]) {
  const header = Buffer.alloc(13);
  header[0] = 1;
  [number, rounds, salt.length].forEach((value, at) => header.writeUInt32BE(value, 1 + 4 * at));
  const third = Buffer.concat([header, salt, pbkdf2Sync("correct horse", salt, rounds, 32, name)]).toString("base64");
  console.log("marker 01,", name, validatePassword("correct horse", third));
  assert.strictEqual(validatePassword("correct horse", third), false);
}
JS
node finding.cjs
