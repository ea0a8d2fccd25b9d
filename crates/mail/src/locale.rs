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
}

impl Locale {
    /// Every language, for checks that must not forget one.
    pub const ALL: [Self; 4] = [Self::En, Self::Es, Self::PtBr, Self::Fr];

    /// The name on the wire, which is also the name of the file of phrases.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
            Self::PtBr => "pt-br",
            Self::Fr => "fr",
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
            .find(|locale| plain(locale.name()) == plain(name))
            .ok_or_else(|| "locale must be one of en, es, pt-br, fr".to_owned())
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
        assert!("de".parse::<Locale>().is_err());
        assert_eq!(Locale::default(), Locale::En);
    }
}
