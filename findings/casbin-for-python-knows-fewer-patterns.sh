#!/usr/bin/env bash
# A guess: a model and a policy of Casbin decide the same in each of its languages; therefore there is one text for them, and one table
# of functions for matchers in its manual.
# Instead: globMatch of casbin 1.43.0 for Python knows neither /orgs/** nor /{orgs,users}/*, and its regexMatch looks at the beginning of a
# path alone, so it says no where casbin 5.51.1 for Node and 2.135.0 for Go say yes. ipMatch with "192.0.2.0/24" is true in Go alone for
# ::ffff:192.0.2.7, which is how a server that listens on IPv6 writes 192.0.2.7.
# Where: Go has doublestar and Node minimatch for globs, Python its own in util/builtin_operators.py, and re.match, not re.search.
# For sign-in: roles that hold in one service are none in another that shares its policy, and the office's network is let in where the
# model was made only. Keep to keyMatch with one asterisk at the end, which is the same in all, and run each model in each language. (Go)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund casbin@5.51.1
python3 -m venv venv
venv/bin/pip install --quiet casbin==1.43.0
cat > cases.json << 'JSON'
[
  ["keyMatch", "/orgs/1/members", "/orgs/*"],
  ["globMatch", "/orgs/1/members", "/orgs/*/members"],
  ["globMatch", "/orgs/1/members", "/orgs/**"],
  ["globMatch", "/orgs/1", "/{orgs,users}/*"],
  ["regexMatch", "/v1/orgs/1", "/orgs/[0-9]+$"],
  ["ipMatch", "192.0.2.7", "192.0.2.0/24"],
  ["ipMatch", "::ffff:192.0.2.7", "192.0.2.0/24"]
]
JSON
cat > finding.py <<'PY'
import json

import casbin

for function, path, pattern in json.load(open("cases.json")):
    model = casbin.Enforcer.new_model(text=open("model.conf").read().replace("FUNCTION", function))
    enforcer = casbin.Enforcer(model)
    enforcer.add_policy("ann", pattern)
    print(f"{function}({path}, {pattern}) | Python:", str(enforcer.enforce("ann", path)).lower())
PY
cat > model.conf << 'MODEL'
[request_definition]
r = sub, obj
[policy_definition]
p = sub, obj
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && FUNCTION(r.obj, p.obj)
MODEL
cat > finding.cjs <<'JS'
const { readFileSync } = require("node:fs");
const { newEnforcer, newModel } = require("casbin");

(async () => {
  for (const [name, path, pattern] of JSON.parse(readFileSync("cases.json"))) {
    const enforcer = await newEnforcer(newModel(readFileSync("model.conf", "utf8").replace("FUNCTION", name)));
    await enforcer.addPolicy("ann", pattern);
    console.log(`Node: ${await enforcer.enforce("ann", path)}`);
  }
})();
JS
cat > go.mod <<'MOD'
module finding

go 1.21

require github.com/casbin/casbin/v2 v2.135.0
MOD
cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
)

func main() {
	text, _ := os.ReadFile("model.conf")
	data, _ := os.ReadFile("cases.json")
	var cases [][3]string
	if err := json.Unmarshal(data, &cases); err != nil {
		panic(err)
	}
	for _, c := range cases {
		rules, err := model.NewModelFromString(strings.Replace(string(text), "FUNCTION", c[0], 1))
		if err != nil {
			panic(err)
		}
		enforcer, err := casbin.NewEnforcer(rules)
		if err != nil {
			panic(err)
		}
		enforcer.AddPolicy("ann", c[2])
		allowed, err := enforcer.Enforce("ann", c[1])
		if err != nil {
			panic(err)
		}
		fmt.Println("Go:", allowed)
	}
}
GO
export GOPATH="$folder/go" GOFLAGS="-mod=mod -modcacherw"
paste -d " " <(venv/bin/python finding.py) <(node finding.cjs) <(go run .) | tee seen
diff seen - << 'SEEN'
keyMatch(/orgs/1/members, /orgs/*) | Python: true Node: true Go: true
globMatch(/orgs/1/members, /orgs/*/members) | Python: true Node: true Go: true
globMatch(/orgs/1/members, /orgs/**) | Python: false Node: true Go: true
globMatch(/orgs/1, /{orgs,users}/*) | Python: false Node: true Go: true
regexMatch(/v1/orgs/1, /orgs/[0-9]+$) | Python: false Node: true Go: true
ipMatch(192.0.2.7, 192.0.2.0/24) | Python: true Node: true Go: true
ipMatch(::ffff:192.0.2.7, 192.0.2.0/24) | Python: false Node: false Go: true
SEEN
