//! SAML 2.0: requests to identity providers, and their responses.

use super::arrival::{self, Accepted, Arrived, Found, Refused, plain};
use super::identity::Identity;
use super::known_keys::signing_key;
use super::parse_state;
use super::started::{Started, Way};
use crate::begun::NotHere;
use crate::begun::State;
use crate::sentence::sentence;
use crate::sso::connections::{AttributeMapping, Connection, POST, RESERVED, Saml, Settings};
use crate::sso::protocol::Protocol;
use crate::sso::recorder::{self, Exchange};
use ::saml::{
    AuthnRequest, Certificate, Expected, PrivateKey, RefusedKind, ServiceProvider, Verified, from_form,
    service_provider_metadata, verify,
};
use foundation::app::App;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::time;
use frame::Head;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// What stands for the NameID in an attribute mapping.
const NAME_ID: &str = "NameID";
/// What says that a NameID is another one each time (core, section 8.3.8).
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

/// Stands in every response that has an encrypted assertion.
const ENCRYPTED: &[u8] = b"EncryptedAssertion";

fn unusable(what: &str) -> Error {
    Error::internal(format!("a stored {what} cannot be read"))
}

fn certificates<'a>(stored: impl IntoIterator<Item = &'a String>) -> Result<Vec<Certificate>> {
    stored.into_iter().map(|pem| Certificate::parse(pem).map_err(|_| unusable("certificate"))).collect()
}

/// What we are called, and where responses are posted: the first is ours.
fn addresses(app: &App, connection: &Connection, settings: &Saml) -> (Vec<String>, Vec<String>) {
    let own = connection.callback_url(app);
    let with =
        |other: &str| std::iter::once(own.clone()).chain((!other.is_empty()).then(|| other.to_owned())).collect();
    (with(&settings.alternative_audience_uri), with(&settings.alternative_acs_url))
}

/// The request of a login that has begun. Where the connection has an alternative address, the identity provider knows us by
/// that.
pub(super) fn request(started: &Started, settings: &Saml) -> Result<Way> {
    let Started { cx, connection, state, .. } = started;
    let key = signing_key(&cx.app, connection)?;
    let (audiences, acs_urls) = addresses(&cx.app, connection, settings);
    let last = |urls: &[String]| urls.last().cloned().unwrap_or_default();
    let id = state.request_id(cx.app.keys());
    let request = AuthnRequest {
        id: &id,
        issue_instant: time::to_seconds(cx.now()),
        destination: &settings.idp_sso_url,
        acs_url: &last(&acs_urls),
        issuer: &last(&audiences),
        name_id_format: &settings.nameid_format,
    };
    let relay_state = state.to_text();
    let fault = |error: ::saml::RequestError| Error::internal(error.to_string());
    if settings.idp_sso_binding != POST {
        return Ok(Way::Url(request.redirect(&relay_state, &key).map_err(fault)?));
    }
    let certificates = certificates(settings.signing_certificates.iter().map(|known| &known.certificate))?;
    let certificate = certificates.last().ok_or_else(|| unusable("certificate"))?;
    let saml_request = request.post(&key, certificate).map_err(fault)?;
    Ok(Way::Form { action: settings.idp_sso_url.clone(), saml_request, relay_state })
}

/// Our metadata for the identity provider of a connection, as XML.
pub(crate) fn metadata(app: &App, connection: &Connection) -> Result<Option<String>> {
    let Settings::Saml(settings) = &connection.settings else { return Ok(None) };
    let (audiences, acs_urls) = addresses(app, connection, settings);
    let acs_urls: Vec<&str> = acs_urls.iter().rev().map(String::as_str).collect();
    let signing = certificates(settings.signing_certificates.iter().map(|known| &known.certificate))?;
    let encryption = certificates(settings.encryption_certificates.iter().map(|known| &known.certificate))?;
    Ok(Some(service_provider_metadata(&ServiceProvider {
        entity_id: audiences.last().map_or("", String::as_str),
        acs_urls: &acs_urls,
        signing: &signing,
        encryption: &encryption,
        name_id_format: &settings.nameid_format,
    })))
}

