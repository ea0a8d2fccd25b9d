//! Sending a browser to an identity provider.

use super::browser::Browser;
use super::state::State;
use super::{Begun, MINUTES, oidc, saml, store};
use crate::one_time_tokens::pkce::{self, Challenge};
use crate::organizations::{self, Organization, OrganizationRef};
use crate::projects;
use crate::redirect_urls::{self, Asked, Flow};
use crate::sso::connections::{Connection, Settings, operations};
use database::Tx;
use foundation::cx::{Cx, Via};
use foundation::error::{ApiError, Error, Result};
use foundation::text::OrEmpty;
use foundation::time;
use frame::{Cookie, Head};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What the address has that a login begins with.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct Start {
    #[serde(default)]
    public_token: String,
    /// The connection to log in by.
    connection_id: Option<String>,
    /// Or the organization, whose default connection it is then.
    organization_id: Option<OrganizationRef>,
    /// Where members come back to; a registered URL.
    #[schemars(with = "Option<Asked>")]
    login_redirect_url: Option<String>,
    /// Where everyone else comes back to; a registered URL.
    #[schemars(with = "Option<Asked>")]
    signup_redirect_url: Option<String>,
    #[schemars(with = "Option<OrEmpty<Challenge>>")]
    pkce_code_challenge: Option<String>,
    /// Scopes that an OpenID Connect provider is asked for besides the connection's, with spaces between them.
    custom_scopes: Option<String>,
    /// What begins with `provider_` is told to an OpenID Connect provider, without that: `provider_login_hint`, ….
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// A login that has begun: what it takes to send the browser on.
pub(crate) struct Started {
    pub(super) cx: Cx,
    /// Whose identity provider it is, which may be another organization's.
    pub(super) connection: Connection,
    pub(super) state: State,
    browser: Browser,
    pub(super) custom_scopes: String,
    pub(super) added: Vec<(String, String)>,
}

/// How the browser gets to the identity provider.
pub(crate) enum Way {
    /// By going there.
    Url(String),
    /// By sending a form (SAML 2.0 bindings, section 3.5).
    Form { action: String, saml_request: String, relay_state: String },
}

/// What can be wrong with the beginning of a login.
pub(crate) const BEGIN: &[ApiError] = &[
    ApiError::UnauthorizedCredentials,
    ApiError::TooManySsoConnectionLocators,
    ApiError::MissingSsoConnectionLocator,
    ApiError::SsoConnectionNotFound,
    ApiError::OrganizationNotFound,
    ApiError::RequiresActiveSsoConnection,
    ApiError::NoSsoConnectionExistsForOrganization,
    ApiError::IndeterminateSsoConnectionForOrganization,
];

/// Begins a login.
///
/// # Errors
/// In words for whoever wrote the link.
pub(crate) fn begin(tx: &mut Tx, cx: &Cx, head: &Head, start: Start) -> Result<Started> {
    let project = projects::by_public_token(&cx.app, tx, &start.public_token)?;
    let project = project.ok_or_else(|| ApiError::UnauthorizedCredentials.because("There is no such public_token."))?;
    let cx = Cx { project, via: Via::Browser, ..cx.clone() };
    let (organization, own, connection) = connection_of(tx, &cx, &start)?;
    let login_redirect_url = redirect_urls::choose(tx, &cx, Flow::Login, start.login_redirect_url.as_deref())?;
    let signup_redirect_url = match redirect_urls::choose(tx, &cx, Flow::Signup, start.signup_redirect_url.as_deref()) {
        Ok(url) => url,
        // Without one, whoever is new comes back to where everybody does.
        Err(Error::Api(ApiError::NoSignupRedirectUrlsSet | ApiError::NoDefaultSignupRedirectUrl, _)) => {
            login_redirect_url.clone()
        }
        Err(error) => return Err(error),
    };
    let challenge = pkce::challenge(&cx, start.pkce_code_challenge, cx.project().settings.pkce_required_for_sso)?;
    let state = State::generate(&organization.organization_id)?;
    let browser = match Browser::of(head, cx.project()) {
        Some(browser) => browser,
        None => Browser::new()?,
    };
    let login = Begun {
        organization_id: organization.organization_id.clone(),
        state_hash: state.hash(cx.app.keys()).to_vec(),
        connection_id: own,
        browser_hash: browser.hash(cx.app.keys()).to_vec(),
        login_redirect_url,
        signup_redirect_url,
        pkce_code_challenge: challenge,
        expires_at: time::after_minutes(cx.now(), MINUTES),
        used_at: None,
    };
    store::insert_login(tx, &cx.project().id, &login, cx.now())?;
    let custom_scopes = start.custom_scopes.unwrap_or_default();
    Ok(Started { cx, connection, state, browser, custom_scopes, added: added(start.others) })
}

/// The parameters for the identity provider.
fn added(others: Map<String, Value>) -> Vec<(String, String)> {
    let parameter = |(name, value): (String, Value)| {
        let name = name.strip_prefix("provider_")?.to_owned();
        value.as_str().map(|value| (name, value.to_owned()))
    };
    others.into_iter().filter_map(parameter).collect()
}

/// The organization, the id of its connection, and the connection whose identity provider it is.
fn connection_of(tx: &mut Tx, cx: &Cx, start: &Start) -> Result<(Organization, String, Connection)> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let (organization, id) = match (given(&start.connection_id), &start.organization_id) {
        (Some(_), Some(_)) => return Err(ApiError::TooManySsoConnectionLocators.into()),
        (None, None) => return Err(ApiError::MissingSsoConnectionLocator.into()),
        (Some(id), None) => {
            let connection = operations::find_in_project(tx, cx, &id)?.ok_or(ApiError::SsoConnectionNotFound)?;
            let organization = organizations::find_by_id(tx, cx.project(), &connection.organization_id)?;
            (organization.ok_or(ApiError::SsoConnectionNotFound)?, connection.connection_id.as_str().to_owned())
        }
        (None, Some(reference)) => {
            let organization = organizations::find(tx, cx.project(), reference)?;
            let id = default_connection(&organization)?;
            (organization, id)
        }
    };
    let connection = usable(tx, cx, &organization, &id)?.ok_or(ApiError::RequiresActiveSsoConnection)?;
    Ok((organization, id, connection))
}

