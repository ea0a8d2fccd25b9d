//! What `navigator.credentials.create()` gives (section 7.1).

use crate::Refusal;
use crate::authenticator_data::{self, AuthenticatorData};
use crate::cbor::{self, Map, Value};
use crate::client_data::{self, ClientData};
use crate::encoded::{self, decode};
use crate::expected::Expected;
use crate::key::Key;
use aws_lc_rs::digest::{SHA256, digest};

/// The most that an attestation object is long; certificates stand in some.
const MOST: usize = 32 * 1024;

/// A credential that was made, as the browser hands it over. Nothing of it is verified yet.
pub struct Created {
    id: Vec<u8>,
    client_json: Vec<u8>,
    client: ClientData,
    object: Vec<u8>,
}

/// A credential that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its id.
    pub id: Vec<u8>,
    /// Its public key (COSE).
    pub key: Vec<u8>,
    /// How often it has signed; 0 where the authenticator does not count.
    pub count: u32,
    /// The model of the authenticator, as that says it itself (AAGUID); zeros where it does not.
    pub model: [u8; 16],
    /// Whether the authenticator has verified who is there.
    pub is_user_verified: bool,
    /// Whether other devices of the person have it too.
    pub is_backed_up: bool,
}

impl Created {
    /// Reads the fields of a `RegistrationResponseJSON`.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn read(
        kind: &str,
        id: &str,
        raw_id: &str,
        client_data: &str,
        attestation_object: &str,
    ) -> Result<Self, Refusal> {
        let id = encoded::id(kind, id, raw_id)?;
        let client_json = decode(client_data, client_data::MOST)?;
        let client = ClientData::parse(&client_json)?;
        Ok(Self { id, client_json, client, object: decode(attestation_object, MOST)? })
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
    /// Whatever is not as expected.
    pub fn verify(&self, expected: &Expected) -> Result<Credential, Refusal> {
        let (statement, data) = statement_of(&self.object)?;
        if data.len() > authenticator_data::MOST {
            return Err(Refusal::Size);
        }
        let authenticator = AuthenticatorData::parse(data)?;
        expected.check(client_data::CREATE, &self.client, &authenticator)?;
        let made = authenticator.made.ok_or(Refusal::AuthenticatorData)?;
        if made.id != self.id {
            return Err(Refusal::Id);
        }
        let key = Key::parse(made.key)?;
        statement.check(&key, data, &self.client_json)?;
        Ok(Credential {
            id: self.id.clone(),
            key: made.key.to_vec(),
            count: authenticator.count,
            model: made.model,
            is_user_verified: authenticator.is_user_verified,
            is_backed_up: authenticator.is_backed_up,
        })
    }
}

/// What speaks for the authenticator (section 6.5).
pub(crate) enum Statement<'a> {
    /// Nothing.
    None,
    /// The new key (section 8.2): the number of the algorithm, and the signature.
    Itself(i64, &'a [u8]),
    /// Somebody else, who was not asked.
    Another,
}

/// The statement of an attestation object, and what it is about.
pub(crate) fn statement_of(object: &[u8]) -> Result<(Statement<'_>, &[u8]), Refusal> {
    read(object).ok_or(Refusal::AuthenticatorData)
}

fn read(object: &[u8]) -> Option<(Statement<'_>, &[u8])> {
    let (map, []) = cbor::read_map(object)? else { return None };
    let Some(Value::Text(format)) = map.named("fmt") else { return None };
    let Some(Value::Map(statement)) = map.named("attStmt") else { return None };
    let Some(Value::Bytes(data)) = map.named("authData") else { return None };
    let statement = match *format {
        "none" if !statement.is_empty() => return None,
        "none" => Statement::None,
        "packed" => packed(statement)?,
        _ => Statement::Another,
    };
    Some((statement, data))
}

fn packed<'a>(statement: &Map<'a>) -> Option<Statement<'a>> {
    match (statement.named("alg"), statement.named("sig"), statement.named("x5c")) {
        (Some(Value::Number(algorithm)), Some(Value::Bytes(signature)), None) => {
            Some(Statement::Itself(*algorithm, signature))
        }
        (Some(_), Some(_), Some(_)) => Some(Statement::Another),
        _ => None,
    }
}

impl Statement<'_> {
    fn check(&self, key: &Key, data: &[u8], client_json: &[u8]) -> Result<(), Refusal> {
        let Statement::Itself(algorithm, signature) = self else { return Ok(()) };
        let message = signed(data, client_json);
        let holds = *algorithm == key.algorithm.number() && key.has_signed(&message, signature);
        if holds { Ok(()) } else { Err(Refusal::Attestation) }
    }
}

/// What authenticators sign.
pub(crate) fn signed(authenticator_data: &[u8], client_json: &[u8]) -> Vec<u8> {
    [authenticator_data, digest(&SHA256, client_json).as_ref()].concat()
}
