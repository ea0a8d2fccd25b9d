#!/usr/bin/env bash
# A guess: an app learns from a LogoutRequest which sessions are to end; by its schema (SAML core, section 3.7.1) it has as many
# SessionIndex elements as there are.
# Instead: of two, @node-saml/node-saml 5.1.0 hands on the first, and saml2-js 4.0.4 none, as if the request were for all sessions of
# the member; a single one it hands on. samlify 2.13.1 has both, in a list where one is a text; python3-saml 1.16.0 has both.
# For sign-in: somebody with two browsers logs out at the identity provider, and one of them stays logged in at the app; or the provider
# ends two sessions of three, and the app ends all. End what the NameID has, or read the elements from the request yourself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet python3-saml==1.16.0 xmlsec==1.3.17 lxml==6.1.3
npm install --prefix . --silent --no-audit --no-fund @node-saml/node-saml@5.1.0 samlify@2.13.1 saml2-js@4.0.4
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 2 -subj /CN=idp.example.com 2> /dev/null
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { execFileSync } from "node:child_process";
import { createSign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { deflateRawSync } from "node:zlib";

const require = createRequire(import.meta.url);
const [{ SAML }, samlify, saml2] = ["@node-saml/node-saml", "samlify", "saml2-js"].map(require);
const [key, certificate] = ["key.pem", "certificate.pem"].map((name) => readFileSync(name, "utf8"));
const [idp, sso, slo] = ["metadata", "sso", "slo"].map((path) => `https://idp.example.com/${path}`);
const [sp, acs, ourSlo] = ["metadata", "acs", "slo"].map((path) => `https://sp.example.com/${path}`);
const binding = (name, Location) => [{ Binding: `urn:oasis:names:tc:SAML:2.0:bindings:${name}`, Location }];
samlify.setSchemaValidator({ validate: async () => "not part of this finding" });

function request(sessions) {
  const indexes = sessions.map((session) => `<samlp:SessionIndex>${session}</samlp:SessionIndex>`).join("");
  const names = 'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"';
  const xml = `<samlp:LogoutRequest ${names} ID="_1" Version="2.0" IssueInstant="${new Date().toISOString()}" Destination="${ourSlo}">
<saml:Issuer>${idp}</saml:Issuer><saml:NameID>member-1</saml:NameID>${indexes}</samlp:LogoutRequest>`;
  writeFileSync("request.xml", xml);
  const query = { SAMLRequest: deflateRawSync(xml).toString("base64") };
  query.SigAlg = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
  const octetString = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  query.Signature = createSign("RSA-SHA256").update(octetString).sign(key, "base64");
  return { query, octetString, whole: `${octetString}&Signature=${encodeURIComponent(query.Signature)}` };
}

const readers = {
  "node-saml": async ({ query, whole }) => {
    const options = { entryPoint: sso, callbackUrl: acs, issuer: sp, idpCert: certificate, idpIssuer: idp };
    return (await new SAML(options).validateRedirectAsync(query, whole)).profile.sessionIndex;
  },
  samlify: async ({ query, octetString }) => {
    const services = { singleSignOnService: binding("HTTP-Redirect", sso), singleLogoutService: binding("HTTP-Redirect", slo) };
    const identityProvider = samlify.IdentityProvider({ entityID: idp, signingCert: certificate, ...services });
    const serviceProvider = samlify.ServiceProvider({ entityID: sp, wantLogoutRequestSigned: true,
      assertionConsumerService: binding("HTTP-POST", acs), singleLogoutService: binding("HTTP-Redirect", ourSlo) });
    return (await serviceProvider.parseLogoutRequest(identityProvider, "redirect", { query, octetString })).extract.sessionIndex;
  },
  "saml2-js": async ({ query }) => {
    const serviceProvider = new saml2.ServiceProvider({ entity_id: sp, private_key: key, certificate, assert_endpoint: acs });
    const identityProvider = new saml2.IdentityProvider({ sso_login_url: sso, sso_logout_url: slo, certificates: [certificate] });
    const read = promisify(serviceProvider.redirect_assert.bind(serviceProvider));
    return (await read(identityProvider, { request_body: query })).session_index;
  },
  "python3-saml": async () => JSON.parse(execFileSync("env/bin/python", ["-c", `
import json
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request as Request
print(json.dumps(Request.get_session_indexes(open("request.xml").read())))`])),
};
const expected = {
  s1: { "node-saml": "s1", samlify: "s1", "saml2-js": "s1", "python3-saml": ["s1"] },
  "s1 s2": { "node-saml": "s1", samlify: ["s1", "s2"], "saml2-js": undefined, "python3-saml": ["s1", "s2"] },
};
for (const sessions of Object.keys(expected)) {
  for (const [name, read] of Object.entries(readers)) {
    const seen = await read(request(sessions.split(" ")));
    console.log(sessions, "|", name, "|", seen);
    assert.deepEqual(seen, expected[sessions][name]);
  }
}
JS
node finding.mjs