fn default_connection(organization: &Organization) -> Result<String> {
    let settings = &organization.settings;
    let active = &settings.sso_active_connections;
    let is_active = |id: &String| active.iter().any(|known| known.connection_id == *id);
    match (settings.sso_default_connection_id.clone().filter(is_active), &active[..]) {
        (Some(id), _) => Ok(id),
        (None, [only]) => Ok(only.connection_id.clone()),
        (None, []) => Err(ApiError::NoSsoConnectionExistsForOrganization.into()),
        (None, _) => Err(ApiError::IndeterminateSsoConnectionForOrganization.into()),
    }
}

/// The connection whose identity provider people of the organization log in at by this one of its own, if they can.
pub(super) fn usable(tx: &mut Tx, cx: &Cx, organization: &Organization, id: &str) -> Result<Option<Connection>> {
    let is_active = organization.settings.sso_active_connections.iter().any(|known| known.connection_id == id);
    if !is_active {
        return Ok(None);
    }
    let Some(own) = operations::find_in_project(tx, cx, id)? else { return Ok(None) };
    if own.organization_id != organization.organization_id {
        return Ok(None);
    }
    let connection = match &own.settings {
        Settings::External(external) => operations::find_in_project(tx, cx, &external.external_connection_id)?,
        _ => Some(own),
    };
    Ok(connection.filter(Connection::is_active))
}

impl Started {
    /// The cookie that the browser is known by when it comes back.
    pub(crate) fn cookie(&self) -> Cookie {
        self.browser.cookie(self.cx.project())
    }

    /// How the browser gets to the identity provider.
    ///
    /// # Errors
    /// When the connection does not let a request be made, or a parameter cannot be added.
    pub(crate) async fn way(&self) -> Result<Way> {
        match &self.connection.settings {
            Settings::Saml(settings) => saml::request(self, settings),
            Settings::Oidc(settings) => oidc::request(self, settings).await.map(Way::Url),
            Settings::External(_) => Err(ApiError::RequiresActiveSsoConnection.into()),
        }
    }
}
