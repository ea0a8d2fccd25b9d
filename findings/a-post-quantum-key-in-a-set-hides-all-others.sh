#!/usr/bin/env bash
# A guess: a provider can publish a key of a new type beside its old ones, and clients that do not know the type go on with those
# they do: RFC 7517, section 5, says that such keys are to be ignored.
# Instead: with a key of the type AKP (ML-DSA) beside the RSA key that has signed, jwx 3.4.0 refuses the whole set, as does go-jose
# 4.1.9 when it reads a JSONWebKeySet, and authlib.jose 1.9.10 raises KeyError: 'AKP'. No token is accepted then. keyfunc 3.9.2 refuses
# the set as a text and takes the same one from an address. go-oidc 3.21.0, though it stands on go-jose, PyJWT 2.15.1, joserfc 1.8.0
# and jwcrypto 1.6.1 take the RSA key.
# For sign-in: the day a provider publishes its first post-quantum key may be the day on which nobody can log in at some apps. Publish
# it at an address of its own first. As a client of jwx, give WithIgnoreParseError; of go-jose, decode the keys one by one. (Go)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet authlib==1.9.10 joserfc==1.8.0 pyjwt==2.15.1 jwcrypto==1.6.1
cat > finding.py <<'PY'
import base64
import json
import pathlib
import time
import warnings

warnings.simplefilter("ignore")

import jwt
from authlib.jose import JsonWebKey, JsonWebToken
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwk
from joserfc import jwt as joserfc_jwt
from jwcrypto.jwk import JWKSet
from jwcrypto.jwt import JWT

key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
known = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())) | {"kid": "2026-a", "use": "sig", "alg": "RS256"}
# ML-DSA-44: what its public key is does not matter here, only that it is as long as one.
new = {"kty": "AKP", "kid": "2026-b", "use": "sig", "alg": "ML-DSA-44", "pub": base64.urlsafe_b64encode(bytes(1312)).rstrip(b"=").decode()}
token = jwt.encode({"sub": "ada", "exp": int(time.time()) + 600}, key, algorithm="RS256", headers={"kid": "2026-a"})
sets = {"alone": {"keys": [known]}, "beside": {"keys": [known, new]}}
pathlib.Path("token").write_text(token)
for name, keys in sets.items():
    pathlib.Path(f"{name}.json").write_text(json.dumps(keys))

readers = {
    "PyJWT": lambda keys: jwt.decode(token, jwt.PyJWKSet.from_dict(keys)["2026-a"], algorithms=["RS256"])["sub"],
    "joserfc": lambda keys: joserfc_jwt.decode(token, jwk.KeySet.import_key_set(keys)).claims["sub"],
    "jwcrypto": lambda keys: json.loads(JWT(jwt=token, key=JWKSet.from_json(json.dumps(keys))).claims)["sub"],
    "authlib.jose": lambda keys: JsonWebToken(["RS256"]).decode(token, JsonWebKey.import_key_set(keys))["sub"],
}
for name, read in readers.items():
    assert read(sets["alone"]) == "ada", name
    try:
        found = read(sets["beside"])
    except KeyError as error:
        found = repr(error)
    print(name, "|", found)
    assert found == ("KeyError('AKP')" if name == "authlib.jose" else "ada"), name
PY
venv/bin/python finding.py
cat > go.mod <<'MOD'
module finding

go 1.25

require (
	github.com/MicahParks/keyfunc/v3 v3.9.2
	github.com/coreos/go-oidc/v3 v3.21.0
	github.com/go-jose/go-jose/v4 v4.1.9
	github.com/golang-jwt/jwt/v5 v5.3.1
	github.com/lestrrat-go/jwx/v3 v3.4.0
)
MOD
cat > main.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/jwx/v3/jwk"
)

func serve(keys []byte) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(keys) }))
}

func main() {
	token, _ := os.ReadFile("token")
	alone, _ := os.ReadFile("alone.json")
	beside, _ := os.ReadFile("beside.json")
	readers := []struct {
		name  string
		takes bool
		read  func(keys []byte) error
	}{
		{"go-oidc", true, func(keys []byte) error {
			server := serve(keys)
			defer server.Close()
			_, err := oidc.NewRemoteKeySet(context.Background(), server.URL).VerifySignature(context.Background(), string(token))
			return err
		}},
		{"go-jose", false, func(keys []byte) error { return json.Unmarshal(keys, new(jose.JSONWebKeySet)) }},
		{"jwx", false, func(keys []byte) error { _, err := jwk.Parse(keys); return err }},
		{"keyfunc, text", false, func(keys []byte) error { _, err := keyfunc.NewJWKSetJSON(keys); return err }},
		{"keyfunc, address", true, func(keys []byte) error {
			server := serve(keys)
			defer server.Close()
			found, err := keyfunc.NewDefault([]string{server.URL})
			if err == nil {
				_, err = jwt.Parse(string(token), found.Keyfunc)
			}
			return err
		}},
	}
	changed := false
	for _, reader := range readers {
		err := reader.read(beside)
		fmt.Println(reader.name, "| takes the set:", err == nil, "|", err)
		changed = changed || reader.read(alone) != nil || (err == nil) != reader.takes
	}
	if changed {
		os.Exit(1)
	}
}
GO
export GOPATH="$folder/go" GOFLAGS="-mod=mod -modcacherw"
go run .
