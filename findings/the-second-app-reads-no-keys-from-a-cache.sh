#!/usr/bin/env bash
# A guess: what allows two origins answers each with its own name and says "Vary: Origin", so a cache keeps the answers apart (the Fetch
# standard, "CORS protocol and HTTP caches").
# Instead: corser 2.0.1, aiohttp-cors 0.8.1, falcon-cors 1.1.7 and asgi-cors 1.0.1 answer with the origin that asked and without Vary.
# http-cache-semantics 4.3.0, which knows the rules of caches, gives the first app's answer to the second. cors 2.8.6, @koa/cors 5.0.0,
# flask-cors 6.0.5 and wsgicors 0.7.0 say Vary.
# For sign-in: keys, metadata and public settings are the answers that may be cached. Of two apps at one server the one that comes second,
# in the same browser or behind the same cache, gets an answer that is for the other and that its browser keeps from it, until max-age is
# over. Add Vary: Origin yourself to what these four answer, also to requests without Origin, or allow * where no cookie is needed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet aiohttp==3.14.5 aiohttp-cors==0.8.1 falcon==4.4.0 falcon-cors==1.1.7 asgi-cors==1.0.1 httpx==0.28.1 \
  flask==3.1.3 flask-cors==6.0.5 wsgicors==0.7.0
cat > finding.py <<'PY'
import asyncio
import json

import aiohttp_cors
import falcon
import flask
import flask_cors
import httpx
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from asgi_cors import asgi_cors
from falcon.testing import simulate_get
from falcon_cors import CORS as FalconCors
from werkzeug.test import Client
from wsgicors import CORS as WsgiCors

FIRST, SECOND = "https://app.example.org", "https://admin.example.org"
AGE = {"Cache-Control": "max-age=3600"}


async def by_aiohttp_cors():
    app = web.Application()
    options = aiohttp_cors.ResourceOptions()

    async def keys(_):
        return web.Response(text="{}", headers=AGE)

    aiohttp_cors.setup(app, defaults={FIRST: options, SECOND: options}).add(app.router.add_get("/", keys))
    async with TestClient(TestServer(app)) as client:
        return (await client.get("/", headers={"Origin": FIRST})).headers


async def by_asgi_cors():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"cache-control", b"max-age=3600")]})
        await send({"type": "http.response.body", "body": b"{}"})

    transport = httpx.ASGITransport(asgi_cors(app, hosts=[FIRST, SECOND]))
    async with httpx.AsyncClient(transport=transport, base_url="https://example.org") as client:
        return (await client.get("/", headers={"Origin": FIRST})).headers


def by_falcon_cors():
    class Keys:
        def on_get(self, _, response):
            response.set_headers(AGE)

    app = falcon.App(middleware=[FalconCors(allow_origins_list=[FIRST, SECOND]).middleware])
    app.add_route("/", Keys())
    return simulate_get(app, "/", headers={"Origin": FIRST}).headers


def by_flask_cors():
    app = flask.Flask("app")
    flask_cors.CORS(app, origins=[FIRST, SECOND])
    app.add_url_rule("/", view_func=lambda: ("{}", 200, AGE))
    return app.test_client().get("/", headers={"Origin": FIRST}).headers


def by_wsgicors():
    def app(_, start):
        start("200 OK", list(AGE.items()))
        return [b"{}"]

    client = Client(WsgiCors(app, headers="*", methods="*", maxage="180", origin=f"{FIRST} {SECOND}"))
    return client.get("/", headers={"Origin": FIRST}).headers


ANSWERS = {
    "aiohttp-cors": asyncio.run(by_aiohttp_cors()),
    "asgi-cors": asyncio.run(by_asgi_cors()),
    "falcon-cors": by_falcon_cors(),
    "flask-cors": by_flask_cors(),
    "wsgicors": by_wsgicors(),
}
print(json.dumps({name: {key.lower(): value for key, value in headers.items()} for name, headers in ANSWERS.items()}))
PY
venv/bin/python -W ignore finding.py > answers.json
npm install --prefix . --silent --no-audit --no-fund corser@2.0.1 cors@2.8.6 express@5.3.0 @koa/cors@5.0.0 koa@3.3.0 \
  http-cache-semantics@4.3.0
cat > finding.cjs <<'JS'
const koaCors = require("@koa/cors");
const cors = require("cors");
const corser = require("corser");
const express = require("express");
const CachePolicy = require("http-cache-semantics");
const Koa = require("koa");
const { readFileSync } = require("node:fs");
const { createServer, get } = require("node:http");

const [first, second] = ["https://app.example.org", "https://admin.example.org"];
const age = { "Cache-Control": "max-age=3600" };
const cross = corser.create({ origins: [first, second] });
const koa = new Koa().use(koaCors({ origin: (context) => [first, second].find((origin) => origin === context.get("origin")) ?? "" }));
const apps = {
  corser: (request, response) => cross(request, response, () => response.writeHead(200, age).end("{}")),
  cors: express().use(cors({ origin: [first, second] }), (_, response) => response.set(age).send("{}")),
  "@koa/cors": koa.use((context) => Object.assign(context, { body: "{}" }).set(age)).callback(),
};
const ask = (app) => new Promise((resolve) => {
  const server = createServer(app).listen(0, "127.0.0.1", () => {
    get({ host: "127.0.0.1", port: server.address().port, headers: { origin: first }, agent: false }, (answer) => {
      answer.resume();
      server.close();
      resolve(answer.headers);
    });
  });
});
(async () => {
  const answers = JSON.parse(readFileSync("answers.json"));
  for (const [name, app] of Object.entries(apps)) answers[name] = await ask(app);
  for (const [name, headers] of Object.entries(answers)) {
    if (headers["access-control-allow-origin"] !== first) throw new Error(name);
    const request = (origin) => ({ url: "/", method: "GET", headers: { host: "example.org", origin } });
    const kept = new CachePolicy(request(first), { status: 200, headers }).satisfiesWithoutRevalidation(request(second));
    const seen = kept ? "the second app gets the first one's answer" : "kept apart";
    console.log(`${name} | ${headers.vary?.split(",")[0] ?? "no Vary"} | ${seen}`);
  }
})();
JS
node finding.cjs | tee seen
diff seen - << 'SEEN'
aiohttp-cors | no Vary | the second app gets the first one's answer
asgi-cors | no Vary | the second app gets the first one's answer
falcon-cors | no Vary | the second app gets the first one's answer
flask-cors | Origin | kept apart
wsgicors | Origin | kept apart
corser | no Vary | the second app gets the first one's answer
cors | Origin | kept apart
@koa/cors | Origin | kept apart
SEEN
