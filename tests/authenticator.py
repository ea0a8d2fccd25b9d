"""An authenticator of WebAuthn, and the browser around it: makes and uses passkeys as `navigator.credentials` does, with each wish for
what is wrong with them."""

import base64
import hashlib
import json
import secrets

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

PRESENT, VERIFIED, MADE = 0x01, 0x04, 0x40


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    return bytes([kind << 5 | 24, number]) if number < 256 else bytes([kind << 5 | 25]) + number.to_bytes(2, "big")


def cbor(value) -> bytes:
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    return _head(5, len(value)) + b"".join(cbor(key) + cbor(content) for key, content in value.items())


def _number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


class Key:
    """A key of one of the kinds that authenticators have."""

    def __init__(self, algorithm: int = -7):
        self.algorithm = algorithm
        if algorithm == -7:
            self.private = ec.generate_private_key(ec.SECP256R1())
        elif algorithm == -8:
            self.private = ed25519.Ed25519PrivateKey.generate()
        else:
            self.private = rsa.generate_private_key(65537, 2048)

    def cose(self) -> bytes:
        public = self.private.public_key()
        if self.algorithm == -8:
            raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            return cbor({1: 1, 3: -8, -1: 6, -2: raw})
        numbers = public.public_numbers()
        if self.algorithm == -7:
            return cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        return cbor({1: 3, 3: -257, -1: _number(numbers.n), -2: _number(numbers.e)})

    def sign(self, message: bytes) -> bytes:
        if self.algorithm == -7:
            return self.private.sign(message, ec.ECDSA(hashes.SHA256()))
        if self.algorithm == -8:
            return self.private.sign(message)
        return self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())


class Authenticator:
    """One passkey, once it is made. What is given by name goes in the place of what would be right."""

    def __init__(self, origin: str, algorithm: int = -7, counts: bool = True, remembers: bool = True, flags: int = PRESENT | VERIFIED):
        self.origin, self.key, self.id = origin, Key(algorithm), secrets.token_bytes(16)
        self.count, self.counts, self.remembers, self.flags = 0, counts, remembers, flags
        self.domain, self.handle = None, None

    def _data(self, domain: str, flags: int, rest: bytes = b"") -> bytes:
        self.count += self.counts
        return hashlib.sha256(domain.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big") + rest

    def _client(self, call: str, challenge: str, origin: str | None) -> bytes:
        said = {"type": f"webauthn.{call}", "challenge": challenge, "origin": origin or self.origin, "crossOrigin": False}
        return json.dumps(said, separators=(",", ":")).encode()

    def create(self, options, *, origin=None, domain=None, flags=None, challenge=None) -> dict:
        """What `create()` gives, as JSON."""
        assert {"type": "public-key", "alg": self.key.algorithm} in options["pubKeyCredParams"]
        self.domain, self.handle = options["rp"]["id"], options["user"]["id"]
        client = self._client("create", challenge or options["challenge"], origin)
        made = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + self.key.cose()
        data = self._data(domain or self.domain, (self.flags if flags is None else flags) | MADE, made)
        response = {
            "clientDataJSON": encode(client), "attestationObject": encode(cbor({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal", "hybrid"],
        }
        return self._credential(response)

    def get(self, options, *, origin=None, domain=None, flags=None, challenge=None, key=None, handle=None) -> dict:
        """What `get()` gives, as JSON."""
        allowed = [known["id"] for known in options["allowCredentials"]]
        assert (encode(self.id) in allowed) if allowed else self.remembers, "the browser would find no passkey"
        client = self._client("get", challenge or options["challenge"], origin)
        data = self._data(domain or options["rpId"], self.flags if flags is None else flags)
        signature = (key or self.key).sign(data + hashlib.sha256(client).digest())
        remembered = handle or (self.handle if self.remembers else None)
        response = {"clientDataJSON": encode(client), "authenticatorData": encode(data), "signature": encode(signature), "userHandle": remembered}
        return self._credential(response)

    def _credential(self, response: dict) -> dict:
        own = encode(self.id)
        return {"id": own, "rawId": own, "type": "public-key", "response": response, "clientExtensionResults": {}, "authenticatorAttachment": "platform"}
