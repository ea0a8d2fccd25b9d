//! What a page sends of what `navigator.credentials` has given it: `toJSON()` of a `PublicKeyCredential`. More than is read here
//! may stand in it.

use foundation::error::{ApiError, Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use webauthn::{Created, Refusal, Shown};

/// How many ways to reach an authenticator are remembered, and how long the word for one is.
const TRANSPORTS: usize = 8;
const LONGEST_TRANSPORT: usize = 32;

/// A credential, with what was asked for.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct PublicKeyCredential<R> {
    /// The id of the credential (base64url).
    id: String,
    /// The same.
    #[serde(rename = "rawId")]
    raw_id: String,
    /// Always `public-key`.
    #[serde(rename = "type")]
    kind: String,
    /// What the authenticator says.
    response: R,
}

/// What the authenticator says of a credential that it has made.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct AttestationResponse {
    /// What the browser says of the page (base64url).
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    /// What the authenticator says of the credential (base64url).
    #[serde(rename = "attestationObject")]
    attestation_object: String,
    /// How browsers reach the authenticator.
    #[serde(default)]
    transports: Vec<String>,
}

/// What the authenticator says of a credential that is used.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct AssertionResponse {
    /// What the browser says of the page (base64url).
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    /// What the authenticator says (base64url).
    #[serde(rename = "authenticatorData")]
    authenticator_data: String,
    /// The signature of both (base64url).
    signature: String,
    /// Whose the credential is, as the authenticator remembers it (base64url).
    #[serde(rename = "userHandle")]
    user_handle: Option<String>,
}

impl PublicKeyCredential<AttestationResponse> {
    pub(crate) fn read(&self) -> Result<Created> {
        let AttestationResponse { client_data, attestation_object, .. } = &self.response;
        Created::read(&self.kind, &self.id, &self.raw_id, client_data, attestation_object).map_err(refused)
    }

    /// Words of newer browsers are kept: they are shown to the same browser again.
    pub(crate) fn transports(&self) -> Vec<String> {
        let is_word = |word: &&String| {
            word.len() <= LONGEST_TRANSPORT && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        };
        self.response.transports.iter().filter(is_word).take(TRANSPORTS).cloned().collect()
    }
}

impl PublicKeyCredential<AssertionResponse> {
    pub(crate) fn read(&self) -> Result<Shown> {
        let AssertionResponse { client_data, authenticator_data, signature, user_handle } = &self.response;
        let handle = user_handle.as_deref();
        Shown::read(&self.kind, &self.id, &self.raw_id, client_data, authenticator_data, signature, handle)
            .map_err(refused)
    }
}

/// In words for whoever wrote the page; that a signature is wrong is one answer with that a passkey is not known.
pub(crate) fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Signature | Refusal::Person | Refusal::OtherCredential => {
            ApiError::UnableToAuthenticateWebauthn.into()
        }
        Refusal::NotVerified => ApiError::UnableToAuthenticateWebauthn
            .because("The authenticator did not verify the person, as by a PIN or a fingerprint, which this takes."),
        other => ApiError::InvalidPublicKeyCredential.because(format!("public_key_credential: {other}.")),
    }
}
