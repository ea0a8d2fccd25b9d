//! How we prove to a provider who we are (RFC 6749, section 2.3.1; OpenID Connect Core, section 9).

use crate::seen::Seen;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::{Serializer, byte_serialize};

/// What a client assertion says that it is (RFC 7523, section 2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A way to prove it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The secret in the `Authorization` header.
    ClientSecretBasic,
    /// The secret in the body.
    ClientSecretPost,
    /// A token that our key has signed ([`client_assertion`](crate::client_assertion)).
    PrivateKeyJwt,
}

/// The provider offers no way that we have the means for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the provider takes {offered} (token_endpoint_auth_methods_supported), and there is {} to do it with; {}", means(*has_secret, *has_key), needed(*has_key))]
pub struct NoMethod {
    /// What it offers.
    pub offered: Seen,
    /// Whether there is a client secret.
    pub has_secret: bool,
    /// Whether there is a key.
    pub has_key: bool,
}

fn means(has_secret: bool, has_key: bool) -> &'static str {
    match (has_secret, has_key) {
        (false, false) => "nothing",
        (true, false) => "a client secret",
        (false, true) => "a key",
        (true, true) => "a client secret and a key",
    }
}

fn needed(has_key: bool) -> &'static str {
    match has_key {
        false => "have it take client_secret_basic or client_secret_post",
        true => "have it take private_key_jwt",
    }
}

impl Method {
    /// In the order in which they are preferred: nothing secret travels with a key, and a header is logged less than a body.
    pub const ALL: [Self; 3] = [Self::PrivateKeyJwt, Self::ClientSecretBasic, Self::ClientSecretPost];

    /// The name of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    /// The best of those that a provider offers and there are the means for.
    ///
    /// # Errors
    /// There is none.
    pub fn choose(offered: &[String], has_secret: bool, has_key: bool) -> Result<Self, NoMethod> {
        let possible = |method: &Self| match method {
            Self::PrivateKeyJwt => has_key,
            Self::ClientSecretBasic | Self::ClientSecretPost => has_secret,
        };
        let chosen = Self::ALL.into_iter().filter(possible);
        let chosen = chosen.into_iter().find(|method| offered.iter().any(|name| name == method.as_str()));
        let offered = || Seen::list(offered.iter().map(String::as_str));
        chosen.ok_or_else(|| NoMethod { offered: offered(), has_secret, has_key })
    }
}

/// The proof, ready to be sent.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    /// See [`Method::ClientSecretBasic`].
    Basic {
        /// The client secret.
        secret: &'a str,
    },
    /// See [`Method::ClientSecretPost`].
    Post {
        /// The client secret.
        secret: &'a str,
    },
    /// See [`Method::PrivateKeyJwt`].
    Assertion {
        /// The signed token.
        assertion: &'a str,
    },
}

impl Proof<'_> {
    /// The `Authorization` header, where the proof stands in one. Id and secret are encoded as in a form before that
    /// (RFC 6749, section 2.3.1), so that a colon in the id does no harm.
    pub(crate) fn header(&self, client_id: &str) -> Option<String> {
        let Self::Basic { secret } = self else { return None };
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        Some(format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(client_id), encoded(secret)))))
    }

    /// Writes what of it stands in the body. A client says who it is in one place only (RFC 6749, section 2.3).
    pub(crate) fn write(&self, client_id: &str, form: &mut Serializer<'_, String>) {
        match self {
            Self::Basic { .. } => {}
            Self::Post { secret } => {
                form.append_pair("client_id", client_id).append_pair("client_secret", secret);
            }
            Self::Assertion { assertion } => {
                form.append_pair("client_id", client_id);
                form.append_pair("client_assertion_type", ASSERTION_TYPE).append_pair("client_assertion", assertion);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_way_that_both_know_is_taken() {
        use Method::{ClientSecretBasic, ClientSecretPost, PrivateKeyJwt};
        let all = ["client_secret_post", "client_secret_basic", "client_secret_jwt", "private_key_jwt", "none"];
        let cases: [(&[&str], bool, bool, Option<Method>); 9] = [
            (&all, true, true, Some(PrivateKeyJwt)),
            (&all, true, false, Some(ClientSecretBasic)),
            (&all, false, true, Some(PrivateKeyJwt)),
            (&all, false, false, None),
            (&["client_secret_post"], true, true, Some(ClientSecretPost)),
            (&["client_secret_post"], false, true, None),
            (&["private_key_jwt"], true, false, None),
            (&["client_secret_jwt", "none", "CLIENT_SECRET_BASIC"], true, true, None),
            (&[], true, true, None),
        ];
        for (offered, has_secret, has_key, method) in cases {
            let offered: Vec<_> = offered.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(Method::choose(&offered, has_secret, has_key).ok(), method, "{offered:?}");
        }
        let refused = Method::choose(&["private_key_jwt".to_owned()], true, false).unwrap_err().to_string();
        assert!(
            refused.contains("[\"private_key_jwt\"]")
                && refused.contains("a client secret to do it with; have it take client_")
        );
    }
}
