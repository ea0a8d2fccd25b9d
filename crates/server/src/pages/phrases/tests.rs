use super::*;
use std::collections::BTreeSet;
use std::path::Path;

/// Phrases that are the same in another language as in English, and are right so.
const SAME: &[(&str, &[&str])] = &[
    (
        "de",
        &[
            "account.name",
            "dashboard.kind_webhook",
            "dashboard.message_text",
            "dashboard.name",
            "dashboard.passkeys",
            "dashboard.title",
            "dashboard.version",
            "dashboard_member.passkey",
            "dashboard_organization.domains",
            "dashboard_organization.logo",
            "dashboard_organization.slug",
            "dashboard_project.origin",
            "dashboard_project.origins",
            "dashboard_project.secret",
            "dashboard_project.secrets",
            "dashboard_project.url",
            "setup.display_name",
            "setup.domain",
            "setup.domains",
            "setup.filter",
            "setup.full_name",
            "setup.optional",
            "setup.record_name",
            "setup.token",
        ],
    ),
    ("es", &["dashboard.kind_webhook", "dashboard.no", "setup.client_id", "setup.token"]),
    ("fr", &["dashboard.kind_webhook", "setup.active", "setup.client_id", "setup.record_type"]),
    (
        "it",
        &[
            "dashboard.account",
            "dashboard.database",
            "dashboard.kind_webhook",
            "dashboard.no",
            "dashboard.password",
            "dashboard_member.passkey",
            "dashboard_organization.method_password",
            "dashboard_project.provider",
            "login.password",
            "setup.client_id",
            "setup.directory",
            "setup.scim",
            "setup.token",
        ],
    ),
    (
        "nl",
        &[
            "dashboard.account",
            "dashboard.database",
            "dashboard.kind_webhook",
            "dashboard.passkey_name_example",
            "dashboard.passkeys",
            "dashboard_member.passkey",
            "setup.protocol",
            "setup.record_type",
            "setup.token",
        ],
    ),
    ("pt-br", &["dashboard.kind_webhook", "setup.client_id", "setup.token"]),
];

/// Phrases whose names are put together of several pieces.
const PIECED: &[&str] = &[
    "setup.overview",
    "setup.sso_about",
    "setup.domains_about",
    "setup.scim_about",
    "setup.members_about",
    "setup.audit_about",
];

fn names(text: &str) -> BTreeSet<String> {
    Environment::new().template_from_str(text).unwrap().undeclared_variables(true).into_iter().collect()
}

fn said(locale: Locale) -> HashMap<String, &'static str> {
    let of_subject = |(subject, phrases): (&&'static str, &'static HashMap<&'static str, Phrase>)| {
        let subject = *subject;
        phrases.iter().map(move |(name, phrase)| (format!("{subject}.{name}"), &*phrase.0))
    };
    phrases(locale).iter().flat_map(of_subject).collect()
}

#[test]
fn every_language_says_everything_with_the_same_names_and_in_words_of_its_own() {
    for locale in Locale::ALL {
        for (subject, text) in files(locale) {
            serde_json::from_str::<HashMap<String, String>>(text)
                .unwrap_or_else(|error| panic!("{subject}, {}: {error}", locale.name()));
        }
    }
    let english = said(Locale::En);
    let same = SAME.iter().flat_map(|(language, keys)| keys.iter().map(move |key| format!("{language} {key}")));
    let mut unused: BTreeSet<_> = same.collect();
    for locale in Locale::ALL.into_iter().filter(|locale| *locale != Locale::En) {
        let theirs = said(locale);
        let keys = |phrases: &HashMap<String, &str>| phrases.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(&theirs), keys(&english), "{}", locale.name());
        for (key, text) in &theirs {
            assert_eq!(names(text), names(english[key]), "{} {key}", locale.name());
            assert!(!text.trim().is_empty() && !text.contains("  "), "{} {key}", locale.name());
            if *text == english[key] {
                assert!(unused.remove(&format!("{} {key}", locale.name())), "{} {key} is English", locale.name());
            }
        }
    }
    assert!(unused.is_empty(), "{unused:?}");
}

/// What the names stand for is put in as a template would.
#[test]
fn a_phrase_is_filled_as_a_template_would_be() {
    for (key, phrase) in Locale::ALL.into_iter().flat_map(said) {
        let values: HashMap<_, _> = names(phrase).into_iter().map(|name| (name.clone(), format!("<{name}>"))).collect();
        let expected = Environment::new().render_str(phrase, &values).unwrap();
        assert_eq!(filled(phrase, |name| values.get(name).cloned()), expected, "{key}");
    }
    assert_eq!(say(Locale::De, "account.lead", &[("place", &7)]), "Sie sind bei 7 angemeldet.");
    assert_eq!(say(Locale::De, "account.nothing", &[]), "account.nothing");
}

/// The templates and the code of the pages.
fn sources() -> Vec<(String, String)> {
    fn read(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_source = path.extension().is_some_and(|kind| kind == "html" || kind == "rs");
            match path.is_dir() {
                true => read(&path, found),
                false if is_source && !path.ends_with("phrases/tests.rs") => {
                    found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
                }
                false => {}
            }
        }
    }
    let mut found = Vec::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages"), &mut found);
    found
}

