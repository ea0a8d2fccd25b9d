//! What a text message with a code says, in the languages of the protocol. The code comes first, where a telephone shows it
//! before anything is opened.

use foundation::wire_enum;

wire_enum! {
    /// A language that text messages are written in.
    pub(crate) TextLocale(InvalidTextLocale) {
        English = "en",
        Spanish = "es",
        Portuguese = "pt-br",
        French = "fr",
        Italian = "it",
        German = "de-DE",
        Chinese = "zh-Hans",
        Catalan = "ca-ES",
        Japanese = "ja",
        Russian = "ru",
        Dutch = "nl",
        Polish = "pl",
        Turkish = "tr",
        Persian = "fa",
        Vietnamese = "vi",
        Czech = "cs",
    }
}

/// Characters of the app's name: more would make two messages of one.
const SHOWN: usize = 30;

impl TextLocale {
    /// The language of this name, in whatever spelling: the Rust SDK leaves out hyphens. German is called `de` where mails
    /// are written in it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let plain = |text: &str| text.replace(['-', '_'], "").to_ascii_lowercase();
        let german = (plain(name) == "de").then_some(Self::German);
        german.or_else(|| Self::ALL.iter().copied().find(|known| plain(known.as_str()) == plain(name)))
    }

    /// The language of a login that may name one; English where it is none of these.
    pub(crate) fn of_login(name: Option<&str>) -> Self {
        name.and_then(Self::named).unwrap_or(Self::English)
    }

    /// The text.
    pub(super) fn text(self, code: &str, app: &str) -> String {
        let app: String = app.chars().take(SHOWN).collect();
        match self {
            Self::English => format!("{code} is your code for {app}. It works for 2 minutes."),
            Self::Spanish => format!("{code} es tu código para {app}. Vale 2 minutos."),
            Self::Portuguese => format!("{code} é o seu código para {app}. Vale por 2 minutos."),
            Self::French => format!("{code} est votre code pour {app}. Il est valable 2 minutes."),
            Self::Italian => format!("{code} è il codice per {app}. Vale 2 minuti."),
            Self::German => format!("{code} ist Ihr Code für {app}. Er gilt 2 Minuten."),
            Self::Chinese => format!("{code} 是您登录 {app} 的验证码，2 分钟内有效。"),
            Self::Catalan => format!("{code} és el teu codi per a {app}. Val 2 minuts."),
            Self::Japanese => format!("{code} は {app} の確認コードです。2 分間有効です。"),
            Self::Russian => format!("{code} — ваш код для {app}. Действует 2 минуты."),
            Self::Dutch => format!("{code} is uw code voor {app}. Hij werkt 2 minuten."),
            Self::Polish => format!("{code} to Twój kod do {app}. Jest ważny 2 minuty."),
            Self::Turkish => format!("{code}, {app} için kodunuz. 2 dakika geçerlidir."),
            Self::Persian => format!("{code} کد شما برای {app} است و ۲ دقیقه اعتبار دارد."),
            Self::Vietnamese => format!("{code} là mã của bạn cho {app}, có hiệu lực trong 2 phút."),
            Self::Czech => format!("{code} je váš kód pro {app}. Platí 2 minuty."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// A message holds 160 characters of the GSM alphabet, or 70 of any (3GPP TS 23.038).
    #[test]
    fn each_text_begins_with_the_code_and_is_one_message() {
        let texts: BTreeSet<_> = TextLocale::ALL.iter().map(|locale| locale.text("123456", "Acme")).collect();
        assert_eq!(texts.len(), 16);
        for text in texts {
            assert!(text.starts_with("123456") && text.contains("Acme") && text.chars().count() <= 70, "{text}");
        }
        assert!(TextLocale::English.text("123456", &"x".repeat(128)).chars().count() < 100);
    }

    #[test]
    fn a_login_names_its_language_as_it_likes() {
        for (name, locale) in [
            (Some("pt-BR"), TextLocale::Portuguese),
            (Some("de-DE"), TextLocale::German),
            (Some("de"), TextLocale::German),
            (Some("ZH_HANS"), TextLocale::Chinese),
            (Some("tlh"), TextLocale::English),
            (Some(""), TextLocale::English),
            (None, TextLocale::English),
        ] {
            assert_eq!(TextLocale::of_login(name), locale, "{name:?}");
        }
    }
}
