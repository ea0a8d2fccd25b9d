#!/usr/bin/env bash
# A guess: what makes links of addresses in a text stops at white space, and leaves out a full stop or a bracket at the end, no more.
# The letters of base64url (RFC 4648, section 5) end no sentence, and are unreserved in an address (RFC 3986, section 2.3).
# Instead: Markdown as GitHub extended it leaves out a closing "_" as well (its section 6.9). marked 18.2.1, micromark 4.0.3, goldmark
# 1.8.7 and cmarkgfm 2025.10.22 link to an address without its last character. linkify-it 6.1.0, linkifyjs 4.4.0 and bleach 6.4.0 keep
# it; all of them keep a closing "-".
# For sign-in: a link whose last thing is a token may lose its last character when it is pasted into a chat or a ticket or passes
# through a help desk: "invalid token", and right the next time. It is one in 64 if the token is of 24, 33 or 48 bytes or from nanoid, and
# none if it is of 16 or 32 bytes, whose last character has bits to spare. Put another parameter behind it. (Go)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund marked@18.2.1 micromark@4.0.3 micromark-extension-gfm-autolink-literal@2.1.0 \
  linkify-it@6.1.0 linkifyjs@4.4.0
cat > finding.mjs <<'JS'
import { LinkifyIt } from "linkify-it";
import { find } from "linkifyjs";
import { marked } from "marked";
import { micromark } from "micromark";
import { gfmAutolinkLiteral, gfmAutolinkLiteralHtml } from "micromark-extension-gfm-autolink-literal";

const href = (html) => /href="([^"]*)"/.exec(html)[1];
const extended = { extensions: [gfmAutolinkLiteral()], htmlExtensions: [gfmAutolinkLiteralHtml()] };
const makers = {
  marked: (text) => href(marked.parse(text)),
  micromark: (text) => href(micromark(text, extended)),
  "linkify-it": (text) => new LinkifyIt().match(text)[0].url,
  linkifyjs: (text) => find(text)[0].href,
};
for (const [name, make] of Object.entries(makers))
  console.log(name, ...["_", "-"].map((end) => make(`Log in: https://app.example.com/go?token=abc${end}\n`).split("=")[1]));
JS
node finding.mjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet cmarkgfm==2025.10.22 bleach==6.4.0
cat > finding.py <<'PY'
import re

import bleach
import cmarkgfm

for name, make in (("cmarkgfm", cmarkgfm.github_flavored_markdown_to_html), ("bleach", bleach.linkify)):
    made = [make(f"Log in: https://app.example.com/go?token=abc{end}\n") for end in "_-"]
    print(name, *(re.search('href="[^"=]*=([^"]*)"', html)[1] for html in made))
PY
venv/bin/python finding.py | tee -a seen
printf 'module finding\n\ngo 1.25\n\nrequire github.com/yuin/goldmark v1.8.7\n' > go.mod
cat > main.go <<'GO'
package main

import (
	"os"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

func main() {
	for _, end := range []string{"_", "-"} {
		text := []byte("https://app.example.com/go?token=abc" + end + "\n")
		if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert(text, os.Stdout); err != nil {
			panic(err)
		}
	}
}
GO
go mod tidy 2> /dev/null
go run . | sed -E 's/.*href="[^"=]*=([^"]*)".*/goldmark \1/' | tee -a seen
diff seen - << 'SEEN'
marked abc abc-
micromark abc abc-
linkify-it abc_ abc-
linkifyjs abc_ abc-
cmarkgfm abc abc-
bleach abc_ abc-
goldmark abc
goldmark abc-
SEEN
