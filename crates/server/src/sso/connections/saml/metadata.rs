//! What an identity provider says of itself, at an address that an administrator gives.

use super::{POST, REDIRECT, Saml, certificates};
use crate::sso::connections::addresses;
use crate::sso::connections::names::Identifier;
use ::saml::{Binding, IdentityProvider, MetadataError};
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::time;
use outbound::Request;
use outbound::header::{ACCEPT, HeaderValue};

/// Redirects that are followed: addresses of metadata are published, and moved.
const REDIRECTS: u8 = 3;
/// The only status of an answer that has it.
const OK: u16 = 200;

/// What can be wrong with it.
pub(super) const METADATA: &[ApiError] = &[
    ApiError::InvalidSamlMetadataUrl,
    ApiError::InvalidXmlFromSamlMetadataUrl,
    ApiError::SamlConnectionMetadataInvalidFormat,
    ApiError::TooManySsoVerificationCertificates,
];

/// Asks for the metadata, through the guarded client: a tenant says where (threat T-19).
///
/// # Errors
/// `invalid_saml_metadata_url` when it cannot be had, `invalid_xml_from_saml_metadata_url`,
/// `saml_connection_metadata_invalid_format`.
pub(super) async fn fetch(cx: &Cx, url: &str) -> Result<IdentityProvider> {
    let refused = |why: String| ApiError::InvalidSamlMetadataUrl.because(format!("The metadata cannot be had: {why}."));
    addresses::check(cx, url).map_err(|why| refused(format!("of metadata_url, {why}")))?;
    let mut request = Request::get(url).map_err(|why| refused(why.to_string()))?.redirects(REDIRECTS);
    if addresses::is_plain(url) {
        request = request.allow_http();
    }
    let kinds = HeaderValue::from_static("application/samlmetadata+xml, application/xml, text/xml, */*;q=0.1");
    let answer = cx.app.outbound().send(request.header(ACCEPT, kinds)).await.map_err(|why| refused(why.to_string()))?;
    match answer.status.as_u16() {
        OK => read(cx, &answer.body),
        status => Err(refused(format!("the answer has status {status}"))),
    }
}

/// Reads a document that says it.
///
/// # Errors
/// `invalid_xml_from_saml_metadata_url`, `saml_connection_metadata_invalid_format`.
pub(super) fn read(cx: &Cx, document: &[u8]) -> Result<IdentityProvider> {
    let metadata = IdentityProvider::parse(document).map_err(|error| match error {
        MetadataError::Malformed(why) => {
            ApiError::InvalidXmlFromSamlMetadataUrl.because(format!("The metadata cannot be read: {why}."))
        }
        error => unusable(&error.to_string()),
    })?;
    if metadata.valid_until.is_some_and(|end| end <= time::to_seconds(cx.now())) {
        return Err(unusable("it says that it is no longer valid"));
    }
    if metadata.entity_id.is_empty() || !Identifier::fits(&metadata.entity_id) {
        return Err(unusable("the entity ID is empty or longer than 1024 characters"));
    }
    addresses::check(cx, &metadata.sso_url).map_err(|why| unusable(&format!("of the address for logins, {why}")))?;
    Ok(metadata)
}

fn unusable(why: &str) -> Error {
    ApiError::SamlConnectionMetadataInvalidFormat.because(format!("The metadata is not taken: {why}."))
}

/// Takes over who the identity provider is, where requests go, and all certificates. What it publishes is all that counts: a
/// key that it has withdrawn, or that is another identity provider's, verifies nothing any more.
///
/// # Errors
/// `too_many_sso_verification_certificates`.
pub(super) fn take_over(saml: &mut Saml, cx: &Cx, metadata: &IdentityProvider) -> Result<()> {
    saml.idp_entity_id = metadata.entity_id.clone();
    saml.idp_sso_url = metadata.sso_url.clone();
    saml.idp_sso_binding = match metadata.binding {
        Binding::Redirect => REDIRECT.to_owned(),
        Binding::Post => POST.to_owned(),
    };
    certificates::replace(saml, cx, &metadata.certificates)
}
