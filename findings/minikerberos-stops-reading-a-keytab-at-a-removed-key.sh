#!/usr/bin/env bash
# A guess: a keytab from which an old key was removed gives those that are left, and a key has the number that was given to it.
# Instead: where a key is removed, MIT's format leaves a hole, a negative length and so many zeros. minikerberos 0.4.9 does not step over
# them, takes the zeros for the end and forgets all keys behind, without an error. It also reads the one byte of a key's number alone, so
# 300 is 44; the format has 32 bits behind the key, which go first. gokrb5 v8.4.4 of Go reads both.
# For sign-in: single sign-on by Kerberos breaks when the old key is cleaned away, not when the new one comes, and for a service whose key
# changes every day on its 256th day. Write keytabs anew in place of removing keys, and compare what the library lists with what `klist -k`
# does.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > write.py <<'PY'
import pathlib
import struct


def data(text: bytes) -> bytes:
    return struct.pack(">H", len(text)) + text


def key(number: int) -> bytes:
    principal = struct.pack(">H", 2) + data(b"EXAMPLE.ORG") + data(b"HTTP") + data(b"sso.example.org")
    about = struct.pack(">IIBH", 1, 1700000000 + number, number % 256, 18)
    record = principal + about + data(bytes(range(32))) + struct.pack(">I", number)
    return struct.pack(">i", len(record)) + record


hole = struct.pack(">i", 4 - len(key(1))) + bytes(len(key(1)) - 4)
keytabs = {"two": key(1) + key(2), "removed-first": hole + key(2), "removed-second": key(1) + hole + key(3), "many": key(300)}
for name, keys in keytabs.items():
    pathlib.Path(f"{name}.keytab").write_bytes(b"\x05\x02" + keys)
PY
cat > read.py <<'PY'
import pathlib

from minikerberos.common.keytab import Keytab

for path in sorted(pathlib.Path().glob("*.keytab")):
    print("minikerberos", path.stem, [entry.key_version for entry in Keytab.from_bytes(path.read_bytes()).entries])
PY
python3 -m venv venv
venv/bin/pip install --quiet minikerberos==0.4.9
venv/bin/python write.py
venv/bin/python read.py | tee seen
cat > main.go <<'GO'
package main

import (
	"fmt"
	"path/filepath"

	"github.com/jcmturner/gokrb5/v8/keytab"
)

func main() {
	paths, _ := filepath.Glob("*.keytab")
	for _, path := range paths {
		read, err := keytab.Load(path)
		if err != nil {
			panic(err)
		}
		numbers := []uint32{}
		for _, entry := range read.Entries {
			numbers = append(numbers, entry.KVNO)
		}
		fmt.Println("gokrb5", path[:len(path)-len(".keytab")], numbers)
	}
}
GO
export GOPATH="$folder/go" GOFLAGS="-mod=mod -modcacherw"
printf 'module finding\n\ngo 1.25\n\nrequire github.com/jcmturner/gokrb5/v8 v8.4.4\n' > go.mod
go mod tidy 2> /dev/null
go run . | tee -a seen
diff seen - << 'SEEN'
minikerberos many [44]
minikerberos removed-first []
minikerberos removed-second [1]
minikerberos two [1, 2]
gokrb5 many [300]
gokrb5 removed-first [2]
gokrb5 removed-second [1 3]
gokrb5 two [1 2]
SEEN
