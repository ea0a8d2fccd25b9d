#!/usr/bin/env bash
# A guess: what splits a long text into SMS parts never splits a character. "€", "[", "]", "{", "}", "^", "~", "|" and "\" are two
# septets, an escape and a letter, in the alphabet of GSM, and such a pair stays in one part (3GPP TS 23.040, section 9.2.3.24.1).
# Instead: smpplib 2.2.4 counts to 153 and cuts: one part ends with the escape, the next begins with the letter, "e" for "€" and ">" for
# "]", as gsm0338 1.1.0 reads them. sms-segments-calculator 1.3.0 for Node takes the whole pair into the next part.
# Where: make_parts_encoded of smpplib.gsm, which sees bytes only.
# For sign-in: "[Acme] Your code is …" in a language of long words comes with a wrong character in it, in the middle of a link too, for
# members at some networks and not at others. Keep a mail or a code in one part, and brackets out of it. Count parts before sending.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet smpplib==2.2.4 gsm0338==1.1.0
npm install --prefix . --silent --no-audit --no-fund --force sms-segments-calculator@1.3.0
cat > finding.py <<'PY'
import gsm0338
from smpplib import gsm

for sign in "€]":
    parts, _, _ = gsm.make_parts("a" * 152 + sign + "b" * 20)
    # The first six bytes of each say which part of which message it is.
    septets = [part[6:] for part in parts]
    second, _ = gsm0338.Codec().decode(septets[1])
    print(f"smpplib: {sign} becomes", septets[0][-1:], "and", second[0])
PY
venv/bin/python finding.py | tee seen
cat > finding.cjs <<'JS'
const { SegmentedMessage } = require("sms-segments-calculator");
for (const sign of "€]") {
  const [, second] = new SegmentedMessage("a".repeat(152) + sign + "b".repeat(20)).segments;
  console.log(`sms-segments-calculator: ${sign} becomes ${second.find((unit) => unit.raw).raw}`);
}
JS
node finding.cjs | tee -a seen
diff seen - << 'SEEN'
smpplib: € becomes b'\x1b' and e
smpplib: ] becomes b'\x1b' and >
sms-segments-calculator: € becomes €
sms-segments-calculator: ] becomes ]
SEEN
