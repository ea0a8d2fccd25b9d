#!/usr/bin/env bash
# A guess: for mail that is HTML alone mailparser's `text` reads as a person would read it: cells of a table apart, and a link as
# its address.
# Instead: mailparser 3.14.2 sets cells side by side without a space, so that "Code" and "123456" become "Code123456", and gives a
# link as "Log in [https://…]", with the bracket against the address. \b\d{6}\b finds no code, and https\S+ one character
# too many.
# For sign-in: a test bench or an inbox robot that picks codes and magic links out of mail fails with some templates and passes
# with others. Send a text part of your own, with code and link alone on their lines; read links out of the HTML.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund mailparser@3.14.2
cat > finding.cjs <<'JS'
const assert = require("node:assert");
const { simpleParser } = require("mailparser");
const message = `From: login@example.com
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<table><tr><td>Code</td><td>123456</td></tr></table>
<p><a href="https://app.example.com/?token=abc">Log in</a></p>
`;
simpleParser(message).then(({ text }) => {
  console.log("mailparser", require("mailparser/package.json").version, JSON.stringify(text));
  assert(text.includes("Code123456"));
  assert.strictEqual(text.match(/\b\d{6}\b/), null);
  assert.strictEqual(text.match(/https\S+/)[0], "https://app.example.com/?token=abc]");
});
JS
node finding.cjs
