//! What this server and a page say to each other when a passkey is made or used (Web Authentication, section 7), whoever's it is.

mod challenge;
mod credential;
mod options;

pub(crate) use challenge::{Ceremony, Challenge, New};
pub(crate) use credential::{AssertionResponse, AttestationResponse, PublicKeyCredential, refused};
pub(crate) use options::{CreationOptions, Descriptor, RelyingParty, RequestOptions, User};
