#!/usr/bin/env bash
# A guess: who reads a certificate gives the names in it as they were written, in either of the two kinds of text that hold more than ASCII:
# UTF8String, which new ones use, and BMPString, which older authorities wrote and may go on with (RFC 5280, section 4.1.2.4).
# Instead: of a UTF8String node-forge 1.4.3 and x509.js 1.0.0 give each byte as a character: "Åucja" for "Łucja". Of a BMPString jsrsasign
# 11.1.5 makes "Ɂucja", and of "Иван" nothing; x509.js gives half of each character or nothing, and @fidm/x509 1.2.1 a Buffer where it
# gives a text otherwise. Node 20's own X509Certificate reads all names right.
# Where: jsrsasign shifts the high byte of U+0100 to U+07FF one place too far (ucs2hextoutf8); the others know one kind of text.
# For sign-in: cards and devices that log in with a certificate are matched by its subject (RFC 8705, section 2.1.2), and nobody with such
# a name is found, or a member is made with the wrong one; a page about an identity provider's certificate shows it so. Compare the DER of
# the name, or read it by Node itself; of node-forge decode the value again as UTF-8.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for kind in UTF8String:0x2000 BMPString:0x800; do
  for name in Lucia Łucja Иван; do
    printf '[req]\nprompt=no\ndistinguished_name=name\nutf8=yes\nstring_mask=MASK:%s\n[name]\nCN=%s\n' "${kind#*:}" "$name" > request.cnf
    openssl req -x509 -newkey rsa:2048 -nodes -config request.cnf -keyout key.pem -out "${kind%:*}-$name.pem" 2> /dev/null
  done
done
npm install --prefix . --silent --no-audit --no-fund @fidm/x509@1.2.1 jsrsasign@11.1.5 node-forge@1.4.3 x509.js@1.0.0
cat > finding.cjs <<'JS'
const { X509Certificate } = require("node:crypto");
const { readFileSync } = require("node:fs");
const fidm = require("@fidm/x509");
const { X509 } = require("jsrsasign");
const { pki } = require("node-forge");
const x509js = require("x509.js");

const readers = {
  node: (pem) => new X509Certificate(pem).subject.replace("CN=", ""),
  forge: (pem) => pki.certificateFromPem(pem).subject.getField("CN").value,
  "x509.js": (pem) => x509js.parseCert(pem).subject.commonName,
  jsrsasign: (pem) => new X509(pem).getSubjectString().replace("/CN=", ""),
  fidm: (pem) => fidm.Certificate.fromPEM(pem).subject.commonName,
};
for (const kind of ["UTF8String", "BMPString"]) {
  for (const name of ["Lucia", "Łucja", "Иван"]) {
    for (const [reader, read] of Object.entries(readers)) {
      const seen = read(readFileSync(`${kind}-${name}.pem`, "utf8"));
      console.log(`${kind} | ${name} | ${reader} | ${seen === name ? "right" : JSON.stringify(seen)}`);
    }
  }
}
JS
node finding.cjs | tee seen
diff <(grep -v '| right$' seen | cut -d '|' -f 1-3 | LC_ALL=C sort) - << 'SEEN'
BMPString | Lucia | fidm 
BMPString | Lucia | x509.js 
BMPString | Łucja | fidm 
BMPString | Łucja | jsrsasign 
BMPString | Łucja | x509.js 
BMPString | Иван | fidm 
BMPString | Иван | jsrsasign 
BMPString | Иван | x509.js 
UTF8String | Łucja | forge 
UTF8String | Łucja | x509.js 
UTF8String | Иван | forge 
UTF8String | Иван | x509.js 
SEEN
