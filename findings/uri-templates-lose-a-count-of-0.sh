#!/usr/bin/env bash
# A guess: /Users{?count} with the number 0 is /Users?count=0, and with an empty list of groups {?group} is nothing at all (RFC 6570,
# section 2.3: a list without members is undefined).
# Instead: uritemplate 4.2.0 for Python writes ?count= for 0 and ?active= for False, while the text "0" and 0 within a list stay. For no
# groups npm's url-template 3.1.1, uritemplate 0.3.4 and @opendoc/uri-template 1.5.4 write ?group=, and for null @hyperjump/uri-template
# 0.3.0 writes ?group=null. uri-template 1.3.0 for Python and std-uritemplate 2.0.12, for Python and for JavaScript, write the number and
# false, and nothing for no groups and null.
# For sign-in: SCIM's count=0 asks for the number of members alone (RFC 7644, section 3.4.2.4), and max_age=0 of OpenID Connect for a new
# login; a server that gets neither number answers an error or as if nothing had been asked. "No group chosen" becomes a search for the
# group without a name. Give text to a template, and leave out what is empty.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet uritemplate==4.2.0 uri-template==1.3.0 std-uritemplate==2.0.12
cat > finding.py <<'PY'
import uri_template
import uritemplate
from stduritemplate import StdUriTemplate

WRITERS = {
    "uritemplate": uritemplate.expand,
    "uri-template": lambda template, values: uri_template.expand(template, **values),
    "std-uritemplate": StdUriTemplate.expand,
}
GIVEN = [("{?count}", {"count": 0}), ("{?count}", {"count": "0"}), ("{?count*}", {"count": [0, 1]}), ("{?active}", {"active": False}),
         ("{?group}", {"group": []}), ("{?group}", {"group": None})]
for template, values in GIVEN:
    for name, write in WRITERS.items():
        print(f"{template} {values} | {name} | /Users{write(template, values)}")
PY
venv/bin/python finding.py | tee seen
npm install --prefix . --silent --no-audit --no-fund url-template@3.1.1 uritemplate@0.3.4 @opendoc/uri-template@1.5.4 \
  @hyperjump/uri-template@0.3.0 @std-uritemplate/std-uritemplate@2.0.12
cat > finding.mjs <<'JS'
import { expand } from "@hyperjump/uri-template";
import { UriTemplate } from "@opendoc/uri-template";
import { StdUriTemplate } from "@std-uritemplate/std-uritemplate";
import uritemplate from "uritemplate";
import { parseTemplate } from "url-template";

const writers = {
  "url-template": (template, values) => parseTemplate(template).expand(values),
  uritemplate: (template, values) => uritemplate.parse(template).expand(values),
  "@opendoc/uri-template": (template, values) => new UriTemplate(template).expand(values),
  "@hyperjump/uri-template": expand,
  "std-uritemplate": StdUriTemplate.expand,
};
for (const values of [{ count: 0 }, { active: false }, { group: [] }, { group: null }, { group: ["a"] }]) {
  for (const [name, write] of Object.entries(writers)) {
    console.log(`js ${JSON.stringify(values)} | ${name} | /Users${write(`{?${Object.keys(values)}}`, values)}`);
  }
}
JS
node finding.mjs | tee -a seen
diff <(grep -Ei -v -e '(0|"0").* \| /users\?count=0(&count=1)?$' -e 'false.*\?active=false$' -e '(\[\]|none|null).* \| /users$' \
  -e '"a".*\?group=a$' seen) - << 'SEEN'
{?count} {'count': 0} | uritemplate | /Users?count=
{?active} {'active': False} | uritemplate | /Users?active=
js {"group":[]} | url-template | /Users?group=
js {"group":[]} | uritemplate | /Users?group=
js {"group":[]} | @opendoc/uri-template | /Users?group=
js {"group":null} | @hyperjump/uri-template | /Users?group=null
SEEN
[[ $(wc -l < seen) == 43 ]]
