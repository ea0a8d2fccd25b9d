#!/usr/bin/env bash
# A guess: a library that takes a full name apart gives two words as a first and a last name; what it knows of titles and degrees shows in
# longer ones. (A provider may send `name` without given_name and family_name: OpenID Connect Core, section 5.1.)
# Instead: to humanparser 2.7.0 "Jack Ma" has a degree and no last name; Ma is the name of millions. nameparser 2.6.0 makes titles of Prince,
# Royal, Pastor and Bishop: "Prince Okafor" has the first name Okafor and no last one, "Royal Jones" no first. parse-full-name 1.2.7 makes
# a last name of all of "Van Nguyen". Each of them reads what the other two do not.
# For sign-in: where an app wants two names and gets one, "last name is required" for some members, and "Hello ," in their mail. Keep the
# name as it came; split it, if at all, at a space, and let the member correct it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet nameparser==2.6.0
npm install --prefix . --silent --no-audit --no-fund humanparser@2.7.0 parse-full-name@1.2.7
cat > finding.py <<'PY'
import sys

from nameparser import HumanName

for name in sys.argv[1:]:
    read = HumanName(name)
    print(f"nameparser | {name} | {read.first or '-'} | {read.last or '-'}")
PY
cat > finding.cjs <<'JS'
const { parseName } = require("humanparser");
const { parseFullName } = require("parse-full-name");
for (const name of process.argv.slice(2)) {
  const [human, full] = [parseName(name), parseFullName(name)];
  console.log(`humanparser | ${name} | ${human.firstName || "-"} | ${human.lastName || "-"}`);
  console.log(`parse-full-name | ${name} | ${full.first || "-"} | ${full.last || "-"}`);
}
JS
names=("Ada Lovelace" "Jack Ma" "Prince Okafor" "Royal Jones" "Van Nguyen")
{ venv/bin/python finding.py "${names[@]}"; node finding.cjs "${names[@]}"; } | tee seen
diff seen - << 'SEEN'
nameparser | Ada Lovelace | Ada | Lovelace
nameparser | Jack Ma | Jack | Ma
nameparser | Prince Okafor | Okafor | -
nameparser | Royal Jones | - | Jones
nameparser | Van Nguyen | Van | Nguyen
humanparser | Ada Lovelace | Ada | Lovelace
parse-full-name | Ada Lovelace | Ada | Lovelace
humanparser | Jack Ma | Jack | -
parse-full-name | Jack Ma | Jack | Ma
humanparser | Prince Okafor | Prince | Okafor
parse-full-name | Prince Okafor | Prince | Okafor
humanparser | Royal Jones | Royal | Jones
parse-full-name | Royal Jones | Royal | Jones
humanparser | Van Nguyen | Van | Nguyen
parse-full-name | Van Nguyen | - | Van Nguyen
SEEN
