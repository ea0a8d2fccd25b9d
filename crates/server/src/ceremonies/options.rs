//! What pages hand to `navigator.credentials`, by way of `PublicKeyCredential.parseCreationOptionsFromJSON()` and
//! `parseRequestOptionsFromJSON()` (Web Authentication, section 5.1.8 and 5.1.9).

use super::challenge::MINUTES;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde::Serialize;
use webauthn::Algorithm;

/// Milliseconds that the browser waits.
const TIMEOUT: i64 = MINUTES * 60_000;
const PUBLIC_KEY: &str = "public-key";

/// For `parseCreationOptionsFromJSON()`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreationOptions {
    /// Who the passkey is for.
    pub(crate) rp: RelyingParty,
    /// Whose it will be.
    pub(crate) user: User,
    /// What the authenticator answers (base64url): once, for five minutes.
    pub(crate) challenge: String,
    /// How the authenticator may sign.
    pub_key_cred_params: Vec<Parameters>,
    /// How long the browser waits, in milliseconds.
    timeout: i64,
    /// What the member has already, so that no authenticator makes a second one.
    pub(crate) exclude_credentials: Vec<Descriptor>,
    /// Which authenticators are wanted.
    authenticator_selection: Selection,
    /// Whether the authenticator is to show what make it is: `none`.
    attestation: &'static str,
}

/// Who a passkey is for.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RelyingParty {
    /// The domain.
    pub(crate) id: String,
    /// The name of the project, for people.
    pub(crate) name: String,
}

/// Whose a passkey is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    /// What the authenticator keeps of the member (base64url); it says nothing about the person.
    pub(crate) id: String,
    /// The person's address, and of members the organization: what people choose by who have passkeys for several.
    pub(crate) name: String,
    /// The person's name.
    pub(crate) display_name: String,
}

/// A way to sign.
#[derive(Serialize, JsonSchema)]
struct Parameters {
    /// Always `public-key`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The number of the algorithm (COSE).
    alg: i64,
}

/// Which authenticators are wanted.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Selection {
    /// Whether the authenticator is to remember the passkey by itself: `preferred`.
    resident_key: &'static str,
    /// The same, for older browsers.
    require_resident_key: bool,
    /// Whether it is to verify who is there: `preferred`.
    user_verification: &'static str,
}

/// A passkey, as browsers find it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Descriptor {
    /// Always `public-key`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The id of the credential (base64url).
    id: String,
    /// How browsers reach the authenticator.
    transports: Vec<String>,
}

/// For `parseRequestOptionsFromJSON()`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestOptions {
    /// What the authenticator answers (base64url): once, for five minutes.
    pub(crate) challenge: String,
    /// How long the browser waits, in milliseconds.
    timeout: i64,
    /// The domain.
    rp_id: String,
    /// The passkeys that would do. Empty where the browser is to offer those that authenticators remember.
    allow_credentials: Vec<Descriptor>,
    /// Whether the authenticator has to verify who is there: `required`, or `preferred` for a second factor.
    user_verification: &'static str,
}

impl CreationOptions {
    pub(crate) fn new(rp: RelyingParty, user: User, challenge: String, known: Vec<Descriptor>) -> Self {
        let parameters = |algorithm: Algorithm| Parameters { kind: PUBLIC_KEY, alg: algorithm.number() };
        Self {
            rp,
            user,
            challenge,
            pub_key_cred_params: Algorithm::ALL.into_iter().map(parameters).collect(),
            timeout: TIMEOUT,
            exclude_credentials: known,
            authenticator_selection: Selection {
                resident_key: "preferred",
                require_resident_key: false,
                user_verification: "preferred",
            },
            attestation: "none",
        }
    }
}

impl RequestOptions {
    pub(crate) fn new(challenge: String, domain: String, known: Vec<Descriptor>, user_verification: bool) -> Self {
        Self {
            challenge,
            timeout: TIMEOUT,
            rp_id: domain,
            allow_credentials: known,
            user_verification: if user_verification { "required" } else { "preferred" },
        }
    }
}

impl Descriptor {
    /// The one with this id.
    pub(crate) fn of(credential_id: &[u8], transports: &[String]) -> Self {
        Self { kind: PUBLIC_KEY, id: URL_SAFE_NO_PAD.encode(credential_id), transports: transports.to_vec() }
    }
}
