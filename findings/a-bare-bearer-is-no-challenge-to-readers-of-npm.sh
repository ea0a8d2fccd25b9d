#!/usr/bin/env bash
# A guess: a client that reads WWW-Authenticate learns "Bearer" from the word alone. A resource answers so where no token came at all (RFC
# 6750, section 3.1), and a challenge needs no parameters (RFC 9110, section 11.6.1). Parameters that it does not know it passes over.
# Instead: of the bare word auth-header 1.0.0 says "Invalid scheme", www-authenticate 0.6.3 raises a TypeError, and http-auth-utils 6.0.1
# says E_UNKNOWN_AUTH_MECHANISM. With a realm all three read it. With resource_metadata (RFC 9728, section 5.1), by which a client finds the
# authorization server, or with Basic's charset (RFC 7617, section 2.1), http-auth-utils says E_UNAUTHORIZED_KEY, and strict: false does not
# help. Werkzeug 3.1.9 reads all four.
# For sign-in: the first request of a client, the one without a token, ends in an error in place of a login; and a server that begins to say
# where its tokens come from loses clients that did not ask. As a server send a realm along; as a client of these catch the error and look
# at the first word yourself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > challenges.json <<'JSON'
{
  "bare": "Bearer",
  "realm": "Bearer realm=\"api\"",
  "metadata": "Bearer realm=\"api\", resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource\"",
  "charset": "Basic realm=\"api\", charset=\"UTF-8\""
}
JSON
npm install --prefix . --silent --no-audit --no-fund auth-header@1.0.0 http-auth-utils@6.0.1 www-authenticate@0.6.3
cat > finding.mjs <<'JS'
import { readFileSync } from "node:fs";
import { parse } from "auth-header";
import { BASIC, BEARER, parseWWWAuthenticateHeader } from "http-auth-utils";
import wwwAuthenticate from "www-authenticate";

const readers = {
  "auth-header": (header) => parse(header).scheme,
  "http-auth-utils": (header) => parseWWWAuthenticateHeader(header, [BASIC, BEARER], { strict: false }).type,
  "www-authenticate": (header) => new wwwAuthenticate.parsers.WWW_Authenticate(header).scheme,
};
for (const [name, header] of Object.entries(JSON.parse(readFileSync("challenges.json")))) {
  for (const [reader, read] of Object.entries(readers)) {
    let seen;
    try {
      seen = read(header);
    } catch (error) {
      seen = `${error.name}: ${error.message.trim()}`;
    }
    console.log(`${name} | ${reader} | ${seen}`);
  }
}
JS
node finding.mjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet werkzeug==3.1.9
cat > finding.py <<'PY'
import json

from werkzeug.datastructures import WWWAuthenticate

for name, header in json.load(open("challenges.json")).items():
    print(name, "| werkzeug |", WWWAuthenticate.from_header(header).type.title())
PY
venv/bin/python finding.py | tee -a seen
diff <(grep -v -e '| Bearer$' -e '| Basic$' seen) - << 'SEEN'
bare | auth-header | TypeError: Invalid scheme
bare | http-auth-utils | YError: E_UNKNOWN_AUTH_MECHANISM (Bearer): E_UNKNOWN_AUTH_MECHANISM
bare | www-authenticate | TypeError: Cannot read properties of null (reading '1')
metadata | http-auth-utils | YError: E_UNAUTHORIZED_KEY (1, resource_metadata): E_UNAUTHORIZED_KEY
charset | http-auth-utils | YError: E_UNAUTHORIZED_KEY (1, charset): E_UNAUTHORIZED_KEY
SEEN
[[ $(wc -l < seen) == 16 ]]