/// Each phrase that is asked for is there, and each that is there is asked for.
#[test]
fn pages_say_what_there_is_to_say() {
    let english = said(Locale::En);
    let mut unasked: BTreeSet<_> = english.keys().filter(|key| !PIECED.contains(&key.as_str())).cloned().collect();
    for (path, text) in sources() {
        for (subject, _) in files(Locale::En) {
            for (place, start) in text.match_indices(&format!("\"{subject}.")) {
                let rest = &text[place + start.len()..];
                // Operations have names of the same form.
                if text[..place].trim_end().ends_with("#[endpoint(") {
                    continue;
                }
                let name: String =
                    rest.chars().take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_').collect();
                let key = format!("{subject}.{name}");
                let ends = &rest[name.len()..];
                // `"subject.name_{}"` and `"subject.name_" ~ more` are beginnings of names.
                if ends.starts_with('{') || name.ends_with('_') {
                    let begin = |known: &String| known.starts_with(&key);
                    assert!(english.keys().any(begin), "{path}: {key}…");
                    unasked.retain(|known| name.is_empty() || !begin(known));
                } else if ends.starts_with('"') && !matches!(name.as_str(), "" | "css" | "html" | "js") {
                    assert!(english.contains_key(&key), "{path}: {key}");
                    unasked.remove(&key);
                }
            }
        }
    }
    assert!(unasked.is_empty(), "{unasked:?}");
}

/// Words that stand in templates as they are: names of protocols and products.
const NAMES: &[&str] = &["SAML 2.0", "OpenID Connect", "TXT", "UTC", "Guildhall", "Slack", "HubSpot", "GitHub"];

/// The parts of a template that are words: what stands between tags, in attributes that people read, and in texts within
/// expressions that are no names of ours.
fn words(template: &str) -> Vec<String> {
    let mut outside = String::new();
    let mut found = Vec::new();
    let mut rest = template;
    while let Some((before, inside)) = rest.split_once('{').filter(|(_, inside)| inside.starts_with(['{', '%', '#'])) {
        outside.push_str(before);
        let end = match &inside[..1] {
            "{" => "}}",
            "%" => "%}",
            _ => "#}",
        };
        let (inside, after) = inside[1..].split_once(end).unwrap();
        if end != "#}" {
            let texts = inside.split('"').skip(1).step_by(2);
            // A text for people has a capital letter followed by a small one, or several words.
            let is_said = |text: &&str| {
                let letters: Vec<char> = text.chars().collect();
                let starts = letters.windows(2).any(|two| two[0].is_uppercase() && two[1].is_lowercase());
                let is_path = text.contains('/') || text.contains("://");
                !is_path && (starts || text.trim().contains(' '))
            };
            found.extend(texts.filter(is_said).map(str::to_owned));
            outside.push('¶');
        }
        rest = after;
    }
    outside.push_str(rest);
    for attribute in ["aria-label=\"", "title=\"", "placeholder=\"", "alt=\"", "data-column=\""] {
        found.extend(outside.split(attribute).skip(1).filter_map(|text| text.split('"').next()).map(str::to_owned));
    }
    // Commands and tags are no words.
    let without_code = outside.split("<code").enumerate().map(|(n, part)| match (n, part.split_once("</code>")) {
        (0, _) | (_, None) => part,
        (_, Some((_, after))) => after,
    });
    let outside: String = without_code.collect();
    found.extend(
        outside
            .split('<')
            .filter_map(|part| part.split_once('>').map_or(Some(part), |(_, text)| Some(text)))
            .map(str::to_owned),
    );
    let is_word = |text: &String| {
        let text = NAMES.iter().fold(text.clone(), |text, name| text.replace(name, ""));
        text.chars().any(char::is_alphabetic)
    };
    found.into_iter().filter(is_word).collect()
}

#[test]
fn templates_of_setup_and_of_the_dashboard_have_no_words_of_their_own() {
    assert_eq!(words("<p class=\"a\">{{ t(\"x.y\") }} <b>Hello</b> <i>UTC</i></p>{# Text #}"), ["Hello"]);
    assert_eq!(
        words("{{ button(\"Go on\", kind=\"quiet\") }}<a title=\"Why\" href=\"/x\">{{ a ~ \"Name\" }}</a>"),
        ["Go on", "Name", "Why"]
    );
    for (path, text) in sources().into_iter().filter(|(path, _)| is_translated(path)) {
        assert_eq!(words(&text), [] as [&str; 0], "{path}");
    }
}

fn is_translated(path: &str) -> bool {
    path.ends_with(".html") && (path.contains("/templates/setup") || path.contains("/templates/dashboard/"))
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
        ("de;Q=0.5, en; q=0.9", Some(Locale::En)),
        ("en;q=0.5, fr;q=0.7, it;q=0.7", Some(Locale::Fr)),
        ("pt-PT, en;q=0.5", Some(Locale::PtBr)),
        ("ja;q=0, nl;q=0.1", Some(Locale::Nl)),
        ("es;q=x", Some(Locale::Es)),
    ] {
        assert_eq!(liked_best(accepted), expected, "{accepted}");
    }
}
