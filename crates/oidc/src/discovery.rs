//! What a provider says about itself (OpenID Connect Discovery, section 3).

use crate::algorithm::Algorithm;
use crate::endpoint::{self, BadUrl};
use crate::issuer;
use crate::object::{self, Object, Unreadable};
use crate::pkce;
use crate::seen::Seen;

/// How long a document may be, in bytes. Real ones have a few thousand.
pub const LONGEST: usize = 256 * 1024;

/// What a relying party has to know of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Who it is, in its own words: what to expect in tokens and callbacks. For Microsoft Entra's many tenants it has
    /// `{tenantid}` in it.
    pub issuer: String,
    /// Where the browser goes.
    pub authorization_endpoint: String,
    /// Where a code becomes tokens.
    pub token_endpoint: String,
    /// Where more claims are. Not every provider has it.
    pub userinfo_endpoint: Option<String>,
    /// Where its keys are.
    pub jwks_uri: String,
    /// Those of ours that it signs ID tokens with; at least one.
    pub id_token_algorithms: Vec<Algorithm>,
    /// The names of the ways in which a client proves who it is. If it says nothing: `client_secret_basic`.
    pub token_endpoint_auth_methods: Vec<String>,
    /// Whether S256 may be sent: it says so, or it says nothing, and then it is to ignore what it does not know.
    pub takes_pkce: bool,
    /// Whether its callbacks have an `iss` (RFC 9207): one without it is not from this provider.
    pub says_issuer_in_callback: bool,
}

/// Why a document is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is not a document.
    #[error("the provider's configuration cannot be read: {0}")]
    Unreadable(#[from] Unreadable),
    /// It is about somebody else (section 4.3).
    #[error("the provider's configuration says its issuer is {seen}; it was asked for as {expected}")]
    Issuer {
        /// What it says.
        seen: Seen,
        /// What was asked for.
        expected: Seen,
    },
    /// Something that a login needs is not there.
    #[error("the provider's configuration has no {field}")]
    Missing {
        /// Its name.
        field: &'static str,
    },
    /// An address is not one to go to.
    #[error("{field} in the provider's configuration is {seen}: {why}")]
    Url {
        /// The name of the field.
        field: &'static str,
        /// What it says.
        seen: Seen,
        /// What is wrong with it.
        why: BadUrl,
    },
    /// It does not have the flow with a code.
    #[error("the provider answers with {seen}, and not with a code (response_types_supported)")]
    NoCode {
        /// What it says.
        seen: Seen,
    },
    /// It signs ID tokens in no way that is taken.
    #[error("the provider signs ID tokens with {seen}, of which none is taken")]
    Algorithms {
        /// What it says.
        seen: Seen,
    },
}

/// Reads the document that the issuer's address answered with.
///
/// # Errors
/// It is not about that issuer, or a login cannot be made with it.
pub fn parse(issuer: &str, document: &[u8]) -> Result<Metadata, Refused> {
    let document = object::read(document, LONGEST)?;
    let seen = object::text(&document, "issuer").ok_or(Refused::Missing { field: "issuer" })?;
    if !issuer::is_of_document(issuer, seen) {
        return Err(Refused::Issuer { seen: Seen::text(seen), expected: Seen::text(issuer) });
    }
    if let Some(types) = object::texts(&document, "response_types_supported").filter(|types| !types.contains(&"code")) {
        return Err(Refused::NoCode { seen: Seen::list(types) });
    }
    let methods = object::texts(&document, "code_challenge_methods_supported");
    Ok(Metadata {
        issuer: seen.to_owned(),
        authorization_endpoint: required(&document, "authorization_endpoint")?,
        token_endpoint: required(&document, "token_endpoint")?,
        userinfo_endpoint: optional(&document, "userinfo_endpoint")?,
        jwks_uri: required(&document, "jwks_uri")?,
        id_token_algorithms: algorithms(&document)?,
        token_endpoint_auth_methods: object::texts(&document, "token_endpoint_auth_methods_supported").map_or_else(
            || vec!["client_secret_basic".to_owned()],
            |methods| methods.into_iter().map(str::to_owned).collect(),
        ),
        takes_pkce: methods.is_none_or(|methods| methods.contains(&pkce::METHOD)),
        says_issuer_in_callback: document
            .get("authorization_response_iss_parameter_supported")
            .is_some_and(|value| value == &serde_json::Value::Bool(true)),
    })
}

fn algorithms(document: &Object) -> Result<Vec<Algorithm>, Refused> {
    // The field is required, and RS256 has to be in it; who leaves it out has that.
    let Some(names) = object::texts(document, "id_token_signing_alg_values_supported") else {
        return Ok(vec![Algorithm::Rs256]);
    };
    let ours: Vec<_> = Algorithm::ALL
        .into_iter()
        .filter(|one| names.iter().any(|name| Algorithm::parse(name) == Some(*one)))
        .collect();
    if ours.is_empty() { Err(Refused::Algorithms { seen: Seen::list(names) }) } else { Ok(ours) }
}

fn required(document: &Object, field: &'static str) -> Result<String, Refused> {
    optional(document, field)?.ok_or(Refused::Missing { field })
}

fn optional(document: &Object, field: &'static str) -> Result<Option<String>, Refused> {
    let Some(url) = object::text(document, field) else { return Ok(None) };
    match endpoint::check(url) {
        Ok(_) => Ok(Some(url.to_owned())),
        Err(why) => Err(Refused::Url { field, seen: Seen::text(url), why }),
    }
}

#[cfg(test)]
#[path = "discovery_tests.rs"]
mod tests;
