// An identity provider made of samlify: node samlify.mjs PORT KEY CERTIFICATE (files in PEM). It is many: each path is one, made by
// PUT /NAME with its settings. `origin` is what browsers call it, `binding` ("redirect" or "post") how it takes requests.

import fs from "node:fs";
import http from "node:http";
import samlify from "samlify";

const [port, key, certificate] = process.argv.slice(2);
const here = `http://127.0.0.1:${port}`;
const EMAIL_ADDRESS = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic";
const OAEP = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
const providers = new Map();

// What comes is ours, and its schema is looked at in other tests.
samlify.setSchemaValidator({ validate: async () => "not validated" });

function provider(name, { algorithm, keyAlgorithm = OAEP, origin = here, binding = "redirect" }) {
  const context = samlify.SamlLib.defaultLoginResponseTemplate.context.replace(
    "{AuthnStatement}",
    `<saml:AuthnStatement AuthnInstant="{IssueInstant}"><saml:AuthnContext><saml:AuthnContextClassRef>` +
      `urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`,
  );
  const attribute = (name) => ({ name, valueTag: name, nameFormat: BASIC, valueXsiType: "xs:string" });
  return samlify.IdentityProvider({
    entityID: `${origin}/${name}`,
    privateKey: fs.readFileSync(key),
    signingCert: fs.readFileSync(certificate),
    wantAuthnRequestsSigned: true,
    nameIDFormat: [EMAIL_ADDRESS],
    singleSignOnService: [{ Binding: samlify.Constants.namespace.binding[binding], Location: `${origin}/${name}/sso` }],
    isAssertionEncrypted: Boolean(algorithm),
    dataEncryptionAlgorithm: algorithm,
    keyEncryptionAlgorithm: keyAlgorithm,
    loginResponseTemplate: { context, attributes: ["displayName", "groups"].map(attribute) },
  });
}

// What stands in the template, for a person.
function fill(idp, sp, request, user) {
  return (template) => {
    const id = idp.entitySetting.generateID();
    const now = new Date();
    const end = new Date(now.getTime() + 300_000).toISOString();
    const acs = sp.entityMeta.getAssertionConsumerService("post");
    const context = samlify.SamlLib.replaceTagsByValue(template, {
      ID: id, AssertionID: idp.entitySetting.generateID(), Destination: acs, SubjectRecipient: acs, Issuer: idp.entityMeta.getEntityID(),
      Audience: sp.entityMeta.getEntityID(), IssueInstant: now.toISOString(), ConditionsNotBefore: now.toISOString(),
      ConditionsNotOnOrAfter: end, SubjectConfirmationDataNotOnOrAfter: end, StatusCode: samlify.Constants.StatusCode.Success,
      NameIDFormat: idp.entitySetting.nameIDFormat[0], NameID: user.email, InResponseTo: request?.extract.request.id ?? "",
      attrDisplayName: user.displayName, attrGroups: user.groups,
    });
    return { id, context };
  };
}

const page = (action, fields) => {
  const escaped = (text) => String(text).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${escaped(value)}">`);
  return `<!doctype html><form method="post" action="${escaped(action)}">${inputs.join("")}<button>Go on</button></form>`;
};

async function answer(method, url, body) {
  const [, name, what] = url.pathname.split("/");
  if (!name) return "up";
  if (method === "PUT") {
    const settings = JSON.parse(body);
    providers.set(name, { idp: provider(name, settings), settings });
    return "made";
  }
  const { idp, settings } = providers.get(name);
  if (what === "metadata") return idp.getMetadata();
  const sp = samlify.ServiceProvider({ metadata: settings.metadata, wantMessageSigned: settings.signsMessage });
  const octetString = url.search.slice(1).split("&Signature=")[0];
  const form = Object.fromEntries(new URLSearchParams(body));
  const { binding = "redirect" } = settings;
  const query = binding === "post" ? form : Object.fromEntries(url.searchParams);
  const request = query.SAMLRequest && (await idp.parseLoginRequest(sp, binding, { query, octetString, body: form }));
  const user = { email: "", displayName: "", groups: "" };
  if (!("email" in form)) return page(url.pathname + url.search, { ...user, ...form });
  Object.assign(user, form);
  const options = { customTagReplacement: fill(idp, sp, request, user), encryptThenSign: settings.encryptThenSign };
  const { context } = await idp.createLoginResponse(sp, request ?? null, "post", user, options);
  const relayState = query.RelayState ? { RelayState: query.RelayState } : {};
  return page(sp.entityMeta.getAssertionConsumerService("post"), { SAMLResponse: context, ...relayState });
}

http
  .createServer(async (request, response) => {
    try {
      const chunks = await request.toArray();
      response.end(await answer(request.method, new URL(request.url, here), Buffer.concat(chunks).toString()));
    } catch (error) {
      console.error(error);
      response.writeHead(500).end(`samlify: ${error.message ?? error}`);
    }
  })
  .listen(port, "127.0.0.1");
