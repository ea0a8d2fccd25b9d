#!/usr/bin/env bash
# A guess: in userName eq "ann" or userName eq "bob" and title eq "Nurse" the "and" binds first, as in SQL and as RFC 7644, section
# 3.4.2.2, orders it: "not" before "and", "and" before "or". Ann is found, whatever her title.
# Instead: scim2-filter-parser 0.7.0, also under django-scim2, reads from left to right and writes its own parentheses into the SQL:
# (ann or bob) and nurse. Ann, a doctor, is missing. scim2-parse-filter 0.2.10 for Node finds her.
# Where: the table `precedence` in scim2_filter_parser.parser has OR and AND in one line, below a comment with the standard's order.
# For sign-in: a provisioner that does not find an account makes it once more, or takes it for gone. Put parentheses into each filter
# that has both words, and do not test with "and" in front of "or" alone: that way round it is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet scim2-filter-parser==0.7.0
env/bin/python - <<'PY'
import sqlite3
from importlib.metadata import version

from scim2_filter_parser.queries.sql import SQLiteQuery

database = sqlite3.connect(":memory:")
database.execute("CREATE TABLE members (username, title)")
database.executemany("INSERT INTO members VALUES (?, ?)", [("ann", "Doctor"), ("bob", "Nurse"), ("cem", "Nurse")])
columns = {("userName", None, None): "username", ("title", None, None): "title"}
print("scim2-filter-parser", version("scim2-filter-parser"))
for text, expected in {
    'userName eq "ann" or userName eq "bob" and title eq "Nurse"': ["bob"],
    'userName eq "ann" or (userName eq "bob" and title eq "Nurse")': ["ann", "bob"],
    'userName eq "bob" and title eq "Nurse" or userName eq "ann"': ["ann", "bob"],
}.items():
    query = SQLiteQuery(text, "members", columns)
    found = sorted(row[0] for row in database.execute(query.sql, query.params))
    print(text, "|", query.where_sql, "|", found)
    assert found == expected
PY
npm install --silent --no-audit --no-fund scim2-parse-filter@0.2.10
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { filter, parse } from "scim2-parse-filter";

const members = [{ userName: "ann", title: "Doctor" }, { userName: "bob", title: "Nurse" }, { userName: "cem", title: "Nurse" }];
const text = 'userName eq "ann" or userName eq "bob" and title eq "Nurse"';
const found = members.filter(filter(parse(text))).map((member) => member.userName);
console.log("scim2-parse-filter 0.2.10:", found);
assert.deepStrictEqual(found, ["ann", "bob"]);
JS
node finding.mjs
