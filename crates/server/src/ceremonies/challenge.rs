//! Challenges. What one is for stands in it, with a code that only we can make, so whoever asks for one writes nothing here; that it
//! was answered is noted, so that it is answered once (threat T-41).

use crate::stored_passkeys;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::id::{MemberId, OperatorId, OrganizationId};
use foundation::keys::{Purpose, equal};
use foundation::{random, time};
use serde::{Deserialize, Serialize};
use webauthn::Expected;

/// Minutes in which a challenge is answered: people look for their security key.
pub(crate) const MINUTES: i64 = 5;
/// Bytes of the code.
const CODE: usize = 32;

/// What a challenge is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ceremony {
    #[serde(rename = "c")]
    Create,
    #[serde(rename = "g")]
    Get,
}

/// What a challenge says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Said {
    #[serde(rename = "n")]
    nonce: String,
    #[serde(rename = "c")]
    ceremony: Ceremony,
    #[serde(rename = "d")]
    domain: String,
    #[serde(rename = "v")]
    user_verification: bool,
    /// The only organization in which it is good; none where it is good in all.
    #[serde(rename = "o", skip_serializing_if = "Option::is_none")]
    organization_id: Option<OrganizationId>,
    /// The only member for whom it is good.
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    member_id: Option<MemberId>,
    /// The only operator for whom it is good, with the password that they have.
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    operator: Option<(OperatorId, i64)>,
    #[serde(rename = "e", with = "foundation::time")]
    expires_at: Timestamp,
}

/// A challenge to be.
pub(crate) struct New {
    pub(crate) ceremony: Ceremony,
    pub(crate) domain: String,
    pub(crate) user_verification: bool,
    pub(crate) organization_id: Option<OrganizationId>,
    pub(crate) member_id: Option<MemberId>,
    /// The operator, and the generation of their password.
    pub(crate) operator: Option<(OperatorId, i64)>,
}

/// A challenge of ours that is not over.
pub(crate) struct Challenge {
    code: [u8; CODE],
    said: Said,
}

/// Bound to the project; nobody else's server has the key.
fn code(cx: &Cx, said: &[u8]) -> [u8; CODE] {
    let project = cx.project().id.uuid();
    cx.app.keys().hash(Purpose::PasskeyChallenge, &[project.as_bytes().as_slice(), said].concat())
}

impl New {
    /// Makes it, as browsers are given it.
    pub(crate) fn make(self, cx: &Cx) -> Result<String> {
        let said = Said {
            nonce: URL_SAFE_NO_PAD.encode(random::bytes::<16>()?),
            ceremony: self.ceremony,
            domain: self.domain,
            user_verification: self.user_verification,
            organization_id: self.organization_id,
            member_id: self.member_id,
            operator: self.operator,
            expires_at: time::after_minutes(cx.now(), MINUTES),
        };
        let said = serde_json::to_vec(&said).map_err(|error| Error::Internal(Box::new(error)))?;
        Ok(URL_SAFE_NO_PAD.encode([code(cx, &said).as_slice(), &said].concat()))
    }
}

impl Challenge {
    /// Reads the one that is said to be answered.
    ///
    /// # Errors
    /// `webauthn_challenge_not_found` where it is not ours, or over, or was asked for something else.
    pub(crate) fn read(cx: &Cx, bytes: &[u8], ceremony: Ceremony) -> Result<Self> {
        let of_ours = || {
            let (given, said) = bytes.split_first_chunk::<CODE>()?;
            if !equal(given, &code(cx, said)) {
                return None;
            }
            Some(Self { code: *given, said: serde_json::from_slice(said).ok()? })
        };
        let usable = |known: &Self| known.said.ceremony == ceremony && known.said.expires_at > cx.now();
        of_ours().filter(usable).ok_or(ApiError::WebauthnChallengeNotFound.into())
    }

    /// The domain of the relying party.
    pub(crate) fn domain(&self) -> &str {
        &self.said.domain
    }

    /// What is expected of whoever has answered it, on a page of one of these origins.
    pub(crate) fn expected<'a>(&'a self, answered: &'a [u8], origins: &'a [&'a str]) -> Expected<'a> {
        Expected {
            challenge: answered,
            relying_party: self.domain(),
            origins,
            user_verification: self.said.user_verification,
        }
    }

    /// Whether it is good for this member.
    pub(crate) fn is_for(&self, organization: &OrganizationId, member: &MemberId) -> bool {
        let Said { organization_id, member_id, .. } = &self.said;
        organization_id.as_ref().is_none_or(|only| only == organization)
            && member_id.as_ref().is_none_or(|only| only == member)
    }

    /// The member it names.
    pub(crate) fn member(&self) -> Option<(&OrganizationId, &MemberId)> {
        Some((self.said.organization_id.as_ref()?, self.said.member_id.as_ref()?))
    }

    /// The operator it names, and the generation of the password that they had.
    pub(crate) fn operator(&self) -> Option<(&OperatorId, i64)> {
        self.said.operator.as_ref().map(|(operator, generation)| (operator, *generation))
    }

    /// It was answered.
    ///
    /// # Errors
    /// `webauthn_challenge_not_found` when it had been before.
    pub(crate) fn use_up(&self, tx: &mut Tx, cx: &Cx) -> Result<()> {
        stored_passkeys::use_challenge(tx, cx, &self.code, self.said.expires_at)
    }
}
