//! Sending a browser to an identity provider.

use super::begun::Told;
use super::started::Started;
use super::usable;
use crate::begun::{self, MINUTES, State};
use crate::one_time_tokens::pkce::{self, Challenge};
use crate::organizations::OrganizationRef;
use crate::projects;
use crate::redirect_urls::{self, Asked, Flow};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::keys::token::TokenKind;
use foundation::text::OrEmpty;
use foundation::time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What the address has that a login begins with.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Start {
    /// The public token of the project: it names it, and is no secret.
    #[serde(default)]
    pub(super) public_token: String,
    /// The connection to log in by.
    connection_id: Option<String>,
    /// Or the organization, whose default connection it is then.
    organization_id: Option<OrganizationRef>,
    /// Where members come back to; a registered URL.
    #[schemars(with = "Option<Asked>")]
    pub(super) login_redirect_url: Option<String>,
    /// Where everyone else comes back to; a registered URL.
    #[schemars(with = "Option<Asked>")]
    signup_redirect_url: Option<String>,
    /// PKCE: the SHA-256 of a verifier that the app keeps, as base64url. With it the token works only for that app.
    #[schemars(with = "Option<OrEmpty<Challenge>>")]
    pkce_code_challenge: Option<String>,
    /// Scopes that an OpenID Connect provider is asked for besides the connection's, with spaces between them.
    custom_scopes: Option<String>,
    /// What begins with `provider_` is told to an OpenID Connect provider, without that: `provider_login_hint`, ….
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// What can be wrong with the beginning of a login.
pub(crate) const BEGIN: &[ApiError] = &[
    ApiError::BadRequest,
    ApiError::TooManySsoConnectionLocators,
    ApiError::MissingSsoConnectionLocator,
    ApiError::SsoConnectionNotFound,
    ApiError::OrganizationNotFound,
    ApiError::RequiresActiveSsoConnection,
    ApiError::NoSsoConnectionExistsForOrganization,
];

/// Begins a login.
///
/// # Errors
/// In words for whoever wrote the link.
pub(crate) fn begin(tx: &mut Tx, cx: &Cx, start: Start) -> Result<Started> {
    if start.public_token.is_empty() {
        return Err(ApiError::BadRequest.because("The address needs the project's public_token."));
    }
    let project = projects::by_public_token(&cx.app, tx, &start.public_token)?;
    let project = project.ok_or_else(|| ApiError::BadRequest.because("There is no such public_token."))?;
    let cx = cx.of_browser(project);
    let (organization, own, connection) =
        usable::connection_of(tx, &cx, start.connection_id.as_deref(), start.organization_id.as_ref())?;
    let login_redirect_url = redirect_urls::choose(tx, &cx, Flow::Login, start.login_redirect_url.as_deref())?;
    let signup_redirect_url = match redirect_urls::choose(tx, &cx, Flow::Signup, start.signup_redirect_url.as_deref()) {
        Ok(url) => Some(url).filter(|url| *url != login_redirect_url),
        // Without one, whoever is new comes back to where everybody does.
        Err(Error::Api(ApiError::NoSignupRedirectUrlsSet | ApiError::NoDefaultSignupRedirectUrl, _)) => None,
        Err(error) => return Err(error),
    };
    let challenge = pkce::challenge(&cx, start.pkce_code_challenge, cx.project().settings.pkce_required_for_sso)?;
    let state = State::generate(TokenKind::SsoState, organization.organization_id.uuid())?;
    let told = Told {
        connection_id: own,
        login_redirect_url,
        signup_redirect_url,
        pkce_code_challenge: challenge,
        expires_at: time::after_minutes(cx.now(), MINUTES),
    };
    let cookie = begun::cookie(cx.app.keys(), cx.project(), &state, &told)?;
    let custom_scopes = start.custom_scopes.unwrap_or_default();
    Ok(Started { cx, connection, state, cookie, custom_scopes, added: added(start.others) })
}

/// The parameters for the identity provider.
fn added(others: Map<String, Value>) -> Vec<(String, String)> {
    let parameter = |(name, value): (String, Value)| {
        let name = name.strip_prefix("provider_")?.to_owned();
        value.as_str().map(|value| (name, value.to_owned()))
    };
    others.into_iter().filter_map(parameter).collect()
}
