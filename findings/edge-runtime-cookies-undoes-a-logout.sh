#!/usr/bin/env bash
# A guess: who sets a second cookie on an answer leaves the first one as the server wrote it.
# Instead: ResponseCookies of @edge-runtime/cookies 6.0.0 reads every Set-Cookie of the answer and writes all of them anew. A removal by
# Max-Age=0 comes out without its Max-Age, as an empty cookie that stays; a token a+b/c== comes out as a%2Bb%2Fc%3D%3D, and 100% as a
# cookie whose name is "Path". A removal by Expires stays one. cookie-es 3.1.1, which reads and writes too, keeps the Max-Age.
# Where: 0 counts as no Max-Age there; and what decodeURIComponent refuses is passed over, so that the first attribute is taken for the
# cookie. All the characters above may stand in a value (RFC 6265, section 4.1.1).
# For sign-in: a layer in front of an authentication server that adds a theme or a trace to its answers changes its cookies. Behind the
# logout a session cookie without a value is still there, and one who decodes nothing gets another token than it gave. As a server remove
# by both Expires and Max-Age, and give tokens in base64url without padding; as such a layer append a Set-Cookie of your own.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @edge-runtime/cookies@6.0.0 cookie-es@3.1.1
cat > finding.mjs <<'JS'
import { ResponseCookies } from "@edge-runtime/cookies";
import { parseSetCookie, serializeCookie } from "cookie-es";

const written = [
  "session=; Path=/; Max-Age=0",
  "session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
  "session=a+b/c==; Path=/; HttpOnly",
  "session=100%; Path=/; HttpOnly",
  "session=YS1iX2M; Path=/; HttpOnly",
];
for (const cookie of written) {
  const headers = new Headers({ "set-cookie": cookie });
  new ResponseCookies(headers).set("theme", "dark");
  const [first, ...others] = headers.getSetCookie();
  if (others.join() !== "theme=dark; Path=/") throw new Error(others);
  console.log(`${cookie} | ${first}`);
}
const { name, value, ...attributes } = parseSetCookie(written[0]);
console.log(`cookie-es: ${written[0]} | ${serializeCookie(name, value, attributes)}`);
JS
node finding.mjs | tee seen
diff seen - << 'SEEN'
session=; Path=/; Max-Age=0 | session=; Path=/
session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT | session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT
session=a+b/c==; Path=/; HttpOnly | session=a%2Bb%2Fc%3D%3D; Path=/; HttpOnly
session=100%; Path=/; HttpOnly | Path=%2F; HttpOnly
session=YS1iX2M; Path=/; HttpOnly | session=YS1iX2M; Path=/; HttpOnly
cookie-es: session=; Path=/; Max-Age=0 | session=; Max-Age=0; Path=/
SEEN
