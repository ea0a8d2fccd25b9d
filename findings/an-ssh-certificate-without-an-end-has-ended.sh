#!/usr/bin/env bash
# A guess: who reads an SSH certificate that never ends takes it for one that has not ended. ssh-keygen makes it so when no -V is given, and
# says "Valid: forever"; within, the end is the largest number of 64 bits (OpenSSH's PROTOCOL.certkeys, "valid before").
# Instead: sshpk 1.18.0 reads an Invalid Date, and isExpired() is true from the first second on. sshkey-tools 0.12.2 cannot read the
# certificate: OverflowError. cryptography, on which that stands, hands out the number. With -V +52w all three read it.
# Where: sshpk makes a JavaScript date of the number, beyond the last there is; sshkey-tools a datetime.
# For sign-in: certificates in place of keys are how people come from single sign-on to a server. What lists them or renews them says
# "expired" of those of hosts and machines, which often have no end, makes new ones at every run, or stops at the first. Give every
# certificate an end, also a far one; as a reader look for the largest number first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
ssh-keygen -q -t ed25519 -N '' -C authority -f authority
for name in forever year; do ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$name"; done
ssh-keygen -q -s authority -I ada@example.com -n ada forever.pub
ssh-keygen -q -s authority -I ada@example.com -n ada -V +52w year.pub
ssh-keygen -L -f forever-cert.pub | grep Valid
npm install --prefix . --silent --no-audit --no-fund sshpk@1.18.0
cat > finding.cjs <<'JS'
const { readFileSync } = require("node:fs");
const sshpk = require("sshpk");

for (const name of ["forever", "year"]) {
  const certificate = sshpk.parseCertificate(readFileSync(`${name}-cert.pub`), "openssh");
  console.log(`${name} | sshpk | expired: ${certificate.isExpired()}, valid date: ${!Number.isNaN(+certificate.validUntil)}`);
}
JS
node finding.cjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet sshkey-tools==0.12.2
cat > finding.py <<'PY'
import pathlib
import time

from cryptography.hazmat.primitives.serialization import load_ssh_public_identity
from sshkey_tools.cert import SSHCertificate


def by_sshkey_tools(path: pathlib.Path) -> str:
    return f"expired: {SSHCertificate.from_file(path).fields.valid_before.value.timestamp() < time.time()}"


def by_cryptography(path: pathlib.Path) -> str:
    return f"expired: {load_ssh_public_identity(path.read_bytes()).valid_before < time.time()}"


for name in ("forever", "year"):
    for reader, read in (("sshkey-tools", by_sshkey_tools), ("cryptography", by_cryptography)):
        try:
            seen = read(pathlib.Path(f"{name}-cert.pub"))
        except OverflowError:
            seen = "OverflowError"
        print(name, "|", reader, "|", seen)
PY
venv/bin/python finding.py | tee -a seen
diff seen - << 'SEEN'
forever | sshpk | expired: true, valid date: false
year | sshpk | expired: false, valid date: true
forever | sshkey-tools | OverflowError
forever | cryptography | expired: False
year | sshkey-tools | expired: False
year | cryptography | expired: False
SEEN
