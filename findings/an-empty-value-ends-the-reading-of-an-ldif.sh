#!/usr/bin/env bash
# A guess: a file of LDIF whose lines are all as RFC 2849 has them is read by readers of LDIF: an attribute may have an empty value, with or
# without a space behind its colon, a blank line may stand behind "version: 1", and comments anywhere.
# Instead: ldif 0.5.1 of npm refuses what ldap3 2.9.1 of PyPI writes, whose last line is a comment and has no end; without that line it
# raises "Cannot read properties of null" at an empty value. The ldif of go-ldap (of September 2025) says "empty value" where the space is
# missing. ldif 4.3.0 of PyPI reads them all, and begins with an entry without a name where the blank line follows the version.
# For sign-in: one member without a street keeps a whole directory from being brought along, or a member without anything is the first of
# them. Leave empty values and comments out of what you write; as a reader pass over what has no name, and count what was read. (Go)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet ldap3==2.9.1 ldif==4.3.0
cat > finding.py <<'PY'
from pathlib import Path

from ldap3 import MOCK_SYNC, Connection, Server
from ldif import LDIFParser

connection = Connection(Server("directory.example"), client_strategy=MOCK_SYNC)
connection.bind()
connection.strategy.add_entry("cn=Ann,dc=example", {"objectClass": "person", "cn": "Ann", "street": ""})
connection.search("dc=example", "(objectClass=person)", attributes=["cn", "street"])
written = connection.response_to_ldif()
print("ldap3 | writes |", repr(written))
entries = written.split("\n# total")[0]
full = entries.replace("street: \n", "street: 2 Main Street\n")
Path("full").write_text(full)
Path("comment").write_text(written.replace(entries, full))
Path("space").write_text(entries)
Path("none").write_text(entries.replace("street: \n", "street:\n"))
Path("blank").write_text(full.replace("version: 1\n", "version: 1\n\n"))
for kind in ("full", "comment", "space", "none", "blank"):
    with open(kind, "rb") as file:
        print(f"{kind} | ldif of PyPI |", *(str(name) for name, _ in LDIFParser(file).parse()))
PY
venv/bin/python finding.py | tee seen
npm install --prefix . --silent --no-audit --no-fund ldif@0.5.1
cat > finding.cjs <<'JS'
const { readFileSync } = require("node:fs");
const ldif = require("ldif");

for (const kind of ["full", "comment", "space", "none", "blank"]) {
  let seen;
  try {
    seen = ldif.parse(readFileSync(kind, "utf8")).entries.map(({ dn }) => dn).join(" ");
  } catch (error) {
    seen = error.message.split(" (")[0];
  }
  console.log(`${kind} | ldif of npm | ${seen}`);
}
JS
node finding.cjs | tee -a seen
printf 'module finding\n\ngo 1.25\n\nrequire github.com/go-ldap/ldif v0.0.0-20250910174327-aa3bc3095c92\n' > go.mod
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/go-ldap/ldif"
)

func main() {
	for _, kind := range []string{"full", "comment", "space", "none", "blank"} {
		text, err := os.ReadFile(kind)
		if err != nil {
			panic(err)
		}
		read, err := ldif.Parse(string(text))
		var seen []string
		if err != nil {
			seen = append(seen, strings.TrimSpace(err.Error()))
		} else {
			for _, entry := range read.AllEntries() {
				seen = append(seen, entry.DN)
			}
		}
		fmt.Println(kind, "| go-ldap |", strings.Join(seen, " "))
	}
}
GO
GOFLAGS=-mod=mod go run . | tee -a seen
diff seen - << 'SEEN'
ldap3 | writes | 'version: 1\ndn: cn=Ann,dc=example\ncn: Ann\nstreet: \n\n# total number of entries: 1'
full | ldif of PyPI | cn=Ann,dc=example
comment | ldif of PyPI | cn=Ann,dc=example
space | ldif of PyPI | cn=Ann,dc=example
none | ldif of PyPI | cn=Ann,dc=example
blank | ldif of PyPI | None cn=Ann,dc=example
full | ldif of npm | cn=Ann,dc=example
comment | ldif of npm | Expected end of input or entry but "#" found.
space | ldif of npm | Cannot read properties of null
none | ldif of npm | Cannot read properties of null
blank | ldif of npm | cn=Ann,dc=example
full | go-ldap | cn=Ann,dc=example
comment | go-ldap | cn=Ann,dc=example
space | go-ldap | cn=Ann,dc=example
none | go-ldap | Error in line 5: empty value
blank | go-ldap | cn=Ann,dc=example
SEEN
