#!/usr/bin/env bash
# A guess: a client of HTTP Digest sends the server's nonce back as it came. It is opaque to the client, and the standard recommends
# Base64 or hexadecimal data for it (RFC 7616, section 3.3), so that it may well end in "=".
# Instead: @mhoc/axios-digest-auth 0.8.0 and the packages made from it, @acidemic/axios-digest-auth 0.9.9 and
# @lukesthl/ts-axios-digest-auth 1.0.5, cut the nonce at its first "=", sign what is left, and end in 401. A realm "Acme, Inc." they cut
# at its comma. digest-fetch 3.1.1 and requests 2.34.2 send both as they came.
# Where: they split the header at commas and each part at "=", of which they take the second piece.
# For sign-in: what is left of Digest are devices, doors and cameras among them, and the administration of hosted databases; the right
# password is refused there, always where nonces have a length that is padded. The log of the server says "wrong password". As a server
# send hexadecimal nonces and a realm without commas; as a client look at the Authorization header before the password.
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
cat > server.py <<'PY'
import hashlib
import urllib.request

from local_server import Handler, serve

CHALLENGES = {"/plain": ("Acme", "0badcafe"), "/base64": ("Acme", "C63K/g=="), "/comma": ("Acme, Inc.", "0badcafe")}


def md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode()).hexdigest()


class Door(Handler):
    def do_GET(self):
        realm, nonce = CHALLENGES[self.path]
        kind, _, rest = self.headers.get("authorization", "").partition(" ")
        if kind == "Digest":
            sent = urllib.request.parse_keqv_list(urllib.request.parse_http_list(rest))
            signed = md5(md5("ada", realm, "secret"), nonce, sent["nc"], sent["cnonce"], "auth", md5("GET", self.path))
            if (sent["realm"], sent["nonce"], sent["response"]) == (realm, nonce, signed):
                return self.answer(b"welcome")
            return self.answer(f"{sent['realm']} {sent['nonce']}".encode(), status=401)
        challenge = f'Digest realm="{realm}", qop="auth", algorithm=MD5, nonce="{nonce}"'
        self.answer(b"", status=401, headers=(("www-authenticate", challenge),))


serve(Door)
PY
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 python3 server.py &
server=$!
until [[ -f port ]]; do sleep 0.1; done
export BASE="http://127.0.0.1:$(<port)"
python3 -m venv venv
venv/bin/pip install --quiet requests==2.34.2
cat > finding.py <<'PY'
import os

import requests

for path in ("/plain", "/base64", "/comma"):
    answer = requests.get(os.environ["BASE"] + path, auth=requests.auth.HTTPDigestAuth("ada", "secret"))
    print(path, "| requests |", answer.status_code, answer.text)
PY
venv/bin/python finding.py | tee seen
npm install --prefix . --silent --no-audit --no-fund digest-fetch@3.1.1 axios@1.21.1 \
  @mhoc/axios-digest-auth@0.8.0 @acidemic/axios-digest-auth@0.9.9 @lukesthl/ts-axios-digest-auth@1.0.5
cat > finding.cjs <<'JS'
const { AxiosDigestAuth } = require("@lukesthl/ts-axios-digest-auth");

(async () => {
  const { default: DigestFetch } = await import("digest-fetch");
  const [username, password] = ["ada", "secret"];
  const byClass = (Client) => (url) => new Client({ username, password }).request({ url, method: "GET" });
  const clients = {
    "digest-fetch": async (url) => {
      const answer = await new DigestFetch(username, password).fetch(url);
      return { status: answer.status, data: await answer.text() };
    },
    mhoc: byClass(require("@mhoc/axios-digest-auth").default),
    acidemic: byClass(require("@acidemic/axios-digest-auth").default),
    lukesthl: byClass(AxiosDigestAuth),
  };
  for (const path of ["/plain", "/base64", "/comma"]) {
    for (const [name, ask] of Object.entries(clients)) {
      const answer = await ask(process.env.BASE + path).catch((error) => error.response);
      console.log(`${path} | ${name} | ${answer.status} ${answer.data}`);
    }
  }
})();
JS
node finding.cjs | tee -a seen
diff <(grep -v ' | 200 welcome$' seen) - << 'SEEN'
/base64 | mhoc | 401 Acme C63K/g
/base64 | acidemic | 401 Acme C63K/g
/base64 | lukesthl | 401 Acme C63K/g
/comma | mhoc | 401 Acme 0badcafe
/comma | acidemic | 401 Acme 0badcafe
/comma | lukesthl | 401 Acme 0badcafe
SEEN
[[ $(wc -l < seen) == 15 ]]
