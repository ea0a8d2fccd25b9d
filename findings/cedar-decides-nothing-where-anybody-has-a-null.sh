#!/usr/bin/env bash
# A guess: an attribute that a policy does not look at makes no difference to it, whatever its value is.
# Instead: Cedar knows neither null nor fractions, and refuses all entities for one such attribute of one of them. With cedarpy 4.12.2
# there is no exception then: the answer is NoDecision, for Ann as well where it is Bob who has no department, and the reason repeats every
# entity with all its attributes. In the context of a request the same holds, for a score of 0.2. With @cedar-policy/cedar-wasm 4.13.0
# the answer has the type "failure".
# Where: 2.0 is a fraction in what Python writes as JSON, and not in JavaScript: the same member is allowed by the one alone.
# For sign-in: members come from directories with nulls, and numbers from databases as floats or decimals; the first such row ends the
# rights of all who are asked about together with it. Leave out what is null before Cedar sees it, give fractions as decimal("…"), treat
# NoDecision as an error, and keep its reason out of logs that should not hold personal data.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > cases.json <<'JSON'
[
  ["nothing more", {}, {}, {}],
  ["no department", {"department": null}, {}, {}],
  ["Bob has no department", {}, {"department": null}, {}],
  ["a fraction", {"share": 0.5}, {}, {}],
  ["a whole number with a point", {"level": 2.0}, {}, {}],
  ["a score in the context", {}, {}, {"score": 0.2}],
  ["a decimal", {"share": {"__extn": {"fn": "decimal", "arg": "0.5"}}}, {}, {}]
]
JSON
cat > policy.cedar <<'CEDAR'
permit(principal, action == Action::"read", resource) when { principal.email like "*@example.org" };
CEDAR
python3 -m venv venv
venv/bin/pip install --quiet cedarpy==4.12.2
venv/bin/python - <<'PY' | tee seen
import json

from cedarpy import is_authorized

POLICY = open("policy.cedar").read()
for case, ann, bob, context in json.load(open("cases.json")):
    people = {"ann": {"email": "ann@example.org", **ann}, "bob": {"email": "bob@example.org", **bob}}
    entities = [{"uid": {"type": "User", "id": name}, "attrs": attributes, "parents": []} for name, attributes in people.items()]
    request = {"principal": 'User::"ann"', "action": 'Action::"read"', "resource": 'Doc::"plan"', "context": context}
    answer = is_authorized(request, POLICY, entities)
    named = any("bob@example.org" in error for error in answer.diagnostics.errors)
    print(f"{case} | cedarpy | {answer.decision.value}{', and names Bob' if named else ''}")
PY
npm install --prefix . --silent --no-audit --no-fund @cedar-policy/cedar-wasm@4.13.0
cat > finding.cjs <<'JS'
const fs = require("node:fs");
const { isAuthorized } = require("@cedar-policy/cedar-wasm/nodejs");

const uid = (type, id) => ({ type, id });
for (const [what, ann, bob, context] of require("./cases.json")) {
  const people = { ann: { email: "ann@example.org", ...ann }, bob: { email: "bob@example.org", ...bob } };
  const answer = isAuthorized({
    principal: uid("User", "ann"),
    action: uid("Action", "read"),
    resource: uid("Doc", "plan"),
    context,
    policies: { staticPolicies: fs.readFileSync("policy.cedar", "utf8") },
    entities: Object.entries(people).map(([name, attrs]) => ({ uid: uid("User", name), attrs, parents: [] })),
  });
  console.log(`${what} | cedar-wasm | ${answer.type === "success" ? answer.response.decision : answer.type}`);
}
JS
node finding.cjs | tee -a seen
diff seen - << 'SEEN'
nothing more | cedarpy | Allow
no department | cedarpy | NoDecision, and names Bob
Bob has no department | cedarpy | NoDecision, and names Bob
a fraction | cedarpy | NoDecision, and names Bob
a whole number with a point | cedarpy | NoDecision, and names Bob
a score in the context | cedarpy | NoDecision
a decimal | cedarpy | Allow
nothing more | cedar-wasm | allow
no department | cedar-wasm | failure
Bob has no department | cedar-wasm | failure
a fraction | cedar-wasm | failure
a whole number with a point | cedar-wasm | allow
a score in the context | cedar-wasm | failure
a decimal | cedar-wasm | allow
SEEN
