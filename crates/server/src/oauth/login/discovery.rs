use super::provisioning::no_address;
use super::token;
use crate::actor::ProjectCaller;
use crate::discovery::{self, Discovered};
use crate::factors::Factor;
use crate::login::IntermediateSession;
use crate::oauth_accounts;
use crate::oauth_providers;
use crate::one_time_tokens::pkce::{self, Verifier};
use database::Tx;
use foundation::error::{ApiError, Result};
use foundation::text::OrEmpty;
use frame::{Call, WithCookies, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Authenticate {
    /// The `token` that the browser came back with.
    discovery_oauth_token: String,
    /// PKCE: what the `pkce_code_challenge` of the login was made from. Needed exactly when it was begun with one.
    #[schemars(with = "Option<OrEmpty<Verifier>>")]
    pkce_code_verifier: Option<String>,
}

/// What an account at a provider opens.
#[derive(Serialize, JsonSchema)]
pub(super) struct DiscoveredByOauth {
    #[serde(flatten)]
    discovered: Discovered,
    /// The provider: `Google`, `Microsoft`, `GitHub`, `Slack`, `HubSpot`, or the name of one that the project has set up itself.
    provider_type: String,
    /// The workspace, hub or organization at the provider, where it says exactly one. Empty otherwise.
    provider_tenant_id: String,
    /// All workspaces, hubs or organizations that the provider says the person is of.
    provider_tenant_ids: Vec<String>,
    /// The person's name. Empty where the provider does not say it.
    full_name: String,
}

/// Finish discovery at an OAuth provider.
///
/// The token works once, for 5 minutes. Where the provider's word about the address is a proof, everything is open to the person that
/// is open to the address; otherwise the organizations in which the account is a member's.
#[endpoint(
    "oauth.authenticate_discovery",
    POST "/v1/b2b/oauth/discovery/authenticate",
    browser POST "/sdk/v1/b2b/oauth/discovery/authenticate" takes(
        discovery_oauth_token, pkce_code_verifier, dfp_telemetry_id, captcha_token
    ),
    errors(
        OauthTokenNotFound, OauthConfigNotFound, PkceExpectedCodeVerifier, PkceDidNotExpectCodeVerifier, PkceMismatch,
        InvalidPkceCodeVerifier
    )
)]
pub(super) fn authenticate(
    tx: &mut Tx,
    cx: &Call<ProjectCaller>,
    input: Authenticate,
) -> Result<WithCookies<DiscoveredByOauth>> {
    let arrived = token::find_discovery(tx, cx, &input.discovery_oauth_token)?;
    pkce::verify(arrived.pkce_code_challenge.as_deref(), input.pkce_code_verifier.as_deref(), cx.is_browser())?;
    let account = &arrived.arrival.account;
    let provider = account.provider();
    if !oauth_providers::has(tx, cx.project(), &provider)? {
        return Err(ApiError::OauthConfigNotFound.into());
    }
    let email = account.email.clone().ok_or_else(|| no_address(account))?;
    oauth_accounts::take(tx, cx, &arrived)?;
    let factor = Factor::oauth(&provider, arrived.id.as_str(), &account.subject, account.proven_email(), cx.now());
    let intermediate = IntermediateSession::begin(tx, cx, email, None, vec![factor], None)?;
    let discovered = discovery::discovered(tx, cx, "oauth.discovery.authenticate", intermediate)?;
    let tenants = account.tenants.clone();
    let output = DiscoveredByOauth {
        discovered,
        provider_type: provider.type_name().to_owned(),
        provider_tenant_id: if let [one] = &tenants[..] { one.clone() } else { String::new() },
        provider_tenant_ids: tenants,
        full_name: account.full_name.clone().unwrap_or_default(),
    };
    Ok(WithCookies { output, take: |output, jar, now| output.discovered.take_token(jar, now) })
}
