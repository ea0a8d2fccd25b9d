//! The files inside the binary, and those an operator puts in their place.

use std::{borrow::Cow, collections::BTreeMap, fs, path::Path};

macro_rules! files {
    ($($folder:literal: $($name:literal)*;)*) => {
        &[$($(($name, include_str!(concat!($folder, "/", $name))),)*)*]
    };
}

const EMBEDDED: &[(&str, &str)] = files! {
    "templates":
        "layout.html" "login.html" "signup.html" "invite.html" "discovery.html" "email_update.html" "email_changed.html"
        "password_reset.html" "password_changed.html" "locked.html"
        "second_factor_added.html" "second_factor_removed.html" "recovery_code_used.html"
        "login_code.html" "signup_code.html" "discovery_code.html" "email_update_code.html" "certificate_ending.html"
        "layout.txt" "login.txt" "signup.txt" "invite.txt" "discovery.txt" "email_update.txt" "email_changed.txt"
        "password_reset.txt" "password_changed.txt" "locked.txt"
        "second_factor_added.txt" "second_factor_removed.txt" "recovery_code_used.txt"
        "login_code.txt" "signup_code.txt" "discovery_code.txt" "email_update_code.txt" "certificate_ending.txt";
    "locales": "en.json" "es.json" "pt-br.json" "fr.json" "de.json" "ja.json" "nl.json" "it.json";
};

/// The built-in files, by name.
pub fn built_in() -> impl Iterator<Item = (&'static str, &'static str)> {
    EMBEDDED.iter().copied()
}

/// Every file that mail is made of, by name. Those of an operator are owned.
pub(crate) type Files = BTreeMap<String, Cow<'static, str>>;

/// The embedded files, each replaced by the file of the same name in the directory, if there is one.
pub(crate) fn files(overrides: Option<&Path>) -> Result<Files, String> {
    let mut files: Files = EMBEDDED.iter().map(|(name, text)| ((*name).to_owned(), Cow::Borrowed(*text))).collect();
    let Some(directory) = overrides else { return Ok(files) };
    let unreadable = |path: &Path, error| format!("cannot read mail templates at {}: {error}", path.display());

    for entry in fs::read_dir(directory).map_err(|error| unreadable(directory, error))? {
        let path = entry.map_err(|error| unreadable(directory, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if let Some(text) = files.get_mut(name) {
            *text = Cow::Owned(fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?);
        } else if [".html", ".txt", ".json"].iter().any(|ending| name.ends_with(ending)) {
            // A misspelt name would otherwise be a template that silently never appears.
            let known = EMBEDDED.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            return Err(format!("no mail template is called {name} (in {}); there are {known}", directory.display()));
        }
    }
    Ok(files)
}
