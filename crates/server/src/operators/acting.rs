//! Acting in a member's place, begun on the command line.

use super::{Account, accounts, store};
use crate::factors::ImpersonatedFactor;
use crate::impersonation::{self, Begin};
use crate::members::operator::find;
use crate::organizations::OrganizationRef;
use crate::projects;
use database::Tx;
use foundation::app::App;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::time;
use serde_json::{Value, json};

/// What is wanted.
pub struct Wanted {
    /// The address of the account of whoever acts. Nobody says on the command line who they are, so it is said here.
    pub operator: String,
    /// Why.
    pub reason: String,
    /// Where in the app they go: a redirect URL of the project's logins. Without it, the default.
    pub redirect_url: Option<String>,
}

impl From<&Account> for ImpersonatedFactor {
    fn from(account: &Account) -> Self {
        Self { impersonator_id: account.operator_id.clone(), impersonator_email_address: account.email_address.clone() }
    }
}

/// Begins to act in a member's place, as the dashboard does: the URL of the app, and the token in it, which works once.
///
/// # Errors
/// `operator_not_found`, `organization_not_found`, `member_not_found`, and those of the operation.
pub async fn begin(
    app: &App,
    project: &str,
    organization: Option<String>,
    member: &str,
    wanted: Wanted,
) -> Result<Value> {
    let email = accounts::address(&wanted.operator)?;
    let (organization, member) = (organization.map(OrganizationRef::from), member.to_owned());
    let begin = move |tx: &mut Tx, cx: &Cx| {
        let account = store::find(tx, &email)?.ok_or(ApiError::OperatorNotFound)?;
        let (organization, member) = find(tx, cx, organization.as_ref(), &member)?;
        let usual = impersonation::urls(tx, cx)?.into_iter().next();
        let redirect_url = wanted.redirect_url.clone().or(usual).unwrap_or_default();
        let begin = Begin { by: (&account).into(), reason: wanted.reason.clone(), redirect_url };
        let begun = impersonation::begin(tx, cx, &organization, &member, &begin)?;
        Ok(json!({
            "organization_id": organization.organization_id,
            "member_id": member.member_id,
            "impersonator_id": account.operator_id,
            "impersonator_email_address": account.email_address,
            "url": begun.url.as_str(),
            "impersonation_token": begun.token,
            "expires_at": time::to_text(begun.expires_at),
        }))
    };
    projects::by_operator(app, project, begin).await
}
