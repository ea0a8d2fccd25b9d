//! Authenticator apps (TOTP), and the recovery codes that stand in for them.

mod code;
mod endpoints;
pub(crate) mod qr_code;
mod recovery;
mod recovery_codes;
mod registration;
mod secret;
mod store;

pub(super) use store::TABLES;

use crate::members::Member;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;
use frame::Endpoint;

pub(super) fn endpoints() -> Vec<Endpoint> {
    [endpoints::endpoints(), recovery::endpoints()].into_iter().flatten().collect()
}

/// Removes the member's app, pending ones too; whether there was one.
pub(super) fn delete(tx: &mut Tx, cx: &Cx, member: &Member) -> Result<bool> {
    match registration::find(tx, cx, member)? {
        Some(registration) => registration.delete(tx, cx, member).map(|()| true),
        None => Ok(false),
    }
}
