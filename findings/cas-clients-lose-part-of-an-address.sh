#!/usr/bin/env bash
# A guess: a client of CAS is told https://sso.example.org/cas and asks /cas/login and /cas/p3/serviceValidate there; what it names as
# its service when a ticket is fetched it names again when the ticket is checked, as the protocol wants (sections 2.1.1 and 2.5.1).
# Instead: from_base_url of cassyy 0.0.9 asks /login, whatever path is given; python-cas 1.7.2 does so where no slash ends the address,
# while passport-cas 0.1.1 and its fork @coursetable/passport-cas 0.1.4 want none and ask /cas//login if there is one. The fork encodes
# the service at the login and not at the check: of /in?next=/home&tab=mail the server sees "/in?next=/home" and a parameter "tab" of its
# own. It also hands the parameters of the page itself to the server's login page.
# For sign-in: a server of CAS under a path, as Apereo's is from its first start, answers 404 to one client and not to the next; and
# where a page has two parameters, each login there ends in a ticket for another service. Try a deep link, and the address with a slash
# and without; name all three addresses to cassyy.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet cassyy==0.0.9 python-cas==1.7.2
venv/bin/python - <<'PY' | tee seen
from cas import CASClient
from cassyy import CASClient as Cassyy

for base in ("https://sso.example.org/cas", "https://sso.example.org/cas/"):
    print(base, "| python-cas |", CASClient(version=3, server_url=base).get_logout_url())
    print(base, "| cassyy |", Cassyy.from_base_url(base).logout_url)
PY
npm install --prefix . --silent --no-audit --no-fund --legacy-peer-deps passport@0.7.0 \
  @coursetable/passport-cas@0.1.4 http-cas-client@0.4.3 passport-cas@0.1.1
cat > finding.cjs <<'JS'
const http = require("node:http");
const { CasServerAgent } = require("http-cas-client/src/agent");
const merge = require("http-cas-client/src/merge");
const STRATEGIES = ["passport-cas", "@coursetable/passport-cas"];

const page = "/in?next=/home&tab=mail";
const success = "<cas:authenticationSuccess><cas:user>ann</cas:user></cas:authenticationSuccess>";
const answer = `<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">${success}</cas:serviceResponse>`;
const show = (name, what, url) => {
  const { pathname, searchParams } = new URL(url, "https://sso.example.org");
  console.log([name, what, pathname, ...[...searchParams].map((pair) => pair.join(" = "))].join(" | "));
};
const start = (name, base, query, heard) =>
  new Promise((done) => {
    const { Strategy } = require(name);
    const options = { version: "CAS3.0", ssoBaseURL: base, serverBaseURL: "https://app.example.org" };
    const strategy = new Strategy(options, (user, verified) => verified(null, user));
    const url = query.ticket ? `${page}&ticket=${query.ticket}` : page;
    Object.assign(strategy, { redirect: (to) => done(heard(to)), success: done, error: done, fail: done });
    strategy.authenticate({ query, url, originalUrl: url, param: (key) => query[key] });
  });

const server = http.createServer((request, response) => {
  show(server.asks, "check", request.url);
  response.end(answer);
});
server.listen(0, "127.0.0.1", async () => {
  for (const name of STRATEGIES) {
    for (const slash of ["", "/"]) {
      await start(name, `https://sso.example.org/cas${slash}`, {}, (to) => show(name, "login", to));
    }
  }
  const base = `http://127.0.0.1:${server.address().port}/cas`;
  for (server.asks of STRATEGIES) {
    await start(server.asks, base, { ticket: "ST-1" });
  }
  server.asks = "http-cas-client";
  const agent = new CasServerAgent(merge({ cas: 3, casServerUrlPrefix: base, serverName: "https://app.example.org" }));
  await agent.validateService("ST-1", `https://app.example.org${page}`);
  process.exit();
});
JS
node finding.cjs | tee -a seen
diff seen - << 'SEEN'
https://sso.example.org/cas | python-cas | https://sso.example.org/logout
https://sso.example.org/cas | cassyy | https://sso.example.org/logout
https://sso.example.org/cas/ | python-cas | https://sso.example.org/cas/logout
https://sso.example.org/cas/ | cassyy | https://sso.example.org/logout
passport-cas | login | /cas/login | service = https://app.example.org/in?next=%2Fhome&tab=mail
passport-cas | login | /cas//login | service = https://app.example.org/in?next=%2Fhome&tab=mail
@coursetable/passport-cas | login | /cas/login | next = /home | tab = mail | service = https://app.example.org/in?next=%2Fhome&tab=mail
@coursetable/passport-cas | login | /cas//login | next = /home | tab = mail | service = https://app.example.org/in?next=%2Fhome&tab=mail
passport-cas | check | /cas/p3/serviceValidate | ticket = ST-1 | service = https://app.example.org/in?next=%2Fhome&tab=mail
@coursetable/passport-cas | check | /cas/p3/serviceValidate | ticket = ST-1 | service = https://app.example.org/in?next=/home | tab = mail
http-cas-client | check | /cas/p3/serviceValidate | service = https://app.example.org/in?next=/home&tab=mail | ticket = ST-1
SEEN
