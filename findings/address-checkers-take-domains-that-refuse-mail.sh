#!/usr/bin/env bash
# A guess: what looks an address's domain up in DNS says yes where mail can go. A domain that has an address and no MX record gets its
# mail there (RFC 5321, section 5.1); one whose only MX record is "0 ." says that it takes none (RFC 7505, section 3).
# Instead: four packages of npm have it the wrong way round in both: deep-email-validator 0.1.27, email-deep-validator 3.3.0,
# email-domain-validator 2.0.1 and @devmehq/email-validator-js 2.10.2 count MX records. legit 3.1.1 has both right.
# For sign-in: members of small domains are told at sign-up that their address is none. And gmial.example, whose owner has said that it
# takes no mail, as owners of such names do, passes: the login link bounces, and counts against the sender. Refuse an address for an MX
# record of "." or a domain that does not exist, and for nothing else that DNS says.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund --ignore-scripts deep-email-validator@0.1.27 email-deep-validator@3.3.0 \
  email-domain-validator@2.0.1 @devmehq/email-validator-js@2.10.2 legit@3.1.1
python3 -m venv venv
venv/bin/pip install --quiet dnslib==0.9.26
cat > names.py <<'PY'
import pathlib
import signal

from dnslib import MX, QTYPE, RCODE, RR, A
from dnslib.server import BaseResolver, DNSLogger, DNSServer

zone = {
    ("usual.example", "MX"): MX("mail.usual.example", 10),
    ("small.example", "A"): A("192.0.2.7"),
    ("gmial.example", "MX"): MX(".", 0),
    ("gmial.example", "A"): A("192.0.2.8"),
}


class Zone(BaseResolver):
    def resolve(self, request, handler):
        answer = request.reply()
        asked = (str(request.q.qname).rstrip("."), QTYPE[request.q.qtype])
        if asked in zone:
            answer.add_answer(RR(request.q.qname, request.q.qtype, rdata=zone[asked], ttl=60))
        elif all(name != asked[0] for name, _ in zone):
            answer.header.rcode = RCODE.NXDOMAIN
        return answer


server = DNSServer(Zone(), address="127.0.0.1", port=0, logger=DNSLogger("error"))
server.start_thread()
pathlib.Path("port.new").write_text(str(server.server.server_address[1]))
pathlib.Path("port.new").rename("port")
signal.pause()
PY
venv/bin/python names.py &
server=$!
for _ in {1..100}; do [ -e port ] && break || sleep 0.1; done
cat > finding.cjs <<'JS'
const dns = require("node:dns");
const { readFileSync } = require("node:fs");
const { verifyEmail } = require("@devmehq/email-validator-js");
const { validate } = require("deep-email-validator");
const DeepValidator = require("email-deep-validator");
const domainValidator = require("email-domain-validator");
const { default: legit } = require("legit");

dns.setServers([`127.0.0.1:${readFileSync("port")}`]);
const quick = { validateSMTP: false, validateTypo: false, validateDisposable: false };
const checkers = {
  legit: async (email) => (await legit(email)).isValid,
  "deep-email-validator": async (email) => (await validate({ email, ...quick })).valid,
  "email-deep-validator": async (email) => (await new DeepValidator({ verifyMailbox: false }).verify(email)).validDomain,
  "email-domain-validator": async (email) => (await domainValidator.validate(email)).isValidDomain,
  "@devmehq/email-validator-js": async (email) => (await verifyEmail({ emailAddress: email, verifyMx: true })).validMx,
};
(async () => {
  for (const domain of ["usual.example", "small.example", "gmial.example", "nobody.example"])
    for (const [name, check] of Object.entries(checkers)) console.log(`${domain} | ${name} | ${await check(`ann@${domain}`)}`);
  process.exit();
})();
JS
node finding.cjs | tee seen
diff seen - << 'SEEN'
usual.example | legit | true
usual.example | deep-email-validator | true
usual.example | email-deep-validator | true
usual.example | email-domain-validator | true
usual.example | @devmehq/email-validator-js | true
small.example | legit | true
small.example | deep-email-validator | false
small.example | email-deep-validator | false
small.example | email-domain-validator | false
small.example | @devmehq/email-validator-js | false
gmial.example | legit | false
gmial.example | deep-email-validator | true
gmial.example | email-deep-validator | true
gmial.example | email-domain-validator | true
gmial.example | @devmehq/email-validator-js | true
nobody.example | legit | false
nobody.example | deep-email-validator | false
nobody.example | email-deep-validator | false
nobody.example | email-domain-validator | false
nobody.example | @devmehq/email-validator-js | false
SEEN
