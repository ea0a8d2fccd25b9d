use super::operations;
use crate::actor::ProjectCaller;
use crate::login::{self, Outcome};
use database::Tx;
use foundation::error::Result;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![authenticate::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct Authenticate {
    /// The `token` that an operator has brought from the dashboard, where `stytch_token_type` is `multi_tenant_impersonation`.
    impersonation_token: String,
}

/// Begin a session in which an operator acts in a member's place.
///
/// It lasts an hour, is never prolonged, and has one factor, `impersonated`, which says who acts; the audit log says it with each
/// change. What people get in with cannot be changed in it, and it leads to no other session. Nothing is missing in such a login:
/// it is always complete.
#[endpoint(
    "impersonation.authenticate",
    POST "/v1/b2b/impersonation/authenticate",
    browser POST "/sdk/v1/b2b/impersonation/authenticate" takes(impersonation_token, dfp_telemetry_id, captcha_token),
    errors(MemberImpersonationNotAllowed, UnableToAuthImpersonationToken)
)]
fn authenticate(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Authenticate) -> Result<Outcome> {
    let (organization, member, by) = operations::take(tx, cx, &input.impersonation_token)?;
    login::impersonate(tx, cx, organization, member, by)
}
