"""Connections to identity providers, set up as an administrator does: keys, certificates, metadata, and where they are published."""

import base64
import datetime
import http.server
import json
import threading
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from harness import unique

MAPPING = {"email": "NameID", "full_name": "displayName"}
WITH_GROUPS = MAPPING | {"groups": "groups"}
SSO_URL = "https://idp.example/sso"
PKCS1, PKCS8 = serialization.PrivateFormat.TraditionalOpenSSL, serialization.PrivateFormat.PKCS8


@lru_cache
def rsa_key(number: int = 0, bits: int = 2048):
    """One of some keys; making one takes a while."""
    return rsa.generate_private_key(65537, bits)


def private_key(key=None, form=PKCS1, password: bytes | None = None) -> str:
    """A private key in PEM."""
    hidden = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return (key or rsa_key()).private_bytes(serialization.Encoding.PEM, form, hidden).decode()


def certificate(name: str | None = None, key=None, days: int = 365) -> str:
    """A certificate in PEM; another one with each call."""
    key = key or rsa_key()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name or f"idp-{unique()}")])
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + datetime.timedelta(days))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def elliptic_key():
    return ec.generate_private_key(ec.SECP256R1())


def loaded(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def metadata(entity_id: str = "https://idp.example/metadata", certificates=(), sso_url: str = SSO_URL, binding: str = "HTTP-Redirect",
             valid_until: str | None = None) -> str:
    """The metadata of an identity provider."""
    strip = lambda pem: "".join(line for line in pem.splitlines() if "-----" not in line)  # noqa: E731
    keys = "".join(f'<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{strip(pem)}</ds:X509Certificate>'
                   "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>" for pem in certificates)
    until = f' validUntil="{valid_until}"' if valid_until else ""
    return (f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
            f'entityID="{entity_id}"{until}><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{keys}'
            f'<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:{binding}" Location="{sso_url}"/>'
            "</md:IDPSSODescriptor></md:EntityDescriptor>")


class Published:
    """A web server on this machine, with what is put there."""

    def __init__(self):
        self.answers: dict[str, tuple[int, dict, bytes]] = {}
        self.asked: list[str] = []
        published = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                published.asked.append(self.path)
                status, headers, body = published.answers.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def put(self, body: str, status: int = 200, path: str | None = None, **headers) -> str:
        """Publishes a text; its address."""
        path = path or f"/{unique()}"
        self.answers[path] = (status, headers, body.encode())
        return self.url + path

    def issuer(self, **changes) -> str:
        """Publishes the configuration of an OpenID Connect provider; its issuer."""
        issuer = f"{self.url}/{unique()}"
        document = {
            "issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo", "jwks_uri": f"{issuer}/keys", "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
        } | changes
        self.put(json.dumps({name: value for name, value in document.items() if value is not None}),
                 path=issuer.removeprefix(self.url) + "/.well-known/openid-configuration")
        return issuer

    def stop(self):
        self._server.shutdown()


def saml_connection(project, org: str, active: bool = True, **fields):
    """A SAML connection (the object)."""
    made = project.api.sso.saml.create_connection(org, display_name=f"SAML {unique()}").connection
    if active:
        fields = {"idp_entity_id": "https://idp.example/metadata", "idp_sso_url": SSO_URL, "attribute_mapping": MAPPING,
                  "x509_certificate": certificate()} | fields
    if fields:
        made = project.api.sso.saml.update_connection(org, made.connection_id, **fields).connection
    assert (made.status == "active") is active
    return made


def oidc_connection(project, org: str, active: bool = True, **fields):
    """A connection to an OpenID Connect provider (the object)."""
    made = project.api.sso.oidc.create_connection(org, display_name=f"OIDC {unique()}").connection
    if active:
        base = "https://idp.example"
        fields = {"issuer": base, "client_id": "client", "client_secret": "hush", "authorization_url": f"{base}/authorize",
                  "token_url": f"{base}/token", "userinfo_url": f"{base}/userinfo", "jwks_url": f"{base}/keys"} | fields
    if fields:
        made = project.api.sso.oidc.update_connection(org, made.connection_id, **fields).connection
    assert (made.status == "active") is active
    return made


def active(project, org: str) -> list[str]:
    """The connections that the organization shows as active."""
    return [known.connection_id for known in project.api.organizations.get(org).organization.sso_active_connections]


def base64_of(pem: str) -> str:
    """A certificate as portals show it: base64 without anything around it."""
    return base64.b64encode(loaded(pem).public_bytes(serialization.Encoding.DER)).decode()
