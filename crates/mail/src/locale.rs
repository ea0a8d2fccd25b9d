//! The languages that mail is written in.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language; English unless something else is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
    /// Portuguese as written in Brazil.
    PtBr,
    /// French.
    Fr,
    /// German.
    De,
    /// Japanese.
    Ja,
    /// Dutch.
    Nl,
    /// Italian.
    It,
}

impl Locale {
    /// Every language, for checks that must not forget one.
    pub const ALL: [Self; 8] = [Self::En, Self::Es, Self::PtBr, Self::Fr, Self::De, Self::Ja, Self::Nl, Self::It];

    /// Other names, which SDKs have: text messages call German so.
    pub const ALIASES: [(&str, Self); 1] = [("de-de", Self::De)];

    /// The name on the wire, which is also the name of the file of phrases.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
            Self::PtBr => "pt-br",
            Self::Fr => "fr",
            Self::De => "de",
            Self::Ja => "ja",
            Self::Nl => "nl",
            Self::It => "it",
        }
    }
}

impl FromStr for Locale {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        // Language tags do not distinguish case: "pt-BR" is the usual spelling of ours. The Rust SDK writes "ptbr".
        let plain = |text: &str| text.replace(['-', '_'], "").to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .map(|locale| (locale.name(), locale))
            .chain(Self::ALIASES)
            .find_map(|(known, locale)| (plain(known) == plain(name)).then_some(locale))
            .ok_or_else(|| format!("a language is one of {}", Self::ALL.map(Self::name).join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree() {
        for locale in Locale::ALL {
            assert_eq!(serde_json::to_value(locale).unwrap(), locale.name());
            assert_eq!(locale.name().parse(), Ok(locale));
        }
        for name in ["pt-BR", "ptbr", "pt_br"] {
            assert_eq!(name.parse(), Ok(Locale::PtBr));
        }
        for name in ["de-DE", "deDE", "DE"] {
            assert_eq!(name.parse(), Ok(Locale::De));
        }
        assert_eq!("tlh".parse::<Locale>().unwrap_err(), "a language is one of en, es, pt-br, fr, de, ja, nl, it");
        assert_eq!(Locale::default(), Locale::En);
    }
}
