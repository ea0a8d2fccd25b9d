//! What a response has to be like to be accepted.

use crate::keys::{Certificate, PrivateKey};

/// The most seconds by which clocks may be said to differ.
pub const MAX_SKEW: i64 = 600;
/// How long after it was made an assertion is accepted at most, in seconds, whatever it says itself: so long its ID has to be
/// remembered. Some identity providers make them valid for 20 hours.
pub const MAX_AGE: i64 = 24 * 3600;

/// What a response has to be like to be accepted: all that we know of the connection and of the request.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The identity provider's entity ID.
    pub issuer: &'a str,
    /// Its certificates. One of them has to verify each signature; without any, nothing is accepted (threat T-14).
    pub certificates: &'a [Certificate],
    /// Our keys that assertions may be encrypted for, the likeliest first. At most [`MAX_DECRYPTION_KEYS`] are tried.
    pub decryption_keys: &'a [PrivateKey],
    /// What we call ourselves: our entity ID, and others that are accepted.
    pub audiences: &'a [&'a str],
    /// Our addresses that it may have been sent to.
    pub acs_urls: &'a [&'a str],
    /// The ID of the request that it has to answer; none if it may not answer any (started by the identity provider).
    pub request_id: Option<&'a str>,
    /// In seconds since 1970.
    pub now: i64,
    /// By how many seconds the clocks may differ; at most [`MAX_SKEW`] count.
    pub skew: i64,
    /// What is allowed beyond what is good.
    pub legacy: Legacy,
}

/// How many decryption keys are tried: each costs as much as a signature.
pub const MAX_DECRYPTION_KEYS: usize = 5;

/// Algorithms that are broken or breaking, each by a switch (threat T-17).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Legacy {
    /// SHA-1 in signatures and digests.
    pub sha1: bool,
    /// Keys wrapped with RSA PKCS#1 v1.5, in signed responses.
    pub rsa_1_5: bool,
    /// Triple DES, in signed responses.
    pub triple_des: bool,
}

impl Expected<'_> {
    pub(crate) fn skew(&self) -> i64 {
        self.skew.clamp(0, MAX_SKEW)
    }
}
