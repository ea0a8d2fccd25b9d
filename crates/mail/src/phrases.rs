//! The phrases of one language.

use std::collections::BTreeMap;

use minijinja::{Environment, Value};
use serde::Deserialize;

use super::{expiry::Units, message::Template};

/// Everything one language says. A file that lacks a phrase, or has one we do not know, is refused.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Phrases {
    pub units: Units,
    common: Common,
    login: Words,
    signup: Words,
    invite: Words,
    discovery: Words,
    email_update: Words,
    email_changed: Words,
    password_reset: Words,
    password_changed: Words,
    second_factor_added: Words,
    second_factor_removed: Words,
    recovery_code_used: Words,
    locked: Words,
    login_code: Words,
    signup_code: Words,
    discovery_code: Words,
    email_update_code: Words,
    certificate_ending: Words,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Common {
    greeting: String,
    link: String,
    expiry: String,
    code: String,
    code_expiry: String,
    secret: String,
    footer: String,
    without_password: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    subject: String,
    intro: String,
    /// What to press, where there is a link.
    button: Option<String>,
    ignore: String,
}

impl Phrases {
    /// Reads one file of phrases.
    pub(crate) fn parse(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    /// The phrases of one kind of mail, with the names put in.
    ///
    /// A phrase is a small template of its own and yields plain text; whether that text is escaped is decided where it
    /// is written, so a name passes through exactly one escape.
    pub(crate) fn say(
        &self,
        template: Template,
        engine: &Environment<'_>,
        names: &Value,
    ) -> Result<BTreeMap<&'static str, String>, minijinja::Error> {
        let (common, words) = (&self.common, self.words(template));
        [
            ("greeting", &common.greeting),
            ("link", &common.link),
            ("expiry", &common.expiry),
            ("code", &common.code),
            ("code_expiry", &common.code_expiry),
            ("secret", &common.secret),
            ("footer", &common.footer),
            ("without_password", &common.without_password),
            ("subject", &words.subject),
            ("intro", &words.intro),
            ("ignore", &words.ignore),
        ]
        .into_iter()
        .chain(words.button.iter().map(|button| ("button", button)))
        .map(|(key, phrase)| Ok((key, engine.render_str(phrase, names.clone())?)))
        .collect()
    }

    fn words(&self, template: Template) -> &Words {
        match template {
            Template::Login => &self.login,
            Template::Signup => &self.signup,
            Template::Invite => &self.invite,
            Template::Discovery => &self.discovery,
            Template::EmailUpdate => &self.email_update,
            Template::EmailChanged => &self.email_changed,
            Template::PasswordReset => &self.password_reset,
            Template::PasswordChanged => &self.password_changed,
            Template::SecondFactorAdded => &self.second_factor_added,
            Template::SecondFactorRemoved => &self.second_factor_removed,
            Template::RecoveryCodeUsed => &self.recovery_code_used,
            Template::Locked => &self.locked,
            Template::LoginCode => &self.login_code,
            Template::SignupCode => &self.signup_code,
            Template::DiscoveryCode => &self.discovery_code,
            Template::EmailUpdateCode => &self.email_update_code,
            Template::CertificateEnding => &self.certificate_ending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{embedded, locale::Locale};
    use serde_json::Value as Json;
    use std::collections::BTreeSet;

    /// Phrases that are the same in both languages, and are right so.
    const SAME: &[(&str, &str)] = &[];
    /// Units whose plural is their singular, where a number stands before them.
    const NO_PLURAL: &[(&str, &str)] = &[("ja", "minute"), ("ja", "hour"), ("ja", "day"), ("nl", "hour")];

    fn texts(locale: Locale) -> BTreeMap<String, String> {
        let files = embedded::files(None).unwrap();
        let sections: Json = serde_json::from_str(&files[&format!("{}.json", locale.name())]).unwrap();
        let sections = sections.as_object().unwrap().iter().filter(|(section, _)| *section != "units");
        sections
            .flat_map(|(section, words)| {
                let words = words.as_object().unwrap().iter();
                words.map(move |(name, text)| (format!("{section}.{name}"), text.as_str().unwrap().to_owned()))
            })
            .collect()
    }

    fn names(text: &str) -> BTreeSet<String> {
        Environment::new().template_from_str(text).unwrap().undeclared_variables(true).into_iter().collect()
    }

    #[test]
    fn every_language_says_everything_with_the_same_names_and_in_words_of_its_own() {
        let english = texts(Locale::En);
        let mut unused: BTreeSet<_> = SAME.iter().map(|(language, key)| format!("{language} {key}")).collect();
        for locale in Locale::ALL.into_iter().filter(|locale| *locale != Locale::En) {
            let theirs = texts(locale);
            assert!(theirs.keys().eq(english.keys()), "{}", locale.name());
            for (key, text) in &theirs {
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
    fn every_language_has_plurals() {
        let files = embedded::files(None).unwrap();
        for locale in Locale::ALL {
            let phrases = Phrases::parse(&files[&format!("{}.json", locale.name())]).unwrap();
            for (unit, [one, many]) in phrases.units.each() {
                let is_exception = NO_PLURAL.contains(&(locale.name(), unit));
                assert_eq!(one == many, is_exception, "{} {unit}", locale.name());
            }
        }
    }

    #[test]
    fn a_missing_phrase_is_named() {
        let error = Phrases::parse(r#"{"units": {"minute": ["m", "m"], "hour": ["h", "h"]}}"#).err().unwrap();
        assert!(error.contains("day"), "{error}");
    }
}
