#!/usr/bin/env bash
# A guess: an Accept-Language header is read the same with and without a space before the weight; white space may stand there (RFC 9110,
# section 12.4.2), and HttpClient of .NET writes one.
# Instead: of "de; q=0.5, en; q=0.9" accept-language-parser 1.5.0 reads four languages, de, q, en and q, with the weight 1 each. Express
# 4.22.3 (negotiator 0.6.3) reads two, both with 1. Either takes German. negotiator 1.1.0, which a new Express 5 gets, and Werkzeug 3.1.9
# read what was written.
# For sign-in: pages and login mails come in the language that somebody wants least, for callers that are no browsers: back ends, desktop
# and phone apps. As a caller write ";q=" or the best language first, which all understand; as a server take the spaces out before.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund accept-language-parser@1.5.0 express@4.22.3 negotiator-now@npm:negotiator@1.1.0
cat > finding.cjs <<'JS'
const parser = require("accept-language-parser");
const express = require("express");
const Negotiator = require("negotiator-now");

const ours = ["de", "en"];
const app = express().get("/", (request, response) => response.send(request.acceptsLanguages(ours)));
const server = app.listen(0, "127.0.0.1", async () => {
  for (const header of ["de;q=0.5, en;q=0.9", "de; q=0.5, en; q=0.9"]) {
    const headers = { "accept-language": header };
    const read = parser.parse(header).map(({ code, quality }) => `${code} ${quality}`);
    const answer = await fetch(`http://127.0.0.1:${server.address().port}/`, { headers });
    console.log(`${header} | accept-language-parser: ${parser.pick(ours, header)} (${read.join(", ")})`);
    console.log(`${header} | Express 4: ${await answer.text()} | negotiator 1.1.0: ${new Negotiator({ headers }).language(ours)}`);
  }
  server.close();
  server.closeAllConnections();
});
JS
node finding.cjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet werkzeug==3.1.9
venv/bin/python - <<'PY' | tee -a seen
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

print("Werkzeug:", parse_accept_header("de; q=0.5, en; q=0.9", LanguageAccept).best_match(["de", "en"]))
PY
diff seen - << 'SEEN'
de;q=0.5, en;q=0.9 | accept-language-parser: en (en 0.9, de 0.5)
de;q=0.5, en;q=0.9 | Express 4: en | negotiator 1.1.0: en
de; q=0.5, en; q=0.9 | accept-language-parser: de (de 1, q 1, en 1, q 1)
de; q=0.5, en; q=0.9 | Express 4: de | negotiator 1.1.0: en
Werkzeug: en
SEEN
