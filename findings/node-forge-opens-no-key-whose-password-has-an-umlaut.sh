#!/usr/bin/env bash
# A guess: a PKCS#12 file that OpenSSL 3 has written opens in node-forge with the same password, and the other way round; with "password" it
# does. For a password beyond ASCII there is an encoding for each place: BMPString for the MAC (RFC 7292, appendix B.1), and UTF-8, which
# OpenSSL and the others take, for PBKDF2 (RFC 8018, section 3).
# Instead: with "pässword" node-forge 1.4.3 says "Failed to decrypt PKCS#12 SafeContents", and with its UTF-8 bytes that the MAC is wrong,
# so that no form of it opens the file. OpenSSL finds the MAC of node-forge's own file right and cannot decrypt the key in it. By the old
# cipher (PBE-SHA1-3DES) both understand each other. cryptography 50.0.2 opens what OpenSSL wrote.
# Where: node-forge hands the password on to PBKDF2 as it stands, one byte for each character.
# For sign-in: the key by which an app signs its SAML requests, or a client's certificate, comes as such a file; the administrator who chose
# a password in the own language reads that it is wrong. Say which letters a password may have where you make such files; as a reader
# take OpenSSL for those that fail.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -subj /CN=app.example.com 2> /dev/null
export LC_ALL=C.UTF-8
for password in password pässword; do
  openssl pkcs12 -export -inkey key.pem -in certificate.pem -out "aes-$password.p12" -passout "pass:$password"
  openssl pkcs12 -export -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -inkey key.pem -in certificate.pem \
    -out "3des-$password.p12" -passout "pass:$password"
done
npm install --prefix . --silent --no-audit --no-fund node-forge@1.4.3
cat > finding.mjs <<'JS'
import { readFileSync, writeFileSync } from "node:fs";
import forge from "node-forge";

function open(name, password) {
  try {
    const file = forge.asn1.fromDer(readFileSync(name, "latin1"));
    const keys = forge.pkcs12.pkcs12FromAsn1(file, password).getBags({ bagType: forge.pki.oids.pkcs8ShroudedKeyBag });
    return `${Object.values(keys)[0].length} key`;
  } catch (error) {
    return error.message;
  }
}
for (const password of ["password", "pässword"]) {
  for (const kind of ["aes", "3des"]) console.log(`${kind} | ${password} | node-forge | ${open(`${kind}-${password}.p12`, password)}`);
  const [key, certificate] = [forge.pki.privateKeyFromPem(readFileSync("key.pem")), forge.pki.certificateFromPem(readFileSync("certificate.pem"))];
  const file = forge.pkcs12.toPkcs12Asn1(key, certificate, password, { algorithm: "aes256" });
  writeFileSync(`forge-${password}.p12`, forge.asn1.toDer(file).getBytes(), "latin1");
}
console.log(`aes | its bytes | node-forge | ${open("aes-pässword.p12", forge.util.encodeUtf8("pässword"))}`);
JS
node finding.mjs | tee seen
for password in password pässword; do
  opened=$(openssl pkcs12 -in "forge-$password.p12" -nodes -nocerts -passin "pass:$password" 2> /dev/null | grep -c BEGIN || true)
  echo "forge | $password | openssl | $opened key" | tee -a seen
done
python3 -m venv venv
venv/bin/pip install --quiet cryptography==50.0.2
cat > finding.py <<'PY'
import pathlib

from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

for password in ("password", "pässword"):
    opened = load_pkcs12(pathlib.Path(f"aes-{password}.p12").read_bytes(), password.encode())
    print("aes |", password, "| cryptography |", int(opened.key is not None), "key")
PY
venv/bin/python finding.py | tee -a seen
diff <(grep -v '| 1 key$' seen) - << 'SEEN'
aes | pässword | node-forge | Failed to decrypt PKCS#12 SafeContents.
aes | its bytes | node-forge | PKCS#12 MAC could not be verified. Invalid password?
forge | pässword | openssl | 0 key
SEEN
[[ $(wc -l < seen) == 9 ]]
