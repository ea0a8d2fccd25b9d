//! Keys and certificates: ours, and those of identity providers.

mod certificate;
mod der;
mod distinguished_name;
mod pem;
mod private;
mod public;

pub(crate) use certificate::fingerprint;
pub use certificate::{Certificate, CertificateError, validity};
pub use private::{PrivateKey, PrivateKeyError};
pub(crate) use public::{Hash, KeyKind, PublicKey};
pub use public::{KeyError, MAX_RSA_BITS, MIN_RSA_BITS};
