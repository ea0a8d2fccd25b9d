"""oidc-provider, a program for Node, and the people there."""

import json
import pathlib

import jwt
import node
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from harness import free_port, unique
from logins import Person


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def in_jwk(key, **others) -> dict:
    """With key_ops "sign" or "verify"; oidc-provider publishes its keys with the former."""
    algorithm = jwt.algorithms.RSAAlgorithm if isinstance(key, (rsa.RSAPrivateKey, rsa.RSAPublicKey)) else jwt.algorithms.ECAlgorithm
    return json.loads(algorithm.to_jwk(key)) | {"kid": unique(), "use": "sig"} | others


class Provider:
    def __init__(self, directory: pathlib.Path):
        self._directory, self._file = directory, directory / "settings.json"
        self.port = free_port()
        self._settings = {"port": self.port, "clients": [], "people": {}, "jwks": {"keys": [in_jwk(new_key())]}}
        self.issuer = f"http://127.0.0.1:{self.port}"
        self._start()

    def _start(self):
        self._write()
        self._program = node.start("oidc_provider.mjs", self.port, str(self._file), ready="/.well-known/openid-configuration",
                                   directory=self._directory)

    def _write(self):
        self._file.write_text(json.dumps(self._settings))

    def stop(self):
        self._program.stop()

    def rotate(self):
        """Has another key from now on, and does not know the one before."""
        self._program.stop()
        self._settings["jwks"] = {"keys": [in_jwk(new_key())]}
        self._start()

    def give_secret(self, client_id: str, secret: str):
        self._program.stop()
        [client] = [client for client in self._settings["clients"] if client["client_id"] == client_id]
        client["client_secret"] = secret
        self._start()

    def register(self, callback_url: str, **fields) -> dict:
        fields = {"redirect_uris": [callback_url], "grant_types": ["authorization_code"], "response_types": ["code"]} | fields
        answer = requests.post(f"{self.issuer}/reg", json=fields, timeout=60)
        assert answer.status_code == 201, answer.text
        made = {name: value for name, value in answer.json().items() if not name.startswith("registration_")}
        self._settings["clients"].append(made)
        return made

    def has(self, name: str, **claims):
        """Somebody who can log in, with any password."""
        self._settings["people"][name] = {"email_verified": True, "name": "Ada Lovelace"} | claims
        self._write()

    def log_in(self, person: Person, url: str, name: str):
        """The answer with which it sends somebody back, who has given their name and agreed."""
        page = person.go(url)
        while not page.is_redirect:
            page = person.send(page, login=name, password="secret") if "password" in page.text else person.send(page)
        return page
