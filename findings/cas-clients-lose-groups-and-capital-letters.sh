#!/usr/bin/env bash
# A guess: the attributes that a server of CAS 3 sends are there under the names it gives them, and whoever is in two groups has two.
# Instead: cassyy 0.0.9 keeps the last value of a name, without a word. passport-cas 0.1.1 and its fork @coursetable/passport-cas 0.1.4
# write every name in small letters, so that memberOf and displayName are not there and memberof and displayname are; they also make one
# space of two. To these two, python-cas 1.7.2 and http-cas-client 0.4.3 one group is a text and two are a list.
# For sign-in: "the first admin has no rights" after the second group was given is a case of cassyy; the same rule that asks for
# memberOf works in one client and never in the next. Make a list of each attribute before roles are looked up, compare names without
# regard to case, and try with no group, one and two.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > answer.py <<'PY'
import pathlib

for groups in (["staff"], ["admins", "staff"]):
    attributes = "<cas:displayName>Ann  Berg</cas:displayName>" + "".join(f"<cas:memberOf>{group}</cas:memberOf>" for group in groups)
    success = f"<cas:user>ann</cas:user><cas:attributes>{attributes}</cas:attributes>"
    success = f"<cas:authenticationSuccess>{success}</cas:authenticationSuccess>"
    answer = f'<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">{success}</cas:serviceResponse>'
    pathlib.Path(f"ST-{len(groups)}").write_text(answer)
PY
python3 -m venv venv
venv/bin/pip install --quiet cassyy==0.0.9 python-cas==1.7.2
venv/bin/python answer.py
venv/bin/python - <<'PY' | tee seen
import json
import pathlib

from cas import CASClientV3
from cassyy.core import parse_cas_response

for ticket in ("ST-1", "ST-2"):
    answer = pathlib.Path(ticket).read_text()
    print(ticket, "| cassyy |", json.dumps(parse_cas_response(answer).attributes))
    print(ticket, "| python-cas |", json.dumps(CASClientV3.verify_response(answer)[1]))
PY
npm install --prefix . --silent --no-audit --no-fund --legacy-peer-deps passport@0.7.0 \
  @coursetable/passport-cas@0.1.4 http-cas-client@0.4.3 passport-cas@0.1.1
cat > finding.cjs <<'JS'
const fs = require("node:fs");
const http = require("node:http");
const { CasServerAgent } = require("http-cas-client/src/agent");
const merge = require("http-cas-client/src/merge");

const byStrategy = (name, base, ticket) =>
  new Promise((done, failed) => {
    const { Strategy } = require(name);
    const options = { version: "CAS3.0", ssoBaseURL: base, serverBaseURL: "https://app.example.org" };
    const strategy = new Strategy(options, (user, verified) => verified(null, user));
    Object.assign(strategy, { success: done, error: failed, fail: failed });
    strategy.authenticate({ query: { ticket }, url: "/in", originalUrl: "/in", param: () => ticket });
  });
const byAgent = async (base, ticket) => {
  const agent = new CasServerAgent(merge({ cas: 3, casServerUrlPrefix: base, serverName: "https://app.example.org" }));
  return (await agent.validateService(ticket, "https://app.example.org/in")).principal;
};
const server = http.createServer((request, response) => {
  response.end(fs.readFileSync(new URL(request.url, "http://x").searchParams.get("ticket").replace(/[^-\w]/g, "")));
});
server.listen(0, "127.0.0.1", async () => {
  const base = `http://127.0.0.1:${server.address().port}/cas`;
  for (const ticket of ["ST-1", "ST-2"]) {
    for (const name of ["passport-cas", "@coursetable/passport-cas"]) {
      console.log(`${ticket} | ${name} | ${JSON.stringify((await byStrategy(name, base, ticket)).attributes)}`);
    }
    console.log(`${ticket} | http-cas-client | ${JSON.stringify((await byAgent(base, ticket)).attributes)}`);
  }
  process.exit();
});
JS
node finding.cjs | tee -a seen
diff seen - << 'SEEN'
ST-1 | cassyy | {"displayName": "Ann  Berg", "memberOf": "staff"}
ST-1 | python-cas | {"displayName": "Ann  Berg", "memberOf": "staff"}
ST-2 | cassyy | {"displayName": "Ann  Berg", "memberOf": "staff"}
ST-2 | python-cas | {"displayName": "Ann  Berg", "memberOf": ["admins", "staff"]}
ST-1 | passport-cas | {"displayname":"Ann Berg","memberof":"staff"}
ST-1 | @coursetable/passport-cas | {"displayname":"Ann Berg","memberof":"staff"}
ST-1 | http-cas-client | {"displayName":"Ann  Berg","memberOf":"staff"}
ST-2 | passport-cas | {"displayname":"Ann Berg","memberof":["admins","staff"]}
ST-2 | @coursetable/passport-cas | {"displayname":"Ann Berg","memberof":["admins","staff"]}
ST-2 | http-cas-client | {"displayName":"Ann  Berg","memberOf":["admins","staff"]}
SEEN
