//! How many mails to strangers members and browsers may cause, and how many text messages anybody.
//!
//! Whoever signs up in a browser names an organization and invites whom they like, so without a bound this server is a
//! sender of advertisements. What the app's backend asks for is not counted: it answers for itself.

use super::store;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{Error, Result};
use foundation::id::{MemberId, OrganizationId, OutboxId, ProjectId};
use foundation::time::{after_minutes, seconds_to_wait};

/// In minutes.
const HOUR: i64 = 60;

/// Mails within an hour, higher than anybody needs who invites by hand.
const OF_MEMBER: i64 = 100;
const OF_ORGANIZATION: i64 = 200;
const OF_PROJECT: i64 = 2000;
/// Changes of one's own address: to anybody's, and with somebody else's words.
const OF_OWN_ADDRESS: i64 = 5;

/// Text messages within an hour, whoever asks for them: each costs money, and a person who logs in needs one or two.
const TEXTS_OF_NUMBER: i64 = 10;
const TEXTS_OF_MEMBER: i64 = 20;
/// To numbers of one country that nobody has proven yet. Whoever earns money with text messages to their own numbers has many.
const TEXTS_OF_COUNTRY: i64 = 500;

/// Whether the mails of this request count.
fn counts(cx: &Cx) -> bool {
    cx.acting.is_some() || cx.is_browser()
}

/// Counts a mail to somebody who has not asked for it, or not proven that they did, for the acting member, the
/// organization and the project.
///
/// # Errors
/// `too_many_requests` when one of them has caused too many within an hour.
pub(crate) fn count_to_stranger(tx: &mut Tx, cx: &Cx, organization: &OrganizationId) -> Result<()> {
    let member = cx.acting.as_ref().map(|member| format!("{}/{}", member.organization_id, member.member_id));
    count_for(tx, cx, member, organization, &cx.project().id)
}

/// Counts a mail to what an acting member says is their own new address.
///
/// # Errors
/// `too_many_requests` when there were too many within an hour.
pub(crate) fn count_to_own_address(tx: &mut Tx, cx: &Cx) -> Result<()> {
    let Some(member) = &cx.acting else { return Ok(()) };
    let counted = format!("{}/{}/address", member.organization_id, member.member_id);
    count(tx, cx, counted, OF_OWN_ADDRESS, "This member has asked for too many changes of address within an hour.")
}

/// Counts a text message for its number, its member and, while nobody has proven the number, the country that it is of.
///
/// # Errors
/// `too_many_requests` when there were too many for one of them within an hour.
pub(crate) fn count_text(
    tx: &mut Tx,
    cx: &Cx,
    organization: &OrganizationId,
    member: &MemberId,
    number: &str,
    country: &str,
    is_proven: bool,
) -> Result<()> {
    let told = "This phone number has got too many text messages within an hour.";
    count(tx, cx, format!("text/{number}"), TEXTS_OF_NUMBER, told)?;
    let told = "This member has got too many text messages within an hour.";
    count(tx, cx, format!("{organization}/{member}/texts"), TEXTS_OF_MEMBER, told)?;
    let told = "Too many new phone numbers of this country were written to within an hour.";
    if is_proven { Ok(()) } else { count(tx, cx, format!("text/{country}"), TEXTS_OF_COUNTRY, told) }
}

/// Does the work of [`count_to_stranger`] for a mail that nobody new gets, and counts it for nobody: how long an answer
/// takes must not tell who is a member (threat T-45).
pub(crate) fn pretend_to_count(tx: &mut Tx, cx: &Cx) -> Result<()> {
    let environment = cx.project().environment;
    count_for(tx, cx, None, &OrganizationId::new(environment), &ProjectId::new(environment))
}

fn count_for(
    tx: &mut Tx,
    cx: &Cx,
    member: Option<String>,
    organization: &OrganizationId,
    project: &ProjectId,
) -> Result<()> {
    if !counts(cx) {
        return Ok(());
    }
    if let Some(member) = member {
        count(tx, cx, member, OF_MEMBER, "This member has caused too many mails to others within an hour.")?;
    }
    let told = "Too many people were written to for this organization within an hour.";
    count(tx, cx, organization.to_string(), OF_ORGANIZATION, told)?;
    let told = "Too many people were written to for this project within an hour.";
    count(tx, cx, project.to_string(), OF_PROJECT, told)
}

/// Counts one, or refuses it with this message.
fn count(tx: &mut Tx, cx: &Cx, counted: String, bound: i64, message: &'static str) -> Result<()> {
    let oldest = store::nth_latest_counted(tx, &cx.project().id, &counted, bound)?;
    if let Some(until) = oldest.map(|at| after_minutes(at, HOUR)).filter(|until| *until > cx.now()) {
        return Err(Error::TooMany(message.into(), seconds_to_wait(until, cx.now())));
    }
    store::count(tx, &cx.project().id, &counted, &OutboxId::new(cx.project().environment), cx.now())
}
