//! OpenID Connect: sending browsers to a provider, and what they bring back.

use super::arrival::{self, Accepted, Arrived, Found, Refused};
use super::identity::Identity;
use super::parse_state;
use super::started::Started;
use super::store;
use crate::begun::NotHere;
use crate::begun::{ProviderAnswer, State};
use crate::openid_providers::{Fault, Providers, REMEMBERED, RENEWED};
use crate::recorder::MASK;
use crate::sentence::sentence;
use crate::sso::connections::{Oidc, Settings};
use crate::sso::protocol::Protocol;
use crate::sso::recorder::{self, Exchange};
use ::oidc::authorization::Request;
use ::oidc::client_assertion::{Assertion, SigningKey};
use ::oidc::client_authentication::{Method, NoMethod, Proof};
use ::oidc::discovery::Metadata;
use ::oidc::groups::Groups;
use ::oidc::id_token::Expected;
use ::oidc::identity::Mapping;
use ::oidc::token_request::{self, Grant};
use ::oidc::{Algorithm, Object, scope};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::random;
use foundation::time;
use frame::Head;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt::Display;
use std::sync::Arc;

/// Seconds by which the clocks may differ.
const SKEW: u32 = 120;
/// Seconds that a token about ourselves is good.
const ASSERTION: u32 = 60;

/// What a provider says about itself, where it says something.
async fn configuration(cx: &Cx, settings: &Oidc) -> Option<Arc<Metadata>> {
    Providers::of(&cx.app).configuration(&settings.issuer, REMEMBERED).await.ok()
}

/// The same. When we could not show it who we are, it is asked anew, in case somebody has mended that.
async fn configuration_for_tokens(cx: &Cx, settings: &Oidc, secret: &str) -> Option<Arc<Metadata>> {
    let known = configuration(cx, settings).await?;
    match method(Some(&known), secret) {
        Ok(_) => Some(known),
        Err(_) => Providers::of(&cx.app).configuration(&settings.issuer, RENEWED).await.ok(),
    }
}

/// Where the browser goes.
pub(super) async fn request(started: &Started, settings: &Oidc) -> Result<String> {
    let Started { cx, connection, state, custom_scopes, added, .. } = started;
    let takes_pkce = configuration(cx, settings).await.is_none_or(|known| known.takes_pkce);
    let bad = |error: &dyn Display| ApiError::BadRequest.because(sentence(error));
    let scope = scope::of_login(&settings.custom_scopes, custom_scopes).map_err(|error| bad(&error))?;
    let keys = cx.app.keys();
    let verifier = state.code_verifier(keys);
    let request = Request {
        endpoint: &settings.authorization_url,
        client_id: &settings.client_id,
        redirect_uri: &connection.callback_url(&cx.app),
        scope: &scope,
        state: &state.to_text(),
        nonce: Some(&state.nonce(keys)),
        code_verifier: takes_pkce.then_some(verifier.as_str()),
        added,
    };
    request.url().map(Into::into).map_err(|error| bad(&error))
}

/// Why what a provider has a browser bring back leads nowhere.
pub(crate) const ANSWER: &[ApiError] = &[
    ApiError::MissingOidcStateParam,
    ApiError::UnsolicitedOidcResponse,
    ApiError::ExpiredOidcResponse,
    ApiError::MissingOidcCsrfCookie,
    ApiError::OidcCsrfCookieMismatch,
    ApiError::OidcAuthCodeError,
    ApiError::OidcInvalidIdToken,
    ApiError::OidcInvalidUserinfo,
    ApiError::OidcResponseSubjectMismatch,
    ApiError::OidcResponseEmailMissing,
    ApiError::OidcResponseUnverifiedEmail,
];

/// What a provider has a browser bring back.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct CallbackInput {
    /// The id of the SSO connection.
    pub(crate) connection_id: String,
    #[serde(flatten)]
    pub(crate) answer: ProviderAnswer,
}

impl CallbackInput {
    /// For the recorder: a code is as good as a password.
    fn recorded(&self) -> Value {
        json!({
            "code": self.answer.code.as_ref().map(|_| MASK),
            "iss": self.answer.iss,
            "error": self.answer.error,
            "error_description": self.answer.error_description,
        })
    }
}

