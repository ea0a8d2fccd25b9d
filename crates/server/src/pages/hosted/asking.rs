//! The operations that these pages ask for: those of the browser API, by name.

use crate::{
    discovery, email_codes, login, magic_links, members, oauth, organizations, passkeys, passwords, second_factors,
    sessions, sso,
};
use foundation::config::Config;
use foundation::memory::Memory;
use frame::Endpoint;
use std::collections::HashMap;

/// The endpoints, made once.
pub(super) struct Operations(HashMap<&'static str, Endpoint>);

impl Memory for Operations {
    fn new(_: &Config) -> Self {
        let subjects = [
            discovery::endpoints(),
            email_codes::endpoints(),
            login::endpoints(),
            magic_links::endpoints(),
            members::endpoints(),
            oauth::endpoints(),
            organizations::endpoints(),
            passkeys::endpoints(),
            passwords::endpoints(),
            second_factors::endpoints(),
            sessions::endpoints(),
            sso::endpoints(),
        ];
        Self(subjects.into_iter().flatten().map(|endpoint| (endpoint.about.operation, endpoint)).collect())
    }
}

impl Operations {
    /// The one of this name.
    pub(super) fn get(&self, operation: &str) -> Option<&Endpoint> {
        self.0.get(operation)
    }
}
