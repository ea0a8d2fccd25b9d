#!/usr/bin/env bash
# A guess: what reads distinguished names by RFC 4514 reads uid=ann,dc=example,dc=com, as directories write it. The names of attributes are
# the same in small letters (RFC 4512, section 1.4), and UID, DC and STREET are among the nine that all must know (RFC 4514, section 3).
# Instead: cryptography 50.0.2 raises a ValueError without a text at small letters; capitals it reads. @peculiar/x509 2.2.0 for Node raises
# at small letters, and at UID and STREET in any. And where two digits stand for a byte it drops the backslash alone: "CN=Berg\2C Ann", as
# OpenLDAP writes "Berg, Ann", is "Berg2C Ann" to it, without an error. @ldapjs/dn 1.1.0 reads all of them.
# For sign-in: clients that log in by certificate are registered by such a name (tls_client_auth_subject_dn; RFC 8705, section 2.1.2), and
# members are matched by one. A name from a directory cannot be registered, or is stored as another that no certificate has. Write the
# types in capitals, and commas as "\,"; compare names as parts, not as text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @peculiar/x509@2.2.0 reflect-metadata@0.2.2 @ldapjs/dn@1.1.0
python3 -m venv venv
venv/bin/pip install --quiet cryptography==50.0.2
cat > finding.py <<'PY'
import sys

from cryptography.x509 import Name

for text in sys.argv[1:]:
    try:
        print("cryptography |", text, "|", *(part.value for part in reversed(list(Name.from_rfc4514_string(text)))))
    except ValueError as raised:
        print("cryptography |", text, "|", repr(raised))
PY
cat > finding.cjs <<'JS'
require("reflect-metadata");
const { DN } = require("@ldapjs/dn");
const { Name } = require("@peculiar/x509");

for (const text of process.argv.slice(2)) {
  let seen;
  try {
    seen = new Name(text).toJSON().flatMap((part) => Object.values(part).flat()).join(" ");
  } catch (error) {
    seen = error.message;
  }
  console.log("@peculiar/x509 |", text, "|", seen);
  const name = DN.fromString(text);
  const values = text.split(",").map((part, at) => name.rdnAt(at).getValue(part.split("=")[0]));
  console.log("@ldapjs/dn |", text, "|", values.join(" "));
}
JS
texts=("CN=Ann,O=Acme" "cn=Ann,o=Acme" "UID=ann,DC=example" "STREET=Main" 'CN=Berg\2C Ann' 'CN=Zo\C3\AB')
{ venv/bin/python finding.py "${texts[@]}"; node finding.cjs "${texts[@]}"; } | tee seen
diff seen - << 'SEEN'
cryptography | CN=Ann,O=Acme | Ann Acme
cryptography | cn=Ann,o=Acme | ValueError()
cryptography | UID=ann,DC=example | ann example
cryptography | STREET=Main | Main
cryptography | CN=Berg\2C Ann | Berg, Ann
cryptography | CN=Zo\C3\AB | Zoë
@peculiar/x509 | CN=Ann,O=Acme | Ann Acme
@ldapjs/dn | CN=Ann,O=Acme | Ann Acme
@peculiar/x509 | cn=Ann,o=Acme | Cannot get OID for name type ''
@ldapjs/dn | cn=Ann,o=Acme | Ann Acme
@peculiar/x509 | UID=ann,DC=example | Cannot get OID for name type ''
@ldapjs/dn | UID=ann,DC=example | ann example
@peculiar/x509 | STREET=Main | Cannot get OID for name type ''
@ldapjs/dn | STREET=Main | Main
@peculiar/x509 | CN=Berg\2C Ann | Berg2C Ann
@ldapjs/dn | CN=Berg\2C Ann | Berg, Ann
@peculiar/x509 | CN=Zo\C3\AB | ZoC3AB
@ldapjs/dn | CN=Zo\C3\AB | Zoë
SEEN
