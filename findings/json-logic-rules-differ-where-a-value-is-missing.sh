#!/usr/bin/env bash
# A guess: a rule in JsonLogic gives one answer wherever it runs; that is why it is written in JSON, once for the page and the server.
# Instead: six implementations agree where all is there, and part where something is null, missing or empty. "missing" lists a department
# of null with json-logic-js 2.0.5, json-logic-qubit 0.9.1 and panzi-json-logic 1.0.1, and does not with json-logic-engine 5.0.7,
# jsonlogic-rs 0.5.0 and datalogic-py 5.9.0. Nobody knows how many days ago somebody logged in who never did: "at most 90" is no to
# json-logic-qubit and yes to the five. A default stands for null with panzi-json-logic alone. An empty object is true to three and false
# to three. The text "true" equals true with datalogic-py alone, and json-logic-engine throws NaN there.
# For sign-in: a directory sends null and empty objects for what a member does not have, and such rules say who is asked for a second
# factor or has to complete a profile. Fill in what is missing before a rule sees it, compare with null first, and run the same table of
# cases on both sides.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > cases.json <<'JSON'
[
  ["all is there", {"missing": ["department", "manager"]}, {"department": "IT", "manager": "Ann"}],
  ["null and empty", {"missing": ["department", "manager"]}, {"department": null, "manager": ""}],
  ["17 days ago", {"<=": [{"var": "days"}, 90]}, {"days": 17}],
  ["never", {"<=": [{"var": "days"}, 90]}, {}],
  ["a default for none", {"var": ["department", "none"]}, {}],
  ["a default for null", {"var": ["department", "none"]}, {"department": null}],
  ["no groups", {"!!": [{"var": "groups"}]}, {"groups": []}],
  ["no attributes", {"!!": [{"var": "attributes"}]}, {"attributes": {}}],
  ["true", {"==": [{"var": "verified"}, true]}, {"verified": true}],
  ["the text true", {"==": [{"var": "verified"}, true]}, {"verified": "true"}]
]
JSON
cat > finding.py <<'PY'
import importlib
import json
import sys

name, module, function = sys.argv[1:]
apply = getattr(importlib.import_module(module), function)
for case, rule, data in json.load(open("cases.json")):
    print(f"{case} | {name} | {json.dumps(apply(rule, data), separators=(',', ':'))}")
PY
python3 -m venv one
one/bin/pip install --quiet json-logic-qubit==0.9.1 jsonlogic-rs==0.5.0 datalogic-py==5.9.0
python3 -m venv two
two/bin/pip install --quiet panzi-json-logic==1.0.1
{
  one/bin/python finding.py json-logic-qubit json_logic jsonLogic
  one/bin/python finding.py jsonlogic-rs jsonlogic_rs apply
  one/bin/python finding.py datalogic-py datalogic_py apply
  two/bin/python finding.py panzi-json-logic json_logic jsonLogic
} > seen
npm install --prefix . --silent --no-audit --no-fund json-logic-js@2.0.5 json-logic-engine@5.0.7
cat > finding.cjs <<'JS'
const jsonLogic = require("json-logic-js");
const { LogicEngine } = require("json-logic-engine");

const engine = new LogicEngine();
for (const [what, rule, data] of require("./cases.json")) {
  console.log(`${what} | json-logic-js | ${JSON.stringify(jsonLogic.apply(rule, data))}`);
  let answer;
  try {
    answer = engine.run(rule, data);
  } catch (error) {
    answer = `throws ${error}`;
  }
  console.log(`${what} | json-logic-engine | ${JSON.stringify(answer)}`);
}
JS
node finding.cjs >> seen
python3 - <<'PY' | tee answers
answers = {}
for line in open("seen"):
    case, name, answer = line.rstrip("\n").split(" | ")
    answers.setdefault(case, {}).setdefault(answer, []).append(name)
for case, said in answers.items():
    for answer, names in said.items():
        print(f"{case} | {answer} | {', '.join(names) if len(said) > 1 else 'all'}")
PY
diff answers - << 'SEEN'
all is there | [] | all
null and empty | ["department","manager"] | json-logic-qubit, panzi-json-logic, json-logic-js
null and empty | [] | jsonlogic-rs, datalogic-py, json-logic-engine
17 days ago | true | all
never | false | json-logic-qubit
never | true | jsonlogic-rs, datalogic-py, panzi-json-logic, json-logic-js, json-logic-engine
a default for none | "none" | all
a default for null | null | json-logic-qubit, jsonlogic-rs, datalogic-py, json-logic-js, json-logic-engine
a default for null | "none" | panzi-json-logic
no groups | false | all
no attributes | false | json-logic-qubit, datalogic-py, json-logic-engine
no attributes | true | jsonlogic-rs, panzi-json-logic, json-logic-js
true | true | all
the text true | false | json-logic-qubit, jsonlogic-rs, panzi-json-logic, json-logic-js
the text true | true | datalogic-py
the text true | "throws NaN" | json-logic-engine
SEEN
