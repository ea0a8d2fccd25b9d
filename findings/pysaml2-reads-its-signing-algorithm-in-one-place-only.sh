#!/usr/bin/env bash
# A guess: signing_algorithm and digest_algorithm at the top of a configuration of pysaml2, beside key_file, say what its responses
# are signed with; they are among the arguments that are common to all services.
# Instead: pysaml2 7.5.5 keeps them, says nothing, and signs responses with RSA-SHA1 and SHA-1, its default. Only inside of
# service → idp they count there. Its metadata is the other way round: that is signed as the top says.
# Where: Entity asks config.getattr, which looks for _idp_signing_algorithm alone; metadata.py reads config.signing_algorithm.
# For sign-in: an identity provider of pysaml2 whose configuration says SHA-256 may send SHA-1, which service providers refuse. Say
# both in both places; and as a service provider name the algorithm that was seen, so that its administrator believes it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v xmlsec1 >/dev/null || { echo "this needs xmlsec1" >&2; exit 2; }
python3 -m venv env
env/bin/pip install --quiet pysaml2==7.5.5
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 2 -subj /CN=idp.example 2>/dev/null
cat > sp.xml <<'XML'
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sp.example">
 <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
  <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sp.example/acs" index="0"/>
 </SPSSODescriptor>
</EntityDescriptor>
XML
env/bin/python -W ignore - <<'PY'
import copy
import re
import shutil
from importlib.metadata import version

from saml2.authn_context import PASSWORD
from saml2.config import IdPConfig
from saml2.metadata import create_metadata_string
from saml2.saml import NAMEID_FORMAT_EMAILADDRESS, NameID
from saml2.server import Server

SHA256 = {"signing_algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256"}
ENDPOINT = [("https://idp.example/sso", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect")]
BASE = {
    "entityid": "https://idp.example", "xmlsec_binary": shutil.which("xmlsec1"), "key_file": "key.pem", "cert_file": "certificate.pem",
    "metadata": {"local": ["sp.xml"]}, "service": {"idp": {"endpoints": {"single_sign_on_service": ENDPOINT}}},
}


def signed_with(xml: str) -> list[str]:
    # Of the signature; further down metadata lists which digests it takes.
    return [name.rpartition("#")[2] for name in re.findall(r'(?:SignatureMethod|DigestMethod) Algorithm="([^"]+)"', xml)][:2]


def seen(place: str) -> tuple[list[str], list[str]]:
    """What a response and the metadata are signed with."""
    settings = copy.deepcopy(BASE)
    (settings if place == "top" else settings["service"]["idp"]).update(SHA256)
    config = IdPConfig().load(settings)
    name = NameID(format=NAMEID_FORMAT_EMAILADDRESS, text="ada@corp.example")
    response = Server(config=config).create_authn_response(
        identity={}, userid="ada", name_id=name, in_response_to="_1", destination="https://sp.example/acs", sp_entity_id="https://sp.example",
        authn={"class_ref": PASSWORD}, sign_assertion=True)
    metadata = create_metadata_string(None, config=config, sign=True)
    return signed_with(str(response)), signed_with(str(metadata))


found = {place: seen(place) for place in ("top", "service")}
for place, (response, metadata) in found.items():
    print(f"pysaml2 {version('pysaml2')}: said in {place}, a response has {response}, metadata {metadata}")
sha1, sha256 = ["rsa-sha1", "sha1"], ["rsa-sha256", "sha256"]
assert found == {"top": (sha1, sha256), "service": (sha256, sha1)}
PY
