#!/usr/bin/env bash
# A guess: a matcher of languages gives the default of an app to whom it has no language for; in Go that is the first of those with which
# language.NewMatcher was called. A browser set to Ukrainian gets English from an app that has English and Russian.
# Instead: Match of golang.org/x/text 0.44.0 gives Russian to Ukrainian and Bulgarian there, and Spanish to Polish where an app has
# Japanese and Spanish: without a match it takes the first language in the same script. Its confidence is No then, and MatchStrings of the
# same package, which looks at that, gives the default; go-i18n 2.7.0, which calls Match, has Russian as well. closest_supported_match of
# langcodes 3.5.1 of PyPI gives Russian to Ukrainian as well, as one that its readers understand. @formatjs/intl-localematcher 0.10.1 and
# @fluent/langneg 0.7.0 of npm give the default in all three.
# For sign-in: people find the pages and mails of a login in a language that they did not ask for, and some mind. With Go call MatchStrings,
# look at the third value of Match, or turn language.PreferSameScript off; with langcodes lower max_distance. (Go)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf 'module finding\n\ngo 1.25\n\nrequire (\n%s\n)\n' "golang.org/x/text v0.44.0
github.com/nicksnyder/go-i18n/v2 v2.7.0" > go.mod
cat > main.go <<'GO'
package main

import (
	"fmt"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

func main() {
	for _, test := range [][3]string{{"uk", "en", "ru"}, {"bg", "en", "ru"}, {"pl", "ja", "es"}, {"de-CH", "en", "de"}} {
		asked, has := test[0], test[1:]
		tags := []language.Tag{language.MustParse(has[0]), language.MustParse(has[1])}
		_, index, confidence := language.NewMatcher(tags).Match(language.MustParse(asked))
		fmt.Println(asked, has, "| Match |", has[index], confidence)
		_, index, _ = language.NewMatcher(tags, language.PreferSameScript(false)).Match(language.MustParse(asked))
		fmt.Println(asked, has, "| Match, any script |", has[index])
		_, index = language.MatchStrings(language.NewMatcher(tags), asked)
		fmt.Println(asked, has, "| MatchStrings |", has[index])
		bundle := i18n.NewBundle(tags[0])
		for at, tag := range tags {
			if err := bundle.AddMessages(tag, &i18n.Message{ID: "language", Other: has[at]}); err != nil {
				panic(err)
			}
		}
		text, err := i18n.NewLocalizer(bundle, asked).Localize(&i18n.LocalizeConfig{MessageID: "language"})
		if err != nil {
			panic(err)
		}
		fmt.Println(asked, has, "| go-i18n |", text)
	}
}
GO
GOFLAGS=-mod=mod go run . | tee seen
python3 -m venv venv
venv/bin/pip install --quiet langcodes==3.5.1
venv/bin/python - <<'PY' | tee -a seen
from langcodes import closest_supported_match

for asked, *has in (("uk", "en", "ru"), ("bg", "en", "ru"), ("pl", "ja", "es"), ("de-CH", "en", "de")):
    print(asked, f"[{has[0]} {has[1]}]", "| langcodes |", closest_supported_match(asked, has) or has[0])
PY
npm install --prefix . --silent --no-audit --no-fund @formatjs/intl-localematcher@0.10.1 @fluent/langneg@0.7.0
cat > finding.mjs <<'JS'
import { negotiateLanguages } from "@fluent/langneg";
import { match } from "@formatjs/intl-localematcher";

for (const [asked, ...has] of [["uk", "en", "ru"], ["bg", "en", "ru"], ["pl", "ja", "es"], ["de-CH", "en", "de"]]) {
  console.log(`${asked} [${has.join(" ")}] | formatjs | ${match([asked], has, has[0])}`);
  const [found] = negotiateLanguages([asked], has, { defaultLocale: has[0], strategy: "lookup" });
  console.log(`${asked} [${has.join(" ")}] | langneg | ${found}`);
}
JS
node finding.mjs | tee -a seen
diff seen - << 'SEEN'
uk [en ru] | Match | ru No
uk [en ru] | Match, any script | en
uk [en ru] | MatchStrings | en
uk [en ru] | go-i18n | ru
bg [en ru] | Match | ru No
bg [en ru] | Match, any script | en
bg [en ru] | MatchStrings | en
bg [en ru] | go-i18n | ru
pl [ja es] | Match | es No
pl [ja es] | Match, any script | ja
pl [ja es] | MatchStrings | ja
pl [ja es] | go-i18n | es
de-CH [en de] | Match | de High
de-CH [en de] | Match, any script | de
de-CH [en de] | MatchStrings | de
de-CH [en de] | go-i18n | de
uk [en ru] | langcodes | ru
bg [en ru] | langcodes | en
pl [ja es] | langcodes | ja
de-CH [en de] | langcodes | de
uk [en ru] | formatjs | en
uk [en ru] | langneg | en
bg [en ru] | formatjs | en
bg [en ru] | langneg | en
pl [ja es] | formatjs | ja
pl [ja es] | langneg | ja
de-CH [en de] | formatjs | de
de-CH [en de] | langneg | de
SEEN
