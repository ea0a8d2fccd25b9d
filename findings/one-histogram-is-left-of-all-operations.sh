#!/usr/bin/env bash
# A guess: what parses the text format of Prometheus gives each combination of labels, also of a histogram or a summary.
# Instead: parse-prometheus-text-format 1.1.1 gives one histogram, without labels, sum and count, with the buckets of the combination that
# came last, and of a summary its quantiles likewise. Counters and gauges keep all their labels. prometheus-client 0.26.0 for Python gives
# every sample of what prom-client 15.1.3 writes.
# For sign-in: a test or an alarm on "seconds of a login" looks at the last operation of the list instead: at health checks, say, which are
# quick while logins wait; and a division by the count is one by undefined. Read histograms with another parser, or ask Prometheus.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund parse-prometheus-text-format@1.1.1 prom-client@15.1.3
cat > finding.mjs <<'JS'
import { writeFileSync } from "node:fs";
import parse from "parse-prometheus-text-format";
import client from "prom-client";

const seconds = new client.Histogram({ name: "seconds", help: "By operation.", labelNames: ["operation"], buckets: [0.1, 1] });
for (const value of [0.05, 2, 3]) seconds.observe({ operation: "login" }, value);
seconds.observe({ operation: "health" }, 0.01);
const wait = new client.Summary({ name: "wait", help: "By operation.", labelNames: ["operation"], percentiles: [0.5] });
wait.observe({ operation: "login" }, 2);
wait.observe({ operation: "health" }, 0.01);
const logins = new client.Counter({ name: "logins_total", help: "By result.", labelNames: ["result"] });
for (const result of ["in", "refused"]) logins.inc({ result });
const text = await client.register.metrics();
writeFileSync("metrics", text);
for (const { name, metrics } of parse(text)) console.log(name, JSON.stringify(metrics));
JS
node finding.mjs | tee seen
diff seen - << 'SEEN'
seconds [{"buckets":{"1":"1","0.1":"1","+Inf":"1"}}]
wait [{"quantiles":{"0.5":"0.01"}}]
logins_total [{"value":"1","labels":{"result":"in"}},{"value":"1","labels":{"result":"refused"}}]
SEEN
python3 -m venv venv
venv/bin/pip install --quiet prometheus-client==0.26.0
venv/bin/python - <<'PY' | tee read
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

for family in text_string_to_metric_families(Path("metrics").read_text()):
    for sample in family.samples:
        if sample.name == "seconds_count":
            print(sample.name, sample.labels, int(sample.value))
PY
diff read - << 'SEEN'
seconds_count {'operation': 'login'} 3
seconds_count {'operation': 'health'} 1
SEEN
