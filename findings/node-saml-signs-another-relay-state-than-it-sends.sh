#!/usr/bin/env bash
# A guess: a signed AuthnRequest in an address (SAML bindings, section 3.4.4.1) is signed over the very query that is sent, whatever
# the RelayState holds; whoever verifies it has to take the values as they came.
# Instead: @node-saml/node-saml 5.1.0 signs "a%20b" and sends "a+b". With a space or one of !'()~ in the RelayState nobody who goes by
# the standard can verify its requests, nor its logout requests. samlify 2.13.1 sends what it has signed.
# Where: signRequest encodes by querystring.stringify, the address is made by URLSearchParams; they differ in these characters.
# For sign-in: logins work from most pages of an app and end at the identity provider with "invalid signature" from "/team (old)" or
# "?q=a b". Keep to letters and digits in a RelayState, a key to where the address really is stored.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @node-saml/node-saml@5.1.0 samlify@2.13.1
npm ls --prefix . --depth 0 | tail -n +2
cat > finding.mjs <<'JS'
import assert from "node:assert";
import { createVerify, generateKeyPairSync } from "node:crypto";
import { SAML } from "@node-saml/node-saml";
import samlify from "samlify";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = privateKey.export({ type: "pkcs8", format: "pem" });
// No message is read here, so what stands for certificates is of no matter.
const certificate = publicKey.export({ type: "spki", format: "pem" }).replace(/PUBLIC KEY/g, "CERTIFICATE");
const [sso, acs, issuer] = ["https://idp.example.com/sso", "https://sp.example.com/acs", "https://sp.example.com/metadata"];
const binding = (name, Location) => [{ Binding: `urn:oasis:names:tc:SAML:2.0:bindings:${name}`, Location }];

function bySamlify(relayState) {
  const identityProvider = samlify.IdentityProvider({
    entityID: "https://idp.example.com/metadata",
    wantAuthnRequestsSigned: true,
    singleSignOnService: binding("HTTP-Redirect", sso),
    singleLogoutService: binding("HTTP-Redirect", sso),
  });
  const assertionConsumerService = binding("HTTP-POST", acs);
  const ours = { entityID: issuer, authnRequestsSigned: true, privateKey: key, assertionConsumerService, relayState };
  return samlify.ServiceProvider(ours).createLoginRequest(identityProvider, "redirect").context;
}

const options = { entryPoint: sso, callbackUrl: acs, issuer, idpCert: certificate, privateKey: key, signatureAlgorithm: "sha256" };
const nodeSaml = new SAML(options);
const member = { nameID: "member-1", nameIDFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", issuer };

// As the standard says: the values as they came, in this order.
function verifies(address) {
  const values = Object.fromEntries(new URL(address).search.slice(1).split("&").map((part) => part.split("=")));
  const signed = ["SAMLRequest", "RelayState", "SigAlg"].map((name) => `${name}=${values[name]}`).join("&");
  const signature = Buffer.from(decodeURIComponent(values.Signature), "base64");
  return { sent: values.RelayState, verifies: createVerify("RSA-SHA256").update(signed).verify(publicKey, signature) };
}

for (const [relayState, expected] of [["abc", true], ["https://sp.example.com/?a=1&b=2", true], ["a b", false], ["/team(1)", false]]) {
  const seen = {
    "node-saml": verifies(await nodeSaml.getAuthorizeUrlAsync(relayState, "", {})),
    "node-saml, logout": verifies(await nodeSaml.getLogoutUrlAsync(member, relayState, {})),
    samlify: verifies(bySamlify(relayState)),
  };
  console.log(relayState, seen);
  assert.deepEqual(Object.values(seen).map((one) => one.verifies), [expected, expected, true]);
}
JS
node finding.mjs
