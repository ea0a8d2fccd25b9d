// Reads what signed_response.py made as a service provider on @node-saml/node-saml and on samlify.
//
// usage: node read_with_node.mjs, in a folder with response.xml, certificate.pem and the packages
//
// Prints JSON: {"node-saml": ATTRIBUTES, "samlify": ATTRIBUTES}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { SAML } = require("@node-saml/node-saml");
const samlify = require("samlify");
const certificate = readFileSync("certificate.pem", "utf8");
const posted = readFileSync("response.xml").toString("base64");
const [entryPoint, callbackUrl] = ["https://idp.example.com/sso", "https://sp.example.com/acs"];

const options = { entryPoint, callbackUrl, issuer: "https://sp.example.com/metadata", audience: "https://sp.example.com/metadata" };
const first = new SAML({ ...options, idpCert: certificate, wantAuthnResponseSigned: false, wantAssertionsSigned: true });
const { profile } = await first.validatePostResponseAsync({ SAMLResponse: posted });

samlify.setSchemaValidator({ validate: async () => "not part of this finding" });
const binding = (name, Location) => [{ Binding: `urn:oasis:names:tc:SAML:2.0:bindings:${name}`, Location }];
const identityProvider = samlify.IdentityProvider({
  entityID: "https://idp.example.com/metadata",
  signingCert: certificate,
  singleSignOnService: binding("HTTP-Redirect", entryPoint),
});
const serviceProvider = samlify.ServiceProvider({
  entityID: options.issuer,
  wantAssertionsSigned: true,
  assertionConsumerService: binding("HTTP-POST", callbackUrl),
});
const { extract } = await serviceProvider.parseLoginResponse(identityProvider, "post", { body: { SAMLResponse: posted } });
console.log(JSON.stringify({ "node-saml": profile.attributes, samlify: extract.attributes }));
