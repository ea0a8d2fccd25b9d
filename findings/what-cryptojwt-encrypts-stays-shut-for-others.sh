#!/usr/bin/env bash
# A guess: a JWE of one library opens in another that has the same key and algorithms.
# Instead: what cryptojwt 1.11.0, the library under idpy-oidc, encrypts by A256GCM has an initialization vector of 128 bits; RFC 7518,
# section 5.3, requires 96. joserfc 1.8.0 and jose 6.2.18 refuse it, jwcrypto 1.6.1 takes it. By ECDH-ES+A128KW nobody opens what
# cryptojwt has made, and cryptojwt nothing of others: it derives the key for "A128KW", and section 4.6.2 has it derived for the whole
# name. With RSA-OAEP or ECDH-ES and A128CBC-HS256 all open all.
# For sign-in: an ID token or a UserInfo that is to be encrypted, in algorithms that both sides list in their metadata, ends in "no key
# fits" or "decryption failed". With a provider or client on cryptojwt, ask for A128CBC-HS256 and for RSA-OAEP or bare ECDH-ES.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet cryptojwt==1.11.0 joserfc==1.8.0 jwcrypto==1.6.1
npm install --prefix . --silent --no-audit --no-fund jose@6.2.18
cat > open.mjs <<'JS'
import { readFileSync } from "node:fs";
import { compactDecrypt, importJWK } from "jose";

const made = JSON.parse(readFileSync("made.json", "utf8"));
const opened = {};
for (const [name, { token, key, algorithm }] of Object.entries(made)) {
  const plain = compactDecrypt(token, await importJWK(key, algorithm));
  opened[name] = await plain.then(({ plaintext }) => new TextDecoder().decode(plaintext), (error) => `error: ${error.message}`);
}
console.log(JSON.stringify(opened));
JS
cat > finding.py <<'PY'
import json
import pathlib
import subprocess

from cryptojwt.jwe.jwe import JWE, factory
from cryptojwt.jwk.jwk import key_from_jwk_dict
from joserfc import jwe
from joserfc.jwk import import_key
from jwcrypto.jwe import JWE as JwcryptoJWE
from jwcrypto.jwk import JWK

KEYS = {"RSA": JWK.generate(kty="RSA", size=2048).export(as_dict=True), "EC": JWK.generate(kty="EC", crv="P-256").export(as_dict=True)}
for key in KEYS.values():
    key.pop("kid", None)
KINDS = [("RSA-OAEP", "A128CBC-HS256"), ("RSA-OAEP", "A256GCM"), ("ECDH-ES", "A128CBC-HS256"), ("ECDH-ES+A128KW", "A128CBC-HS256")]
TEXT = '{"sub": "ada"}'


def key_of(algorithm: str) -> dict:
    return dict(KEYS["RSA" if algorithm.startswith("RSA") else "EC"])


def by_jwcrypto(token: str, algorithm: str, encryption: str) -> str:
    found = JwcryptoJWE(algs=[algorithm, encryption])
    found.deserialize(token, JWK(**key_of(algorithm)))
    return found.payload.decode()


READERS = {
    "cryptojwt": lambda token, algorithm, _: factory(token).decrypt(token, [key_from_jwk_dict(key_of(algorithm))]).decode(),
    "jwcrypto": by_jwcrypto,
    "joserfc": lambda token, algorithm, encryption: jwe.decrypt_compact(
        token, import_key(key_of(algorithm)), algorithms=[algorithm, encryption]).plaintext.decode(),
}


def opens(read, *arguments) -> bool:
    try:
        return read(*arguments) == TEXT
    except Exception:
        return False


seen, made = {}, {}
for algorithm, encryption in KINDS:
    name = f"{algorithm}, {encryption}"
    token = JWE(TEXT, alg=algorithm, enc=encryption).encrypt([key_from_jwk_dict(key_of(algorithm))])
    made[name] = {"token": token, "key": key_of(algorithm), "algorithm": algorithm}
    seen[name] = {reader: opens(read, token, algorithm, encryption) for reader, read in READERS.items()}
    header, key = {"alg": algorithm, "enc": encryption}, import_key(key_of(algorithm))
    other = jwe.encrypt_compact(header, TEXT, key, algorithms=[algorithm, encryption])
    seen[name]["cryptojwt, of joserfc"] = opens(READERS["cryptojwt"], other, algorithm, encryption)
pathlib.Path("made.json").write_text(json.dumps(made))
opened = json.loads(subprocess.run(["node", "open.mjs"], check=True, capture_output=True, text=True).stdout)
for name, readers in seen.items():
    readers["jose"] = opened[name] == TEXT
    shut = {reader for reader, is_open in readers.items() if not is_open}
    print(name, "| opened by", sorted(set(readers) - shut), "| not by", sorted(shut), "|", opened[name])
    assert shut == {
        "RSA-OAEP, A256GCM": {"joserfc", "jose"},
        "ECDH-ES+A128KW, A128CBC-HS256": {"jwcrypto", "joserfc", "jose", "cryptojwt, of joserfc"},
    }.get(name, set())
PY
venv/bin/python -W ignore finding.py
