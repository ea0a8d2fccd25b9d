//! A member's authenticator app, and the recovery codes that stand in for it.

use super::code::{self, Code, Verdict};
use super::store::{self, Whose};
use super::{recovery_codes, secret};
use crate::members::Member;
use database::{Timestamp, Tx};
use foundation::audit::{self, Change};
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::id::TotpRegistrationId;
use foundation::keys::Purpose;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::fmt;

/// A step before all others.
const NEVER: i64 = -1;

/// What is sealed of a registration.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Secrets {
    /// Base32.
    pub(super) secret: String,
    pub(super) recovery_codes: Vec<String>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl Secrets {
    /// New ones.
    pub(super) fn generate() -> Result<Self> {
        Ok(Self { secret: secret::generate()?, recovery_codes: recovery_codes::generate()? })
    }
}

/// What the audit log tells of a set of recovery codes.
fn codes_told(codes: &[String]) -> serde_json::Value {
    json!({ "recovery_codes_remaining": codes.len() })
}

/// A registration, with what is sealed in it.
pub(super) struct Registration {
    pub(super) id: TotpRegistrationId,
    pub(super) secrets: Secrets,
    /// Until when it can be completed; `None` once it is.
    pub(super) expires_at: Option<Timestamp>,
    stored: store::Registration,
}

fn whose(member: &Member) -> Whose<'_> {
    (&member.project_id, &member.organization_id, &member.member_id)
}

fn told(tx: &mut Tx, cx: &Cx, action: &str, member: &Member, id: &TotpRegistrationId, change: Change) -> Result<()> {
    let whose = audit::Whose::Member(&member.organization_id, &member.member_id);
    audit::record(tx, cx, action, whose, id, change)
}

/// The member's, pending ones too.
pub(super) fn find(tx: &mut Tx, cx: &Cx, member: &Member) -> Result<Option<Registration>> {
    let Some(stored) = store::find(tx, whose(member))? else { return Ok(None) };
    let opened = cx.app.keys().open_sealed(tx, Purpose::SecondFactor, stored.id.as_str(), &stored.sealed_secrets)?;
    let secrets = serde_json::from_slice(&opened).map_err(|error| Error::Internal(Box::new(error)))?;
    Ok(Some(Registration { id: stored.id.clone(), secrets, expires_at: stored.expires_at, stored }))
}

/// The member's, if it is complete.
pub(super) fn find_active(tx: &mut Tx, cx: &Cx, member: &Member) -> Result<Option<Registration>> {
    Ok(find(tx, cx, member)?.filter(|registration| registration.expires_at.is_none()))
}

/// Registers an app in the place of a pending one. Without an end it is complete.
pub(super) fn register(
    tx: &mut Tx,
    cx: &Cx,
    member: &Member,
    secrets: &Secrets,
    expires_at: Option<Timestamp>,
) -> Result<TotpRegistrationId> {
    let id = TotpRegistrationId::new(cx.project().environment);
    let sealed_secrets = seal(tx, cx, &id, secrets)?;
    let new = store::Registration { id: id.clone(), sealed_secrets, last_step: NEVER, expires_at };
    store::replace(tx, whose(member), &new, cx.now())?;
    let change = Change::created(&codes_told(&secrets.recovery_codes));
    told(tx, cx, "totp_registration.create", member, &id, change)?;
    Ok(id)
}

fn seal(tx: &mut Tx, cx: &Cx, id: &TotpRegistrationId, secrets: &Secrets) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(secrets).map_err(|error| Error::Internal(Box::new(error)))?;
    cx.app.keys().seal(tx, Purpose::SecondFactor, id.as_str(), &plain)
}

impl Registration {
    /// Judges a code of the app, without noting anything.
    pub(super) fn check(&self, cx: &Cx, code: &Code) -> Result<Verdict> {
        let secret =
            secret::bytes(&self.secrets.secret).ok_or_else(|| Error::internal("a stored secret is no base32"))?;
        Ok(code::check(&secret, code, cx.now(), self.stored.last_step))
    }

    /// Notes that the code of a step was accepted. The registration is complete from then on.
    ///
    /// # Errors
    /// `totp_code_already_authenticated` when another request was faster.
    pub(super) fn accept(&self, tx: &mut Tx, cx: &Cx, member: &Member, step: i64) -> Result<()> {
        if !store::accept(tx, whose(member), &self.id, step)? {
            return Err(ApiError::TotpCodeAlreadyAuthenticated.into());
        }
        match self.expires_at {
            Some(_) => told(tx, cx, "totp_registration.activate", member, &self.id, Change::none()),
            None => Ok(()),
        }
    }

    /// Gives it another set of recovery codes, with which this event is written.
    ///
    /// # Errors
    /// A conflict when another request was faster.
    pub(super) fn set_recovery_codes(
        &self,
        tx: &mut Tx,
        cx: &Cx,
        member: &Member,
        action: &str,
        codes: Vec<String>,
    ) -> Result<()> {
        let change = Change::between(&codes_told(&self.secrets.recovery_codes), &codes_told(&codes));
        let secrets = Secrets { recovery_codes: codes, ..self.secrets.clone() };
        let sealed = seal(tx, cx, &self.id, &secrets)?;
        if !store::change_secrets(tx, whose(member), &self.stored, sealed)? {
            return Err(Error::Conflict);
        }
        told(tx, cx, action, member, &self.id, change)
    }

    /// Removes it.
    pub(super) fn delete(&self, tx: &mut Tx, cx: &Cx, member: &Member) -> Result<()> {
        store::delete(tx, whose(member))?;
        told(tx, cx, "totp_registration.delete", member, &self.id, Change::none())
    }
}
