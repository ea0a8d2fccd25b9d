"""Identity providers for the tests: what they say, and how they sign it, is the test's to decide."""

import base64
import datetime
import http.server
import json
import secrets
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from functools import cache

import jwt
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from harness import query_of, unique

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
EMAIL_ADDRESS = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"


@dataclass(frozen=True)
class Key:
    """A private key with a certificate."""

    private: str
    certificate: str

    @staticmethod
    def new(name: str = "idp.example", bits: int = 2048) -> "Key":
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        certificate = builder.not_valid_after(now + datetime.timedelta(days=365)).sign(key, hashes.SHA256())
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
        return Key(private.decode(), certificate.public_bytes(pem).decode())


@cache
def usual_key() -> Key:
    """One for all who do not care: to make one takes a while."""
    return Key.new()


def instant(ahead: float = 0) -> str:
    return datetime.datetime.fromtimestamp(time.time() + ahead, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class SamlProvider:
    """A SAML identity provider without a page: it answers requests at once, as whoever the test says."""

    entity_id: str = field(default_factory=lambda: f"https://idp-{unique()}.example/metadata")
    sso_url: str = "https://idp.example/sso"
    key: Key = field(default_factory=usual_key)

    def settings(self, **others) -> dict:
        """What a connection to it is set to."""
        return {
            "idp_entity_id": self.entity_id, "idp_sso_url": self.sso_url, "x509_certificate": self.key.certificate,
            "attribute_mapping": {"email": "NameID", "first_name": "firstName", "last_name": "lastName"},
        } | others

    @staticmethod
    def request_in(url: str) -> etree._Element:
        """The AuthnRequest in the address that a browser was sent to."""
        import zlib

        return etree.fromstring(zlib.decompress(base64.b64decode(query_of(url)["SAMLRequest"]), -15))

    def response(self, *, acs_url: str, name_id: str, request_id: str | None = None, attributes: dict | None = None,
                 audience: str | None = None, recipient: str | None = None, sign: str = "assertion", ahead: float = 0,
                 minutes: float = 5, issuer: str | None = None, name_id_format: str = EMAIL_ADDRESS,
                 status: str = "Success", assertion_id: str | None = None, key: Key | None = None,
                 change=None) -> str:
        """A response in base64. `sign` names what is signed: assertion, response, both, nothing. `change` gets the tree before
        that."""
        assertion_id, response_id = assertion_id or f"_{secrets.token_hex(16)}", f"_{secrets.token_hex(16)}"
        issuer, audience, recipient = issuer or self.entity_id, audience or acs_url, recipient or acs_url
        answers = f' InResponseTo="{request_id}"' if request_id else ""
        now, end = instant(ahead), instant(ahead + minutes * 60)
        values = "".join(
            f'<saml:Attribute Name="{name}">' + "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in each) + "</saml:Attribute>"
            for name, each in (attributes or {}).items())
        statement = f"<saml:AttributeStatement>{values}</saml:AttributeStatement>" if values else ""
        tree = etree.fromstring(
            f'<samlp:Response xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="{response_id}" Version="2.0" IssueInstant="{now}"'
            f' Destination="{recipient}"{answers}><saml:Issuer>{issuer}</saml:Issuer>'
            f'<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}"/></samlp:Status>'
            f'<saml:Assertion ID="{assertion_id}" Version="2.0" IssueInstant="{now}"><saml:Issuer>{issuer}</saml:Issuer>'
            f'<saml:Subject><saml:NameID Format="{name_id_format}">{name_id}</saml:NameID>'
            f'<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            f'<saml:SubjectConfirmationData NotOnOrAfter="{end}" Recipient="{recipient}"{answers}/></saml:SubjectConfirmation></saml:Subject>'
            f'<saml:Conditions NotBefore="{now}" NotOnOrAfter="{end}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>'
            f'</saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{now}"><saml:AuthnContext>'
            f'<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef>'
            f'</saml:AuthnContext></saml:AuthnStatement>{statement}</saml:Assertion></samlp:Response>')
        if change:
            change(tree)
        if sign in ("assertion", "both"):
            self.sign(tree.find(f"{{{SAML}}}Assertion"), key or self.key)
        if sign in ("response", "both"):
            self.sign(tree, key or self.key)
        return base64.b64encode(etree.tostring(tree)).decode()

    @staticmethod
    def sign(node: etree._Element, key: Key):
        signature = xmlsec.template.create(node, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256)
        node.find(f"{{{SAML}}}Issuer").addnext(signature)
        reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri=f"#{node.get('ID')}")
        xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
        xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
        xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
        xmlsec.tree.add_ids(node, ["ID"])
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(key.private, xmlsec.KeyFormat.PEM)
        context.key.load_cert_from_memory(key.certificate, xmlsec.KeyFormat.PEM)
        context.sign(signature)


