#!/usr/bin/env bash
# A guess: a reader of LDAP's times (Generalized Time, RFC 4517, section 3.3.13) takes an offset off: 20261130100000+0100 is 09:00 in UTC.
# Instead: ldap2date 2.0.0 of npm, which is for nothing else, says 11:40, and 04:30 for 10:00 at -0330, which is 13:30. asn1js 4.0.0
# says Invalid Date for either. node-forge 1.4.3 reads whole hours and leaves the minutes of -0330, and those of +01, which may go unsaid.
# ldap3 2.9.1, pyasn1 0.6.5, go-asn1-ber 1.5.8 and asn1-ts 11.1.0 read them all.
# Where: ldap2date adds what it should take off, and takes the first digit of the offset for the hours and the other three for minutes.
# For sign-in: servers of Active Directory and OpenLDAP write Z, other directories and what writes into them may not. Moments of a password
# change or of the end of an account are hours off then, or not there. Look for the Z, and read what has none with a library of LDAP. (Go)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > times << 'TIMES'
20261130100000Z
20261130100000+0100
20261130100000+01
20261130100000-0330
TIMES
npm install --prefix . --silent --no-audit --no-fund ldap2date@2.0.0 asn1js@4.0.0 node-forge@1.4.3 asn1-ts@11.1.0
cat > finding.mjs <<'JS'
import { readFileSync } from "node:fs";
import { GeneralizedTime } from "asn1js";
import { BERElement } from "asn1-ts";
import ldap2date from "ldap2date";
import forge from "node-forge";

const universal = 0, primitive = 0, generalizedTime = 24;
const readers = {
  ldap2date: (text) => ldap2date.parse(text),
  asn1js: (text) => new GeneralizedTime({ value: text }).toDate(),
  "node-forge": (text) => forge.asn1.generalizedTimeToDate(text),
  "asn1-ts": (text) => new BERElement(universal, primitive, generalizedTime, Buffer.from(text)).generalizedTime,
};
for (const text of readFileSync("times", "utf8").trim().split("\n")) {
  for (const [name, read] of Object.entries(readers)) {
    const date = read(text);
    console.log(`${text} | ${name} | ${Number.isNaN(date.valueOf()) ? date : date.toISOString().slice(11, 19)}`);
  }
}
JS
node finding.mjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet ldap3==2.9.1 pyasn1==0.6.5
cat > finding.py <<'PY'
from datetime import timezone
from pathlib import Path

from ldap3.protocol.formatters.formatters import format_time
from pyasn1.type.useful import GeneralizedTime

readers = {"ldap3": lambda text: format_time(text.encode()), "pyasn1": lambda text: GeneralizedTime(text).asDateTime}
for text in Path("times").read_text().split():
    for name, read in readers.items():
        print(text, "|", name, "|", read(text).astimezone(timezone.utc).strftime("%X"))
PY
venv/bin/python finding.py | tee -a seen
printf 'module finding\n\ngo 1.25\n\nrequire github.com/go-asn1-ber/asn1-ber v1.5.8\n' > go.mod
cat > main.go <<'GO'
package main

import (
	"bufio"
	"fmt"
	"os"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
)

func main() {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		read, err := ber.ParseGeneralizedTime(lines.Bytes())
		if err != nil {
			panic(err)
		}
		fmt.Println(lines.Text(), "| go-asn1-ber |", read.UTC().Format(time.TimeOnly))
	}
}
GO
GOFLAGS=-mod=mod go run . < times | tee -a seen
grep -vE '(0000Z \| .* 10:00:00|\+01(00)? \| .* 09:00:00|-0330 \| .* 13:30:00)$' seen > wrong
diff wrong - << 'SEEN'
20261130100000+0100 | ldap2date | 11:40:00
20261130100000+0100 | asn1js | Invalid Date
20261130100000+01 | ldap2date | 10:01:00
20261130100000+01 | asn1js | Invalid Date
20261130100000+01 | node-forge | 10:00:00
20261130100000-0330 | ldap2date | 04:30:00
20261130100000-0330 | asn1js | Invalid Date
20261130100000-0330 | node-forge | 13:00:00
SEEN
