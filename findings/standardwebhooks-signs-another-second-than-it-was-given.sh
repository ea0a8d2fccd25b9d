#!/usr/bin/env bash
# A guess: Webhook.sign(id, moment, body) of one moment makes one signature, in whatever time zone the datetime is, and the header
# webhook-timestamp beside it is what datetime.timestamp() says: whole seconds since 1970 (Standard Webhooks, "Webhook headers").
# Instead: standardwebhooks 1.1.0 and svix 2.9.1 for Python take the digits of the clock for UTC. 09:00 in Berlin is signed as 09:00 in
# UTC, an hour later, and no receiver finds a matching signature. So is datetime.now() without a zone, on a server whose zone is not UTC.
# standardwebhooks 1.1.1 for Node verifies what was signed in UTC.
# Where: sign replaces tzinfo instead of converting.
# For sign-in: webhooks that are sent rightly from containers and fail on a developer's machine, or the other way round. As a sender give
# datetime.now(timezone.utc); as a receiver, where the header is right and the signature is not, ask the sender for its time zone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet standardwebhooks==1.1.0 svix==2.9.1 tzdata==2026.6
npm install --prefix . --silent --no-audit --no-fund standardwebhooks@1.1.1
cat > sign.py <<'PY'
import datetime
import json
import zoneinfo

import standardwebhooks
import svix

secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", '{"type":"member.created"}'
utc = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
moments = {"UTC": utc, "Berlin": utc.astimezone(zoneinfo.ZoneInfo("Europe/Berlin"))}
assert moments["UTC"] == moments["Berlin"]
print(json.dumps([
    [f"{library.__name__}, {zone}", {"webhook-id": "msg_1", "webhook-timestamp": str(int(moment.timestamp())),
                                     "webhook-signature": library.Webhook(secret).sign("msg_1", moment, body)}]
    for library in (standardwebhooks, svix) for zone, moment in moments.items()
]))
PY
venv/bin/python sign.py > signed.json
cat > verify.cjs <<'JS'
const { Webhook } = require("standardwebhooks");
const receiver = new Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
for (const [name, headers] of require("./signed.json"))
  try {
    console.log(`${name}: ${receiver.verify('{"type":"member.created"}', headers).type}`);
  } catch (error) {
    console.log(`${name}: ${error.message}`);
  }
JS
node verify.cjs | tee seen
diff seen - << 'SEEN'
standardwebhooks, UTC: member.created
standardwebhooks, Berlin: No matching signature found
svix, UTC: member.created
svix, Berlin: No matching signature found
SEEN
