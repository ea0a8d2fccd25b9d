#!/usr/bin/env bash
# A guess: a cell that holds the text 00042 is read as the text 00042. In a file that SheetJS writes texts are cells of the type str, which
# is for strings (ECMA-376, part 1, section 18.18.11: those of formulas, in Excel's own files).
# Instead: xlsx-stream-reader 1.1.1 makes numbers of them. From a file of xlsx 0.18.5 (SheetJS) "00042" comes as "42", "1e3" as "1000",
# and "Ann" and ann@example.com as "NAN". Shared strings, as Excel writes them, come as they are; read-excel-file 9.3.17 and
# openpyxl 3.1.5 read both files alike.
# Where: in lib/worksheet.js the cases str, b, n and e are one, that of numbers; it is passed over with formatting: false.
# For sign-in: employee numbers are what members are matched by (employeeNumber or externalId in SCIM). Without their zeros they match
# nobody, or another one, and the import makes the same people again. Give formatting: false, and try an import with files of each
# program that writes them, with zeros in front.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund xlsx-stream-reader@1.1.1 xlsx@0.18.5 read-excel-file@9.3.17
python3 -m venv venv
venv/bin/pip install --quiet openpyxl==3.1.5
cat > finding.mjs <<'JS'
import { createReadStream } from "node:fs";
import { readSheet } from "read-excel-file/node";
import xlsx from "xlsx";
import StreamReader from "xlsx-stream-reader";

const rows = [["Ann", "ann@example.com", "00042"], ["7 of 9", "seven@example.com", "1e3"]];
const book = xlsx.utils.book_new();
xlsx.utils.book_append_sheet(book, xlsx.utils.aoa_to_sheet(rows), "Members");
const say = (reader, row) => console.log(reader, "|", JSON.stringify(row));
const stream = (name, options) =>
  new Promise((done, failed) => {
    const reader = new StreamReader(options);
    reader.on("error", failed).on("end", done).on("worksheet", (sheet) => {
      sheet.on("row", (row) => say(`xlsx-stream-reader${options ? ", formatting: false," : ""} of ${name}`, row.values.slice(1)));
      sheet.process();
    });
    createReadStream(name).pipe(reader);
  });

for (const [name, bookSST] of [["str.xlsx", false], ["shared.xlsx", true]]) {
  xlsx.writeFile(book, name, { bookSST });
  await stream(name);
  await stream(name, { formatting: false });
  for (const row of await readSheet(name)) say(`read-excel-file of ${name}`, row);
}
JS
cat > finding.py <<'PY'
import json

import openpyxl

for name in ("str.xlsx", "shared.xlsx"):
    for row in openpyxl.load_workbook(name).active.iter_rows(values_only=True):
        print(f"openpyxl of {name} |", json.dumps(row, separators=(",", ":")))
PY
{ node finding.mjs; venv/bin/python -W ignore finding.py; } | tee seen
diff seen - << 'SEEN'
xlsx-stream-reader of str.xlsx | ["NAN","NAN","42"]
xlsx-stream-reader of str.xlsx | ["NAN","NAN","1000"]
xlsx-stream-reader, formatting: false, of str.xlsx | ["Ann","ann@example.com","00042"]
xlsx-stream-reader, formatting: false, of str.xlsx | ["7 of 9","seven@example.com","1e3"]
read-excel-file of str.xlsx | ["Ann","ann@example.com","00042"]
read-excel-file of str.xlsx | ["7 of 9","seven@example.com","1e3"]
xlsx-stream-reader of shared.xlsx | ["Ann","ann@example.com","00042"]
xlsx-stream-reader of shared.xlsx | ["7 of 9","seven@example.com","1e3"]
xlsx-stream-reader, formatting: false, of shared.xlsx | ["Ann","ann@example.com","00042"]
xlsx-stream-reader, formatting: false, of shared.xlsx | ["7 of 9","seven@example.com","1e3"]
read-excel-file of shared.xlsx | ["Ann","ann@example.com","00042"]
read-excel-file of shared.xlsx | ["7 of 9","seven@example.com","1e3"]
openpyxl of str.xlsx | ["Ann","ann@example.com","00042"]
openpyxl of str.xlsx | ["7 of 9","seven@example.com","1e3"]
openpyxl of shared.xlsx | ["Ann","ann@example.com","00042"]
openpyxl of shared.xlsx | ["7 of 9","seven@example.com","1e3"]
SEEN
