#!/usr/bin/env bash
# A guess: EntitiesDescriptor may hold EntitiesDescriptor (SAML metadata, section 2.3.1), as federations use it to group members;
# a reader of metadata finds all entities at any depth.
# Instead: pysaml2 7.5.5 finds those of the first level alone, and says nothing about the others. python3-saml 1.16.0
# finds one within a group within a group.
# Where: the method parse of InMemoryMetaData walks over entity_descriptor and not over entities_descriptor.
# For sign-in: "unknown entity" for an identity provider that is in the file. Give single EntityDescriptors out, and walk the whole
# tree when reading.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet pysaml2==7.5.5 python3-saml==1.16.0 xmlsec==1.3.17 lxml==6.1.3
"$folder/env/bin/python" - <<'PY'
from importlib.metadata import version

from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser as Parser
from saml2.attribute_converter import ac_factory
from saml2.mdstore import InMemoryMetaData

def entity(host: str) -> str:
    return f"""<EntityDescriptor entityID="https://{host}"><IDPSSODescriptor
 protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><SingleSignOnService
 Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://{host}/sso"/></IDPSSODescriptor>
</EntityDescriptor>"""


def group(members: str) -> str:
    return f'<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">{members}</EntitiesDescriptor>'




def entities(document: str) -> list[str]:
    metadata = InMemoryMetaData(ac_factory(), document)
    metadata.parse(document)
    return list(metadata.entity)


outer, inner = entity("outer.example.com"), entity("inner.example.com")
flat, nested = entities(group(outer + inner)), entities(group(outer + group(inner)))
print("pysaml2", version("pysaml2"), "flat:", flat, "nested:", nested)
assert flat == ["https://outer.example.com", "https://inner.example.com"] and nested == ["https://outer.example.com"]
found = Parser.parse(group(group(inner)))["idp"]["entityId"]
print("python3-saml", version("python3-saml"), "nested:", found)
assert found == "https://inner.example.com"
PY
