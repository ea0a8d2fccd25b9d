#!/usr/bin/env bash
# A guess: what converts LDIF joins lines that were folded: one that begins with a space goes on with the one before (RFC 2849, note 2).
# ldapsearch and slapcat of OpenLDAP fold what is long, unless told not to.
# Instead: ldif2json 1.0.8 throws away all but the first line, without a word: a member of a group ends in "dc=hospital,", the name of
# the entry itself in "dc=e", and a text in base64 has lost its last words. ldif2csv 1.0.1 and ldif 4.3.0, both of Python, join them.
# For sign-in: a group is moved with members that are nobody: those whose names are long, which are the people in the deeper units. Bob
# is there, so it looks right. Its README has ldapsearch write to it, which needs -o ldif-wrap=no then. After a move, look up each member
# of each group among the entries.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet ldif2json==1.0.8 ldif2csv==1.0.1 ldif==4.3.0
cat > group.ldif << 'LDIF'
dn: cn=Nurses of the night shift,ou=Groups,ou=Europe,ou=Units,dc=hospital,dc=e
 xample,dc=com
member: uid=ann,ou=Internal Medicine,ou=Berlin,ou=Europe,ou=Units,dc=hospital,
 dc=example,dc=com
member: uid=bob,ou=Europe,dc=hospital,dc=example,dc=com
description:: TmFjaHRzY2hpY2h0IGRlciBJbm5lcmVuIE1lZGl6aW4sIFLDvGNrZnJhZ2VuIGFu
 IGRpZSBMZWl0dW5n
LDIF
cat > finding.py <<'PY'
import csv
import json

import ldif

(read,) = json.load(open("group.json"))
print("ldif2json | dn |", read["dn"])
for member in read["member"]:
    print("ldif2json | member |", member)
print("ldif2json | description |", read["description"])
with open("group.ldif", "rb") as file:
    ((name, entry),) = ldif.LDIFParser(file).parse()
print("ldif | dn |", name)
(row,) = csv.DictReader(open("group.csv", encoding="utf-8-sig"))
assert row["member"].split(";") == entry["member"] and [row["description"]] == entry["description"]
for member in entry["member"]:
    print("ldif, ldif2csv | member |", member)
print("ldif, ldif2csv | description |", entry["description"][0])
PY
venv/bin/ldif2json --decode group.ldif --output group.json
venv/bin/ldif2csv --input group.ldif --output group.csv > /dev/null
venv/bin/python -W ignore finding.py | tee seen
diff seen - << 'SEEN'
ldif2json | dn | cn=Nurses of the night shift,ou=Groups,ou=Europe,ou=Units,dc=hospital,dc=e
ldif2json | member | uid=ann,ou=Internal Medicine,ou=Berlin,ou=Europe,ou=Units,dc=hospital,
ldif2json | member | uid=bob,ou=Europe,dc=hospital,dc=example,dc=com
ldif2json | description | Nachtschicht der Inneren Medizin, Rückfragen an
ldif | dn | cn=Nurses of the night shift,ou=Groups,ou=Europe,ou=Units,dc=hospital,dc=example,dc=com
ldif, ldif2csv | member | uid=ann,ou=Internal Medicine,ou=Berlin,ou=Europe,ou=Units,dc=hospital,dc=example,dc=com
ldif, ldif2csv | member | uid=bob,ou=Europe,dc=hospital,dc=example,dc=com
ldif, ldif2csv | description | Nachtschicht der Inneren Medizin, Rückfragen an die Leitung
SEEN
