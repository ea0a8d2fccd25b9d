#!/usr/bin/env bash
# A guess: a server's middleware for the Forwarded header takes the quotes off a value. An IPv6 address and anything with a port must stand
# in quotes there (RFC 7239, sections 4 and 6), and the names before the "=" may be in capitals.
# Instead: ProxyFixMiddleware of Hypercorn 0.18.0 with mode="modern" gives the application the client "[2001:db8::1]" and the host
# "app.example.com:8443" with the quotes in them, and overlooks For= and Proto=. waitress 3.0.2 and aiohttp 3.14.5 take the quotes off and
# know the capitals.
# For sign-in: members with IPv6, and only they, have an address in the audit log, in limits and in allow lists that is none:
# ipaddress.ip_address raises on it. Links and origins that are made of the host have a quote in them. Let the proxy write X-Forwarded-For
# and X-Forwarded-Host with mode="legacy", and no port behind the address.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet hypercorn==0.18.0 waitress==3.0.2 aiohttp==3.14.5
cat > finding.py <<'PY'
import asyncio

from aiohttp.test_utils import make_mocked_request
from hypercorn.middleware import ProxyFixMiddleware
from waitress.proxy_headers import parse_proxy_headers


def by_hypercorn(header: str, mode: str = "modern", name: bytes = b"forwarded") -> str:
    seen = []

    async def application(scope, receive, send):
        seen.extend([scope["client"][0], scope["scheme"], dict(scope["headers"])[b"host"].decode()])

    scope = {"type": "http", "client": ("10.0.0.1", 50000), "scheme": "http", "headers": [(b"host", b"inside"), (name, header.encode())]}
    asyncio.run(ProxyFixMiddleware(application, mode=mode, trusted_hops=1)(scope, None, None))
    return ", ".join(seen)


def by_waitress(header: str) -> str:
    environ = {"REMOTE_ADDR": "10.0.0.1", "wsgi.url_scheme": "http", "SERVER_PORT": "80", "HTTP_HOST": "inside", "HTTP_FORWARDED": header}
    parse_proxy_headers(environ, trusted_proxy_count=1, trusted_proxy_headers={"forwarded"})
    return ", ".join(environ[name] for name in ("REMOTE_ADDR", "wsgi.url_scheme", "HTTP_HOST"))


def by_aiohttp(header: str) -> str:
    return ", ".join(make_mocked_request("GET", "/", headers={"Forwarded": header}).forwarded[0].values())


for header in ('for="[2001:db8::1]";proto=https;host="app.example.com:8443"', 'For="[2001:db8::1]";Proto=https;Host="app.example.com:8443"'):
    print(f"{header}\n  Hypercorn: {by_hypercorn(header)}\n  waitress: {by_waitress(header)}\n  aiohttp: {by_aiohttp(header)}")
print("X-Forwarded-For\n  Hypercorn:", by_hypercorn("2001:db8::1", "legacy", b"x-forwarded-for"))
PY
venv/bin/python finding.py | tee seen
diff seen - << 'SEEN'
for="[2001:db8::1]";proto=https;host="app.example.com:8443"
  Hypercorn: "[2001:db8::1]", https, "app.example.com:8443"
  waitress: 2001:db8::1, https, app.example.com:8443
  aiohttp: [2001:db8::1], https, app.example.com:8443
For="[2001:db8::1]";Proto=https;Host="app.example.com:8443"
  Hypercorn: 10.0.0.1, http, inside
  waitress: 2001:db8::1, https, app.example.com:8443
  aiohttp: [2001:db8::1], https, app.example.com:8443
X-Forwarded-For
  Hypercorn: 2001:db8::1, http, inside
SEEN
