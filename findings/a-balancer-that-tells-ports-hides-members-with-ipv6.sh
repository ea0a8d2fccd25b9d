#!/usr/bin/env bash
# A guess: what finds the client's address in X-Forwarded-For knows how balancers write it: with a port, where that is switched on, and IPv6
# in brackets then, as AWS shows for its application load balancers: [2001:db8::1]:8080.
# Instead: there are three answers. uvicorn 0.54.0 and python-ipware 4.1.1 give 2001:db8::1. To request-ip 3.3.0 and
# @supercharge/request-ip 1.2.0 brackets are no address, and the client is the balancer, while 203.0.113.7:8080 is 203.0.113.7 to both.
# proxy-addr 2.0.8, which Express uses, Werkzeug 3.1.9 and Daphne 4.2.3 hand on the text with its port, also of IPv4.
# For sign-in: with the first two all members who have IPv6 share one address: who counts failures by it stops them all for one, and a new
# place is never new. With the others the address is one that no address column, range or map of countries takes, and every connection has
# another. Leave the ports off at the balancer, or take them away before anything reads the address.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund request-ip@3.3.0 @supercharge/request-ip@1.2.0 proxy-addr@2.0.8
cat > finding.cjs <<'JS'
const supercharge = require("@supercharge/request-ip");
const proxyAddr = require("proxy-addr");
const requestIp = require("request-ip");

const readers = {
  "request-ip": requestIp.getClientIp,
  "@supercharge/request-ip": supercharge.getClientIp,
  "proxy-addr": (request) => proxyAddr(request, ["10.0.0.0/8"]),
};
for (const said of ["203.0.113.7", "203.0.113.7:8080", "2001:db8::1", "[2001:db8::1]:8080"]) {
  const peer = { remoteAddress: "10.0.0.9" };
  for (const [name, read] of Object.entries(readers)) {
    console.log(`${said} | ${name} | ${read({ headers: { "x-forwarded-for": said }, connection: peer, socket: peer })}`);
  }
}
JS
node finding.cjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet uvicorn==0.54.0 werkzeug==3.1.9 daphne==4.2.3 python-ipware==4.1.1
cat > finding.py <<'PY'
import asyncio

from daphne.utils import parse_x_forwarded_for
from python_ipware import IpWare
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix


def by_uvicorn(said: str) -> str:
    seen = []

    async def app(scope, *_):
        seen.append(scope["client"][0])

    scope = {"type": "http", "scheme": "http", "client": ("10.0.0.9", 1), "headers": [(b"x-forwarded-for", said.encode())]}
    asyncio.run(ProxyHeadersMiddleware(app, "10.0.0.9")(scope, None, None))
    return seen[0]


READERS = {
    "uvicorn": by_uvicorn,
    "python-ipware": lambda said: IpWare().get_client_ip({"HTTP_X_FORWARDED_FOR": said, "REMOTE_ADDR": "10.0.0.9"})[0],
    "Werkzeug": lambda said: ProxyFix(lambda scope, _: scope["REMOTE_ADDR"])({"HTTP_X_FORWARDED_FOR": said}, None),
    "Daphne": lambda said: parse_x_forwarded_for({b"X-Forwarded-For": said.encode()})[0][0],
}
for said in ("203.0.113.7", "203.0.113.7:8080", "2001:db8::1", "[2001:db8::1]:8080"):
    for name, read in READERS.items():
        print(said, "|", name, "|", read(said))
PY
venv/bin/python finding.py | tee -a seen
diff <(grep -v -e '| 203.0.113.7$' -e '| 2001:db8::1$' seen) - << 'SEEN'
203.0.113.7:8080 | proxy-addr | 203.0.113.7:8080
[2001:db8::1]:8080 | request-ip | 10.0.0.9
[2001:db8::1]:8080 | @supercharge/request-ip | 10.0.0.9
[2001:db8::1]:8080 | proxy-addr | [2001:db8::1]:8080
203.0.113.7:8080 | Werkzeug | 203.0.113.7:8080
203.0.113.7:8080 | Daphne | 203.0.113.7:8080
[2001:db8::1]:8080 | Werkzeug | [2001:db8::1]:8080
[2001:db8::1]:8080 | Daphne | [2001:db8::1]:8080
SEEN
[[ $(wc -l < seen) == 28 ]]
