#!/usr/bin/env bash
# A guess: a cell in which Excel shows 山田太郎 is read as 山田太郎. Beside what was typed in kana Excel keeps how it is read (the element
# rPh of a shared string; ECMA-376, part 1, section 18.4.6); the text of the cell is the name all the same.
# Instead: the streaming reader of exceljs 4.4.0 gives タロウ, the reading of the last part, in place of the name. The reader of whole
# files in the same package, xlsx 0.18.5 and openpyxl 3.1.5 give the name.
# Where: _parseSharedStrings in lib/stream/xlsx/workbook-reader.js, which takes each element t for the text, also those within rPh.
# For sign-in: an import of members is tried with ten rows, and streamed when there are thousands: then all whose names were typed in
# Japanese are called by the reading of their given names. Names that were pasted have no reading and are right, which looks like bad
# data. Read the first rows with both readers and compare, or stream with another package.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund exceljs@4.4.0 xlsx@0.18.5
python3 -m venv venv
venv/bin/pip install --quiet openpyxl==3.1.5
cat > finding.py <<'PY'
import zipfile

import openpyxl

main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
package = "http://schemas.openxmlformats.org/package/2006"
excel = "application/vnd.openxmlformats-officedocument.spreadsheetml"
strings = (
    '<si><t>山田太郎</t><rPh sb="0" eb="2"><t>ヤマダ</t></rPh><rPh sb="2" eb="4"><t>タロウ</t></rPh></si>'
    "<si><t>taro@example.jp</t></si><si><t>Ann Berg</t></si><si><t>ann@example.com</t></si>"
)
row = '<row r="{0}"><c r="A{0}" t="s"><v>{1}</v></c><c r="B{0}" t="s"><v>{2}</v></c></row>'
parts = {
    "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{excel}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{excel}.worksheet+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{excel}.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
    f'<Relationship Id="rId1" Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{kind}">'
    '<sheets><sheet name="Members" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
    f'<Relationship Id="rId1" Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{kind}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    "xl/sharedStrings.xml": f'<sst xmlns="{main}" count="4" uniqueCount="4">{strings}</sst>',
    "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{row.format(1, 0, 1)}{row.format(2, 2, 3)}</sheetData></worksheet>',
}
with zipfile.ZipFile("members.xlsx", "w") as book:
    for name, text in parts.items():
        book.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)
for name, address in openpyxl.load_workbook("members.xlsx").active.iter_rows(values_only=True):
    print("openpyxl |", name, "|", address)
PY
cat > finding.mjs <<'JS'
import Excel from "exceljs";
import xlsx from "xlsx";

const say = (reader, row) => console.log([reader, ...row].join(" | "));
for await (const sheet of new Excel.stream.xlsx.WorkbookReader("members.xlsx"))
  for await (const row of sheet) say("exceljs, streaming", row.values.slice(1));
const book = new Excel.Workbook();
await book.xlsx.readFile("members.xlsx");
book.worksheets[0].eachRow((row) => say("exceljs", row.values.slice(1)));
for (const row of xlsx.utils.sheet_to_json(xlsx.readFile("members.xlsx").Sheets.Members, { header: 1 })) say("xlsx", row);
JS
{ venv/bin/python -W ignore finding.py; node finding.mjs; } | tee seen
diff seen - << 'SEEN'
openpyxl | 山田太郎 | taro@example.jp
openpyxl | Ann Berg | ann@example.com
exceljs, streaming | タロウ | taro@example.jp
exceljs, streaming | Ann Berg | ann@example.com
exceljs | 山田太郎 | taro@example.jp
exceljs | Ann Berg | ann@example.com
xlsx | 山田太郎 | taro@example.jp
xlsx | Ann Berg | ann@example.com
SEEN
