//! Sessions whose end moves away with each check.

use super::news::{End, News};
use super::remembered::{Remembered, Valid, present};
use super::written_behind::WrittenBehind;
use super::{Credential, store};
use database::{Timestamp, Tx};
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::time::{self, SECOND};

/// An end that moves away by less, in microseconds, since it was last noted is not noted again: no crash loses more.
const NOTED: i64 = SECOND / 2;
/// An end that is nearer, in microseconds, is written at once. What is noted is written long before.
const NEAR: i64 = 10 * SECOND;
/// An end that would come nearer by less, in microseconds, stays: clocks of nodes differ.
const SAME: i64 = SECOND;

/// Has a session that was just found to be valid end so many minutes from now. If it has not met what its organization
/// asks for by now, it ends when it would have.
///
/// # Errors
/// `session_not_found` when it ends in this moment.
pub(super) async fn prolong(cx: &Cx, credential: &Credential, valid: Valid, minutes: i64) -> Result<Valid> {
    let known = &valid.session;
    let (present_end, end) = (known.end(), time::after_minutes(cx.now(), minutes));
    if !known.may_be_prolonged && end > present_end {
        return Ok(valid);
    }
    if present_end.0 - cx.now().0 < NEAR || end.0 + SAME < present_end.0 {
        return set(cx, credential, known, end).await;
    }
    known.move_end(end);
    if known.is_to_be_noted(NOTED) {
        let end = Some(End { at: known.end(), shortened: known.shortened });
        let news = News { organization: known.organization_id.clone(), last_use: None, end };
        cx.app.memory::<WrittenBehind>().note(&known.member_session_id, news);
    }
    known.ensure_jwt(cx).await?;
    Ok(valid)
}

/// Stores the end at once. The audit log tells of one that comes nearer; that it moves away is part of using a session.
async fn set(cx: &Cx, credential: &Credential, known: &Remembered, end: Timestamp) -> Result<Valid> {
    let (organization, id) = (known.organization_id.clone(), known.member_session_id.clone());
    let (promised, asked) = (known.end(), cx.clone());
    let set = move |tx: &mut Tx| {
        let now = asked.now();
        let owner = tx.visit(organization.as_str(), |tx| store::set_end(tx, &organization, &id, end, promised, now))?;
        let Some(owner) = owner else { return Ok(false) };
        if end < promised {
            let change = Change::of("expires_at", &time::to_text(promised), &time::to_text(end));
            audit::record(tx, &asked, "session.update", Whose::Member(&organization, &owner), &id, change)?;
        }
        Ok(true)
    };
    let is_set = cx.write(set).await?;
    if is_set { present(cx, credential).await } else { Err(ApiError::SessionNotFound.into()) }
}
