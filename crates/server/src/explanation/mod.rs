//! What would happen if somebody signed in now: every rule that is looked at, who says so, and what would mend it.
//!
//! It asks the functions that a login asks, in the order of a login, and makes no decision of its own. It writes nothing.

mod decided;
mod endpoints;
mod gates;
pub(crate) mod operator;
mod told;

pub(crate) use endpoints::endpoints;
pub(crate) use told::Explanation;

use crate::attempts::{self, Target};
use crate::decision::{Decision, Question, Subject, is_stranger, weigh};
use crate::factors::Factor;
use crate::members::{Member, Status};
use crate::organizations::{AuthMethod, MfaMethod, Organization};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use told::Told;

/// What somebody would come with.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) email: EmailAddress,
    /// How they would log in.
    pub(crate) method: AuthMethod,
    /// By SSO, by which connection; the default one when absent. By an OpenID Connect provider of the project's own, its name.
    pub(crate) connection_id: Option<String>,
    /// By a provider whose accounts are of tenants, those of their account.
    pub(crate) tenants: Vec<String>,
    /// The second factors that they would have proven, too.
    pub(crate) second_factors: Vec<MfaMethod>,
    /// Whether they would have used a passkey, too.
    pub(crate) passkey: bool,
}

/// Whom the rules before the decision let through.
struct Found {
    /// None where they would become one.
    member: Option<Member>,
    /// By SSO the connection; by OAuth the registration that makes the account theirs, if one does.
    by: String,
}

/// Explains what a login would come to. The organization is entered.
pub(crate) fn explain(tx: &mut Tx, cx: &Cx, organization: &Organization, asked: &Asked) -> Result<Explanation> {
    let mut told = Told::default();
    let Some(found) = gates::pass(tx, cx, organization, asked, &mut told)? else { return Ok(told.refused(None)) };
    let now = cx.now();
    let mut factors = vec![Factor::supposed(asked.method, &asked.email, &found.by, now)];
    factors.extend(asked.second_factors.iter().map(|method| Factor::supposed_second(*method, now)));
    if asked.passkey {
        factors.push(Factor::supposed_passkey(now));
    }
    let member = found.member.as_ref();
    let subject = member.map_or_else(|| would_be(&asked.email), Subject::of);
    let is_unknown_account = is_stranger(&subject, &factors[..1]);
    let about = decided::About { organization, member, asked, is_unknown_account };
    let question = Question { settings: &organization.settings, member: subject, factors: &factors, now, within: None };
    let decision = weigh(&question, |rule, is_met| told.note(about.rule(rule, is_met)));
    if let Some(member) = member.filter(|_| decision == Decision::MfaRequired || !asked.second_factors.is_empty()) {
        let target = Target::Second { organization: &organization.organization_id, member: &member.member_id };
        let lock = attempts::locked_until(tx, cx, &target)?;
        told.note(gates::second_lock(lock));
        if lock.is_some() && !asked.second_factors.is_empty() {
            told.refuse(ApiError::UserLockLimitReached);
            return Ok(told.refused(Some(&member.member_id)));
        }
    }
    Ok(told.decided(decision, member))
}

/// Somebody who would become a member by the login.
fn would_be(email: &EmailAddress) -> Subject<'_> {
    Subject {
        status: Status::Pending,
        is_breakglass: false,
        mfa_enrolled: false,
        email,
        email_verified: false,
        accounts: &[],
    }
}
