#!/usr/bin/env bash
# A guess: what log/slog of Go writes as text is logfmt, and readers of logfmt give back what was logged. A backslash is the only thing to
# mind, as in the login ACME\ann or the distinguished name CN=Berg\, Ann.
# Instead: slog of Go 1.26 writes ACME\ann without quotes, in which a backslash escapes nothing, and quotes what has a space or "=" as Go
# quotes strings. logfmt 1.4.0 and @jclem/logfmt2 2.4.3 of npm read "ACMEann" for the first, and "AcmenEurope" for a line break in quotes.
# logfmt 0.4 of PyPI takes the quotation mark at the end of the distinguished name for an escaped one: its value goes on with org=, the
# field `org` is gone, and Acme\nEurope is a field. go-logfmt 0.6.1 and logfmtkv 0.2.1 of PyPI read all of it.
# Where: the two of npm skip a backslash wherever it stands; that of PyPI forgets none until a quotation mark comes.
# For sign-in: whoever searches the log for ACME\ann finds nobody, and an alert that compares the field `org` has none. Log a member's id
# rather than what was typed, or log JSON where you do not know the reader. (Go)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf 'module finding\n\ngo 1.25\n\nrequire github.com/go-logfmt/logfmt v0.6.1\n' > go.mod
cat > main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"

	"github.com/go-logfmt/logfmt"
)

func main() {
	var line bytes.Buffer
	withoutTime := func(_ []string, attribute slog.Attr) slog.Attr {
		if attribute.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return attribute
	}
	logger := slog.New(slog.NewTextHandler(&line, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	logger.Info("Signed in", "login", `ACME\ann`, "dn", `CN=Berg\, Ann`, "org", "Acme\nEurope")
	if err := os.WriteFile("line", line.Bytes(), 0o644); err != nil {
		panic(err)
	}
	fmt.Print("slog | ", line.String())
	decoder := logfmt.NewDecoder(&line)
	for decoder.ScanRecord() {
		for decoder.ScanKeyval() {
			fmt.Printf("go-logfmt | %s | %q\n", decoder.Key(), decoder.Value())
		}
	}
	if decoder.Err() != nil {
		panic(decoder.Err())
	}
}
GO
export GOFLAGS=-mod=mod
go run . | tee seen
npm install --prefix . --silent --no-audit --no-fund logfmt@1.4.0 @jclem/logfmt2@2.4.3
cat > finding.mjs <<'JS'
import { readFileSync } from "node:fs";
import { decode } from "@jclem/logfmt2";
import logfmt from "logfmt";

const line = readFileSync("line", "utf8").trimEnd();
for (const [name, read] of Object.entries({ "npm logfmt": (text) => logfmt.parse(text), logfmt2: decode })) {
  for (const [key, value] of Object.entries(read(line))) console.log(`${name} | ${key} | ${JSON.stringify(value)}`);
}
JS
node finding.mjs | tee -a seen
python3 -m venv venv
venv/bin/pip install --quiet logfmt==0.4 logfmtkv==0.2.1
cat > finding.py <<'PY'
import json
from pathlib import Path

import logfmt
import logfmtkv

line = Path("line").read_text()
for name, read in (("PyPI logfmt", next(iter(logfmt.parse([line])))), ("logfmtkv", logfmtkv.parse(line))):
    for key, value in read.items():
        print(name, "|", key, "|", json.dumps(value))
PY
venv/bin/python finding.py | tee -a seen
diff <(grep -vE '\| (level|msg) \|' seen) - << 'SEEN'
slog | level=INFO msg="Signed in" login=ACME\ann dn="CN=Berg\\, Ann" org="Acme\nEurope"
go-logfmt | login | "ACME\\ann"
go-logfmt | dn | "CN=Berg\\, Ann"
go-logfmt | org | "Acme\nEurope"
npm logfmt | login | "ACMEann"
npm logfmt | dn | "CN=Berg\\, Ann"
npm logfmt | org | "AcmenEurope"
logfmt2 | login | "ACMEann"
logfmt2 | dn | "CN=Berg\\, Ann"
logfmt2 | org | "AcmenEurope"
PyPI logfmt | login | "ACME\\ann"
PyPI logfmt | dn | "CN=Berg, Ann\" org="
PyPI logfmt | Acme\nEurope | true
logfmtkv | login | "ACME\\ann"
logfmtkv | dn | "CN=Berg\\, Ann"
logfmtkv | org | "Acme\nEurope"
SEEN