/// Why a response leads nowhere.
pub(crate) const RESPONSE: &[ApiError] = &[
    ApiError::MissingSamlCsrfCookie,
    ApiError::SamlCsrfCookieMismatch,
    ApiError::SamlIdpInitiatedAuthDisabled,
    ApiError::UnsolicitedSamlResponse,
    ApiError::DuplicateSamlResponse,
    ApiError::InvalidXmlSamlResponse,
    ApiError::FailedSamlResponse,
    ApiError::MissingSignatureSamlResponse,
    ApiError::InvalidSignatureSamlResponse,
    ApiError::SamlCertificateMismatch,
    ApiError::InvalidAudienceSamlResponse,
    ApiError::ExpiredSamlResponse,
    ApiError::NotYetValidSamlResponse,
    ApiError::InvalidSamlResponse,
    ApiError::InvalidSamlResponseEmail,
    ApiError::NoLoginRedirectUrlsSet,
    ApiError::NoDefaultLoginRedirectUrl,
];

/// What an identity provider has a browser post.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct ResponseInput {
    /// The id of the SSO connection.
    pub(crate) connection_id: String,
    /// Base64 (bindings, section 3.5.4).
    #[serde(rename = "SAMLResponse")]
    saml_response: Option<String>,
    /// What we have sent along, coming back.
    #[serde(rename = "RelayState")]
    pub(crate) relay_state: Option<String>,
}

/// Takes a response in.
///
/// # Errors
/// Why it is not accepted, in words; the connection's recorder has them, too.
pub(crate) async fn response(cx: &Cx, head: &Arc<Head>, input: ResponseInput) -> Result<Arrived> {
    let field = input.saml_response.filter(|field| !field.is_empty());
    let relay_state = input.relay_state.filter(|relay_state| !relay_state.is_empty());
    let state = relay_state.as_deref().and_then(parse_state);
    let field = field.ok_or(ApiError::MissingSamlResponse)?;
    let xml = from_form(&field);
    let response = recorder::masked_xml(xml.as_deref().unwrap_or(field.as_bytes()));
    let finish = |found: Found| {
        let exchange = Exchange {
            request_id: cx.request_id.clone(),
            protocol: Protocol::Saml,
            answers_login: found.login().is_some(),
            is_verified: false,
            response: response.clone(),
        };
        let judged = judge(&found, state.as_ref(), &xml);
        let judged = judged.map(|accepted| Accepted { asked_url: relay_state.clone(), ..accepted });
        arrival::finish(found, judged, exchange)
    };
    if let Some(found) = arrival::recall(cx, head, &input.connection_id, state.as_ref())
        && let Some(arrived) = finish(found).await?
    {
        return Ok(arrived);
    }
    let found = {
        let (cx, head, id, state) = (cx.clone(), head.clone(), input.connection_id, state.clone());
        cx.clone().read(move |tx| arrival::find(tx, &cx, &head, &id, state.as_ref())).await?
    };
    finish(found).await?.ok_or_else(|| arrival::error(arrival::changed()))
}

fn judge(
    found: &Found,
    state: Option<&State>,
    xml: &std::result::Result<Vec<u8>, ::saml::Refused>,
) -> std::result::Result<Accepted, Refused> {
    let Found { cx, connection, login, is_elsewhere, .. } = found;
    let Settings::Saml(settings) = &connection.settings else {
        return Err((ApiError::OidcInvalidCallbackRequest, "This connection is not one of SAML.".to_owned()));
    };
    match login {
        _ if *is_elsewhere => return Err((ApiError::UnsolicitedSamlResponse, arrival::ELSEWHERE.to_owned())),
        Ok(Some(_)) => {}
        Ok(None) if settings.idp_initiated_auth_disabled => {
            return Err(plain(ApiError::SamlIdpInitiatedAuthDisabled));
        }
        Ok(None) => {}
        Err(NotHere::NoCookie) => return Err(plain(ApiError::MissingSamlCsrfCookie)),
        Err(NotHere::OtherCookies) => return Err(plain(ApiError::SamlCsrfCookieMismatch)),
        Err(NotHere::Over) => return Err(plain(ApiError::UnsolicitedSamlResponse)),
    }
    let fault = |_| (ApiError::InvalidSamlResponse, "What is stored of the connection cannot be read.".to_owned());
    let certificates =
        certificates(settings.verification_certificates.iter().map(|known| &known.certificate)).map_err(fault)?;
    // Most responses need none of our keys, and reading them takes a while. The newest first: it is the likeliest.
    let is_encrypted = |xml: &[u8]| xml.windows(ENCRYPTED.len()).any(|part| part == ENCRYPTED);
    let keys =
        connection.secrets.encryption_private_keys.values().rev().filter(|_| xml.as_deref().is_ok_and(is_encrypted));
    let keys: Vec<_> = keys.filter_map(|pem| PrivateKey::from_pem(pem).ok()).collect();
    let (audiences, acs_urls) = addresses(&cx.app, connection, settings);
    let request_id = state.map(|state| state.request_id(cx.app.keys()));
    let expected = Expected {
        issuer: &settings.idp_entity_id,
        certificates: &certificates,
        decryption_keys: &keys,
        audiences: &audiences.iter().map(String::as_str).collect::<Vec<_>>(),
        acs_urls: &acs_urls.iter().map(String::as_str).collect::<Vec<_>>(),
        request_id: request_id.as_deref(),
        now: time::to_seconds(cx.now()),
        skew: settings.clock_skew_seconds,
        legacy: settings.legacy(),
    };
    let refused = |refused: &::saml::Refused| (error_of(refused), sentence(refused));
    let verified = verify(xml.as_ref().map_err(refused)?, &expected).map_err(|why| refused(&why))?;
    let assertion = Some((verified.assertion_id.clone(), verified.remember_until));
    Ok(Accepted { identity: identity(verified, &settings.attribute_mapping)?, assertion, asked_url: None })
}

