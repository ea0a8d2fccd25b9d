//! What is kept of passkeys: public keys, and what they were called. Knows neither members nor requests; who may register one, and
//! what follows from it, is decided by [`passkeys`](crate::passkeys).

mod store;

pub(crate) use store::TABLES;

use database::{Json, Timestamp, Tx};
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::{MemberId, OrganizationId, WebauthnRegistrationId};
use serde::Serialize;

/// A passkey, as it is stored.
pub(crate) struct Passkey {
    pub(crate) organization_id: OrganizationId,
    pub(crate) member_id: MemberId,
    pub(crate) id: WebauthnRegistrationId,
    pub(crate) credential_id: Vec<u8>,
    /// The domain that it was made for: the id of the relying party.
    pub(crate) domain: String,
    /// COSE.
    pub(crate) public_key: Vec<u8>,
    pub(crate) sign_count: i64,
    /// The model of the authenticator, as that says it itself.
    pub(crate) aaguid: String,
    /// How browsers reach the authenticator.
    pub(crate) transports: Json<Vec<String>>,
    pub(crate) is_backed_up: bool,
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Timestamp,
}

/// What is noted of a passkey when it is used.
#[derive(Clone, Copy)]
pub(crate) struct Use {
    pub(crate) sign_count: u32,
    pub(crate) is_backed_up: bool,
}

/// What the audit log tells of a passkey.
#[derive(Serialize)]
struct Told<'a> {
    name: &'a str,
    domain: &'a str,
    aaguid: &'a str,
    transports: &'a [String],
}

/// What it tells of a counter that went back.
#[derive(Serialize)]
struct Count {
    sign_count: i64,
}

impl Passkey {
    fn told(&self) -> Told<'_> {
        Told { name: &self.name, domain: &self.domain, aaguid: &self.aaguid, transports: &self.transports.0 }
    }

    fn record(&self, tx: &mut Tx, cx: &Cx, action: &str, change: Change) -> Result<()> {
        audit::record(tx, cx, action, Whose::Member(&self.organization_id, &self.member_id), &self.id, change)
    }
}

/// The passkeys of a member, in the order in which they were registered.
pub(crate) fn of_member(tx: &mut Tx, organization: &OrganizationId, member: &MemberId) -> Result<Vec<Passkey>> {
    store::of_member(tx, organization, member)
}

/// The passkey of a member that an authenticator calls so.
pub(crate) fn find_by_credential(
    tx: &mut Tx,
    organization: &OrganizationId,
    member: &MemberId,
    credential: &[u8],
) -> Result<Option<Passkey>> {
    store::find_by_credential(tx, organization, member, credential)
}

/// Stores a new one.
///
/// # Errors
/// `duplicate_webauthn_registration`.
pub(crate) fn insert(tx: &mut Tx, cx: &Cx, new: &Passkey) -> Result<()> {
    store::insert(tx, &cx.project().id, new)?;
    new.record(tx, cx, "webauthn_registration.create", Change::created(&new.told()))
}

/// Notes that one was used.
///
/// # Errors
/// A conflict, where it was used meanwhile: the counts of both have to be held against each other.
pub(crate) fn note_use(tx: &mut Tx, cx: &Cx, passkey: &Passkey, used: Use) -> Result<()> {
    store::note_use(tx, passkey, used, cx.now())
}

/// Tells that the counter of one went back. Nothing else changes: the authenticator of its owner may be the one that is right.
pub(crate) fn tell_of_counter(tx: &mut Tx, cx: &Cx, passkey: &Passkey, shown: u32) -> Result<()> {
    let (before, after) = (Count { sign_count: passkey.sign_count }, Count { sign_count: shown.into() });
    passkey.record(tx, cx, "webauthn_registration.counter_refused", Change::between(&before, &after))
}

/// Gives one another name.
pub(crate) fn rename(tx: &mut Tx, cx: &Cx, passkey: &Passkey, name: &str) -> Result<()> {
    if passkey.name == name {
        return Ok(());
    }
    store::rename(tx, passkey, name)?;
    passkey.record(tx, cx, "webauthn_registration.update", Change::of("name", &passkey.name, &name))
}

/// Removes one.
pub(crate) fn delete(tx: &mut Tx, cx: &Cx, passkey: &Passkey) -> Result<()> {
    store::delete(tx, passkey)?;
    passkey.record(tx, cx, "webauthn_registration.delete", Change::deleted(&passkey.told()))
}

/// Removes all of a member who is deleted; that event tells of it.
pub(crate) fn delete_of_member(tx: &mut Tx, organization: &OrganizationId, member: &MemberId) -> Result<()> {
    store::delete_of_member(tx, organization, member)
}

/// Notes that a challenge was answered, which it is once (threat T-41).
///
/// # Errors
/// `webauthn_challenge_not_found`.
pub(crate) fn use_challenge(tx: &mut Tx, cx: &Cx, hash: &[u8; 32], expires_at: Timestamp) -> Result<()> {
    match store::use_challenge(tx, &cx.project().id, hash, expires_at)? {
        true => Ok(()),
        false => Err(ApiError::WebauthnChallengeNotFound.into()),
    }
}