/// Takes a callback in.
///
/// # Errors
/// Why it is not accepted, in words; the connection's recorder has them, too.
pub(crate) async fn callback(cx: &Cx, head: &Arc<Head>, input: CallbackInput) -> Result<Arrived> {
    let state = input.answer.state.as_deref().and_then(parse_state);
    let found = {
        let (cx, head, id, state) = (cx.clone(), head.clone(), input.connection_id.clone(), state.clone());
        cx.clone().read(move |tx| arrival::find(tx, &cx, &head, &id, state.as_ref())).await?
    };
    if !matches!(found.connection.settings, Settings::Oidc(_)) {
        return Err(ApiError::MissingSamlResponse.into());
    }
    let mut exchange = Exchange {
        request_id: cx.request_id.clone(),
        protocol: Protocol::Oidc,
        answers_login: found.login().is_some(),
        is_verified: false,
        response: json!({ "callback": input.recorded() }).to_string(),
    };
    let judged = match begin(&found, &input, state.as_ref()).await? {
        Ok(state) => {
            let mut claims = json!({ "callback": input.recorded() });
            let judged = judge(&found, &input, &state, &mut claims).await;
            exchange.response = recorder::kept(claims.to_string());
            judged
        }
        Err(refused) => Err(refused),
    };
    let accepted = judged.map(|identity| Accepted { identity, assertion: None, asked_url: None });
    let arrived = arrival::finish(found, accepted, exchange).await?;
    arrived.ok_or_else(|| arrival::error(arrival::changed()))
}

/// Uses the login up, in whose browser the callback is: whatever becomes of its code, it does not come twice.
async fn begin(
    found: &Found,
    input: &CallbackInput,
    state: Option<&State>,
) -> Result<std::result::Result<State, Refused>> {
    let plain = |error| Ok(Err(arrival::plain(error)));
    if input.answer.state.as_ref().is_none_or(String::is_empty) {
        return plain(ApiError::MissingOidcStateParam);
    }
    let Some(state) = state else { return plain(ApiError::UnsolicitedOidcResponse) };
    if found.is_elsewhere {
        return Ok(Err((ApiError::OidcInvalidCallbackRequest, arrival::ELSEWHERE.to_owned())));
    }
    let login = match &found.login {
        Ok(Some(login)) => login.clone(),
        Ok(None) => return plain(ApiError::UnsolicitedOidcResponse),
        Err(NotHere::NoCookie) => return plain(ApiError::MissingOidcCsrfCookie),
        Err(NotHere::OtherCookies) => return plain(ApiError::OidcCsrfCookieMismatch),
        Err(NotHere::Over) => return plain(ApiError::ExpiredOidcResponse),
    };
    let project = found.cx.project().id.clone();
    let used =
        found.cx.write(move |tx| tx.visit(login.organization_id.as_str(), |tx| store::use_login(tx, &project, &login)));
    if used.await? { Ok(Ok(state.clone())) } else { plain(ApiError::ExpiredOidcResponse) }
}

async fn judge(
    found: &Found,
    input: &CallbackInput,
    state: &State,
    claims: &mut Value,
) -> std::result::Result<Identity, Refused> {
    let (cx, connection) = (&found.cx, &found.connection);
    let Settings::Oidc(settings) = &connection.settings else {
        return Err((ApiError::OidcInvalidCallbackRequest, "This connection is not one of OpenID Connect.".to_owned()));
    };
    let secret = &connection.secrets.client_secret;
    let known = configuration_for_tokens(cx, settings, secret).await;
    let (callback, says_issuer) =
        (input.answer.callback(), known.as_ref().is_some_and(|known| known.says_issuer_in_callback));
    let code = callback.code(&settings.issuer, says_issuer).map_err(|refused| {
        let error = match refused {
            ::oidc::callback::Refused::Provider { .. } => ApiError::OidcAuthCodeError,
            _ => ApiError::OidcInvalidCallbackRequest,
        };
        (error, sentence(&refused))
    })?;

    let providers = Providers::of(&cx.app);
    let verifier = state.code_verifier(cx.app.keys());
    let takes_pkce = known.as_ref().is_none_or(|known| known.takes_pkce);
    let grant = Grant::Code {
        code,
        redirect_uri: &connection.callback_url(&cx.app),
        code_verifier: takes_pkce.then_some(verifier.as_str()),
    };
    let request = token_request(cx, settings, secret, known.as_deref(), grant)?;
    let tokens = providers.tokens(&settings.token_url, &request).await;
    let tokens = tokens.map_err(|fault| refused(ApiError::OidcAuthCodeError, &fault))?;

    let nonce = state.nonce(cx.app.keys());
    let expected = Expected {
        issuer: known.as_ref().map_or(&settings.issuer, |known| &known.issuer),
        client_id: &settings.client_id,
        nonce: Some(&nonce),
        algorithms: known.as_ref().map_or(&Algorithm::ALL[..], |known| &known.id_token_algorithms),
        access_token: Some(&tokens.access_token),
        code: Some(code),
        now: time::to_seconds(cx.now()),
        skew: SKEW,
    };
    let Some(id_token) = &tokens.id_token else {
        let told = "The answer of the provider's token endpoint has no id_token. Is openid among the scopes?";
        return Err((ApiError::OidcInvalidIdToken, told.to_owned()));
    };
    let id_token = providers.id_token(&settings.jwks_url, id_token, &expected).await;
    let id_token = id_token.map_err(|fault| refused(ApiError::OidcInvalidIdToken, &fault))?;
    claims["id_token"] = Value::Object(id_token.claims.clone());
    let asked =
        providers.userinfo(&settings.userinfo_url, &settings.jwks_url, &tokens.access_token, &id_token, &expected);
    let userinfo: Object = asked.await.map_err(|fault| refused(error_of_userinfo(&fault), &fault))?;
    claims["userinfo"] = Value::Object(userinfo.clone());
    let mapping = Mapping::new(settings.attribute_mapping.iter().map(|(name, claim)| (name.as_str(), claim.as_str())));
    let read = ::oidc::identity::read(&id_token, Some(&userinfo), &mapping);
    read.map(identity).map_err(|not_a_list| (ApiError::OidcInvalidUserinfo, sentence(&not_a_list)))
}

