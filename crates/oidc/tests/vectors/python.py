"""ID tokens made with PyJWT, for `crates/oidc/tests/foreign.rs`."""

import base64
import json

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

NOW = 1_800_000_000
ACCESS_TOKEN = "an-access-token"

RSA = rsa.generate_private_key(65537, 2048)
KEYS = {
    "RS256": RSA, "RS384": RSA, "RS512": RSA, "PS256": RSA, "PS384": RSA, "PS512": RSA,
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "ES512": ec.generate_private_key(ec.SECP521R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}


def left_half(algorithm, text):
    digest = algorithm.compute_hash_digest(text.encode())
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def main():
    algorithms = get_default_algorithms()
    keys, tokens = [], {}
    for name, key in KEYS.items():
        algorithm = algorithms[name]
        kid = f"key-of-{name}"
        keys.append(algorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "use": "sig"})
        claims = {
            "iss": "https://idp.example", "aud": ["client"], "sub": f"subject of {name}", "nonce": "nonce",
            "iat": NOW, "exp": NOW + 300, "email": "ada@example.com",
        }
        if name != "EdDSA":  # PyJWT does not say which hash goes with it.
            claims["at_hash"] = left_half(algorithm, ACCESS_TOKEN)
        tokens[name] = jwt.encode(claims, key, name, headers={"kid": kid})
    print(json.dumps({"made_by": f"PyJWT {jwt.__version__}", "keys": keys, "tokens": tokens}, indent=1))


main()
