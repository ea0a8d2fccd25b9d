#!/usr/bin/env bash
# A guess: a reader of Link headers gives the address of the next page as it stands between < and >, also where a cursor or a list of
# fields has a comma or a semicolon in it. Both may stand in a query (RFC 3986, section 3.4), and what parts two links is a comma behind
# the > (RFC 8288, section 3).
# Instead: of "?fields=id,name&after=9" tomnomnom/linkheader (2025-08) finds no next page, and peterhellberg/link 1.2.0 finds
# "?fields=idname&after=9", the comma taken out. At a semicolon the one in Go finds nothing again, as do requests 2.34.2 and httpx 0.28.1 in
# Python. parse-link-header 2.0.0, http-link-header 1.1.4 and weblinking 1.0.0 read all three.
# Where: the two in Go cut the header at every comma first; the two in Python cut each link at its first semicolon.
# For sign-in: directories list their members so, with the query of the caller in every link. A sync ends after the first page, quietly, and
# whoever was on the second is taken for one who has left; or the next page has other fields than the first. As a server send cursors in
# base64url and percent-encode both signs in what you repeat; as a client compare what came with the total. (Go)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > links.json <<'JSON'
{"plain": "?fields=id&after=9", "comma": "?fields=id,name&after=9", "semicolon": "?after=2026;9"}
JSON
python3 -m venv venv
venv/bin/pip install --quiet httpx==0.28.1 requests==2.34.2 weblinking==1.0.0
cat > finding.py <<'PY'
import json

import httpx
import requests
import weblinking

requested = requests.Response()
for name, link in json.load(open("links.json")).items():
    header = f'</members>; rel="first", </members{link}>; rel="next"'
    requested.headers["link"] = header
    read = {
        "requests": requested.links.get("next", {}).get("url"),
        "httpx": httpx.Response(200, headers={"link": header}).links.get("next", {}).get("url"),
        "weblinking": next(found.uri for found in weblinking.parse(header) if found.rel == "next"),
    }
    for reader, seen in read.items():
        print(name, "|", reader, "|", seen)
PY
venv/bin/python finding.py | tee seen
npm install --prefix . --silent --no-audit --no-fund http-link-header@1.1.4 parse-link-header@2.0.0
cat > finding.mjs <<'JS'
import { readFileSync } from "node:fs";
import LinkHeader from "http-link-header";
import parseLinkHeader from "parse-link-header";

for (const [name, link] of Object.entries(JSON.parse(readFileSync("links.json")))) {
  const header = `</members>; rel="first", </members${link}>; rel="next"`;
  console.log(name, "| parse-link-header |", parseLinkHeader(header).next.url);
  console.log(name, "| http-link-header |", LinkHeader.parse(header).rel("next")[0].uri);
}
JS
node finding.mjs | tee -a seen
cat > go.mod <<'MOD'
module finding

go 1.25

require (
	github.com/peterhellberg/link v1.2.0
	github.com/tomnomnom/linkheader v0.0.0-20250811210735-e5fe3b51442e
)
MOD
cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/peterhellberg/link"
	"github.com/tomnomnom/linkheader"
)

func main() {
	text, _ := os.ReadFile("links.json")
	var links map[string]string
	json.Unmarshal(text, &links)
	for _, name := range []string{"plain", "comma", "semicolon"} {
		header := `</members>; rel="first", </members` + links[name] + `>; rel="next"`
		for _, found := range linkheader.Parse(header).FilterByRel("next") {
			fmt.Println(name, "| linkheader |", found.URL)
		}
		fmt.Println(name, "| link |", link.Parse(header)["next"])
	}
}
GO
export GOPATH="$folder/go" GOFLAGS="-mod=mod -modcacherw"
go run . | tee -a seen
diff <(grep -v -e '?fields=id&after=9$' -e '?fields=id,name&after=9$' -e '?after=2026;9$' seen) - << 'SEEN'
semicolon | requests | None
semicolon | httpx | None
comma | link | /members?fields=idname&after=9
SEEN
[[ $(wc -l < seen) == 19 && $(grep '| linkheader |' seen) == "plain | linkheader | /members?fields=id&after=9" ]]
