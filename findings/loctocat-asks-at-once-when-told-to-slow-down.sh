#!/usr/bin/env bash
# A guess: a device that logs in by RFC 8628 sends forms, names its client, waits five seconds where the server names no interval, and five
# seconds longer after "slow_down" (sections 3.1, 3.4, 3.2 and 3.5).
# Instead: loctocat 1.0.3 has all parameters in the query and no body; without "interval" it raises a KeyError; after "slow_down" it asks
# again at once, each time. requests-oauthlib-dags 0.1.0 waits longer, but leaves client_id out of the requests for the token.
# requests_oauth2client 1.8.0 does all four.
# Where: the handler of loctocat compares the interval with a longer one instead of setting it.
# For sign-in: a server that reads forms only, as the standard has them, says "invalid_request" to the one and finds no client for the
# other; one that says slow_down gets one request after another for it. As a server name an interval always; on the device attach a handler
# of slow_down of your own to loctocat, and give include_client_id=True to start_flow of the other.
set -euo pipefail
support=$(cd "$(dirname "$0")/support" && pwd)
folder=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
cat > server.py <<'PY'
import json
import time
from urllib.parse import parse_qs, urlsplit

from local_server import Handler, serve

LAST = {}


class Server(Handler):
    """/client/what/device and /client/what/token. At "slow" it says slow_down twice, and elsewhere gives a token at once."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        address = urlsplit(self.path)
        client, what, endpoint = address.path[1:].split("/")
        asked = LAST.setdefault((client, what), [])
        asked.append(time.monotonic())
        if what == "form" or endpoint == "token" and what == "slow":
            place = "form" if body else "query"
            named = "client_id" in parse_qs(body or address.query)
            since = "" if len(asked) < 3 else " after a while" if asked[-1] - asked[-2] > 1.5 else " at once"
            with open("log", "a") as log:
                print(client, "|", what, "|", endpoint, f"| {place}, {'with' if named else 'without'} client_id{since}", file=log)
        if endpoint == "device":
            said = {"device_code": "d", "user_code": "ABCD", "verification_uri": "https://example.org", "expires_in": 60}
            self.answer(json.dumps(said if what == "default" else {**said, "interval": 1}).encode())
        elif what == "slow" and len(asked) < 4:
            self.answer(b'{"error": "slow_down"}', status=400)
        else:
            self.answer(b'{"access_token": "opaque", "token_type": "Bearer", "expires_in": 3600}')


serve(Server)
PY
PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1 python3 server.py &
server=$!
until [[ -f port ]]; do sleep 0.1; done
export BASE="http://127.0.0.1:$(<port)" OAUTHLIB_INSECURE_TRANSPORT=1
python3 -m venv venv
venv/bin/pip install --quiet loctocat==1.0.3 requests-oauthlib-dags==0.1.0 requests-oauth2client==1.8.0 requests==2.34.2 aiohttp==3.13.5
cat > finding.py <<'PY'
import os

from loctocat import Authenticator
from requests_oauth2client import DeviceAuthorizationPollingJob, OAuth2Client
from requests_oauthlib_dags import DeviceAuthorizationGrantSession

QUIET = {"use_default_message": False, "use_default_spinner": False, "use_default_success_message": False}


def by_loctocat(base: str) -> str:
    return Authenticator("app", f"{base}/device", f"{base}/token").authenticate(**QUIET)


def by_dags(base: str) -> str:
    session = DeviceAuthorizationGrantSession("app", scope=["openid"])
    session.authorize = lambda **_: None
    return session.start_flow(f"{base}/device", f"{base}/token")["access_token"]


def by_requests_oauth2client(base: str) -> str:
    client = OAuth2Client(f"{base}/token", device_authorization_endpoint=f"{base}/device", client_id="app", testing=True)
    job, token = DeviceAuthorizationPollingJob(client, client.authorize_device()), None
    while token is None:
        token = job()
    return token.access_token


for name, log_in in (("loctocat", by_loctocat), ("dags", by_dags), ("requests_oauth2client", by_requests_oauth2client)):
    for what in ("form", "default", "slow"):
        try:
            seen = log_in(f"{os.environ['BASE']}/{name}/{what}")
        except KeyError as raised:
            seen = repr(raised)
        print(name, "|", what, "|", seen)
PY
venv/bin/python finding.py | tee seen
tee -a seen < log
diff seen - << 'SEEN'
loctocat | form | opaque
loctocat | default | KeyError('interval')
loctocat | slow | opaque
dags | form | opaque
dags | default | opaque
dags | slow | opaque
requests_oauth2client | form | opaque
requests_oauth2client | default | opaque
requests_oauth2client | slow | opaque
loctocat | form | device | query, with client_id
loctocat | form | token | query, with client_id
loctocat | slow | token | query, with client_id
loctocat | slow | token | query, with client_id at once
loctocat | slow | token | query, with client_id at once
dags | form | device | form, with client_id
dags | form | token | form, without client_id
dags | slow | token | form, without client_id
dags | slow | token | form, without client_id after a while
dags | slow | token | form, without client_id after a while
requests_oauth2client | form | device | form, with client_id
requests_oauth2client | form | token | form, with client_id
requests_oauth2client | slow | token | form, with client_id
requests_oauth2client | slow | token | form, with client_id after a while
requests_oauth2client | slow | token | form, with client_id after a while
SEEN
