//! The address of whoever has logged in, and what the provider's word about it is worth.

use crate::issuer;
use crate::object::{Object, present, text};
use crate::seen::Seen;
use serde_json::Value;
use std::fmt;

/// The claim that `email_verified` is about (OpenID Connect Core, section 5.1).
pub(crate) const CLAIM: &str = "email";

/// An address as a provider says it. It is not checked to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// The address.
    pub address: String,
    /// Whether it is known to be theirs.
    pub verification: Verification,
}

/// Whether a provider says that an address is its user's, and if not, why that is so (threats T-21, T-22).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// It says so: `email_verified` is `true`. Microsoft Entra says it of the domain's owner (`xms_edov`).
    Verified,
    /// It says nothing.
    Unsaid,
    /// It says something else than the truth value `true`; the text `"true"` is something else.
    NotTrue {
        /// What it says.
        seen: Seen,
    },
    /// The address comes from Microsoft Entra, whose tenants write any address there, and `xms_edov` does not say that its
    /// domain is the tenant's.
    AnyTenantCouldSaySo {
        /// `xms_edov`.
        seen: Seen,
    },
    /// It comes from another claim than `email`, of which `email_verified` says nothing.
    OfAnotherClaim,
}

impl Email {
    /// Whether the provider has verified it.
    pub fn is_verified(&self) -> bool {
        self.verification == Verification::Verified
    }

    /// The address in the claim of this name, as one source has it.
    pub(crate) fn of(claims: &Object, claim: &str, issuer: &str) -> Option<Self> {
        let address = text(claims, claim)?.to_owned();
        Some(Self { address, verification: Verification::of(claims, claim, issuer) })
    }
}

/// Whether Microsoft Entra says that the address is of a domain which its tenant has shown to be its own. Microsoft writes it in all
/// of these ways; unlike `email_verified` nobody else does.
pub fn is_of_owned_domain(claims: &Object) -> bool {
    let verified = [Value::from(true), Value::from(1), Value::from("1"), Value::from("true")];
    present(claims, "xms_edov").is_some_and(|said| verified.contains(said))
}

impl Verification {
    fn of(claims: &Object, claim: &str, issuer: &str) -> Self {
        if claim != CLAIM {
            return Self::OfAnotherClaim;
        }
        if issuer::is_entra(issuer) {
            return match is_of_owned_domain(claims) {
                true => Self::Verified,
                false => Self::AnyTenantCouldSaySo { seen: Seen::value(present(claims, "xms_edov")) },
            };
        }
        match claims.get("email_verified") {
            Some(Value::Bool(true)) => Self::Verified,
            None | Some(Value::Null) => Self::Unsaid,
            other => Self::NotTrue { seen: Seen::value(other) },
        }
    }
}

impl fmt::Display for Verification {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verified => write!(formatter, "the provider has verified the address"),
            Self::Unsaid => write!(formatter, "the provider does not say whether it has verified the address"),
            Self::NotTrue { seen } => {
                write!(formatter, "the provider's email_verified is {seen}, and only true counts")
            }
            Self::AnyTenantCouldSaySo { seen } => {
                write!(formatter, "any tenant of Microsoft Entra can say this address; xms_edov is {seen}")
            }
            Self::OfAnotherClaim => {
                write!(formatter, "the address is not from the claim email, which alone is verified")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const OKTA: &str = "https://idp.example";
    const ENTRA: &str = "https://login.microsoftonline.com/8e0ef1a0-5d2b-4c2e-9a3f-0123456789ab/v2.0";

    fn verified(issuer: &str, claim: &str, name: &str, value: &Value) -> bool {
        let mut claims = json!({"email": "a@b.example", "upn": "a@b.example"});
        claims[name] = value.clone();
        Email::of(claims.as_object().unwrap(), claim, issuer).unwrap().is_verified()
    }

    #[test]
    fn t22_only_the_truth_value_true_verifies_an_address() {
        assert!(verified(OKTA, CLAIM, "email_verified", &json!(true)));
        for value in [
            json!("true"),
            json!("True"),
            json!([true]),
            json!({"a": true}),
            json!(1),
            json!("1"),
            json!(false),
            json!(null),
            json!(""),
        ] {
            assert!(!verified(OKTA, CLAIM, "email_verified", &value), "{value}");
        }
        assert!(!verified(OKTA, CLAIM, "emailVerified", &json!(true)));
        assert!(!verified(OKTA, CLAIM, "xms_edov", &json!(true)));
        assert!(!verified(OKTA, "upn", "email_verified", &json!(true)));
    }

    #[test]
    fn t21_an_address_of_entra_is_verified_by_its_domains_owner_only() {
        for value in [json!(true), json!(1), json!("1"), json!("true")] {
            assert!(verified(ENTRA, CLAIM, "xms_edov", &value), "{value}");
            assert!(!verified(ENTRA, "upn", "xms_edov", &value), "{value}");
        }
        for value in [json!(false), json!(0), json!("0"), json!("false"), json!(null), json!([true]), json!("")] {
            assert!(!verified(ENTRA, CLAIM, "xms_edov", &value), "{value}");
        }
        assert!(!verified(ENTRA, CLAIM, "email_verified", &json!(true)));
    }

    #[test]
    fn why_an_address_is_unverified_is_said() {
        let claims = json!({"email": "a@b.example", "email_verified": "true"});
        let email = Email::of(claims.as_object().unwrap(), CLAIM, OKTA).unwrap();
        assert_eq!(email.verification.to_string(), "the provider's email_verified is \"true\", and only true counts");
        assert_eq!(Email::of(json!({"email": ["a@b.example"]}).as_object().unwrap(), CLAIM, OKTA), None);
    }
}
