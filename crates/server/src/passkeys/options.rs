//! What pages hand to `navigator.credentials`, by way of `PublicKeyCredential.parseCreationOptionsFromJSON()` and
//! `parseRequestOptionsFromJSON()` (Web Authentication, section 5.1.8 and 5.1.9).

use super::challenge::MINUTES;
use crate::stored_passkeys::Passkey;
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
pub(super) struct CreationOptions {
    /// Who the passkey is for.
    pub(super) rp: RelyingParty,
    /// Whose it will be.
    pub(super) user: User,
    /// What the authenticator answers (base64url): once, for five minutes.
    pub(super) challenge: String,
    /// How the authenticator may sign.
    pub_key_cred_params: Vec<Parameters>,
    /// How long the browser waits, in milliseconds.
    timeout: i64,
    /// What the member has already, so that no authenticator makes a second one.
    pub(super) exclude_credentials: Vec<Descriptor>,
    /// Which authenticators are wanted.
    authenticator_selection: Selection,
    /// Whether the authenticator is to show what make it is: `none`.
    attestation: &'static str,
}

/// Who a passkey is for.
#[derive(Serialize, JsonSchema)]
pub(super) struct RelyingParty {
    /// The domain.
    pub(super) id: String,
    /// The name of the project, for people.
    pub(super) name: String,
}

/// Whose a passkey is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    /// What the authenticator keeps of the member (base64url); it says nothing about the person.
    pub(super) id: String,
    /// The member's address, and the organization: what people choose by who have passkeys for several.
    pub(super) name: String,
    /// The person's name.
    pub(super) display_name: String,
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
pub(super) struct Descriptor {
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
pub(super) struct RequestOptions {
    /// What the authenticator answers (base64url): once, for five minutes.
    pub(super) challenge: String,
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
    pub(super) fn new(rp: RelyingParty, user: User, challenge: String, known: &[Passkey]) -> Self {
        let parameters = |algorithm: Algorithm| Parameters { kind: PUBLIC_KEY, alg: algorithm.number() };
        Self {
            rp,
            user,
            challenge,
            pub_key_cred_params: Algorithm::ALL.into_iter().map(parameters).collect(),
            timeout: TIMEOUT,
            exclude_credentials: known.iter().map(Descriptor::of).collect(),
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
    pub(super) fn new(challenge: String, domain: String, known: &[Passkey], user_verification: bool) -> Self {
        Self {
            challenge,
            timeout: TIMEOUT,
            rp_id: domain,
            allow_credentials: known.iter().map(Descriptor::of).collect(),
            user_verification: if user_verification { "required" } else { "preferred" },
        }
    }
}

impl Descriptor {
    fn of(passkey: &Passkey) -> Self {
        let id = URL_SAFE_NO_PAD.encode(&passkey.credential_id);
        Self { kind: PUBLIC_KEY, id, transports: passkey.transports.0.clone() }
    }
}
