//! Why a foreign hash is not taken, in the error types of the API.

/// A foreign hash is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// The error type.
    pub reason: Reason,
    /// What is wrong, for whoever sent it. Nothing of the hash stands in it.
    pub message: String,
}

macro_rules! reasons {
    ($($name:ident = $word:literal,)+) => {
        /// The error types of the API that an import ends with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Reason {
            $(#[doc = concat!("`", $word, "`")] $name,)+
        }

        impl Reason {
            /// All there are.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The `error_type` of the API.
            pub fn error_type(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }
        }
    };
}

reasons! {
    Hash = "invalid_hash",
    HashType = "invalid_hash_type",
    BcryptCost = "invalid_bcrypt_cost",
    BcryptHash = "invalid_bcrypt_hash",
    Argon2IterationAmount = "invalid_argon_2_iteration_amount",
    Argon2KeyLength = "invalid_argon_2_key_length",
    Argon2KeyLengthMismatch = "argon_2_key_length_mismatch",
    Argon2Memory = "invalid_argon_2_memory",
    Argon2Salt = "invalid_argon_2_salt",
    Argon2Threads = "invalid_argon_2_threads",
    ScryptHash = "invalid_base64_scrypt_hash",
    ScryptSalt = "invalid_base64_scrypt_salt",
    ScryptNParameter = "invalid_scrypt_n_parameter",
    ScryptParameters = "invalid_scrypt_parameters",
    ScryptSaltLength = "invalid_scrypt_salt_length",
    ScryptKeyLengthMismatch = "scrypt_key_length_mismatch",
    Pbkdf2Algorithm = "invalid_pbkdf_2_algorithm",
    Pbkdf2Hash = "invalid_pbkdf_2_hash",
    Pbkdf2IterationAmount = "invalid_pbkdf_2_iteration_amount",
    Pbkdf2Salt = "invalid_pbkdf_2_salt",
    Pbkdf2KeyLengthMismatch = "pbkdf_2_key_length_mismatch",
    Md5Hash = "invalid_md_5_hash",
    Sha1Hash = "invalid_sha_1_hash",
    Sha512Hash = "invalid_sha_512_hash",
    PrependSalt = "invalid_prepend_salt",
    AppendSalt = "invalid_append_salt",
    PhpassHashFormat = "invalid_phpass_hash_format",
    PhpassHashPrefix = "invalid_phpass_hash_prefix",
    ValidationTimeout = "password_validation_timeout",
}

impl Reason {
    /// The refusal, with what is wrong.
    pub(crate) fn because(self, message: impl Into<String>) -> Refused {
        Refused { reason: self, message: message.into() }
    }
}
