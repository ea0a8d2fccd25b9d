#!/usr/bin/env bash
# A guess: what openpyxl writes pylightxl reads; both are libraries of Python for just such files.
# Instead: pylightxl 1.61 reads every text of openpyxl 3.1.5 as "", without an error; only the numbers are there, and of a sheet without
# any there are no rows. It is the same with xlsxwriter 3.3.1 where it saves memory; at files of pyexcelerate 0.13.0 it raises IndexError.
# xlsx2csv 0.8.6 and python-calamine 0.9.1 read all of them.
# Where: these writers put texts into the cells (t="inlineStr"; ECMA-376, part 1, section 18.18.11); pylightxl knows shared strings.
# For sign-in: a list of members comes with as many rows as it has, and no name or address in any; a list without a number is empty, and
# who is missing from a list may be taken for gone. What Excel has saved is right. pandas, tablib and Django's import-export write by
# openpyxl. Read with another package, and stop an import at the first row without an address.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet pylightxl==1.61 openpyxl==3.1.5 xlsxwriter==3.3.1 pyexcelerate==0.13.0 xlsx2csv==0.8.6 python-calamine==0.9.1
cat > finding.py <<'PY'
import io

import openpyxl
import pyexcelerate
import pylightxl
import python_calamine
import xlsx2csv
import xlsxwriter

members = [["Ann", "ann@example.com", 7], ["Bob", "bob@example.com", 8]]
texts = [row[:2] for row in members]


def by_openpyxl(name, rows):
    book = openpyxl.Workbook()
    book.active.title = "Members"
    for row in rows:
        book.active.append(row)
    book.save(name)


def by_xlsxwriter(name, rows):
    with xlsxwriter.Workbook(name, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Members")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def by_pyexcelerate(name, rows):
    book = pyexcelerate.Workbook()
    book.new_sheet("Members", data=rows)
    book.save(name)


for writer in (by_openpyxl, by_xlsxwriter, by_pyexcelerate):
    for kind, rows in (("with numbers", members), ("texts alone", texts)):
        name = f"{writer.__name__} {kind}.xlsx"
        writer(name, rows)
        out = io.StringIO()
        xlsx2csv.Xlsx2csv(name).convert(out)
        assert out.getvalue().splitlines() == [",".join(map(str, row)) for row in rows]
        assert python_calamine.CalamineWorkbook.from_path(name).get_sheet_by_index(0).to_python() == rows
        try:
            seen = list(pylightxl.readxl(name).ws("Members").rows)
        except IndexError as raised:
            seen = repr(raised)
        print(name, "|", seen)
PY
venv/bin/python -W ignore finding.py | tee seen
diff seen - << 'SEEN'
by_openpyxl with numbers.xlsx | [['', '', 7], ['', '', 8]]
by_openpyxl texts alone.xlsx | []
by_xlsxwriter with numbers.xlsx | [['', '', 7], ['', '', 8]]
by_xlsxwriter texts alone.xlsx | []
by_pyexcelerate with numbers.xlsx | IndexError('list index out of range')
by_pyexcelerate texts alone.xlsx | IndexError('list index out of range')
SEEN
