// oauth2-mock-server, which logs everybody in at once, and makes a mistake when it is told to by PUT /mistake:
// node faulty_provider.mjs PORT

import { OAuth2Server } from "oauth2-mock-server";

const server = new OAuth2Server();
const service = server.service;
let told = {};

const HOUR = 3600;
const claims = {
  audience: (payload) => (payload.aud = "another-client"),
  issuer: (payload) => (payload.iss = "https://elsewhere.example"),
  nonce: (payload) => (payload.nonce = "another"),
  no_nonce: (payload) => delete payload.nonce,
  expired: (payload) => (payload.exp -= 2 * HOUR),
  future: (payload) => ((payload.iat += HOUR), (payload.nbf += HOUR), (payload.exp += HOUR)),
  no_subject: (payload) => delete payload.sub,
};
const without_signature = (token) => {
  const [, payload] = token.split(".");
  return `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}.`;
};
const responses = {
  no_id_token: (answer) => delete answer.body.id_token,
  unsigned: (answer) => (answer.body.id_token = without_signature(answer.body.id_token)),
  wrong_signature: (answer) => (answer.body.id_token = answer.body.id_token.replace(/\.[^.]+$/, (end) => `.AAAA${end.slice(5)}`)),
  not_a_token: (answer) => (answer.body.id_token = "token"),
  token_500: (answer) => Object.assign(answer, { statusCode: 500, body: { error: "server_error" } }),
  invalid_grant: (answer) => Object.assign(answer, { statusCode: 400, body: { error: "invalid_grant", error_description: "Too late" } }),
};
const userinfos = {
  unverified: (answer) => (answer.body.email_verified = false),
  verified_unsaid: (answer) => delete answer.body.email_verified,
  verified_as_text: (answer) => (answer.body.email_verified = "true"),
  no_email: (answer) => delete answer.body.email,
  another_subject: (answer) => (answer.body.sub = "somebody-else"),
  userinfo_500: (answer) => Object.assign(answer, { statusCode: 500, body: {} }),
};
const callbacks = {
  another_issuer: (url) => url.searchParams.set("iss", "https://elsewhere.example"),
  denied: (url) => (url.searchParams.delete("code"), url.searchParams.set("error", "access_denied")),
};

// What it takes, though it says that it asks for no proof.
service.on("beforeWellKnownOpenIdConfiguration", ({ body }) => (body.token_endpoint_auth_methods_supported = ["client_secret_basic"]));
service.on("beforeTokenSigning", ({ payload }) => {
  if ("aud" in payload) payload.sub = told.subject;
  claims[told.mistake]?.(payload);
});
service.on("beforeResponse", (answer) => responses[told.mistake]?.(answer));
service.on("beforeUserinfo", (answer) => {
  Object.assign(answer.body, { sub: told.subject, email: told.email, email_verified: true, name: "Ada Lovelace" });
  userinfos[told.mistake]?.(answer);
});
service.on("beforeAuthorizeRedirect", ({ url }) => callbacks[told.mistake]?.(url));
service.addRoute("PUT", "/mistake", (request, response) => {
  told = request.body;
  response.end();
});
await server.issuer.keys.generate("RS256");
await server.start(Number(process.argv[2]), "127.0.0.1");
server.issuer.url = `http://127.0.0.1:${process.argv[2]}`;
