//! Addresses that somebody has proven to read mail at.

use super::{EmailFactor, Factor, FactorType, Identity};
use foundation::email_address::EmailAddress;

/// An address that the person has proven. Only factors make one, so whoever asks for one cannot be given an address that
/// merely stands somewhere, such as that of a member who logged in with a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProvenAddress(EmailAddress);

impl ProvenAddress {
    /// The address, if one of the factors proves it.
    pub(crate) fn among(factors: &[Factor], address: &EmailAddress) -> Option<Self> {
        factors.iter().any(|factor| factor.proves(address)).then(|| Self(address.clone()))
    }
}

impl std::ops::Deref for ProvenAddress {
    type Target = EmailAddress;
    fn deref(&self) -> &EmailAddress {
        &self.0
    }
}

/// An address whose person is known in every organization of the project: they have proven it, or shown the password that it
/// has in all of them. It leads to what they are a member of, and lets them into nothing new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownAddress(EmailAddress);

impl KnownAddress {
    /// The address, if one of the factors shows it to be the person's.
    pub(crate) fn among(factors: &[Factor], address: &EmailAddress) -> Option<Self> {
        let shows = |factor: &Factor| factor.proves(address) || factor.is_password_of(address);
        factors.iter().any(shows).then(|| Self(address.clone()))
    }
}

impl std::ops::Deref for KnownAddress {
    type Target = EmailAddress;
    fn deref(&self) -> &EmailAddress {
        &self.0
    }
}

impl Factor {
    /// Whether it proves that the person reads mail at this address.
    pub(crate) fn proves(&self, address: &EmailAddress) -> bool {
        match (&self.kind, &self.identity) {
            (
                FactorType::MagicLink | FactorType::EmailOtp,
                Some(Identity::Email(EmailFactor { email_address, .. })),
            ) => email_address == address,
            (FactorType::Oauth, Some(identity)) => {
                identity.oauth().is_some_and(|account| account.email_address.as_ref() == Some(address))
            }
            _ => false,
        }
    }
}
