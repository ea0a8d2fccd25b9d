// node-saml's verification of the same response: `verify.mjs FOLDER SECONDS` prints how many a second.
import { SAML } from "@node-saml/node-saml";
import { readFileSync } from "node:fs";

const [folder, seconds] = process.argv.slice(2);
const read = (name) => readFileSync(`${folder}/${name}`, "utf8");
const [issuer, audience, acsUrl] = read("expected").split("\n");
const saml = new SAML({
  callbackUrl: acsUrl, issuer: audience, audience, idpIssuer: issuer, idpCert: read("certificate.pem"),
  entryPoint: "https://idp.example/sso", wantAuthnResponseSigned: false, wantAssertionsSigned: true,
});
const body = { SAMLResponse: read("response") };
const began = performance.now();
let count = 0;
while (performance.now() - began < Number(seconds) * 1000) {
  for (let i = 0; i < 20; i++) await saml.validatePostResponseAsync(body);
  count += 20;
}
console.log(count / ((performance.now() - began) / 1000));
