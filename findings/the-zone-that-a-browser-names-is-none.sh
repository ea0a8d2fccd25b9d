#!/usr/bin/env bash
# A guess: a time zone that Intl gives in a browser or in Node is a name that libraries know: names of IANA stay valid, the old ones too.
# Instead: for Asia/Kolkata Node 20 says Asia/Calcutta, and timezone-validator 1.0.3 says that this is none; nor are UTC, US/Eastern and
# Europe/Kyiv. timezone-enum 1.0.4 and windows-iana 5.1.0 do not know Europe/Kyiv either, nor America/Ciudad_Juarez, which timezone-support
# 3.1.0 has not. timezone-soft 1.5.2 makes Africa/Abidjan of UTC and Europe/Busingen of Europe/Berlin, and spacetime 7.15.0 puts EST5EDT
# ten hours off, at +5. moment-timezone 0.6.6, @js-joda/timezone 2.25.2 and countries-and-timezones 3.10.0 know all seven.
# For sign-in: SCIM's timezone (RFC 7643, section 4.1.1) and zoneinfo of OpenID Connect come from such names. A member in India cannot save
# a profile that the browser filled in, one in Kyiv is refused by a directory's run, and mail tells the hour of a login in another zone.
# Keep the name as it came, ask Intl.DateTimeFormat or the system's own zones whether there is one, and take no list of a package.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund timezone-validator@1.0.3 timezone-enum@1.0.4 windows-iana@5.1.0 timezone-soft@1.5.2 \
  timezone-support@3.1.0 spacetime@7.15.0 moment-timezone@0.6.6 @js-joda/core@6.3.2 @js-joda/timezone@2.25.2 countries-and-timezones@3.10.0
cat > finding.mjs <<'JS'
import { ZoneId } from "@js-joda/core";
import "@js-joda/timezone";
import countries from "countries-and-timezones";
import moment from "moment-timezone";
import spacetime from "spacetime";
import enumeration from "timezone-enum";
import soft from "timezone-soft";
import { findTimeZone } from "timezone-support";
import isZone from "timezone-validator";
import windows from "windows-iana";

const known = (value) => (value ? "known" : "unknown");
const readers = {
  "moment-timezone": (name) => known(moment.tz.zone(name)),
  "@js-joda/timezone": (name) => known(ZoneId.of(name)),
  "countries-and-timezones": (name) => known(countries.getTimezone(name)),
  Intl: (name) => known(new Intl.DateTimeFormat("en", { timeZone: name })),
  "timezone-validator": (name) => known(isZone(name)),
  "timezone-enum": (name) => known(Object.values(enumeration.default ?? enumeration).includes(name)),
  "windows-iana": (name) => known(windows.findWindows(name)[0]),
  "timezone-support": (name) => known(findTimeZone(name)),
  "timezone-soft": (name) => soft(name)[0]?.iana ?? "unknown",
  spacetime: (name) => `${spacetime(1764500000000, name).offset() / 60} hours`,
};
console.log("Node says", new Intl.DateTimeFormat("en", { timeZone: "Asia/Kolkata" }).resolvedOptions().timeZone);
for (const name of ["Europe/Berlin", "Asia/Calcutta", "UTC", "US/Eastern", "Europe/Kyiv", "America/Ciudad_Juarez", "EST5EDT"]) {
  for (const [reader, read] of Object.entries(readers)) {
    let seen;
    try {
      seen = read(name);
    } catch {
      seen = "unknown";
    }
    console.log(`${name} | ${reader} | ${seen}`);
  }
}
JS
node finding.mjs | tee seen
diff <(grep -v -e '| known$' -e '^[ABEU][a-z]*/.* hours$' seen) - << 'SEEN'
Node says Asia/Calcutta
Europe/Berlin | timezone-soft | Europe/Busingen
Asia/Calcutta | timezone-validator | unknown
Asia/Calcutta | timezone-soft | Asia/Kolkata
UTC | timezone-validator | unknown
UTC | timezone-soft | Africa/Abidjan
UTC | spacetime | 0 hours
US/Eastern | timezone-validator | unknown
US/Eastern | timezone-soft | America/New_York
US/Eastern | spacetime | -5 hours
Europe/Kyiv | timezone-validator | unknown
Europe/Kyiv | timezone-enum | unknown
Europe/Kyiv | windows-iana | unknown
Europe/Kyiv | timezone-soft | Europe/Kiev
America/Ciudad_Juarez | timezone-validator | unknown
America/Ciudad_Juarez | timezone-enum | unknown
America/Ciudad_Juarez | windows-iana | unknown
America/Ciudad_Juarez | timezone-support | unknown
America/Ciudad_Juarez | timezone-soft | unknown
EST5EDT | timezone-soft | unknown
EST5EDT | spacetime | 5 hours
SEEN
