#!/usr/bin/env bash
# A guess: a port of a crypt format to JavaScript takes a password for its bytes in UTF-8, as terminals, browsers and PHP hand them to
# crypt(3); what it makes of "Grüße" is what all others make of it.
# Instead: apache-md5 1.1.8 ($apr1$), apache-crypt 1.2.6 (DES), sha512crypt-node 1.0.2 ($6$) and wordpress-hash-node 1.0.0 (phpass) take a
# character for a byte. They are right for every password in ASCII, and say no to the right one with an umlaut. With the bytes of UTF-8
# as characters (Buffer.from(password).toString("latin1")) they say yes. unixcrypt 3.0.4 and ssha 1.0.1 say yes at once.
# For sign-in: a migration from htpasswd, /etc/shadow or WordPress passes all its tests with "secret", and then locks out the members who
# write in other languages. And what such a package once made, no other software verifies. Test with "Grüße", in both directions.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet passlib==1.7.4
cat > make.py <<'PY'
import json
import warnings

warnings.simplefilter("ignore")

from passlib.hash import apr_md5_crypt, des_crypt, ldap_salted_sha1, phpass, sha512_crypt

formats = {"apache-md5": apr_md5_crypt, "apache-crypt": des_crypt, "sha512crypt-node": sha512_crypt.using(rounds=5000),
           "unixcrypt": sha512_crypt.using(rounds=5000), "wordpress-hash-node": phpass.using(rounds=8), "ssha": ldap_salted_sha1}
print(json.dumps([[name, password, made.hash(password)] for name, made in formats.items() for password in ("secret", "Grüße")]))
PY
venv/bin/python make.py > made.json
npm install --prefix . --silent --no-audit --no-fund apache-md5@1.1.8 apache-crypt@1.2.6 sha512crypt-node@1.0.2 unixcrypt@3.0.4 \
  wordpress-hash-node@1.0.0 ssha@1.0.1
cat > finding.mjs <<'JS'
import { createRequire } from "node:module";
import { verify } from "unixcrypt";

const require = createRequire(import.meta.url);
const verifiers = {
  "apache-md5": (password, hash) => require("apache-md5")(password, hash) === hash,
  "apache-crypt": (password, hash) => require("apache-crypt")(password, hash) === hash,
  "sha512crypt-node": (password, hash) =>
    require("sha512crypt-node").sha512crypt(password, hash.slice(0, hash.lastIndexOf("$"))) === hash,
  unixcrypt: verify,
  "wordpress-hash-node": (password, hash) => require("wordpress-hash-node").CheckPassword(password, hash),
  ssha: (password, hash) => require("ssha").verify(password, hash),
};
for (const [name, password, hash] of require("./made.json"))
  console.log(name, password, verifiers[name](password, hash), verifiers[name](Buffer.from(password).toString("latin1"), hash));
JS
node finding.mjs | tee seen
# The password as it is, and its bytes as characters.
diff seen - << 'SEEN'
apache-md5 secret true true
apache-md5 Grüße false true
apache-crypt secret true true
apache-crypt Grüße false true
sha512crypt-node secret true true
sha512crypt-node Grüße false true
unixcrypt secret true true
unixcrypt Grüße true false
wordpress-hash-node secret true true
wordpress-hash-node Grüße false true
ssha secret true true
ssha Grüße true false
SEEN
