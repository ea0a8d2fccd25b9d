#!/usr/bin/env bash
# A guess: a list of members that csv of Python writes, with lines that end in CRLF (RFC 4180, section 2), is read by any CSV library as it
# was. A comma, a quotation mark and a line break within quotes are the only things to mind.
# Instead: json-2-csv 5.6.0 of npm, whose lines end in LF unless it is told otherwise, puts two members into one where the last field has
# quotes, and names the last column "note\r". csvjson 5.1.0 makes three members of two, as it splits by lines before it looks for quotes;
# with `quote: true` it also leaves of 'Ann "Bo" Berg' a member called Berg. Told of CRLF, json-2-csv reads the two, and makes a third whose
# address is empty of the end of the last line. csv-string 4.1.1 and udsv 0.7.3 read the file as it was.
# For sign-in: an import that was tested with plain names leaves a member out, or invites one who is not there, and raises nothing. Compare
# the number of members with what whoever uploads expects, and test an import with a file that a spreadsheet program has saved.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 - <<'PY'
import csv

with open("members.csv", "w", newline="") as file:
    csv.writer(file).writerows([
        ("email", "name", "note"),
        ("ann@example.org", 'Ann "Bo" Berg', "Mon,\nnot Fri"),
        ("eve@example.org", "Eve Roth", "Tue, Wed"),
    ])
PY
npm install --prefix . --silent --no-audit --no-fund json-2-csv@5.6.0 csvjson@5.1.0 csv-string@4.1.1 udsv@0.7.3
cat > finding.mjs <<'JS'
import { readFileSync } from "node:fs";
import csvString from "csv-string";
import csvjson from "csvjson";
import { csv2json } from "json-2-csv";
import { inferSchema, initParser } from "udsv";

const text = readFileSync("members.csv", "utf8");
const readers = {
  "json-2-csv": () => csv2json(text),
  "json-2-csv with CRLF": () => csv2json(text, { delimiter: { eol: "\r\n" } }),
  csvjson: () => csvjson.toObject(text),
  "csvjson with quote": () => csvjson.toObject(text, { quote: true }),
  "csv-string": () => csvString.parse(text, { output: "objects" }),
  udsv: () => initParser(inferSchema(text)).stringObjs(text),
};
for (const [name, read] of Object.entries(readers)) {
  for (const member of read()) console.log(`${name} | ${JSON.stringify(member)}`);
}
JS
node finding.mjs | tee seen
diff seen - << 'SEEN'
json-2-csv | {"email":"ann@example.org","name":"Ann \"Bo\" Berg","note\r":"\"Mon,\nnot Fri\"\r\neve@example.org,Eve Roth,\"Tue, Wed\"\r\n"}
json-2-csv with CRLF | {"email":"ann@example.org","name":"Ann \"Bo\" Berg","note":"Mon,\nnot Fri"}
json-2-csv with CRLF | {"email":"eve@example.org","name":"Eve Roth","note":"Tue, Wed"}
json-2-csv with CRLF | {"email":""}
csvjson | {"email":"ann@example.org","name":"Ann \"\"Bo\"\" Berg","note":"\"Mon"}
csvjson | {"email":"not Fri\"","name":"","note":""}
csvjson | {"email":"eve@example.org","name":"Eve Roth","note":"\"Tue"}
csvjson with quote | {"email":"ann@example.org","name":"Berg","note":"Mon"}
csvjson with quote | {"email":"","name":"","note":""}
csvjson with quote | {"email":"eve@example.org","name":"Eve Roth","note":"Tue, Wed"}
csv-string | {"email":"ann@example.org","name":"Ann \"Bo\" Berg","note":"Mon,\nnot Fri"}
csv-string | {"email":"eve@example.org","name":"Eve Roth","note":"Tue, Wed"}
udsv | {"email":"ann@example.org","name":"Ann \"Bo\" Berg","note":"Mon,\nnot Fri"}
udsv | {"email":"eve@example.org","name":"Eve Roth","note":"Tue, Wed"}
SEEN