fn error_of(refused: &::saml::Refused) -> ApiError {
    match refused.kind() {
        RefusedKind::Xml => ApiError::InvalidXmlSamlResponse,
        RefusedKind::Failed => ApiError::FailedSamlResponse,
        RefusedKind::MissingSignature => ApiError::MissingSignatureSamlResponse,
        RefusedKind::InvalidSignature => ApiError::InvalidSignatureSamlResponse,
        RefusedKind::CertificateMismatch => ApiError::SamlCertificateMismatch,
        RefusedKind::Audience => ApiError::InvalidAudienceSamlResponse,
        RefusedKind::Expired => ApiError::ExpiredSamlResponse,
        RefusedKind::NotYetValid => ApiError::NotYetValidSamlResponse,
        RefusedKind::Unsolicited => ApiError::UnsolicitedSamlResponse,
        RefusedKind::Invalid => ApiError::InvalidSamlResponse,
    }
}

/// Reads a person by the mapping.
fn identity(verified: Verified, mapping: &AttributeMapping) -> std::result::Result<Identity, Refused> {
    let values = |name: &str| -> Vec<String> {
        if name == NAME_ID {
            return vec![verified.name_id.value.clone()];
        }
        let found = verified.attributes.iter().find(|attribute| attribute.name == name);
        let trimmed = |value: &String| Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        found.map(|attribute| attribute.values.iter().filter_map(trimmed).collect()).unwrap_or_default()
    };
    let mapped = |key: &str| mapping.get(key).map(|name| values(name)).unwrap_or_default();
    let first = |key: &str| mapped(key).into_iter().next();
    let email = first("email");
    if email.is_none() {
        let names: Vec<_> = verified.attributes.iter().map(|attribute| format!("{:?}", attribute.name)).collect();
        let told = format!(
            "The mapping takes the email address from {:?}, and the response has no value there. Its attributes are: {}.",
            mapping.get("email").map_or("nothing", String::as_str),
            if names.is_empty() { "none".to_owned() } else { names.join(", ") },
        );
        return Err((ApiError::InvalidSamlResponseEmail, told));
    }
    let parts: Vec<String> = ["first_name", "last_name"].into_iter().filter_map(first).collect();
    let full_name = first("full_name").or_else(|| (!parts.is_empty()).then(|| parts.join(" ")));
    let own_id = first("idp_user_id");
    let name = match verified.name_id.format.as_str() {
        TRANSIENT => email.clone().unwrap_or_default(),
        _ => verified.name_id.value.clone(),
    };
    let subject = own_id.unwrap_or(name);
    let text = |values: Vec<String>| match &values[..] {
        [one] => Value::from(one.as_str()),
        _ => Value::from(values),
    };
    let promoted = mapping.keys().filter(|key| !RESERVED.contains(&key.as_str()));
    let promoted = promoted.map(|key| (key.clone(), mapped(key))).filter(|(_, values)| !values.is_empty());
    let promoted: Map<String, Value> = promoted.map(|(key, values)| (key, text(values))).collect();
    let groups = mapped("groups");
    let attributes = verified.attributes.into_iter().map(|attribute| (attribute.name, Value::from(attribute.values)));
    Ok(Identity {
        protocol: Protocol::Saml,
        issuer: verified.issuer,
        external_id: subject.clone(),
        subject,
        email,
        unverified: None,
        full_name,
        groups,
        attributes: attributes.collect(),
        promoted,
    }
    .bounded())
}
