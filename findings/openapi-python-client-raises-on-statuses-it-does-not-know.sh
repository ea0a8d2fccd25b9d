#!/usr/bin/env bash
# A guess: a generated client meets a status that it does not know, 520 of a proxy or 440 of an old server, as the first of its class (RFC
# 9110, section 15), and gives the body by the "default" response of the description.
# Instead: a client by openapi-python-client 0.29.1 raises ValueError, "520 is not a valid HTTPStatus", and the answer is lost. With 429, which
# stands in the description as little, it does what was expected. httpx, on which it stands, calls the same answer a server's error.
# Where: its template makes an HTTPStatus of each answer's status, and Python's enumeration knows the registered ones alone.
# For sign-in: an app that handles the errors of its sign-in server shows that of its own framework just when a proxy in front of it has
# trouble, and retries that look at the status do not begin. Catch ValueError around such calls, or give the generator another template.
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet openapi-python-client==0.29.1
cat > openapi.json <<'JSON'
{
  "openapi": "3.1.0",
  "info": { "title": "signin", "version": "1" },
  "paths": {
    "/login": {
      "post": {
        "operationId": "login",
        "responses": {
          "204": { "description": "Signed in" },
          "default": {
            "description": "Not signed in",
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
          }
        }
      }
    }
  },
  "components": { "schemas": { "Problem": { "type": "object", "properties": { "title": { "type": "string" } } } } }
}
JSON
venv/bin/openapi-python-client generate --path openapi.json --meta none --output-path made > made.log 2>&1 || { cat made.log; exit 1; }
cat > finding.py <<'PY'
import threading

import httpx
from local_server import Handler, listen
from made import Client
from made.api.default import login


class Endpoint(Handler):
    def do_POST(self):
        self.answer(b'{"title": "try again"}', status=status)


server = listen(Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = Client(base_url=f"http://127.0.0.1:{server.server_port}")
for status in (429, 520, 440):
    try:
        print(status, login.sync(client=client).title)
    except ValueError as raised:
        print(status, repr(raised))
    answer = httpx.post(f"http://127.0.0.1:{server.server_port}/login")
    assert (answer.is_server_error, answer.is_client_error) == (status == 520, status != 520)
PY
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 venv/bin/python finding.py | tee seen
diff seen - << 'SEEN'
429 try again
520 ValueError('520 is not a valid HTTPStatus')
440 ValueError('440 is not a valid HTTPStatus')
SEEN
