//! The part of a relying party of Web Authentication (Level 3) that computes: it reads what authenticators make, and verifies it.
//! Bytes in, values out: no storage, no clock, no network.
//!
//! It asks for no attestation. A statement that comes all the same is verified where the key itself made it, and not believed
//! otherwise: nothing here says which make an authenticator is of. So there are no certificates to read, which is where the
//! libraries for this are large.
//!
//! [`Created`] is what `navigator.credentials.create()` gives, [`Shown`] what `get()` gives. Both verify all that the standard
//! asks for in one call (threat T-41); what they give back is the only way to a [`Credential`] or an [`Assertion`].

mod assertion;
mod authenticator_data;
mod cbor;
mod client_data;
mod encoded;
mod expected;
mod key;
mod refusal;
mod registration;
mod relying_party;

pub use assertion::{Assertion, Known, Shown, counter_goes_on};
pub use expected::Expected;
pub use key::Algorithm;
pub use refusal::Refusal;
pub use registration::{Created, Credential};
pub use relying_party::{is_domain, is_page_of};

/// Reads what a browser hands to a relying party in whatever way, for the fuzzer.
#[doc(hidden)]
pub fn read_anything(bytes: &[u8]) {
    drop(cbor::read(bytes));
    drop(key::Key::parse(bytes));
    drop(authenticator_data::AuthenticatorData::parse(bytes));
    drop(client_data::ClientData::parse(bytes));
    drop(registration::statement_of(bytes));
}

#[cfg(test)]
mod for_tests;
#[cfg(test)]
mod tests;
