#!/usr/bin/env bash
# A guess: what reads "1h 30m" reads "1h30m", or says that it does not; "1,5h" is an hour and a half or an error.
# Instead: to-time 1.0.2 gives 90 minutes for the first and one minute for the second; "1d12h" is one hour, "7d12h" seven. Of each word it
# takes the first number and the last unit. A comma is no point to six others: "1,5h" is 15 hours to parse-duration 2.1.9, timestring
# 7.0.0 and @sapphire/duration 1.2.0 (and to to-time), 5 hours to duration-js 4.0.0, @icholy/duration 5.1.0 and expiry-js 0.1.7. ms 2.1.3
# has no number for any of the three, and @arcjet/duration 1.5.0 raises on the comma.
# For sign-in: a setting "sessions end after 1d12h" logs everybody out after an hour, and an administrator whose keyboard has a decimal
# comma gets ten times what was meant, or the part behind the comma. Take numbers of one unit; where you read words, show the moment at
# which the session will end before it is saved.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund to-time@1.0.2 parse-duration@2.1.9 timestring@7.0.0 @sapphire/duration@1.2.0 \
  duration-js@4.0.0 @icholy/duration@5.1.0 expiry-js@0.1.7 ms@2.1.3 @arcjet/duration@1.5.0
cat > finding.mjs <<'JS'
import { parse } from "@arcjet/duration";
import icholy from "@icholy/duration";
import { Duration } from "@sapphire/duration";
import durationJs from "duration-js";
import expiry from "expiry-js";
import ms from "ms";
import parseDuration from "parse-duration";
import timestring from "timestring";
import toTime from "to-time";

const readers = {
  "to-time": (text) => toTime(text).ms(),
  "parse-duration": (text) => parseDuration(text),
  timestring: (text) => timestring(text, "ms"),
  "@sapphire/duration": (text) => new Duration(text).offset,
  "duration-js": (text) => durationJs.parse(text).milliseconds(),
  "@icholy/duration": (text) => new icholy.Duration(text).milliseconds(),
  "expiry-js": (text) => expiry(text).asMilliseconds(),
  "@arcjet/duration": (text) => parse(text) * 1000,
  ms: (text) => ms(text),
};
for (const text of ["1h 30m", "1h30m", "1d12h", "7d12h", "1,5h"]) {
  for (const [name, read] of Object.entries(readers)) {
    let seen;
    try {
      const milliseconds = read(text);
      seen = milliseconds === undefined ? "nothing" : `${milliseconds / 60000} minutes`;
    } catch (error) {
      seen = "raises";
    }
    console.log(`${text} | ${name} | ${seen}`);
  }
}
JS
node finding.mjs | tee seen
diff <(grep -v -e '^1h.*| 90 minutes$' -e '^1d12h.*| 2160 minutes$' -e '^7d12h.*| 10800 minutes$' seen) - << 'SEEN'
1h 30m | @arcjet/duration | raises
1h 30m | ms | nothing
1h30m | to-time | 1 minutes
1h30m | ms | nothing
1d12h | to-time | 60 minutes
1d12h | expiry-js | raises
1d12h | ms | nothing
7d12h | to-time | 420 minutes
7d12h | expiry-js | raises
7d12h | ms | nothing
1,5h | to-time | 900 minutes
1,5h | parse-duration | 900 minutes
1,5h | timestring | 900 minutes
1,5h | @sapphire/duration | 900 minutes
1,5h | duration-js | 300 minutes
1,5h | @icholy/duration | 300 minutes
1,5h | expiry-js | 300 minutes
1,5h | @arcjet/duration | raises
1,5h | ms | nothing
SEEN
