//! Passkeys (Web Authentication): registering, using, naming and removing them.

mod authentication;
mod handle;
mod registration;
mod relying_party;
mod upkeep;
mod view;

pub use relying_party::is_domain;
pub(crate) use upkeep::check_name;

use crate::ceremonies::Descriptor;
use crate::factors::PasskeyFactor;
use crate::stored_passkeys::Passkey;
use frame::Endpoint;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    [registration::endpoints(), authentication::endpoints(), upkeep::endpoints()].into_iter().flatten().collect()
}

/// How many passkeys a member has at most.
const MOST: usize = 20;

/// These passkeys, as browsers find them.
fn descriptors(passkeys: &[Passkey]) -> Vec<Descriptor> {
    passkeys.iter().map(|passkey| Descriptor::of(&passkey.credential_id, &passkey.transports.0)).collect()
}

/// The factor that a passkey is a proof of.
fn proof(passkey: &Passkey, user_verified: bool) -> PasskeyFactor {
    PasskeyFactor { webauthn_registration_id: passkey.id.clone(), domain: passkey.domain.clone(), user_verified }
}
