//! What `navigator.credentials.get()` gives (section 7.2).

use crate::Refusal;
use crate::authenticator_data::{self, AuthenticatorData};
use crate::client_data::{self, ClientData};
use crate::encoded::{self, decode};
use crate::expected::Expected;
use crate::key::Key;
use crate::registration::signed;

/// The longest signature: one of RSA.
const LONGEST_SIGNATURE: usize = 1024;
/// The longest handle of a person (section 5.4.3).
const LONGEST_HANDLE: usize = 64;

/// A credential that was shown, as the browser hands it over. Nothing of it is verified yet.
pub struct Shown {
    id: Vec<u8>,
    client_json: Vec<u8>,
    client: ClientData,
    data: Vec<u8>,
    signature: Vec<u8>,
    handle: Option<Vec<u8>>,
}

/// What is known of the credential.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Its id.
    pub id: &'a [u8],
    /// Its public key (COSE).
    pub key: &'a [u8],
    /// The handle of the person whose it is.
    pub handle: &'a [u8],
    /// How often it had signed when it was last shown.
    pub count: u32,
}

/// A proof that was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assertion {
    /// How often the credential has signed; 0 where the authenticator does not count.
    pub count: u32,
    /// Whether the count is as it ought to be. If not, there may be two of the authenticator.
    pub counter_goes_on: bool,
    /// Whether the authenticator has verified who is there.
    pub is_user_verified: bool,
    /// Whether other devices of the person have the credential too.
    pub is_backed_up: bool,
}

/// Whether a count is as it ought to be after another: it rises, or the authenticator has never counted.
pub fn counter_goes_on(before: u32, now: u32) -> bool {
    (before == 0 && now == 0) || now > before
}

impl Shown {
    /// Reads the fields of an `AuthenticationResponseJSON`.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn read(
        kind: &str,
        id: &str,
        raw_id: &str,
        client_data: &str,
        authenticator_data: &str,
        signature: &str,
        user_handle: Option<&str>,
    ) -> Result<Self, Refusal> {
        let id = encoded::id(kind, id, raw_id)?;
        let client_json = decode(client_data, client_data::MOST)?;
        let client = ClientData::parse(&client_json)?;
        let data = decode(authenticator_data, authenticator_data::MOST)?;
        let handle = user_handle.map(|handle| decode(handle, LONGEST_HANDLE)).transpose()?;
        let signature = decode(signature, LONGEST_SIGNATURE)?;
        Ok(Self { id, client_json, client, data, signature, handle: handle.filter(|handle| !handle.is_empty()) })
    }

    /// The id of the credential that it says it is.
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// The handle of the person whose it says it is; authenticators that keep nothing of a credential know none.
    pub fn handle(&self) -> Option<&[u8]> {
        self.handle.as_deref()
    }

    /// The challenge that it says it answers.
    pub fn challenge(&self) -> &[u8] {
        &self.client.challenge
    }

    /// The origin of the page that it says it was made on.
    pub fn origin(&self) -> &str {
        &self.client.origin
    }

    /// Verifies it.
    ///
    /// # Errors
    /// Whatever is not as expected. That the counter has gone back is told in the assertion, because then the signature is good.
    pub fn verify(&self, expected: &Expected, known: &Known) -> Result<Assertion, Refusal> {
        if self.id != known.id {
            return Err(Refusal::OtherCredential);
        }
        if self.handle.as_ref().is_some_and(|handle| handle != known.handle) {
            return Err(Refusal::Person);
        }
        let authenticator = AuthenticatorData::parse(&self.data)?;
        expected.check(client_data::GET, &self.client, &authenticator)?;
        let key = Key::parse(known.key)?;
        if !key.has_signed(&signed(&self.data, &self.client_json), &self.signature) {
            return Err(Refusal::Signature);
        }
        Ok(Assertion {
            count: authenticator.count,
            counter_goes_on: counter_goes_on(known.count, authenticator.count),
            is_user_verified: authenticator.is_user_verified,
            is_backed_up: authenticator.is_backed_up,
        })
    }
}
