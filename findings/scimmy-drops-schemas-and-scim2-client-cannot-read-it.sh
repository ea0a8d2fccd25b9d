#!/usr/bin/env bash
# A guess: who asks a SCIM server for attributes=displayName gets the name, the id and what every resource has, so that a client can see
# what it has got: each representation must have its schemas, and they are never empty (RFC 7643, section 3).
# Instead: SCIMMY 1.3.5 answers {"id": …, "displayName": …} without schemas, and scim2-client 0.13.2 raises on that ("undefined object
# with no schema"), as it does on an answer to .search over all types, in which users and groups look the same then. Without the
# attributes, or with excludedAttributes=members, both work together.
# For sign-in: a provisioner that asks for few attributes to go easy on a large directory fails at servers on this package, and only
# then. As a client ask for schemas by name (attributes=displayName,schemas works), or exclude what is large; as a server add them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund scimmy@1.3.5
cat > finding.mjs <<'JS'
import { writeFileSync } from "node:fs";
import SCIMMY from "scimmy";

const group = { id: "1", displayName: "nurses", meta: {} };
SCIMMY.Resources.declare(SCIMMY.Resources.Group, { egress: ({ id }) => (id ? group : [group]), ingress: () => group, degress() {} });
const answers = {};
for (const query of ["", "attributes=displayName", "attributes=displayName,schemas", "excludedAttributes=members"]) {
  answers[`GET ${query}`] = await new SCIMMY.Resources.Group("1", Object.fromEntries(new URLSearchParams(query))).read();
}
const schemas = ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"];
answers["POST "] = await new SCIMMY.Messages.SearchRequest({ schemas, attributes: ["displayName"] }).apply();
console.log("scimmy 1.3.5:", JSON.stringify(answers["GET attributes=displayName"]));
writeFileSync("answers.json", JSON.stringify(answers));
JS
node finding.mjs
python3 -m venv env
env/bin/pip install --quiet scim2-client==0.13.2 scim2-models==0.12.3 httpx2==2.16.2
env/bin/python - <<'PY'
import json
from importlib.metadata import version

from httpx2 import Client, MockTransport, Response
from scim2_client import ResponsePayloadValidationException, SCIMResponseException
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import Group, ScimProvider, SearchRequest, User

answers = json.load(open("answers.json"))
types = {"content-type": "application/scim+json"}
answer = lambda request: Response(200, json=answers[f"{request.method} {request.url.params}".replace("%2C", ",")], headers=types)
http = Client(base_url="https://example.com/scim/v2", transport=MockTransport(answer))
scim = SyncSCIMClient(http, provider=ScimProvider(models=[User, Group]))


def read(ask) -> str:
    try:
        return type(ask()).__name__
    except (ResponsePayloadValidationException, SCIMResponseException) as raised:
        return f"{type(raised).__name__}: {raised}"


found = [read(lambda: scim.query(Group, "1", query_parameters=query)) for query in (
    None, {"attributes": "displayName"}, {"attributes": "displayName,schemas"}, {"excludedAttributes": "members"})]
found.append(read(lambda: scim.search(SearchRequest(attributes=["displayName"]))))
print("scim2-client", version("scim2-client"), found)
assert [text.split(":")[0] for text in found] == ["Group", "SCIMResponseException", "Group", "Group", "ResponsePayloadValidationException"]
PY
