#!/usr/bin/env bash
# A guess: two libraries make the same of a user name by the standard for user names, which is there so that both ends of a login
# compare the same (PRECIS, RFC 8265; UsernameCaseMapped puts it into small letters).
# Instead: of ΓΙΩΡΓΟΣ precis-i18n 1.1.2 for Python makes γιωργος, as one writes, and golang.org/x/text 0.44.0 γιωργοσ, with the sigma of
# the middle of words, which the RFC expects (section 3.5: these rules know no final sigma). From small letters both keep what came.
# Where: Python's str.lower looks at what follows a sigma, Go's mapping for this profile does not.
# For sign-in: most names of men in Greek end so. With Go, who registers as Γιώργος and types it in capitals is somebody else; where one
# service is in Python and the other in Go the name that the one has stored is unknown to the other. Map ς to σ yourself, after either
# and before a name is stored or compared. (Go)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet precis-i18n==1.1.2
cat > finding.py <<'PY'
import sys

from precis_i18n import get_profile

for name in sys.argv[1:]:
    print("Python |", name, "|", get_profile("UsernameCaseMapped").enforce(name))
PY
cat > go.mod <<'MOD'
module finding

go 1.25

require golang.org/x/text v0.44.0
MOD
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"golang.org/x/text/secure/precis"
)

func main() {
	for _, name := range os.Args[1:] {
		mapped, err := precis.UsernameCaseMapped.String(name)
		if err != nil {
			panic(err)
		}
		fmt.Println("Go |", name, "|", mapped)
	}
}
GO
export GOPATH="$folder/go" GOFLAGS="-mod=mod -modcacherw"
names=(ΓΙΩΡΓΟΣ γιωργος ΣΟΦΙΑ MÜLLER)
{ venv/bin/python finding.py "${names[@]}"; go run . "${names[@]}"; } | tee seen
diff seen - << 'SEEN'
Python | ΓΙΩΡΓΟΣ | γιωργος
Python | γιωργος | γιωργος
Python | ΣΟΦΙΑ | σοφια
Python | MÜLLER | müller
Go | ΓΙΩΡΓΟΣ | γιωργοσ
Go | γιωργος | γιωργος
Go | ΣΟΦΙΑ | σοφια
Go | MÜLLER | müller
SEEN
