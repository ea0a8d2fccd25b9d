//! The products that a directory can be.

use foundation::wire_enum;

wire_enum! {
    /// Whose product a directory is.
    pub(crate) IdentityProvider(InvalidScimIdp) {
        // What the admin portal sends before one is chosen.
        Unsaid = "",
        Okta = "okta",
        MicrosoftEntra = "microsoft-entra",
        Cyberark = "cyberark",
        Jumpcloud = "jumpcloud",
        Onelogin = "onelogin",
        Pingfederate = "pingfederate",
        Rippling = "rippling",
        Generic = "generic",
    }
}

/// What is stored of what a request says: the usual one is `generic`.
pub(super) fn word(given: Option<IdentityProvider>) -> String {
    given.unwrap_or(IdentityProvider::Generic).as_str().to_owned()
}

/// What the address of the server has at its end, so that the directory keeps to the standard.
pub(super) fn marks(word: &str) -> &'static str {
    if word == IdentityProvider::MicrosoftEntra.as_str() { "?aadOptscim062020" } else { "" }
}
