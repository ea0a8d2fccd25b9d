#!/usr/bin/env bash
# A guess: ldap3's parse_dn reads every distinguished name that RFC 4514 allows.
# Instead: ldap3 2.9.1 raises on an attribute type in dotted numbers (1.2.3=abc), on a value in hexadecimal (cn=#04024869), and on
# an equals sign or a number sign inside of a value (cn=a=b, cn=a#b), all of which need no escape. go-ldap 3.4.15 reads them.
# Where: ldap3.utils.dn, the functions that validate the type and the value.
# For sign-in: group names such as "Team #1" arrive so in memberOf; a directory sync on ldap3 ends at them. Escape both signs in
# names that you write, and keep names that you read as they came.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet ldap3==2.9.1
"$folder/env/bin/python" - <<'PY'
from importlib.metadata import version

from ldap3.core.exceptions import LDAPInvalidDnError
from ldap3.utils.dn import parse_dn

print("ldap3", version("ldap3"))
assert parse_dn("cn=a,dc=example") == [("cn", "a", ","), ("dc", "example", "")]
for name in ("1.2.3=abc,dc=example", "cn=#04024869,dc=example", "cn=a=b,dc=example", "cn=Team #1,dc=example"):
    try:
        print(name, "is read now:", parse_dn(name))
        raise SystemExit(1)
    except LDAPInvalidDnError as raised:
        print(name, "|", raised)
PY
cd "$folder"
cat > go.mod <<'MOD'
module finding

go 1.21

require github.com/go-ldap/ldap/v3 v3.4.15
MOD
cat > main.go <<'GO'
package main

import (
	"fmt"

	"github.com/go-ldap/ldap/v3"
)

func main() {
	for _, name := range []string{"1.2.3=abc,dc=example", "cn=#04024869,dc=example", "cn=a=b,dc=example", "cn=Team #1,dc=example"} {
		read, err := ldap.ParseDN(name)
		if err != nil {
			panic(err)
		}
		fmt.Printf("go-ldap 3.4.15: %s has %q\n", name, read.RDNs[0].Attributes[0].Value)
	}
}
GO
export GOPATH="$folder/go" GOFLAGS="-mod=mod -modcacherw"
go run .
