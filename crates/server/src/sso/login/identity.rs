//! Who an identity provider says has logged in.

use crate::members::RegistrationKey;
use crate::sso::protocol::Protocol;
use foundation::email_address::EmailAddress;
use foundation::keys::{Keys, Purpose};
use foundation::metadata::Metadata;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Bytes of JSON that are kept of what it says of a person: they stand with the member.
const ATTRIBUTES: usize = 8 << 10;
/// Groups that are kept, and bytes of each.
const GROUPS: usize = 200;
const GROUP_BYTES: usize = 256;

/// A person, as an identity provider knows them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) protocol: Protocol,
    /// Who says so, and whom they mean: together that is the identity, and all else may change.
    pub(crate) issuer: String,
    pub(crate) subject: String,
    /// What the identity provider calls the person, as members are shown with it.
    pub(crate) external_id: String,
    pub(crate) email: Option<String>,
    /// Why the address is not known to be theirs, in a sentence; nothing if it is.
    pub(crate) unverified: Option<String>,
    pub(crate) full_name: Option<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) attributes: Map<String, Value>,
    /// What becomes trusted metadata of the member.
    pub(crate) promoted: Metadata,
}

impl Identity {
    /// Somebody whom nobody has named yet, with an address that an identity provider would have verified.
    pub(super) fn of_address(email: &EmailAddress) -> Self {
        Self {
            protocol: Protocol::Saml,
            issuer: String::new(),
            subject: String::new(),
            external_id: String::new(),
            email: Some(email.to_string()),
            unverified: None,
            full_name: None,
            groups: Vec::new(),
            attributes: Map::new(),
            promoted: Metadata::new(),
        }
    }

    /// What a registration is looked up by.
    pub(crate) fn hash(&self, keys: &Keys) -> [u8; 32] {
        keys.hash(Purpose::SsoIdentity, format!("{}\0{}", self.issuer, self.subject).as_bytes())
    }

    /// Without what would be too long to be kept with a member.
    pub(crate) fn bounded(mut self) -> Self {
        self.groups.retain(|group| group.len() <= GROUP_BYTES);
        self.groups.truncate(GROUPS);
        let bytes = |value: &Value| value.to_string().len();
        let mut whole: usize = self.attributes.iter().map(|(name, value)| name.len() + bytes(value) + 4).sum();
        while whole > ATTRIBUTES {
            let longest = self.attributes.iter().max_by_key(|(_, value)| bytes(value)).map(|(name, _)| name.clone());
            let Some(longest) = longest else { break };
            let removed = self.attributes.remove(&longest).unwrap_or_default();
            whole = whole.saturating_sub(longest.len() + bytes(&removed) + 4);
        }
        self
    }
}

/// The place in which an identity's registration is looked up.
pub(crate) fn key<'a>(connection_id: &'a str, identity_hash: &'a [u8; 32]) -> RegistrationKey<'a> {
    RegistrationKey { connection_id, identity_hash }
}
