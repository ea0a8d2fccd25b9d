#!/usr/bin/env bash
# A guess: a number in E.164 that a library finds valid comes out of it as it went in, without spaces; a number is its digits.
# Instead: phone 3.1.72 of npm, made for numbers that can get SMS, says that +54 9 11 2345 6789 is valid and gives +541123456789. In the
# numbering plan of Argentina the 9 is what makes it a mobile phone's: to phonenumbers 9.0.43, a port of Google's library, and to
# libphonenumber-js 1.13.16 the first is one and keeps its 9, the second is a fixed line.
# Where: a number that has one digit too many for its country is taken for one with a trunk prefix, as in +44 07911; with strictDetection
# it is refused.
# For sign-in: the code for an Argentine member goes to a landline and is refused or lost, or arrives by the kindness of a carrier; and
# the number finds no member that another service has stored. Send to what the member typed, in E.164, and compare what one library made.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund phone@3.1.72 libphonenumber-js@1.13.16
cat > finding.cjs <<'JS'
const { parsePhoneNumber } = require("libphonenumber-js/max");
const { phone } = require("phone");

for (const typed of ["+54 9 11 2345 6789", "+54 9 351 234 5678", "+55 11 91234 5678"]) {
  const { isValid, phoneNumber } = phone(typed);
  const [before, after] = [typed, phoneNumber].map((number) => parsePhoneNumber(number));
  console.log(`${typed} | phone: ${isValid} ${phoneNumber} | libphonenumber-js: ${before.number} ${before.getType()}, ${after.getType()}`);
}
JS
node finding.cjs | tee seen
diff seen - << 'SEEN'
+54 9 11 2345 6789 | phone: true +541123456789 | libphonenumber-js: +5491123456789 MOBILE, FIXED_LINE
+54 9 351 234 5678 | phone: true +543512345678 | libphonenumber-js: +5493512345678 MOBILE, FIXED_LINE
+55 11 91234 5678 | phone: true +5511912345678 | libphonenumber-js: +5511912345678 MOBILE, MOBILE
SEEN
python3 -m venv venv
venv/bin/pip install --quiet phonenumbers==9.0.43
venv/bin/python - <<'PY'
import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

read = {typed: phonenumbers.parse(typed) for typed in ("+5491123456789", "+541123456789")}
for typed, number in read.items():
    assert phonenumbers.format_number(number, PhoneNumberFormat.E164) == typed
    print("phonenumbers:", typed, PhoneNumberType.to_string(phonenumbers.number_type(number)))
assert [phonenumbers.number_type(number) for number in read.values()] == [PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE]
PY
