//! The pure part of an OpenID Connect relying party: what a provider says becomes values, or a refusal that can be said in
//! one sentence.
//!
//! No network, no clock, no storage. Whoever calls brings bytes and the time, and makes the requests described here.
//!
//! # A login, in order
//! 1. [`discovery`]: what the provider says about itself, at the address [`issuer::document_url`] makes of its issuer.
//! 2. [`authorization`]: where the browser goes, with `state`, `nonce` and a PKCE challenge of this login.
//! 3. [`callback`]: what the browser brings back, held against the provider that was asked (RFC 9207).
//! 4. [`token_request`] with one of the ways of [`client_authentication`], and [`token_response`].
//! 5. [`key_set`] and [`id_token`]: who signed the ID token, for whom, for which login, until when. [`Refused`] answers
//!    [`needs_newer_keys`](id_token::Refused::needs_newer_keys) when the provider may have changed its keys.
//! 6. [`userinfo`], if there is an address for it: more claims about the same subject.
//! 7. [`identity`]: who that is. Issuer and subject identify a person; an address of theirs is said, perhaps verified.
//!
//! # What providers write is data
//! It is bounded before it is read. Keys come from the key set that the caller passes and from nowhere else: no header of a
//! token leads to a key or to an address (threat T-29). Refusals quote what was seen, cut off and escaped ([`Seen`]), and
//! never a token or a secret.
//!
//! [`Refused`]: id_token::Refused

mod algorithm;
pub mod authorization;
pub mod callback;
pub mod client_assertion;
pub mod client_authentication;
pub mod discovery;
pub mod email;
pub mod endpoint;
#[cfg(test)]
mod for_tests;
pub mod groups;
mod hash;
pub mod id_token;
pub mod identity;
pub mod issuer;
pub mod jws;
mod key;
pub mod key_set;
mod object;
pub mod pkce;
pub mod scope;
mod seen;
mod subject;
pub mod token_request;
pub mod token_response;
pub mod userinfo;

pub use algorithm::Algorithm;
pub use object::{Object, Unreadable};
pub use seen::Seen;