class OpenIdProvider:
    """An OpenID provider without a page: it answers at once, as whoever the test says. A context manager."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.key_id = unique()
        self.client_id, self.client_secret = "guildhall", secrets.token_urlsafe(16)
        # What the next login is about, and what differs from what is right.
        self.claims = {}
        self.userinfo = {}
        self.document = {}
        self.codes = {}
        self.asked = []
        # What is given with an access token, and what is answered to a refresh token: none is known.
        self.given = {}
        # What else it answers, by what the address begins with; the longest first.
        self.documents = {}
        self.refreshed = None

    def __enter__(self):
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self, value, status=200):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                provider.asked.append((self.path, dict(self.headers), ""))
                match self.path:
                    case "/.well-known/openid-configuration":
                        self.answer(provider.configuration())
                    case "/jwks":
                        self.answer(provider.jwks())
                    case "/userinfo":
                        self.answer(provider.userinfo)
                    case _:
                        self.answer(*(self.document() or ({"error": "not_found"}, 404)))

            def document(self) -> list:
                return [value for begin, value in provider.documents.items() if self.path.startswith(begin)][:1]

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                provider.asked.append((self.path, dict(self.headers), body))
                if found := self.document():
                    return self.answer(*found)
                asked = dict(urllib.parse.parse_qsl(body))
                if asked.get("grant_type") == "refresh_token" and provider.refreshed:
                    return self.answer(provider.refreshed)
                code = asked.get("code")
                if code not in provider.codes:
                    return self.answer({"error": "invalid_grant"}, 400)
                self.answer(provider.codes.pop(code))

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    @property
    def addresses(self) -> list[str]:
        """What `guildhall provider set` is given to find it."""
        return ["--issuer", self.issuer]

    def configuration(self) -> dict:
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo", "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
        } | self.document

    def jwks(self) -> dict:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": self.key_id, "use": "sig", "alg": "RS256"}]}

    def settings(self, **others) -> dict:
        """What a connection to it is set to."""
        return {"issuer": self.issuer, "client_id": self.client_id, "client_secret": self.client_secret} | others

    def log_in(self, url: str, subject: str = "subject", *, userinfo: dict | None = None, sign=None, **claims) -> dict:
        """Somebody logs in at the address that a browser was sent to: the parameters that it comes back with."""
        asked = query_of(url)
        now = int(time.time())
        token = {"iss": self.issuer, "sub": subject, "aud": self.client_id, "iat": now, "exp": now + 300, "nonce": asked.get("nonce")} | claims
        token = {name: value for name, value in token.items() if value is not None}
        self.userinfo = {"sub": subject} if userinfo is None else userinfo
        code = secrets.token_urlsafe(16)
        signed = sign(token) if sign else jwt.encode(token, self.key, "RS256", headers={"kid": self.key_id})
        self.codes[code] = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 300, "id_token": signed} | self.given
        return {"code": code, "state": asked["state"]}

    def credential(self, email: str, subject: str, /, *, key=None, **claims) -> str:
        """What Google's One Tap gives a page: an ID token that belongs to no login."""
        now = int(time.time())
        token = {"iss": self.issuer, "aud": self.client_id, "azp": self.client_id, "sub": subject, "iat": now, "nbf": now - 300,
                 "exp": now + 3600, "jti": unique(), "email": email, "email_verified": True, "hd": email.split("@")[1], "name": "Ada Lovelace"} | claims
        token = {name: value for name, value in token.items() if value is not None}
        return jwt.encode(token, key or self.key, "RS256", headers={"kid": self.key_id})
