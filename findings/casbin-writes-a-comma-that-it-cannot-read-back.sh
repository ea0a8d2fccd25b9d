#!/usr/bin/env bash
# A guess: the policy of Casbin is a file of CSV, so a role or a resource with a comma in its name is quoted there (RFC 4180, section 2),
# and what SavePolicy writes LoadPolicy reads, in each of Casbin's languages alike.
# Instead: Go 2.135.0 and Node 5.51.1 read the quotes and do not write them; pycasbin 1.43.0 does neither. After a save, Go refuses the
# file, "invalid policy rule size", so that the next start fails; Node reads three fields of four and says no where it said yes. Python
# raises RuntimeError for the quoted line as it was written by hand, and so at every question, since each goes over all lines.
# For sign-in: the first organization that names a role "Sales, EU" takes a permission from its members, or the service from everybody.
# Keep a policy in ids, or in a database adapter; if in a file, write it yourself, and never with commas for Python. (Go)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > model.conf <<'CONF'
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.obj == p.obj && r.act == p.act
CONF
printf 'p, admin, settings, read\np, "Sales, EU", reports, read\n' | tee go.csv python.csv > node.csv
npm install --prefix . --silent --no-audit --no-fund casbin@5.51.1
cat > finding.cjs <<'JS'
const { newEnforcer } = require("casbin");
(async () => {
  const enforcer = await newEnforcer("model.conf", "node.csv");
  const before = await enforcer.enforce("Sales, EU", "reports", "read");
  await enforcer.savePolicy();
  await enforcer.loadPolicy();
  console.log(`Node: ${before}, after a save: ${await enforcer.enforce("Sales, EU", "reports", "read")}`);
})();
JS
node finding.cjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet casbin==1.43.0
cat > finding.py <<'PY'
import casbin

enforcer = casbin.Enforcer("model.conf", "python.csv")
for role in ("Sales, EU", "nobody"):
    try:
        print(f"Python: {enforcer.enforce(role, 'reports', 'read')}")
    except RuntimeError as raised:
        print(f"Python: {raised}, asked for {role}")
PY
venv/bin/python finding.py | tee -a seen
printf 'module finding\n\ngo 1.25\n\nrequire github.com/casbin/casbin/v2 v2.135.0\n' > go.mod
cat > main.go <<'GO'
package main

import (
	"fmt"

	"github.com/casbin/casbin/v2"
)

func main() {
	enforcer, err := casbin.NewEnforcer("model.conf", "go.csv")
	if err != nil {
		panic(err)
	}
	before, _ := enforcer.Enforce("Sales, EU", "reports", "read")
	if err := enforcer.SavePolicy(); err != nil {
		panic(err)
	}
	fmt.Printf("Go: %t, after a save: %v\n", before, enforcer.LoadPolicy())
}
GO
go mod tidy 2> /dev/null
go run . | tee -a seen
grep --with-filename Sales go.csv node.csv
diff seen - << 'SEEN'
Node: true, after a save: false
Python: invalid policy size, asked for Sales, EU
Python: invalid policy size, asked for nobody
Go: true, after a save: invalid policy rule size: expected 3, got 4, rule: [Sales EU reports read]
SEEN
