#!/usr/bin/env bash
# A guess: a slug library that says it writes Chinese and Japanese in Latin letters has letters for every character of a company's name; the
# reading may be wrong, but two names do not become one.
# Instead: limax 4.2.3 drops the kanji of a name that has kana as well. 青空の会 and 白雲の会 are both "no", which is the word for "of" in
# them, and 山田サービス and 田中サービス are both "sbisu". A name of kanji alone is read as Chinese, tones and all: 東京 is "dong1-jing1",
# and nothing if one says it is Japanese. transliteration 2.6.1 and any-ascii 0.3.3 read kanji as Chinese in every name, and
# slug 12.0.1 writes what it does not know in Base64: not nice, but different.
# For sign-in: the slug of the second organization is taken, or is the first one's where slugs are compared without a look at the names.
# Let people choose a slug, or make it of the id where the name has letters beyond those that the library is known to write.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund limax@4.2.3 transliteration@2.6.1 any-ascii@0.3.3 slug@12.0.1
cat > finding.mjs <<'JS'
import anyAscii from "any-ascii";
import limax from "limax";
import slug from "slug";
import { slugify } from "transliteration";

const writers = {
  limax,
  "limax for ja": (name) => limax(name, { lang: "ja" }),
  transliteration: slugify,
  "any-ascii": (name) => anyAscii(name).toLowerCase(),
  slug,
};
const pairs = [["青空の会", "白雲の会"], ["山田サービス", "田中サービス"], ["東京", "大阪"]];
for (const pair of pairs) {
  for (const [name, write] of Object.entries(writers)) {
    const [one, other] = pair.map((each) => write(each));
    console.log(`${pair.join(", ")} | ${name} | ${one === other ? `both "${one}"` : `${one}, ${other}`}`);
  }
}
JS
node finding.mjs | tee seen
diff <(grep limax seen) - << 'SEEN'
青空の会, 白雲の会 | limax | both "no"
青空の会, 白雲の会 | limax for ja | both "no"
山田サービス, 田中サービス | limax | both "sbisu"
山田サービス, 田中サービス | limax for ja | both "sbisu"
東京, 大阪 | limax | dong1-jing1, da4-ban3
東京, 大阪 | limax for ja | both ""
SEEN
[[ $(grep -c both seen) == 5 ]]
