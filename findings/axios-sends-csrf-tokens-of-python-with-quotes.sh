#!/usr/bin/env bash
# A guess: a CSRF token in base64 that a server sets as the cookie XSRF-TOKEN comes back from axios, in the header X-XSRF-TOKEN, as the
# server reads it from the cookie (double submit). "=" and "/" may stand in a cookie as they are (RFC 6265, section 4.1.1).
# Instead: Starlette 1.10.0, aiohttp 3.14.5 and Django 5.2.19 set such a token in quotation marks, which browsers keep (section 5.2),
# and read it without. axios 1.21.1 sends the marks along. js-cookie 3.0.8 takes them off; the package cookie 1.1.1, with which servers
# on Node read, does not. Werkzeug 3.1.9 sets none, and all is well.
# Where: Python's http.cookies, which the three use, counts both characters among those to be quoted.
# For sign-in: 403 on every form, or on those whose token happens to have a "/". A session id that a server in Python sets and one on
# Node reads is another one. Make tokens without either character, by secrets.token_urlsafe.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet starlette==1.10.0 aiohttp==3.14.5 django==5.2.19 werkzeug==3.1.9
npm install --prefix . --silent --no-audit --no-fund axios@1.21.1 js-cookie@3.0.8 cookie@1.1.1
cat > sent.mjs <<'JS'
// What a page reads and sends where a browser has this cookie.
import { parseCookie } from "cookie";

globalThis.window = globalThis;
globalThis.document = { cookie: process.argv[2] };
Object.defineProperty(globalThis, "location", { value: new URL("https://app.example/"), configurable: true });
const { default: axios } = await import("axios");
const { default: jsCookie } = await import("js-cookie");
const read = { cookie: parseCookie(document.cookie)["XSRF-TOKEN"], "js-cookie": jsCookie.get("XSRF-TOKEN") };
async function fetch(request) {
  read.axios = request.headers.get("X-XSRF-TOKEN");
  return new Response("{}");
}
await axios.post("https://app.example/me", {}, { adapter: "fetch", env: { fetch, Request, Response } });
console.log(JSON.stringify(read));
JS
cat > finding.py <<'PY'
import json
import subprocess
from importlib.metadata import version

import django.conf
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from django.http import HttpResponse
from django.http.cookie import parse_cookie as django_reads
from starlette.requests import cookie_parser as starlette_reads
from starlette.responses import Response as StarletteResponse
from werkzeug.http import parse_cookie as werkzeug_reads
from werkzeug.wrappers import Response as WerkzeugResponse

django.conf.settings.configure()
SERVERS = {
    "starlette": (StarletteResponse, lambda response: response.headers["set-cookie"], starlette_reads),
    "aiohttp": (web.Response, lambda response: response.cookies.output(header=""),
                lambda cookie: make_mocked_request("GET", "/", {"Cookie": cookie}).cookies),
    "django": (HttpResponse, lambda response: response.cookies.output(header=""), django_reads),
    "werkzeug": (WerkzeugResponse, lambda response: response.headers["set-cookie"], werkzeug_reads),
}
for name, (make, header, read) in SERVERS.items():
    for token in ("pK8xZ3Zq1w", "pK8/x+3Zq1w="):
        response = make()
        response.set_cookie("XSRF-TOKEN", token)
        cookie = header(response).strip().split(";")[0]
        assert read(cookie)["XSRF-TOKEN"] == token
        page = json.loads(subprocess.run(["node", "sent.mjs", cookie], check=True, capture_output=True, text=True).stdout)
        print(name, version(name), "|", cookie, "|", page)
        quoted = f'"{token}"' if "=" in token and name != "werkzeug" else token
        assert page == {"cookie": quoted, "js-cookie": token, "axios": quoted}
PY
venv/bin/python finding.py
