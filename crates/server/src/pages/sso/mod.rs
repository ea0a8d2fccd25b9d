//! The addresses that browsers come to in a login by SSO, and our metadata for identity providers.

mod callback;
mod metadata;
mod start;

use frame::Endpoint;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        start::start::endpoint(),
        callback::saml::endpoint(),
        callback::oidc::endpoint(),
        metadata::metadata::endpoint(),
    ]
}
