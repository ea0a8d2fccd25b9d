//! What pages say, in the languages of the mails.
//!
//! A subject has a file in the folder of each language. A phrase is a small template and yields plain text, which is escaped where
//! a page writes it: `{{ t("login.sent_code", email=email) }}`.

use frame::Head;
use mail::Locale;
use minijinja::value::Kwargs;
use minijinja::{Environment, ErrorKind, Value};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::OnceLock;

macro_rules! languages {
    ($($locale:ident $folder:literal)*) => {
        /// The files of a language, by subject.
        fn files(locale: Locale) -> &'static [(&'static str, &'static str)] {
            match locale { $(Locale::$locale => subjects!($folder)),* }
        }

        /// Where the phrases of a language are kept once they are read.
        fn kept(locale: Locale) -> &'static OnceLock<Phrases> {
            match locale {
                $(Locale::$locale => {
                    static PHRASES: OnceLock<Phrases> = OnceLock::new();
                    &PHRASES
                })*
            }
        }
    };
}

macro_rules! subjects {
    ($folder:literal) => {
        subjects! { $folder:
            "account"
            "components"
            "dashboard"
            "dashboard_member"
            "dashboard_organization"
            "dashboard_project"
            "links"
            "login"
            "setup"
        }
    };
    ($folder:literal: $($subject:literal)*) => {
        &[$(($subject, include_str!(concat!("locales/", $folder, "/", $subject, ".json")))),*]
    };
}

languages! { En "en" Es "es" PtBr "pt-br" Fr "fr" De "de" Ja "ja" Nl "nl" It "it" }

/// A phrase as it stands in its file, where nothing in it is escaped.
#[derive(Deserialize)]
struct Phrase(#[serde(borrow)] Cow<'static, str>);

/// The phrases of a language, by subject and name.
type Phrases = HashMap<&'static str, HashMap<&'static str, Phrase>>;

/// The phrases of a language, read when they are first asked for.
fn phrases(locale: Locale) -> &'static Phrases {
    // That each file can be read, a test says.
    let read =
        || files(locale).iter().map(|(subject, text)| (*subject, serde_json::from_str(text).unwrap_or_default()));
    kept(locale).get_or_init(|| read().collect())
}

/// The phrase of a key, as it stands there.
pub(super) fn find(locale: Locale, key: &str) -> Option<&'static str> {
    let (subject, name) = key.split_once('.')?;
    phrases(locale).get(subject)?.get(name).map(|phrase| &*phrase.0)
}

/// A phrase with what its names stand for: `{{ name }}`, and nothing else of a template.
fn filled(phrase: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(phrase.len() + 32);
    let mut rest = phrase;
    while let Some((before, (name, after))) =
        rest.split_once("{{ ").and_then(|(before, after)| Some((before, after.split_once(" }}")?)))
    {
        text.push_str(before);
        text.push_str(&value(name).unwrap_or_default());
        rest = after;
    }
    text.push_str(rest);
    text
}

/// Says a phrase, with what its names stand for. One that is not there, which a test finds, is said by its key.
pub(super) fn say(locale: Locale, key: &str, names: &[(&str, &dyn Display)]) -> String {
    let value = |wanted: &str| names.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_string());
    filled(find(locale, key).unwrap_or(key), value)
}

/// Has templates speak a language: `t` says a phrase, and `language` is its name.
pub(super) fn speak(engine: &mut Environment<'static>, locale: Locale) {
    engine.add_global("language", locale.name());
    engine.add_function("t", move |key: &str, names: Kwargs| -> Result<Value, minijinja::Error> {
        let unknown = || minijinja::Error::new(ErrorKind::InvalidOperation, format!("there is no phrase {key}"));
        let phrase = find(locale, key).ok_or_else(unknown)?;
        if !phrase.contains('{') {
            return Ok(Value::from(phrase));
        }
        let value = |name: &str| names.get::<Option<Value>>(name).ok().flatten().map(|value| value.to_string());
        Ok(Value::from(filled(phrase, value)))
    });
}

/// The language of a page: what its address asks for, or the first that the browser's reader likes best and we speak.
pub(crate) fn language(head: &Head, asked: Option<&str>) -> Locale {
    let accepted = head.header("accept-language").unwrap_or_default();
    asked.and_then(known).or_else(|| liked_best(accepted)).unwrap_or_default()
}

/// "de-AT" is German, and so is "de".
pub(super) fn known(tag: &str) -> Option<Locale> {
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
        let quality =
            parts.find_map(|part| part.trim().strip_prefix(['q', 'Q'])?.strip_prefix('=')?.parse().ok()).unwrap_or(1.0);
        if quality > best.map_or(0.0, |(_, so_far)| so_far) {
            best = Some((locale, quality));
        }
    }
    best.map(|(locale, _)| locale)
}

#[cfg(test)]
mod tests;