fn error_of_userinfo(fault: &Fault) -> ApiError {
    match fault {
        Fault::Userinfo(::oidc::userinfo::Refused::Subject { .. }) => ApiError::OidcResponseSubjectMismatch,
        _ => ApiError::OidcInvalidUserinfo,
    }
}

fn refused(error: ApiError, fault: &Fault) -> Refused {
    (error, sentence(fault))
}

/// The request for tokens, with the proof of who we are that the provider takes. A client secret that is a private key (PEM,
/// PKCS#8) is one to sign with (`private_key_jwt`).
fn token_request(
    cx: &Cx,
    settings: &Oidc,
    secret: &str,
    known: Option<&Metadata>,
    grant: Grant<'_>,
) -> std::result::Result<token_request::TokenRequest, Refused> {
    let bad = |error: &dyn Display| (ApiError::OidcAuthCodeError, sentence(error));
    let key = private_key(secret).map(|der| SigningKey::from_pkcs8(&der)).transpose().map_err(|error| bad(&error))?;
    let method = method(known, secret).map_err(|error| bad(&error))?;
    let assertion = match &key {
        Some(key) => {
            let id = random::uuid_v4().to_string();
            let assertion = Assertion {
                client_id: &settings.client_id,
                audience: &settings.token_url,
                id: &id,
                now: time::to_seconds(cx.now()),
                lifetime: ASSERTION,
                key_id: None,
            };
            assertion.sign(key).map_err(|error| bad(&error))?
        }
        None => String::new(),
    };
    let proof = match method {
        Method::ClientSecretBasic => Proof::Basic { secret },
        Method::ClientSecretPost => Proof::Post { secret },
        Method::PrivateKeyJwt => Proof::Assertion { assertion: &assertion },
    };
    Ok(token_request::write(&settings.client_id, proof, grant))
}

/// How we show the provider who we are.
fn method(known: Option<&Metadata>, secret: &str) -> std::result::Result<Method, NoMethod> {
    let usual = [Method::PrivateKeyJwt, Method::ClientSecretBasic].map(|method| method.as_str().to_owned());
    let offered = known.map_or(&usual[..], |known| &known.token_endpoint_auth_methods);
    let has_key = private_key(secret).is_some();
    Method::choose(offered, !has_key, has_key)
}

/// The bytes of a private key in PEM (PKCS#8); `None` for what is none.
pub(crate) fn private_key(secret: &str) -> Option<Vec<u8>> {
    let (_, rest) = secret.split_once("-----BEGIN PRIVATE KEY-----")?;
    let (text, _) = rest.split_once("-----END PRIVATE KEY-----")?;
    STANDARD.decode(text.split_whitespace().collect::<String>()).ok()
}

fn identity(read: ::oidc::identity::Identity) -> Identity {
    let groups = match read.groups {
        Groups::Listed(groups) => groups,
        // Whoever was in one may be in none any more.
        Groups::Unsaid | Groups::TooMany => Vec::new(),
    };
    let listed = |value: Value| match value {
        Value::String(text) => json!([text]),
        other => other,
    };
    Identity {
        protocol: Protocol::Oidc,
        external_id: read.idp_user_id.unwrap_or_else(|| read.subject.clone()),
        issuer: read.issuer,
        subject: read.subject,
        unverified: match &read.email {
            Some(email) if email.is_verified() => None,
            Some(email) => Some(sentence(&email.verification)),
            None => None,
        },
        email: read.email.map(|email| email.address),
        full_name: read.full_name,
        groups,
        attributes: read.attributes.into_iter().map(|(name, value)| (name, listed(value))).collect(),
        promoted: read.promoted,
    }
    .bounded()
}
