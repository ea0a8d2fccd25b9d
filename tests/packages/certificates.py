"""Certificates for the tests, as an authority of their own issues them."""

import datetime
import ipaddress
import pathlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class Pair:
    certificate: bytes
    key: bytes
    serial: int

    def write(self, certificate: pathlib.Path, key: pathlib.Path):
        certificate.write_bytes(self.certificate)
        key.write_bytes(self.key)
        key.chmod(0o600)


class Authority:
    def __init__(self, file: pathlib.Path):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name.from_rfc4514_string("CN=Authority of the tests")
        certificate = self._signed(self._name, self._key.public_key(), datetime.timedelta(days=9), is_authority=True)
        self.file = file
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def _signed(self, name, key, life, names=(), is_authority=False, begun=datetime.timedelta(hours=1)):
        now = datetime.datetime.now(datetime.timezone.utc)
        built = (x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key)
                 .serial_number(x509.random_serial_number()).not_valid_before(now - begun).not_valid_after(now + life)
                 .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True))
        if names:
            built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return built.sign(self._key, hashes.SHA256())

    def pair(self, name: str = "localhost", life=datetime.timedelta(days=90), begun=datetime.timedelta(hours=1)) -> Pair:
        """A certificate for a name, and for this machine."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        certificate = self._signed(x509.Name.from_rfc4514_string(f"CN={name}"), key.public_key(), life, names, begun=begun)
        text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return Pair(certificate.public_bytes(serialization.Encoding.PEM), text, certificate.serial_number)
