//! The products that an identity provider can be.

use foundation::wire_enum;

wire_enum! {
    /// Whose product an identity provider is. It is a name for people; nothing depends on it.
    pub(crate) IdentityProvider(InvalidSsoIdp) {
        Classlink = "classlink",
        Cyberark = "cyberark",
        Duo = "duo",
        GoogleWorkspace = "google-workspace",
        Jumpcloud = "jumpcloud",
        Keycloak = "keycloak",
        Miniorange = "miniorange",
        MicrosoftEntra = "microsoft-entra",
        Okta = "okta",
        Onelogin = "onelogin",
        Pingfederate = "pingfederate",
        Rippling = "rippling",
        Salesforce = "salesforce",
        Shibboleth = "shibboleth",
        Generic = "generic",
    }
}

/// What is stored of what a request says: the usual one is `generic`.
pub(super) fn word(given: Option<IdentityProvider>) -> String {
    given.unwrap_or(IdentityProvider::Generic).as_str().to_owned()
}
