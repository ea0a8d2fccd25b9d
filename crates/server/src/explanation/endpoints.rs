use super::{Asked, Explanation, explain};
use crate::actor::Actor;
use crate::organizations::{self, AuthMethod, MfaMethod, OrganizationRef};
use database::Tx;
use foundation::email_address::{AnySpelling, EmailAddress};
use foundation::error::{ApiError, Result};
use foundation::rbac::resource::MEMBER;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![explain_login::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct ExplainLogin {
    organization_id: OrganizationRef,
    /// The address of the person who would log in. Case does not matter.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// How they would log in. What they would have to know or have is taken to be right.
    auth_method: AuthMethod,
    /// For `sso`, the id of the connection; the organization's default when absent. For `oidc_oauth`, the name of the provider.
    connection_id: Option<String>,
    /// For `slack_oauth`, `hubspot_oauth` and `github_oauth`, the ids of the tenants that their account would be of.
    #[serde(default)]
    oauth_tenants: Vec<String>,
    /// The second factors that they would have proven, too.
    #[serde(default)]
    mfa_methods: Vec<MfaMethod>,
    /// Whether they would have used a passkey, too, with which the authenticator has verified who is there.
    #[serde(default)]
    passkey: bool,
}

/// Explain what would happen if somebody signed in now.
///
/// Every rule of a login is looked at, in its order, by the same code; nothing is written and nobody is mailed. A member needs
/// `search` on `stytch.member`, and asks for their own organization. The SDKs have no such call; an own addition.
#[endpoint(
    "organizations.explain_login",
    POST "/v1/b2b/organizations/{organization_id}/explain_login" requires(MEMBER, "search"),
    reads,
    errors(OrganizationNotFound, InvalidEmail, InvalidAllowedAuthMethods, InvalidAllowedMfaMethods)
)]
fn explain_login(tx: &mut Tx, cx: &Call<Actor>, input: ExplainLogin) -> Result<Explanation> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    let asked = Asked {
        email,
        method: input.auth_method,
        connection_id: input.connection_id.filter(|id| !id.is_empty()),
        tenants: input.oauth_tenants,
        second_factors: input.mfa_methods,
        passkey: input.passkey,
    };
    explain(tx, cx, &organization, &asked)
}
