//! A session in which an operator acts in a member's place (threat T-50).

use super::numbers::IMPERSONATION;
use super::outcome::{NoMore, Outcome, State};
use crate::factors::{Factor, ImpersonatedFactor};
use crate::members::Member;
use crate::organizations::Organization;
use crate::sessions::{self, Basis, TermsInput};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;

/// Begins it, with nothing but who acts: nothing was decided of a login, because nobody logs in. It lasts as long as a session does
/// that nobody has asked to last longer, and is not prolonged.
pub(crate) fn impersonate(
    tx: &mut Tx,
    cx: &Cx,
    organization: Organization,
    member: Member,
    by: ImpersonatedFactor,
) -> Result<Outcome> {
    let terms = TermsInput::default().check(cx)?;
    let factors = vec![Factor::impersonated(by, cx.now())];
    let session = sessions::begin_or_extend(tx, cx, &organization, &member, Basis::Login, factors, terms)?;
    let state = State::Authenticated(Box::new(session));
    Ok(Outcome { organization, member, state, more: NoMore {}, method: IMPERSONATION, is_stranger: false })
}
