#!/usr/bin/env bash
# A guess: a WWW-Authenticate header with two challenges, as a resource that takes Bearer and DPoP tokens may send (RFC 9449),
# is read as two, or the second is dropped.
# Instead: Werkzeug 3.1.9 reads one Bearer challenge with a parameter called "DPoP algs", and of `Negotiate, Bearer realm="x"` a
# scheme called "negotiate," with the comma. The old package www-authenticate 0.9.2 reads both headers right.
# Where: WWWAuthenticate.from_header in werkzeug.datastructures.
# For sign-in: a client on Werkzeug's parser does not learn that DPoP is offered, and not that Bearer is, behind Negotiate. Send
# each challenge in a header line of its own, the commonest first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet werkzeug==3.1.9 www-authenticate==0.9.2
"$folder/env/bin/python" - <<'PY'
from importlib.metadata import version

import www_authenticate
from werkzeug.datastructures import WWWAuthenticate

print("werkzeug", version("werkzeug"), "www-authenticate", version("www-authenticate"))
both = 'Bearer realm="x", error="invalid_token", DPoP algs="ES256 RS256"'
read = WWWAuthenticate.from_header(both)
print(read.type, read.parameters)
assert read.type == "bearer" and read.parameters["DPoP algs"] == "ES256 RS256"
read = WWWAuthenticate.from_header('Negotiate, Bearer realm="x"')
print(read.type, read.parameters)
assert read.type == "negotiate," and read.parameters == {"Bearer realm": "x"}
print(dict(www_authenticate.parse(both)))
assert www_authenticate.parse(both)["dpop"]["algs"] == "ES256 RS256"
PY
