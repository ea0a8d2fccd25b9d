#!/usr/bin/env bash
# A guess: what makes initials for an avatar takes the first letters of the words of a name, whatever they are written in; the worst is
# a letter too many.
# Instead: name-initials 0.1.3 of npm has none for Зоя Петрова, 山田 太郎 and مريم حسن: the empty text. initials 3.1.2 of npm gives the first
# half of 𠮷, a character that many in Japan have in their names and UTF-16 writes in two, and that is no character. @dicebear/initials
# 9.4.3 of npm has the letters of each, and for 𠮷田 花 that one character alone.
# Where: a pattern of Latin letters ends the name at the first word of others; and one that takes units of UTF-16 for characters.
# For sign-in: members without a picture have an empty circle, in which a list or a switch of accounts is not read, or a box for what is no
# character, and JSON that holds half a character is refused by some who read it. Take initials by characters, and have one to show when
# there is none.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund name-initials@0.1.3 initials@3.1.2 @dicebear/core@9.4.3 @dicebear/initials@9.4.3
cat > finding.mjs <<'JS'
import { createAvatar } from "@dicebear/core";
import * as dicebearInitials from "@dicebear/initials";
import initials from "initials";
import nameInitials from "name-initials";

const writers = {
  "name-initials": nameInitials.default ?? nameInitials,
  initials,
  dicebear: (name) => createAvatar(dicebearInitials, { seed: name }).toString().match(/<text[^>]*>(.*?)<\/text>/s)[1],
};
for (const name of ["Ann Berg", "Zoë Łuk", "Зоя Петрова", "مريم حسن", "山田 太郎", "𠮷田 花"]) {
  const seen = Object.entries(writers).map(([writer, write]) => `${writer}: ${JSON.stringify(write(name))}`);
  console.log(`${name} | ${seen.join(" | ")}`);
}
JS
node finding.mjs | tee seen
diff seen - << 'SEEN'
Ann Berg | name-initials: "AB" | initials: "AB" | dicebear: "AB"
Zoë Łuk | name-initials: "ZŁ" | initials: "ZŁ" | dicebear: "ZŁ"
Зоя Петрова | name-initials: "" | initials: "ЗП" | dicebear: "ЗП"
مريم حسن | name-initials: "" | initials: "مح" | dicebear: "مح"
山田 太郎 | name-initials: "" | initials: "山太" | dicebear: "山太"
𠮷田 花 | name-initials: "" | initials: "\ud842花" | dicebear: "𠮷"
SEEN
