//! A SAML 2.0 service provider: bytes in, values out. No network, no clock, no storage; randomness only for IDs and keys.
//!
//! It does what one product needs of the standard, and refuses the rest:
//!
//! * [`AuthnRequest`] asks an identity provider to log somebody in, by redirect or by form.
//! * [`verify`] says who a response is about, or why it is not accepted ([`Refused`]). Whoever calls it remembers the
//!   assertion's ID ([`Verified::assertion_id`]).
//! * [`IdentityProvider`] is read from an identity provider's metadata, [`service_provider_metadata`] writes ours.
//! * [`PrivateKey`] and [`Certificate`] are what all of them sign, decrypt and verify with.
//!
//! # Why a response can be believed
//! A document is scanned once, before it is parsed, for what would make that expensive or ambiguous: size, depth, numbers,
//! document types, processing instructions, comments (threats T-12, T-13, T-16). It is parsed once. A signature stands
//! directly in the Response or the Assertion, and is about just that element, by an ID that nothing else has; there is
//! exactly one assertion, by name, anywhere (T-11). What is read afterwards is read from the node that was verified, in the
//! order of the schemas, and an element that is not expected is refused, not passed over. Keys come from the
//! configuration, never from the message (T-14). Algorithms are on a list (T-17).

mod encoding;
mod encryption;
mod expected;
mod keys;
mod metadata;
mod names;
mod refused;
mod request;
mod response;
mod signature;
mod time;
mod xml;

pub use expected::{Expected, Legacy, MAX_AGE, MAX_DECRYPTION_KEYS, MAX_SKEW};
pub use keys::{
    Certificate, CertificateError, KeyError, MAX_RSA_BITS, MIN_RSA_BITS, PrivateKey, PrivateKeyError, validity,
};
pub use metadata::{Binding, IdentityProvider, MetadataError, ServiceProvider, service_provider_metadata};
pub use names::{EMAIL_ADDRESS_FORMAT, UNSPECIFIED_FORMAT};
pub use refused::{Refused, RefusedKind, Signed};
pub use request::{AuthnRequest, MAX_RELAY_STATE, RequestError, from_redirect, is_relay_state, new_id};
pub use response::{Attribute, NameId, Verified, from_form, verify};
pub use xml::{Malformed, canonicalize};
