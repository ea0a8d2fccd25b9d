#!/usr/bin/env bash
# A guess: "0 9 1 * 1" is at nine on the first of a month and on every Monday, as crontab of POSIX has it: of two days that are both named,
# either will do. 7 is a Sunday, as cron takes it, and a month without a 31st is left out.
# Instead: to @breejs/later 4.2.0, @cheap-glitch/mi-cron 1.0.1, cron-converter 2.1.0 of npm and 2.0.2 of PyPI, and crontab 1.0.5 it is the
# first that is a Monday: in 2027 February, March and November. cron-parser 5.10.6, croner 11.0.1, cron-schedule 6.0.0, croniter 7.0.0 and
# cronsim 2.8 have it on 61 days. Of "0 0 * * 7" @breejs/later makes Saturdays and @cheap-glitch/mi-cron no time
# at all, and to the latter the 31st of November is the first of December.
# For sign-in: a review of accounts, a run of a directory or a rotation of keys that is due each week comes once in months, and nothing
# fails. Name one day only, or two entries; 0 for Sunday; and show the next five times to whoever writes a schedule.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export TZ=UTC
npm install --prefix . --silent --no-audit --no-fund @breejs/later@4.2.0 @cheap-glitch/mi-cron@1.0.1 cron-converter@2.1.0 \
  cron-parser@5.10.6 croner@11.0.1 cron-schedule@6.0.0
cat > finding.mjs <<'JS'
import later from "@breejs/later";
import { parseCron } from "@cheap-glitch/mi-cron";
import { getSchedule, stringToArray } from "cron-converter";
import { CronExpressionParser } from "cron-parser";
import { parseCronExpression } from "cron-schedule";
import { Cron } from "croner";

const minuteAfter = (date) => new Date(date.getTime() + 60000);
const readers = {
  "@breejs/later": (text, after) => later.schedule(later.parse.cron(text)).next(1, minuteAfter(after)),
  "@cheap-glitch/mi-cron": (text, after) => parseCron.nextDate(text, after),
  "cron-converter": (text, after) => getSchedule(stringToArray(text), minuteAfter(after), "UTC").next().toJSDate(),
  "cron-parser": (text, after) => CronExpressionParser.parse(text, { currentDate: after, tz: "UTC" }).next().toDate(),
  "cron-schedule": (text, after) => parseCronExpression(text).getNextDate(after),
  croner: (text, after) => new Cron(text, { timezone: "UTC" }).nextRun(after),
};
const day = (date) => date.toISOString().slice(0, 10);
for (const [name, next] of Object.entries(readers)) {
  let count = 0;
  for (let at = next("0 9 1 * 1", new Date("2026-12-31T12:00:00Z")); day(at) < "2028"; at = next("0 9 1 * 1", at)) count += 1;
  console.log(`${name} | ${count} days`);
}
const start = new Date("2026-11-30T12:00:00Z");
for (const [name, next] of Object.entries(readers)) {
  const [sunday, last] = ["0 0 * * 7", "0 0 31 * *"].map((text) => next(text, start));
  console.log(`${name} | ${sunday ? day(sunday) : "never"} | ${day(last)}`);
}
JS
node finding.mjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet croniter==7.0.0 cronsim==2.8 cron-converter==2.0.2 crontab==1.0.5
cat > finding.py <<'PY'
import datetime

from cron_converter import Cron
from croniter import croniter
from cronsim import CronSim
from crontab import CronTab

TEXT, START = "0 9 1 * 1", datetime.datetime(2026, 12, 31, 12)
NEXT = {
    "croniter": lambda after: croniter(TEXT, after).get_next(datetime.datetime),
    "cronsim": lambda after: next(CronSim(TEXT, after)),
    "cron-converter of PyPI": lambda after: Cron(TEXT).schedule(after + datetime.timedelta(minutes=1)).next(),
    "crontab": lambda after: CronTab(TEXT).next(after, return_datetime=True, default_utc=True),
}
for name, find in NEXT.items():
    count, at = 0, find(START)
    while at.year == 2027:
        count, at = count + 1, find(at.replace(tzinfo=None))
    print(name, "|", count, "days")
PY
venv/bin/python -W ignore finding.py | tee -a seen
diff seen - << 'SEEN'
@breejs/later | 3 days
@cheap-glitch/mi-cron | 3 days
cron-converter | 3 days
cron-parser | 61 days
cron-schedule | 61 days
croner | 61 days
@breejs/later | 2026-12-05 | 2026-12-31
@cheap-glitch/mi-cron | never | 2026-12-01
cron-converter | 2026-12-06 | 2026-12-31
cron-parser | 2026-12-06 | 2026-12-31
cron-schedule | 2026-12-06 | 2026-12-31
croner | 2026-12-06 | 2026-12-31
croniter | 61 days
cronsim | 61 days
cron-converter of PyPI | 3 days
crontab | 3 days
SEEN
