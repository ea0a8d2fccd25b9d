#!/usr/bin/env bash
# A guess: a library of translated texts puts a code or a link into "Your code is { $code }" as it is.
# Instead: @fluent/bundle 0.19.1 of npm, fluent.runtime 0.4.0 of PyPI and messageformat 4.0.0 of npm, the MessageFormat 2 of Unicode, put
# U+2068 before and U+2069 behind it, which keep texts that run the other way apart and are not seen. A text message is one of UCS-2 then
# and has two parts in place of one, and linkify-it 6.1.0 finds no link. intl-messageformat 12.1.5 puts nothing there.
# Where: useIsolating, use_isolating and bidiIsolation, which are on unless one says otherwise, for links and codes as for names.
# For sign-in: a code that is copied with them is no code to a field that takes six characters, and a link is none where it is made of what
# looks like one. Turn it off for what has a code or a link in it, or take both characters out of mails and texts before they are sent, and
# out of what is typed as a code; leave them around names.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @fluent/bundle@0.19.1 messageformat@4.0.0 intl-messageformat@12.1.5 \
  sms-segments-calculator@1.3.0 linkify-it@6.1.0
cat > finding.mjs <<'JS'
import { FluentBundle, FluentResource } from "@fluent/bundle";
import { IntlMessageFormat } from "intl-messageformat";
import * as linkifyIt from "linkify-it";
import { MessageFormat } from "messageformat";
import sms from "sms-segments-calculator";

const put = { code: "123456", link: "https://acme.example/login?token=a_b-c" };
const fluent = (options) => {
  const bundle = new FluentBundle("en", options);
  bundle.addResource(new FluentResource("login = Your code is { $code }, or open { $link }"));
  return bundle.formatPattern(bundle.getMessage("login").value, put);
};
const second = (options) => new MessageFormat("en", "Your code is {$code}, or open {$link}", options).format(put);
const texts = {
  "@fluent/bundle": fluent(),
  "@fluent/bundle, useIsolating: false": fluent({ useIsolating: false }),
  messageformat: second(),
  'messageformat, bidiIsolation: "none"': second({ bidiIsolation: "none" }),
  "intl-messageformat": new IntlMessageFormat("Your code is {code}, or open {link}", "en").format(put),
};
const LinkifyIt = linkifyIt.LinkifyIt ?? linkifyIt.default;
for (const [name, text] of Object.entries(texts)) {
  const code = text.slice(13).split(",")[0].replace(/[^0-9]/g, (other) => `U+${other.charCodeAt().toString(16)} `);
  const { encodingName, segmentsCount } = new sms.SegmentedMessage(text);
  console.log(`${name} | ${code} | ${encodingName}, ${segmentsCount} | ${new LinkifyIt().match(text)?.[0].url ?? "no link"}`);
}
JS
node finding.mjs | tee seen
python3 -m venv venv
venv/bin/pip install --quiet fluent.runtime==0.4.0
cat > finding.py <<'PY'
from fluent.runtime import FluentBundle, FluentResource

for isolating in (True, False):
    bundle = FluentBundle(["en"], use_isolating=isolating)
    bundle.add_resource(FluentResource("login = Your code is { $code }"))
    text, _ = bundle.format_pattern(bundle.get_message("login").value, {"code": "123456"})
    print("fluent.runtime, use_isolating:", isolating, "|", ascii(text))
PY
venv/bin/python finding.py | tee -a seen
diff seen - << 'SEEN'
@fluent/bundle | U+2068 123456U+2069  | UCS-2, 2 | no link
@fluent/bundle, useIsolating: false | 123456 | GSM-7, 1 | https://acme.example/login?token=a_b-c
messageformat | U+2068 123456U+2069  | UCS-2, 2 | no link
messageformat, bidiIsolation: "none" | 123456 | GSM-7, 1 | https://acme.example/login?token=a_b-c
intl-messageformat | 123456 | GSM-7, 1 | https://acme.example/login?token=a_b-c
fluent.runtime, use_isolating: True | 'Your code is \u2068123456\u2069'
fluent.runtime, use_isolating: False | 'Your code is 123456'
SEEN
