#!/usr/bin/env bash
# A guess: where a browser has two cookies of one name, it sends that of the longer path first (RFC 6265, section 5.4), and what reads the
# header takes the first.
# Instead: lightcookie 1.0.25, cookieparser 0.1.0 and @edge-runtime/cookies 6.0.0 take the last; @tinyhttp/cookie 2.1.1, cookie-es 3.1.1 and
# @whatwg-node/cookie-store 0.2.3 the first.
# For sign-in: an administrator who has a session at / and another at /admin is at /admin whoever the first one is, or is asked to log in
# again and again, by one layer of two. Give each kind of session a name of its own rather than a path.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund lightcookie@1.0.25 cookieparser@0.1.0 @edge-runtime/cookies@6.0.0 \
  @tinyhttp/cookie@2.1.1 cookie-es@3.1.1 @whatwg-node/cookie-store@0.2.3 tough-cookie@6.1.0
cat > finding.mjs <<'JS'
import { parseCookie } from "@edge-runtime/cookies";
import { parse as tinyhttp } from "@tinyhttp/cookie";
import { parse as whatwg } from "@whatwg-node/cookie-store";
import { parse as es } from "cookie-es";
import cookieparser from "cookieparser";
import lightcookie from "lightcookie";
import { CookieJar } from "tough-cookie";

const jar = new CookieJar();
await jar.setCookie("session=member; Path=/", "https://app.example.org/");
await jar.setCookie("session=administrator; Path=/admin", "https://app.example.org/admin");
const header = await jar.getCookieString("https://app.example.org/admin");
const readers = {
  lightcookie: (text) => lightcookie.parse(text).session,
  cookieparser: (text) => cookieparser.parse(text).session,
  "@edge-runtime/cookies": (text) => parseCookie(text).get("session"),
  "@tinyhttp/cookie": (text) => tinyhttp(text).session,
  "cookie-es": (text) => es(text).session,
  "@whatwg-node/cookie-store": (text) => whatwg(text).get("session").value,
};
console.log(header);
for (const [name, read] of Object.entries(readers)) {
  console.log(`${name} | ${read(header)}`);
}
JS
node finding.mjs | tee seen
diff seen - << 'SEEN'
session=administrator; session=member
lightcookie | member
cookieparser | member
@edge-runtime/cookies | member
@tinyhttp/cookie | administrator
cookie-es | administrator
@whatwg-node/cookie-store | administrator
SEEN
