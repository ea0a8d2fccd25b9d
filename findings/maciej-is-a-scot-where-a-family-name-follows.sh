#!/usr/bin/env bash
# A guess: a library that writes names from a directory in capitals as people write them does the same to a name wherever it stands, and
# what it knows to be no Scottish family is none.
# Instead: namecase 1.1.2, @compwright/namecase 2.0.7 and @foundernest/namecase 1.0.5 of npm write MACIEJ, a first name of many in Poland,
# as "Maciej" where it stands alone or last, and MACIEJ NOWAK as "MacIej Nowak". nameparser 2.6.0 of PyPI has "MacIej" everywhere. namecase
# writes ANN ST CLAIR as "Ann StClair", it and @compwright/namecase ORTEGA Y GASSET as "Ortega yGasset", and @foundernest/namecase has
# "ben Stone", "XI Chen" and "Kim do" for a Ben, a Xi and a family Do.
# Where: names that end in a, c, i, o, z or j are to be left alone, and the pattern for another letter takes the space behind Maciej for it.
# For sign-in: a mail that begins with "Hello MacIej" looks like fraud to the one whom it asks to log in. Keep a name as the directory or
# the person wrote it, capitals included; where it has to look well, let people change it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund namecase@1.1.2 @compwright/namecase@2.0.7 @foundernest/namecase@1.0.5
cat > finding.cjs <<'JS'
const compwright = require("@compwright/namecase");
const { nameCase } = require("@foundernest/namecase");
const namecase = require("namecase");

const polish = ["MACIEJ", "NOWAK MACIEJ", "MACIEJ NOWAK"];
const others = ["ANN MACDONALD", "ANN ST CLAIR", "ORTEGA Y GASSET", "BEN STONE", "XI CHEN", "KIM DO"];
for (const name of [...polish, ...others]) console.log([name, namecase(name), compwright(name), nameCase(name)].join(" | "));
JS
node finding.cjs | tee seen
diff seen - << 'SEEN'
MACIEJ | Maciej | Maciej | Maciej
NOWAK MACIEJ | Nowak Maciej | Nowak Maciej | Nowak Maciej
MACIEJ NOWAK | MacIej Nowak | MacIej Nowak | MacIej Nowak
ANN MACDONALD | Ann MacDonald | Ann MacDonald | Ann MacDonald
ANN ST CLAIR | Ann StClair | Ann St Clair | Ann St Clair
ORTEGA Y GASSET | Ortega yGasset | Ortega yGasset | Ortega y Gasset
BEN STONE | Ben Stone | Ben Stone | ben Stone
XI CHEN | Xi Chen | Xi Chen | XI Chen
KIM DO | Kim Do | Kim Do | Kim do
SEEN
python3 -m venv venv
venv/bin/pip install --quiet nameparser==2.6.0
venv/bin/python - <<'PY'
from nameparser import HumanName

for name, written in {"MACIEJ": "MacIej", "MACIEJ NOWAK": "MacIej Nowak", "BEN STONE": "Ben Stone", "XI CHEN": "Xi Chen"}.items():
    read = HumanName(name)
    read.capitalize()
    print("nameparser:", read)
    assert str(read) == written
PY
