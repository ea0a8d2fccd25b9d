//! Passkeys, as the API shows them.

use crate::stored_passkeys::Passkey;
use database::Timestamp;
use foundation::id::WebauthnRegistrationId;
use schemars::JsonSchema;
use serde::Serialize;

/// A passkey of a member.
#[derive(Serialize, JsonSchema)]
pub(super) struct WebauthnRegistration {
    /// The id of the passkey.
    pub(super) webauthn_registration_id: WebauthnRegistrationId,
    /// What the person calls it.
    name: String,
    /// The domain whose pages it is for.
    domain: String,
    /// The model of the authenticator, as that says it itself (AAGUID); zeros where it does not.
    aaguid: String,
    /// How browsers reach the authenticator: `internal`, `hybrid`, `usb`, ….
    transports: Vec<String>,
    /// Whether other devices of the person have it too, so that it is not lost with one.
    backed_up: bool,
    /// When it was registered (RFC 3339).
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    created_at: Timestamp,
    /// When it was last used (RFC 3339).
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    last_used_at: Timestamp,
}

impl From<Passkey> for WebauthnRegistration {
    fn from(passkey: Passkey) -> Self {
        Self {
            webauthn_registration_id: passkey.id,
            name: passkey.name,
            domain: passkey.domain,
            aaguid: passkey.aaguid,
            transports: passkey.transports.0,
            backed_up: passkey.is_backed_up,
            created_at: passkey.created_at,
            last_used_at: passkey.last_used_at,
        }
    }
}
