//! Why a provider's answer cannot be had or is not taken, in a sentence for whoever set the connection up.

use oidc::endpoint::BadUrl;
use oidc::issuer::BadIssuer;
use oidc::{discovery, id_token, key_set, token_response, userinfo};
use std::fmt;

/// What a provider is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// What it says about itself.
    Configuration,
    /// Its keys.
    Keys,
    /// Tokens for a code.
    Tokens,
    /// More about a person.
    Userinfo,
    /// A person's account, where there is no ID token.
    Account,
}

/// No answer, or not one that is taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// The issuer is none.
    #[error(transparent)]
    Issuer(#[from] BadIssuer),
    /// The address is none of a provider.
    #[error("{what} cannot be asked for: of its address, {why}")]
    Url {
        /// What was to be asked for.
        what: Asked,
        /// What is wrong with its address.
        why: BadUrl,
    },
    /// There is no answer.
    #[error("{what} cannot be had: {cause}")]
    Unreachable {
        /// What was asked for.
        what: Asked,
        /// Why.
        cause: outbound::Refused,
    },
    /// The answer is another than one that has it.
    #[error("{what} cannot be had: the answer has status {status}")]
    Status {
        /// What was asked for.
        what: Asked,
        /// The status.
        status: u16,
    },
    /// The answer is not JSON.
    #[error("{what} cannot be read: it is not JSON")]
    NotJson {
        /// What was asked for.
        what: Asked,
    },
    /// A secret or a token does not fit into a header.
    #[error("{what} cannot be asked for: the credential has characters that no header may have")]
    Credential {
        /// What was to be asked for.
        what: Asked,
    },
    /// The configuration is not taken.
    #[error(transparent)]
    Configuration(#[from] discovery::Refused),
    /// The keys are not taken.
    #[error(transparent)]
    Keys(#[from] key_set::Refused),
    /// There are no tokens.
    #[error(transparent)]
    Tokens(#[from] token_response::Refused),
    /// The ID token is not taken.
    #[error(transparent)]
    IdToken(#[from] id_token::Refused),
    /// The userinfo is not taken.
    #[error(transparent)]
    Userinfo(#[from] userinfo::Refused),
}

impl fmt::Display for Asked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Configuration => "the provider's configuration",
            Self::Keys => "the set of the provider's keys",
            Self::Tokens => "a token of the provider",
            Self::Userinfo => "the provider's userinfo",
            Self::Account => "what the provider knows of the person",
        })
    }
}
