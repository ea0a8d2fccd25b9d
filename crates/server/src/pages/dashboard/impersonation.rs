//! Acting in a member's place begins here.

use super::members::{More, One, found, page_of};
use super::{Shown, organization, within};
use crate::impersonation::{self, BEGIN, Begin, Reason};
use crate::operators::Operator;
use database::Tx;
use foundation::error::{Error, Result};
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Wanted {
    #[serde(flatten)]
    member: One,
    /// Why: the audit log keeps it, where the member's organization reads it.
    #[serde(default)]
    #[schemars(with = "Reason")]
    reason: String,
    /// Where in the app the operator goes: a redirect URL of the project's logins.
    #[serde(default)]
    redirect_url: String,
}

/// Begin to act in a member's place.
///
/// The page that answers has the URL of the app with a token that works once, for five minutes.
#[endpoint(
    "dashboard.impersonate",
    page POST "/dashboard/projects/{project_id}/organizations/{organization_id}/members/{member_id}/impersonate",
    errors(ProjectNotFound, OrganizationNotFound, MemberNotFound, ..BEGIN)
)]
pub(super) async fn begin(cx: Call<Operator>, input: Wanted) -> Result<Shown> {
    let Wanted { member, reason, redirect_url } = input;
    let (_, own) = within(&cx, &member.project_id).await?;
    let account = &cx.caller.account;
    let begin = Begin { by: account.into(), reason: reason.clone(), redirect_url: redirect_url.clone() };
    let (by, organization_id, member_id) = (own.clone(), member.organization_id.clone(), member.member_id.clone());
    let work = move |tx: &mut Tx| {
        let organization = organization(tx, &by, &organization_id)?;
        let member = found(tx, &organization, &member_id)?;
        impersonation::begin(tx, &by, &organization, &member, &begin)
    };
    let more = match own.write(work).await {
        Ok(begun) => More { url: Some(begun.url.into()), ..More::default() },
        Err(refused @ Error::Api(error, _)) if BEGIN.contains(&error) => {
            More { problem: Some((error, refused.sentence().into_owned())), reason, redirect_url, ..More::default() }
        }
        Err(other) => return Err(other),
    };
    page_of(&cx, member, more).await
}
