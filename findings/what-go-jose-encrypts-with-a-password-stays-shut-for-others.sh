#!/usr/bin/env bash
# A guess: a private key that one library encrypts with a password (PBES2, as in RFC 7517, appendix C) another opens with it.
# Instead: go-jose v4.1.4 of Go writes 600,000 iterations unless told otherwise, as OWASP advises for PBKDF2 with SHA-256. jose 6.2.18 reads
# no more than 10,000, jwcrypto 1.6.1 no more than 16,384, joserfc 1.8.0 less than 300,000, go-jose itself up to a million. jose writes
# what it then refuses to read, too. RFC 7518, section 4.8.1.2, recommends 1000 at least, and names no most.
# Where: each guards itself against a number that would keep it busy. jose has an option for it, maxPBES2Count.
# For sign-in: a backup of signing keys is first read when it is needed, and then the message is about a header, with the right password.
# Read each backup once with what is to read it in need, and set the reader's limit together with the writer's number.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"

	"github.com/go-jose/go-jose/v4"
)

var password = []byte("correct horse battery staple")

func main() {
	if len(os.Args) > 1 {
		encrypter, err := jose.NewEncrypter(jose.A128GCM, jose.Recipient{Algorithm: jose.PBES2_HS256_A128KW, Key: password}, nil)
		if err != nil {
			panic(err)
		}
		token, _ := encrypter.Encrypt([]byte("a key"))
		text, _ := token.CompactSerialize()
		fmt.Println(text)
		return
	}
	file, _ := os.ReadFile("tokens.json")
	tokens := map[string]string{}
	if err := json.Unmarshal(file, &tokens); err != nil {
		panic(err)
	}
	numbers := []string{}
	for number := range tokens {
		numbers = append(numbers, number)
	}
	sort.Strings(numbers)
	for _, number := range numbers {
		algorithms := []jose.KeyAlgorithm{jose.PBES2_HS256_A128KW}
		token, err := jose.ParseEncrypted(tokens[number], algorithms, []jose.ContentEncryption{jose.A128GCM})
		if err == nil {
			_, err = token.Decrypt(password)
		}
		fmt.Println(number, "| go-jose read:", err == nil)
	}
}
GO
export GOPATH="$folder/go" GOFLAGS="-mod=mod -modcacherw"
printf 'module finding\n\ngo 1.25\n\nrequire github.com/go-jose/go-jose/v4 v4.1.4\n' > go.mod
go mod tidy 2> /dev/null
go run . write > default
npm install --prefix . --silent --no-audit --no-fund jose@6.2.18
cat > finding.mjs <<'JS'
import fs from "node:fs";
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from "jose";

const [password, text] = ["correct horse battery staple", "a key"].map((one) => new TextEncoder().encode(one));
const only = { keyManagementAlgorithms: ["PBES2-HS256+A128KW"] };
const tokens = { "go-jose": fs.readFileSync("default", "utf8").trim() };
for (const p2c of [10_000, 10_001, 16_384, 16_385, 299_999, 300_001, 1_000_000, 1_000_001]) {
  const token = new CompactEncrypt(text).setProtectedHeader({ alg: "PBES2-HS256+A128KW", enc: "A128GCM" });
  tokens[p2c] = await token.setKeyManagementParameters({ p2c }).encrypt(password);
}
console.log("go-jose writes", decodeProtectedHeader(tokens["go-jose"]).p2c);
for (const [name, token] of Object.entries(tokens)) {
  const [said, allowed] = [{}, { maxPBES2Count: 1_000_001 }].map((more) => compactDecrypt(token, password, { ...only, ...more }));
  console.log(`${name} | jose ${await said.then(() => "read", (error) => error.message)} | with its option ${(await allowed) && "read"}`);
}
fs.writeFileSync("tokens.json", JSON.stringify(tokens));
JS
node finding.mjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet jwcrypto==1.6.1 joserfc==1.8.0
venv/bin/python - <<'PY' | tee -a seen
import base64
import json

from joserfc import jwe as joserfc
from joserfc.errors import InvalidHeaderValueError
from joserfc.jwk import OctKey
from jwcrypto import jwe, jwk

NAMES = ["PBES2-HS256+A128KW", "A128GCM"]
KEY = {"kty": "oct", "k": base64.urlsafe_b64encode(b"correct horse battery staple").rstrip(b"=").decode()}
for number, token in json.load(open("tokens.json")).items():
    read = jwe.JWE()
    read.allowed_algs = NAMES
    try:
        read.deserialize(token, jwk.JWK(**KEY))
        by_jwcrypto = "read"
    except jwe.InvalidJWEData:
        by_jwcrypto = "refused"
    try:
        joserfc.decrypt_compact(token, OctKey.import_key(KEY), algorithms=NAMES)
        by_joserfc = "read"
    except InvalidHeaderValueError:
        by_joserfc = "refused"
    print(f"{number} | jwcrypto {by_jwcrypto} | joserfc {by_joserfc}")
PY
go run . | tee -a seen
diff seen - << 'SEEN'
go-jose writes 600000
10000 | jose read | with its option read
10001 | jose JOSE Header "p2c" (PBES2 Count) out is of acceptable bounds | with its option read
16384 | jose JOSE Header "p2c" (PBES2 Count) out is of acceptable bounds | with its option read
16385 | jose JOSE Header "p2c" (PBES2 Count) out is of acceptable bounds | with its option read
299999 | jose JOSE Header "p2c" (PBES2 Count) out is of acceptable bounds | with its option read
300001 | jose JOSE Header "p2c" (PBES2 Count) out is of acceptable bounds | with its option read
1000000 | jose JOSE Header "p2c" (PBES2 Count) out is of acceptable bounds | with its option read
1000001 | jose JOSE Header "p2c" (PBES2 Count) out is of acceptable bounds | with its option read
go-jose | jose JOSE Header "p2c" (PBES2 Count) out is of acceptable bounds | with its option read
10000 | jwcrypto read | joserfc read
10001 | jwcrypto read | joserfc read
16384 | jwcrypto read | joserfc read
16385 | jwcrypto refused | joserfc read
299999 | jwcrypto refused | joserfc read
300001 | jwcrypto refused | joserfc refused
1000000 | jwcrypto refused | joserfc refused
1000001 | jwcrypto refused | joserfc refused
go-jose | jwcrypto refused | joserfc refused
10000 | go-jose read: true
1000000 | go-jose read: true
1000001 | go-jose read: false
10001 | go-jose read: true
16384 | go-jose read: true
16385 | go-jose read: true
299999 | go-jose read: true
300001 | go-jose read: true
go-jose | go-jose read: true
SEEN
