//! What the browser brings back (RFC 6749, section 4.1.2; OpenID Connect Core, section 3.1.2.5; RFC 9207).

use crate::issuer;
use crate::seen::Seen;
use url::form_urlencoded;

/// How long a query may be, in bytes. Some providers' codes have thousands.
pub const LONGEST: usize = 16 * 1024;

/// The parameters that mean something. One that is empty is none.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Callback {
    /// Which login it is.
    pub state: Option<String>,
    /// What becomes tokens.
    pub code: Option<String>,
    /// Who says so.
    pub issuer: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
    /// The same in words.
    pub error_description: Option<String>,
}

/// Why a callback leads to no tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The query is too long.
    #[error("the callback has {bytes} bytes of parameters, and may have {LONGEST}")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// A parameter is there more than once (RFC 6749, section 3.1).
    #[error("the callback has the parameter {name} twice")]
    Twice {
        /// Its name.
        name: &'static str,
    },
    /// Another provider sends the browser than the one that was asked (mix-up; threat T-28).
    #[error("the callback is from {seen}, and the login was begun with {expected}")]
    Issuer {
        /// Who says it is.
        seen: Seen,
        /// Who was asked.
        expected: Seen,
    },
    /// The provider says no.
    #[error("the provider answers {error}{}", description.as_ref().map(|words| format!(": {words}")).unwrap_or_default())]
    Provider {
        /// Its error code.
        error: Seen,
        /// What it says about it.
        description: Option<Seen>,
    },
    /// There is neither a code nor an error.
    #[error("the callback has no code")]
    NoCode,
}

impl Callback {
    /// Reads a query, without its question mark.
    ///
    /// # Errors
    /// It is too long, or says something twice.
    pub fn parse(query: &str) -> Result<Self, Refused> {
        if query.len() > LONGEST {
            return Err(Refused::TooLong { bytes: query.len() });
        }
        let mut callback = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty()) {
            let (name, field) = match &*name {
                "state" => ("state", &mut callback.state),
                "code" => ("code", &mut callback.code),
                "iss" => ("iss", &mut callback.issuer),
                "error" => ("error", &mut callback.error),
                "error_description" => ("error_description", &mut callback.error_description),
                _ => continue,
            };
            if field.replace(value.into_owned()).is_some() {
                return Err(Refused::Twice { name });
            }
        }
        Ok(callback)
    }

    /// The code, if it is an answer of that provider, which may be one that always says who it is. That `state` is of a
    /// login of this browser with this provider is the caller's to know.
    ///
    /// # Errors
    /// It is from somebody else, or it is an error.
    pub fn code(&self, issuer: &str, says_issuer: bool) -> Result<&str, Refused> {
        // Errors are checked as well (RFC 9207, section 2.4): another provider's is not one of this login.
        let is_from_issuer = match &self.issuer {
            Some(seen) => issuer::is_of_callback(issuer, seen),
            None => !says_issuer,
        };
        if !is_from_issuer {
            return Err(Refused::Issuer { seen: Seen::optional(self.issuer.as_deref()), expected: Seen::text(issuer) });
        }
        if let Some(error) = &self.error {
            let description = self.error_description.as_deref().map(Seen::text);
            return Err(Refused::Provider { error: Seen::text(error), description });
        }
        self.code.as_deref().ok_or(Refused::NoCode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ISSUER: &str = "https://idp.example";

    fn code(query: &str, says_issuer: bool) -> Result<String, Refused> {
        Callback::parse(query)?.code(ISSUER, says_issuer).map(str::to_owned)
    }

    #[test]
    fn a_code_is_read() {
        let query = "state=a%20b&code=c%2Bd&session_state=e&iss=https%3A%2F%2Fidp.example&error=";
        let callback = Callback::parse(query).unwrap();
        assert_eq!(callback.state.as_deref(), Some("a b"));
        assert_eq!(callback.code(ISSUER, true), Ok("c+d"));
        for empty in ["", "state=a", "code=&state=a"] {
            assert_eq!(code(empty, false), Err(Refused::NoCode));
        }
    }

    #[test]
    fn t28_the_issuer_is_the_one_that_was_asked() {
        let refused =
            |seen: Option<&str>| Err(Refused::Issuer { seen: Seen::optional(seen), expected: Seen::text(ISSUER) });
        let evil = "https://evil.example";
        assert_eq!(code("code=a", false).as_deref(), Ok("a"));
        assert_eq!(code("code=a", true), refused(None));
        assert_eq!(code("code=a&iss=", true), refused(None));
        assert_eq!(code("code=a&iss=https://idp.example", false).as_deref(), Ok("a"));
        assert_eq!(code("code=a&iss=https://idp.example", true).as_deref(), Ok("a"));
        for says_issuer in [false, true] {
            assert_eq!(code("code=a&iss=https://evil.example", says_issuer), refused(Some(evil)));
            assert_eq!(code("error=access_denied&iss=https://evil.example", says_issuer), refused(Some(evil)));
        }
        assert_eq!(
            code("code=a&iss=https://evil.example&iss=https://idp.example", true),
            Err(Refused::Twice { name: "iss" })
        );
    }

    #[test]
    fn an_error_is_told() {
        let refused = code("error=access_denied&error_description=no%0Asuch+user&code=a", false).unwrap_err();
        assert_eq!(refused.to_string(), "the provider answers \"access_denied\": \"no\\nsuch user\"");
        for name in ["state", "code", "iss", "error", "error_description"] {
            let twice = format!("{name}=a&{name}=a");
            assert_eq!(Callback::parse(&twice).err(), Some(Refused::Twice { name }));
        }
        let long = "a".repeat(LONGEST + 1);
        assert!(matches!(Callback::parse(&long), Err(Refused::TooLong { .. })));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(query: String) {
            let _ = code(&query, true);
        }
    }
}
