//! What pages say, in the languages of the mails.
//!
//! A subject has a file in the folder of each language. A phrase is a small template and yields plain text, which is escaped where
//! a page writes it: `{{ t("login.sent", email=email) }}`.

use frame::Head;
use mail::Locale;
use minijinja::value::Kwargs;
use minijinja::{Environment, ErrorKind};
use std::collections::HashMap;

macro_rules! languages {
    ($($locale:ident $folder:literal)*) => {
        /// The files of a language, by subject.
        fn files(locale: Locale) -> &'static [(&'static str, &'static str)] {
            match locale { $(Locale::$locale => subjects!($folder)),* }
        }
    };
}

macro_rules! subjects {
    ($folder:literal) => {
        subjects! { $folder:
            "account"
            "components"
            "links"
            "login"
        }
    };
    ($folder:literal: $($subject:literal)*) => {
        &[$(($subject, include_str!(concat!("locales/", $folder, "/", $subject, ".json")))),*]
    };
}

languages! { En "en" Es "es" PtBr "pt-br" Fr "fr" De "de" Ja "ja" Nl "nl" It "it" }

/// Subjects that are said in English only: what names the places of other products, which are English for most of their readers.
const ENGLISH: &[(&str, &str)] = &[("setup", include_str!("locales/en/setup.json"))];

/// The phrases of a language, by subject and name: `login.title`.
fn phrases(locale: Locale) -> HashMap<String, String> {
    let mut phrases = HashMap::new();
    for (subject, text) in files(locale).iter().chain(ENGLISH) {
        let of_subject: HashMap<String, String> = serde_json::from_str(text).unwrap_or_default();
        phrases.extend(of_subject.into_iter().map(|(name, phrase)| (format!("{subject}.{name}"), phrase)));
    }
    phrases
}

/// Has templates speak a language: `t` says a phrase, and `language` is its name.
pub(super) fn speak(engine: &mut Environment<'static>, locale: Locale) {
    let phrases = phrases(locale);
    engine.add_global("language", locale.name());
    engine.add_function("t", move |state: &minijinja::State<'_, '_>, key: &str, names: Kwargs| {
        let unknown = || minijinja::Error::new(ErrorKind::InvalidOperation, format!("there is no phrase {key}"));
        let phrase = phrases.get(key).ok_or_else(unknown)?;
        if !phrase.contains('{') {
            return Ok(phrase.clone());
        }
        let names: HashMap<&str, minijinja::Value> =
            names.args().map(|name| Ok((name, names.get(name)?))).collect::<Result<_, minijinja::Error>>()?;
        state.env().render_str(phrase, names)
    });
}

/// The language of a page: what its address asks for, or the first that the browser's reader likes best and we speak.
pub(crate) fn language(head: &Head, asked: Option<&str>) -> Locale {
    let accepted = head.header("accept-language").unwrap_or_default();
    asked.and_then(known).or_else(|| liked_best(accepted)).unwrap_or_default()
}

/// "de-AT" is German, and so is "de".
fn known(tag: &str) -> Option<Locale> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    let of_portuguese = primary.eq_ignore_ascii_case("pt").then_some(Locale::PtBr);
    tag.parse().ok().or_else(|| primary.parse().ok()).or(of_portuguese)
}

/// RFC 9110, section 12.5.4. What is equally liked is taken in the order in which it stands there.
fn liked_best(accepted: &str) -> Option<Locale> {
    let mut best: Option<(Locale, f32)> = None;
    for range in accepted.split(',').take(32) {
        let mut parts = range.split(';');
        let Some(locale) = parts.next().and_then(|tag| known(tag.trim())) else { continue };
        let quality = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        if quality > best.map_or(0.0, |(_, so_far)| so_far) {
            best = Some((locale, quality));
        }
    }
    best.map(|(locale, _)| locale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Phrases that are the same in another language as in English, and are right so.
    const SAME: &[(&str, &str)] = &[("it", "login.password"), ("de", "account.name")];

    fn names(text: &str) -> BTreeSet<String> {
        Environment::new().template_from_str(text).unwrap().undeclared_variables(true).into_iter().collect()
    }

    #[test]
    fn every_language_says_everything_with_the_same_names_and_in_words_of_its_own() {
        for locale in Locale::ALL {
            for (subject, text) in files(locale) {
                serde_json::from_str::<HashMap<String, String>>(text)
                    .unwrap_or_else(|error| panic!("{subject}, {}: {error}", locale.name()));
            }
        }
        let english = phrases(Locale::En);
        let mut unused: BTreeSet<_> = SAME.iter().map(|(language, key)| format!("{language} {key}")).collect();
        for locale in Locale::ALL.into_iter().filter(|locale| *locale != Locale::En) {
            let theirs = phrases(locale);
            let keys = |phrases: &HashMap<String, String>| phrases.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(keys(&theirs), keys(&english), "{}", locale.name());
            let is_english = |key: &str| ENGLISH.iter().any(|(subject, _)| key.starts_with(&format!("{subject}.")));
            for (key, text) in theirs.iter().filter(|(key, _)| !is_english(key)) {
                assert_eq!(names(text), names(&english[key]), "{} {key}", locale.name());
                assert!(!text.trim().is_empty() && !text.contains("  "), "{} {key}", locale.name());
                if text == &english[key] {
                    assert!(unused.remove(&format!("{} {key}", locale.name())), "{} {key} is English", locale.name());
                }
            }
        }
        assert!(unused.is_empty(), "{unused:?}");
    }

    #[test]
    fn the_language_that_is_liked_best_and_spoken_is_taken() {
        for (accepted, expected) in [
            ("", None),
            ("*", None),
            ("da, sv;q=0.9", None),
            ("de", Some(Locale::De)),
            ("de-AT,de;q=0.9,en;q=0.8", Some(Locale::De)),
            ("da, en-GB;q=0.8, en;q=0.7", Some(Locale::En)),
            ("en;q=0.5, fr;q=0.7, it;q=0.7", Some(Locale::Fr)),
            ("pt-PT, en;q=0.5", Some(Locale::PtBr)),
            ("ja;q=0, nl;q=0.1", Some(Locale::Nl)),
            ("es;q=x", Some(Locale::Es)),
        ] {
            assert_eq!(liked_best(accepted), expected, "{accepted}");
        }
    }
}
