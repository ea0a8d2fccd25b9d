//! The same for the operator.

use super::{Asked, Explanation, explain};
use crate::organizations::{self, AuthMethod, MfaMethod, OrganizationRef};
use crate::projects;
use crate::search::json_of;
use database::Tx;
use foundation::app::App;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use serde_json::Value;

/// The words for ways to log in, and for second factors.
pub fn words() -> (Vec<&'static str>, Vec<&'static str>) {
    let first = AuthMethod::ALL.iter().map(|method| method.as_str()).collect();
    (first, MfaMethod::ALL.iter().map(|method| method.as_str()).collect())
}

/// What somebody would come with besides an address and a way to log in.
#[derive(Default)]
pub struct Besides {
    /// The SSO connection; the organization's default without one. The name of an OpenID Connect provider of the project's own.
    pub connection_id: Option<String>,
    /// The tenants that their account at an OAuth provider would be of.
    pub tenants: Vec<String>,
    /// Words for second factors.
    pub second_factors: Vec<String>,
}

/// Explains what would happen if this address signed in to an organization now, by this method.
///
/// # Errors
/// `organization_not_found`, `invalid_email`, and those of words that are none.
pub async fn explain_login(
    app: &App,
    project: &str,
    organization: &str,
    email: &str,
    method: &str,
    besides: Besides,
) -> Result<Value> {
    let email = EmailAddress::parse(email).map_err(|_| ApiError::InvalidEmail)?;
    let method = AuthMethod::parse(method).ok_or(ApiError::InvalidAllowedAuthMethods)?;
    let Besides { connection_id, tenants, second_factors } = besides;
    let second: Option<Vec<_>> = second_factors.iter().map(|word| MfaMethod::parse(word)).collect();
    let second_factors = second.ok_or(ApiError::InvalidAllowedMfaMethods)?;
    let asked = Asked { email, method, connection_id, tenants, second_factors, passkey: false };
    let reference = OrganizationRef::from(organization.to_owned());
    let look = move |tx: &mut Tx, cx: &Cx| json_of(&of(tx, cx, &reference, &asked)?);
    projects::look_by_operator(app, project, look).await
}

fn of(tx: &mut Tx, cx: &Cx, reference: &OrganizationRef, asked: &Asked) -> Result<Explanation> {
    let organization = organizations::find(tx, cx.project(), reference)?;
    explain(tx, cx, &organization, asked)
}
