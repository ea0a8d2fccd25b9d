#!/usr/bin/env bash
# A guess: for Chrome on Android a user-agent parser gives a device model, or none since Chrome stopped to send it.
# Instead: the letter K that Chrome sends for every model is taken for the model. ua-parser-js 2.0.10 says model "K", ua-parser
# 1.0.2 for Python brand "Generic_Android", model "K", mileusna/useragent 1.3.5 for Go device "K". Bowser 2.15.1 says no model.
# "Android 10" in the same line is as empty: it is sent whatever the version.
# For sign-in: a list of sessions reads "K, Android 10" for most phones, and a mail about a new device is sent never or always.
# Show "Chrome on Android" and ask Sec-CH-UA-Model if the model matters.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export SENT="Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36"
npm install --silent --no-audit --no-fund ua-parser-js@2.0.10 bowser@2.15.1
cat > finding.mjs <<'JS'
import assert from "node:assert";
import Bowser from "bowser";
import { UAParser } from "ua-parser-js";

const [first, second] = [UAParser(process.env.SENT).device.model, Bowser.parse(process.env.SENT).platform.model];
console.log("ua-parser-js 2.0.10:", first, "| bowser 2.15.1:", second);
assert.deepStrictEqual([first, second], ["K", undefined]);
JS
node finding.mjs
python3 -m venv env
env/bin/pip install --quiet ua-parser==1.0.2 ua-parser-builtins==202610
env/bin/python - <<'PY'
import os

import ua_parser

device = ua_parser.parse(os.environ["SENT"]).device
print("ua-parser 1.0.2:", device)
assert (device.brand, device.model) == ("Generic_Android", "K")
PY
cat > go.mod <<'MOD'
module finding

go 1.21

require github.com/mileusna/useragent v1.3.5
MOD
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"github.com/mileusna/useragent"
)

func main() {
	read := useragent.Parse(os.Getenv("SENT"))
	fmt.Println("mileusna/useragent 1.3.5:", read.Device)
	if read.Device != "K" {
		os.Exit(1)
	}
}
GO
export GOPATH="$folder/go" GOFLAGS="-mod=mod -modcacherw"
go run .
