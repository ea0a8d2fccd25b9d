//! The service provider against an identity provider of our own, with everything that can be wrong with a response.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod accepted;
mod documents;
mod encryption;
mod idp;
mod keys;
mod metadata;
mod mutations;
mod oracles;
mod requests;
mod rules;
mod signatures;
mod wrapping;

use saml::{Expected, Refused, Verified};

/// The verdict over a text.
fn verify(xml: &str, expected: &Expected<'_>) -> Result<Verified, Refused> {
    saml::verify(xml.as_bytes(), expected)
}

/// The verdict over a response whose assertion is signed, after this text in it has become that.
fn changed(from: &str, to: &str) -> Result<Verified, Refused> {
    let xml = idp::response();
    assert!(xml.contains(from), "{from}");
    verify(&idp::sign(&xml.replace(from, to), "_assertion"), &idp::expected())
}
