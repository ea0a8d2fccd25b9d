#!/usr/bin/env bash
# A guess: a response that carries the certificate of its authority beside its own verifies, whichever comes first. XML Signature 1.1,
# section 4.5.4, says that no order is implied, and the certificate that counts is the one that was configured anyway.
# Instead: with the authority's first, gosaml2 0.12.0 and crewjam/saml 0.6.3 say "Could not verify certificate against trusted certs", and
# samlify 2.13.1 that it is not the certificate of the metadata. @node-saml/node-saml 5.1.0 and python3-saml 1.16.0 let the member in.
# Where: goxmldsig 1.6.1, under the two in Go, looks at X509Certificates[0], samlify at certificateNode[0].
# For sign-in: xmlsec1 1.2.37, as Debian has it, signs with a PFX file so: the authority first. The administrator finds the very certificate
# in the message, and it is "unmatched". As an identity provider send one certificate or none; as a service provider ignore them. (Go)
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet python3-saml==1.16.0 xmlsec==1.3.17 lxml==6.1.3 cryptography==50.0.2
npm install --prefix . --silent --no-audit --no-fund @node-saml/node-saml@5.1.0 samlify@2.13.1
cat > make.py <<'PY'
import datetime
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from signed_response import NOW, response


def issue(name: str, key: rsa.RSAPrivateKey, issuer: str, issuer_key: rsa.RSAPrivateKey) -> str:
    subject, by = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in (name, issuer))
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(by).public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(NOW - day).not_valid_after(NOW + day)
    builder = builder.add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


authority_key, own_key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
authority = issue("Example CA", authority_key, "Example CA", authority_key)
certificate = issue("idp.example.com", own_key, "Example CA", authority_key)
pkcs8 = serialization.PrivateFormat.PKCS8
key = own_key.private_bytes(serialization.Encoding.PEM, pkcs8, serialization.NoEncryption()).decode()
groups = '<saml:Attribute Name="groups"><saml:AttributeValue>staff</saml:AttributeValue></saml:Attribute>'
xml = response(groups, key, certificate)
before, own, after = xml.partition("<ds:X509Certificate>")
# KeyInfo is not signed, so what is added there leaves the signature as it is.
other = f"<ds:X509Certificate>{''.join(authority.strip().splitlines()[1:-1])}</ds:X509Certificate>"
if sys.argv[1] == "first":
    xml = before + other + own + after
else:
    xml = xml.replace("</ds:X509Certificate>", "</ds:X509Certificate>" + other)
pathlib.Path("response.xml").write_text(xml)
pathlib.Path("certificate.pem").write_text(certificate)
PY
cat > go.mod <<'MOD'
module finding

go 1.25

require (
	github.com/crewjam/saml v0.6.3
	github.com/russellhaering/gosaml2 v0.12.0
	github.com/russellhaering/goxmldsig v1.6.1
)
MOD
cat > main.go <<'GO'
package main

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/crewjam/saml"
	saml2 "github.com/russellhaering/gosaml2"
	dsig "github.com/russellhaering/goxmldsig"
)

const idp, sp = "https://idp.example.com/metadata", "https://sp.example.com/metadata"

func main() {
	response, _ := os.ReadFile("response.xml")
	text, _ := os.ReadFile("certificate.pem")
	block, _ := pem.Decode(text)
	certificate, _ := x509.ParseCertificate(block.Bytes)
	acs, _ := url.Parse("https://sp.example.com/acs")

	store := &dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{certificate}}
	gosaml2 := saml2.SAMLServiceProvider{IdentityProviderIssuer: idp, AssertionConsumerServiceURL: acs.String(), AudienceURI: sp,
		IDPCertificateStore: store}
	_, err := gosaml2.RetrieveAssertionInfo(base64.StdEncoding.EncodeToString(response))
	fmt.Println("gosaml2:", err)

	key := saml.KeyDescriptor{Use: "signing", KeyInfo: saml.KeyInfo{X509Data: saml.X509Data{
		X509Certificates: []saml.X509Certificate{{Data: base64.StdEncoding.EncodeToString(block.Bytes)}}}}}
	keys := saml.RoleDescriptor{KeyDescriptors: []saml.KeyDescriptor{key}}
	role := saml.IDPSSODescriptor{SSODescriptor: saml.SSODescriptor{RoleDescriptor: keys}}
	crewjam := saml.ServiceProvider{EntityID: sp, AcsURL: *acs, AllowIDPInitiated: true,
		IDPMetadata: &saml.EntityDescriptor{EntityID: idp, IDPSSODescriptors: []saml.IDPSSODescriptor{role}}}
	_, err = crewjam.ParseXMLResponse(response, nil, *acs)
	var refused *saml.InvalidResponseError
	if errors.As(err, &refused) {
		err = refused.PrivateErr
	}
	fmt.Println("crewjam/saml:", err)
}
GO
export GOPATH="$folder/go" GOFLAGS="-mod=mod -modcacherw"
go build -o by-go .
for place in second first; do
  PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 env/bin/python make.py "$place"
  echo "the authority's certificate is the $place"
  { ./by-go; env/bin/python "$support/read_with_python3_saml.py" .; node "$support/read_with_node.mjs" 2> /dev/null; } | tee "$place"
done
refusal="Could not verify certificate against trusted certs"
diff second - <<'TXT'
gosaml2: <nil>
crewjam/saml: <nil>
{"attributes": {"groups": ["staff"]}}
{"node-saml":{"groups":"staff"},"samlify":{"groups":"staff"}}
TXT
diff first - <<TXT
gosaml2: error validating response: $refusal
crewjam/saml: cannot validate signature on Assertion: $refusal
{"attributes": {"groups": ["staff"]}}
{"node-saml":{"groups":"staff"},"samlify":"error: ERROR_UNMATCH_CERTIFICATE_DECLARATION_IN_METADATA"}
TXT
