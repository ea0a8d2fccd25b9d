// Reads what signed_response.py made as a service provider on @node-saml/node-saml and on samlify.
//
// usage: node read_with_node.mjs, in a folder with response.xml, certificate.pem and the packages
//
// Prints JSON: {"node-saml": ATTRIBUTES, "samlify": ATTRIBUTES}, or "error: REASON" in place of the attributes.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { SAML } = require("@node-saml/node-saml");
const samlify = require("samlify");
const certificate = readFileSync("certificate.pem", "utf8");
const posted = readFileSync("response.xml").toString("base64");
const [entryPoint, callbackUrl] = ["https://idp.example.com/sso", "https://sp.example.com/acs"];

const issuer = "https://sp.example.com/metadata";

async function byNodeSaml() {
  const options = { entryPoint, callbackUrl, issuer, audience: issuer, idpCert: certificate };
  const serviceProvider = new SAML({ ...options, wantAuthnResponseSigned: false, wantAssertionsSigned: true });
  return (await serviceProvider.validatePostResponseAsync({ SAMLResponse: posted })).profile.attributes;
}

samlify.setSchemaValidator({ validate: async () => "not part of this finding" });
const binding = (name, Location) => [{ Binding: `urn:oasis:names:tc:SAML:2.0:bindings:${name}`, Location }];

async function bySamlify() {
  const identityProvider = samlify.IdentityProvider({
    entityID: "https://idp.example.com/metadata",
    signingCert: certificate,
    singleSignOnService: binding("HTTP-Redirect", entryPoint),
  });
  const serviceProvider = samlify.ServiceProvider({
    entityID: issuer,
    wantAssertionsSigned: true,
    assertionConsumerService: binding("HTTP-POST", callbackUrl),
  });
  return (await serviceProvider.parseLoginResponse(identityProvider, "post", { body: { SAMLResponse: posted } })).extract.attributes;
}

const orReason = (error) => `error: ${error.message ?? error}`;
console.log(JSON.stringify({ "node-saml": await byNodeSaml().catch(orReason), samlify: await bySamlify().catch(orReason) }));
