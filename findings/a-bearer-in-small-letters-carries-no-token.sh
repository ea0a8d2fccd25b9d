#!/usr/bin/env bash
# A guess: "Authorization: bearer …" is what "Bearer …" is. The name of a scheme is compared without case (RFC 9110, section 11.1), and a
# client that puts token_type before the token gets small letters from servers that answer "token_type": "bearer" (RFC 6749, section 5.1:
# without case).
# Instead: @fastify/bearer-auth 10.1.3 calls the header invalid, flask-jwt-extended 4.7.4 says that the type is missing,
# djangorestframework-simplejwt 5.5.1 and express-bearer-token 3.0.0 see no token at all. flask-httpauth 4.8.1, hono 4.13.19,
# hapi-auth-bearer-token 8.0.0 and passport-http-bearer 1.0.1 take all spellings.
# For sign-in: one service of two takes a token, and the other asks to log in, with the same token and key. As a server of tokens say
# "Bearer"; as a client write "Bearer" yourself rather than what came; as a resource compare without case, and set these four to do so
# where they can (@fastify/bearer-auth has specCompliance).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @fastify/bearer-auth@10.1.3 fastify@5.12.8 express-bearer-token@3.0.0 express@5.3.0 \
  hono@4.13.19 hapi-auth-bearer-token@8.0.0 @hapi/hapi@21.4.10 passport-http-bearer@1.0.1 passport@0.7.0
cat > finding.mjs <<'JS'
import bearerAuth from "@fastify/bearer-auth";
import hapi from "@hapi/hapi";
import express from "express";
import bearerToken from "express-bearer-token";
import fastify from "fastify";
import hapiBearer from "hapi-auth-bearer-token";
import { Hono } from "hono";
import { bearerAuth as honoBearer } from "hono/bearer-auth";
import { createServer } from "node:http";
import passport from "passport";
import { Strategy } from "passport-http-bearer";

async function serve(app, authorization) {
  const server = createServer(app);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const answer = await fetch(`http://127.0.0.1:${server.address().port}`, { headers: { authorization, connection: "close" } });
  server.close();
  return answer.status;
}
const services = {
  "@fastify/bearer-auth": async (authorization) => {
    const app = fastify();
    await app.register(bearerAuth, { keys: new Set(["abc"]) });
    app.get("/", () => "in");
    return (await app.inject({ url: "/", headers: { authorization } })).statusCode;
  },
  "express-bearer-token": (authorization) => {
    const app = express().use(bearerToken(), (request, response) => response.sendStatus(request.token === "abc" ? 200 : 401));
    return serve(app, authorization);
  },
  hono: async (authorization) => {
    const app = new Hono().use(honoBearer({ token: "abc" })).get("/", (context) => context.text("in"));
    return (await app.request("/", { headers: { authorization } })).status;
  },
  "hapi-auth-bearer-token": async (authorization) => {
    const server = hapi.server();
    await server.register(hapiBearer);
    server.auth.strategy("token", "bearer-access-token", { validate: (_, token) => ({ isValid: token === "abc", credentials: {} }) });
    server.route({ method: "GET", path: "/", options: { auth: "token" }, handler: () => "in" });
    return (await server.inject({ url: "/", headers: { authorization } })).statusCode;
  },
  "passport-http-bearer": (authorization) => {
    const authenticator = new passport.Passport().use(new Strategy((token, done) => done(null, token === "abc" && { id: 1 })));
    const app = express().use(authenticator.authenticate("bearer", { session: false }), (_, response) => response.send("in"));
    return serve(app, authorization);
  },
};
for (const scheme of ["Bearer", "bearer", "BEARER"]) {
  for (const [name, ask] of Object.entries(services)) console.log(`${scheme} | ${name} | ${await ask(`${scheme} abc`)}`);
}
JS
node finding.mjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet flask==3.1.3 flask-jwt-extended==4.7.4 flask-httpauth==4.8.1 django==5.2.19 djangorestframework==3.18.3 \
  djangorestframework-simplejwt==5.5.1
cat > finding.py <<'PY'
import django
from django.conf import settings
from flask import Flask
from flask_httpauth import HTTPTokenAuth
from flask_jwt_extended import JWTManager, create_access_token, jwt_required

settings.configure(SECRET_KEY="k" * 32, INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"])
django.setup()
from rest_framework.test import APIRequestFactory
from rest_framework_simplejwt.authentication import JWTStatelessUserAuthentication
from rest_framework_simplejwt.tokens import AccessToken

app = Flask("extended")
app.config["JWT_SECRET_KEY"] = "k" * 32
JWTManager(app)
app.add_url_rule("/", view_func=jwt_required()(lambda: "in"))
with app.app_context():
    token = create_access_token("1")
auth = HTTPTokenAuth()
auth.verify_token(lambda token: "member" if token == "abc" else None)
other = Flask("httpauth")
other.add_url_rule("/", view_func=auth.login_required(lambda: "in"))
simple = AccessToken()
simple["user_id"] = 1


def by_simplejwt(scheme: str) -> int:
    request = APIRequestFactory().get("/", HTTP_AUTHORIZATION=f"{scheme} {simple}")
    return 200 if JWTStatelessUserAuthentication().authenticate(request) else 401


def by_flask(app: Flask, authorization: str) -> int:
    return app.test_client().get("/", headers={"Authorization": authorization}).status_code


for scheme in ("Bearer", "bearer", "BEARER"):
    print(scheme, "| flask-jwt-extended |", by_flask(app, f"{scheme} {token}"))
    print(scheme, "| flask-httpauth |", by_flask(other, f"{scheme} abc"))
    print(scheme, "| simplejwt |", by_simplejwt(scheme))
PY
venv/bin/python -W ignore finding.py | tee -a seen
diff <(grep -v '| 200$' seen) - << 'SEEN'
bearer | @fastify/bearer-auth | 401
bearer | express-bearer-token | 401
BEARER | @fastify/bearer-auth | 401
BEARER | express-bearer-token | 401
bearer | flask-jwt-extended | 401
bearer | simplejwt | 401
BEARER | flask-jwt-extended | 401
BEARER | simplejwt | 401
SEEN
[[ $(wc -l < seen) == 24 ]]
