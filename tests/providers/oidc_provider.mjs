// oidc-provider with its own pages: node oidc_provider.mjs FILE, with its settings. It reads the people there anew at each login.

import fs from "node:fs";
import { Provider } from "oidc-provider";

const file = process.argv[2];
const settings = () => JSON.parse(fs.readFileSync(file, "utf8"));
const { port, clients, jwks } = settings();

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients,
  jwks,
  clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "hd", "tid", "oid", "xms_edov"], groups: ["groups"] },
  scopes: ["openid", "profile", "email", "groups"],
  cookies: { keys: ["tests"] },
  features: { devInteractions: { enabled: true }, registration: { enabled: true } },
  pkce: { required: () => true },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...settings().people[sub] }) }),
});
provider.on("server_error", (_, error) => console.error(error));
for (const event of ["authorization.error", "grant.error", "userinfo.error", "registration_create.error"]) {
  provider.on(event, (_, error) => console.error(event, error.message, error.error_detail ?? error.error_description));
}
provider.listen(port, "127.0.0.1");
