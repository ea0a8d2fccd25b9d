#!/usr/bin/env bash
# A guess: passlib, which has a context for the passwords of directories, reads {crypt}… and {ssha}…: the names of the schemes stand in
# RFC 2307, section 5.3, in small letters, and are the same in both (RFC 5234, section 2.3). And the salt of {SSHA} is as long as it is.
# Instead: passlib 1.7.4 and its successor libpass 1.9.4 read {CRYPT}, {SSHA} and {SHA}, and say "hash could not be identified" of the same
# in small letters. What ssha 1.0.1 of npm writes, with a salt of 32 bytes, raises "salt too large": 16 are the most. The other way
# round node-ssha256 0.1.1 says no to the right password for the {SSHA256} of passlib, as it reads a salt as letters.
# Where: ident and max_salt_size in passlib.handlers.ldap_digests, hex2asc of node-ssha256.
# For sign-in: a directory that grew over years has both forms. After a move members with the older one get an error in place of a
# login, and a page that takes errors for "no" sends them to reset passwords that are right. Write the scheme in capitals before
# passlib sees it; look through all hashes on the day of the import, not at the logins.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund ssha@1.0.1 node-ssha256@0.1.1
cat > finding.py <<'PY'
import base64
import hashlib
import json
import os
import subprocess
import sys

from passlib.apps import ldap_context
from passlib.hash import des_crypt, ldap_salted_sha256


def digest(scheme, size):
    salt = os.urandom(size)
    return f"{{{scheme}}}" + base64.b64encode(hashlib.sha1(b"secret" + salt).digest() + salt).decode()


def node(script, *words):
    return subprocess.run(["node", "--no-warnings", "-p", script, *words], check=True, capture_output=True, text=True).stdout.strip()


of_npm = node('require("ssha").create("secret")')
assert node('require("ssha").verify("secret", process.argv[1])', of_npm) == "true"
crypt = des_crypt.hash("secret")
hashes = {
    "{CRYPT}": "{CRYPT}" + crypt, "{crypt}": "{crypt}" + crypt, "{SHA}": digest("SHA", 0), "{sha}": digest("sha", 0),
    "{SSHA}, 8 bytes of salt": digest("SSHA", 8), "{ssha}, 8 bytes of salt": digest("ssha", 8), "{SSHA} of npm": of_npm,
}
for name, value in hashes.items():
    try:
        seen = ldap_context.verify("secret", value)
    except ValueError as raised:
        seen = raised
    print(sys.argv[1], "|", name, "|", seen)
check = 'require("node-ssha256").check(process.argv[1], "secret")'
own, of_passlib = node('require("node-ssha256").create("secret")'), ldap_salted_sha256.using(salt=b"\xff" * 8).hash("secret")
print("node-ssha256 | its own and that of", sys.argv[1], "|", node(check, own), node(check, of_passlib))
PY
for package in passlib==1.7.4 libpass==1.9.4; do
  python3 -m venv "$package"
  "$package/bin/pip" install --quiet "$package"
  "$package/bin/python" -W ignore finding.py "$package"
done | tee seen
diff seen - << 'SEEN'
passlib==1.7.4 | {CRYPT} | True
passlib==1.7.4 | {crypt} | hash could not be identified
passlib==1.7.4 | {SHA} | True
passlib==1.7.4 | {sha} | hash could not be identified
passlib==1.7.4 | {SSHA}, 8 bytes of salt | True
passlib==1.7.4 | {ssha}, 8 bytes of salt | hash could not be identified
passlib==1.7.4 | {SSHA} of npm | salt too large (ldap_salted_sha1 requires <= 16 bytes)
node-ssha256 | its own and that of passlib==1.7.4 | true false
libpass==1.9.4 | {CRYPT} | True
libpass==1.9.4 | {crypt} | hash could not be identified
libpass==1.9.4 | {SHA} | True
libpass==1.9.4 | {sha} | hash could not be identified
libpass==1.9.4 | {SSHA}, 8 bytes of salt | True
libpass==1.9.4 | {ssha}, 8 bytes of salt | hash could not be identified
libpass==1.9.4 | {SSHA} of npm | salt too large (ldap_salted_sha1 requires <= 16 bytes)
node-ssha256 | its own and that of libpass==1.9.4 | true false
SEEN
