use crate::Refusal;
use crate::authenticator_data::AuthenticatorData;
use crate::client_data::ClientData;
use crate::relying_party::{hash_of, is_page_of};
use aws_lc_rs::constant_time::verify_slices_are_equal;

/// What a relying party expects of what it has asked for.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The challenge that was given out.
    pub challenge: &'a [u8],
    /// The id of the relying party: a domain.
    pub relying_party: &'a str,
    /// The origins of its pages, each as browsers write it. No part of one is ever enough.
    pub origins: &'a [&'a str],
    /// Whether the authenticator has to know who is there, and not only that somebody is.
    pub user_verification: bool,
}

impl Expected<'_> {
    /// Checks what both ceremonies have in common.
    pub(crate) fn check(
        &self,
        ceremony: &str,
        client: &ClientData,
        authenticator: &AuthenticatorData,
    ) -> Result<(), Refusal> {
        if client.ceremony != ceremony {
            return Err(Refusal::Ceremony);
        }
        let is_answered = verify_slices_are_equal(&client.challenge, self.challenge).is_ok();
        if !is_answered || self.challenge.is_empty() {
            return Err(Refusal::Challenge);
        }
        let is_ours = self.origins.contains(&client.origin.as_str());
        if !is_ours || !is_page_of(&client.origin, self.relying_party) {
            return Err(Refusal::Origin);
        }
        if client.is_cross_origin {
            return Err(Refusal::Framed);
        }
        if authenticator.relying_party_hash != hash_of(self.relying_party) {
            return Err(Refusal::RelyingParty);
        }
        if !authenticator.is_user_present {
            return Err(Refusal::NotPresent);
        }
        if self.user_verification && !authenticator.is_user_verified {
            return Err(Refusal::NotVerified);
        }
        Ok(())
    }
}
