#!/usr/bin/env bash
# A guess: a library that writes RFC 5424 says 14:30 for half past two in the afternoon (section 6.2.3), and marks UTF-8 with the three
# bytes EF BB BF in front of the message (section 6.4), or leaves the mark out.
# Instead: syslog-pro 1.0.0 writes 02:30, for its clock has twelve hours, and 12:30 for half past midnight. And with its settings as they
# come, each message begins with the letters B, O, M, which is how the RFC prints the three bytes. A reader has no way to see either:
# nsyslog-parser 0.10.1 gives 02:30 UTC and "BOMMember signed in".
# Where: the formats YYYY-MM-DDThh:mm:ss (hh is 01 to 12 in moment), and the setting utf8BOM.
# For sign-in: half of an audit trail is twelve hours early and lies between the events of the morning, where no rule about "at night" or
# "within five minutes" finds it; and what looks for a message by its first word finds none. Leave the timestamp to the collector.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund syslog-pro@1.0.0 nsyslog-parser@0.10.1
cat > finding.cjs <<'JS'
const parse = require("nsyslog-parser");
const { RFC5424 } = require("syslog-pro");

(async () => {
  for (const now of ["2026-11-30T00:30:00Z", "2026-11-30T09:30:00Z", "2026-11-30T14:30:00Z"]) {
    Date.now = () => Date.parse(now);
    const writer = new RFC5424({ hostname: "host", applacationName: "auth", timestamp: true, timestampUTC: true });
    const line = (await writer.buildMessage("Member signed in", { severity: 6 })).trim();
    const { ts, message } = parse(line);
    console.log(`${now} | ${line} | ${ts.toISOString()} ${message}`);
  }
})();
JS
node finding.cjs | tee seen
diff seen - << 'SEEN'
2026-11-30T00:30:00Z | <190>1 2026-11-30T12:30:00+00:00 host auth - - - BOMMember signed in | 2026-11-30T12:30:00.000Z BOMMember signed in
2026-11-30T09:30:00Z | <190>1 2026-11-30T09:30:00+00:00 host auth - - - BOMMember signed in | 2026-11-30T09:30:00.000Z BOMMember signed in
2026-11-30T14:30:00Z | <190>1 2026-11-30T02:30:00+00:00 host auth - - - BOMMember signed in | 2026-11-30T02:30:00.000Z BOMMember signed in
SEEN
