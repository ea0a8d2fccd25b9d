//! Why a response is not accepted.

use crate::time::format;
use crate::xml::Malformed;
use std::fmt;

/// Why a response is not accepted: one sentence, with what was seen and what was expected. Values of the message are cut to
/// 200 characters. They are an attacker's words, so whoever shows them escapes them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// What was posted is no base64.
    #[error("the response is not in base64")]
    Base64,
    /// It is no XML that we read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It is another message.
    #[error("the message is {seen}, and a Response was expected")]
    NotAResponse {
        /// The name of its root.
        seen: String,
    },
    /// It is of another version of SAML.
    #[error("the version is {seen:?}, and 2.0 was expected")]
    Version {
        /// The version.
        seen: String,
    },
    /// It does not have exactly one assertion (threat T-11).
    #[error(
        "the response has {direct} assertions in it, and {anywhere} counting everywhere: one and no other was expected"
    )]
    Assertions {
        /// How many there are where they belong, encrypted ones included.
        direct: usize,
        /// How many elements anywhere have such a name.
        anywhere: usize,
    },
    /// The identity provider says that it did not log anyone in.
    #[error("the identity provider answered {}{}", codes.join(" / "), Message(message))]
    Failed {
        /// Its status codes, the general one first.
        codes: Vec<String>,
        /// What it says to people.
        message: Option<String>,
    },
    /// No certificate of the identity provider is known (threat T-14).
    #[error("the connection has no certificate to verify with")]
    NoCertificate,
    /// Neither the response nor the assertion is signed.
    #[error("neither the response nor the assertion is signed")]
    MissingSignature,
    /// A signature is somewhere else than directly in the response or the assertion, or there is another one beside it.
    #[error("there is a signature where none belongs: it has to be directly in the Response or the Assertion")]
    MisplacedSignature,
    /// A signature is made of something else than we use (threat T-12).
    #[error("the signature has {seen:?} as {part}, and {expected} was expected")]
    SignatureForm {
        /// Which part of it.
        part: &'static str,
        /// What is there.
        seen: String,
        /// What should be.
        expected: &'static str,
    },
    /// A signature is about something else than the element it is in (threat T-11).
    #[error("the signature is about {seen:?}, and {expected:?}, the element it is in, was expected")]
    Reference {
        /// What it refers to.
        seen: String,
        /// What it is in.
        expected: String,
    },
    /// An algorithm is not used, or only if the connection allows it (threat T-17).
    #[error("the {purpose} is {seen:?}, which {}", Switch(switch))]
    Algorithm {
        /// What it is for.
        purpose: &'static str,
        /// Its name.
        seen: String,
        /// What would have to be allowed for it; nothing if it is never used.
        switch: Option<&'static str>,
    },
    /// None of the certificates verifies the signature.
    #[error("the signature of the {of} is not made by the key of any of the connection's certificates")]
    Signature {
        /// Of which element.
        of: Signed,
    },
    /// None of the certificates verifies the signature, and the message names one that is not among them.
    #[error(
        "the {of} is signed with the certificate {seen}, and the connection has {} (SHA-256 fingerprints)",
        expected.join(", ")
    )]
    Certificate {
        /// Of which element.
        of: Signed,
        /// The fingerprint of the certificate in the message.
        seen: String,
        /// Those of the certificates of the connection.
        expected: Vec<String>,
    },
    /// The element was changed after it was signed.
    #[error("the {of} was changed after it was signed: its digest is another one")]
    Digest {
        /// Which element.
        of: Signed,
    },
    /// It is encrypted in a way that can be attacked unless the response is signed (threat T-10).
    #[error(
        "the assertion is encrypted with {seen:?} in a response that is not signed: sign it, or use AES-GCM with RSA-OAEP"
    )]
    Malleable {
        /// The algorithm.
        seen: String,
    },
    /// It is encrypted, and the connection has no key.
    #[error("the assertion is encrypted, and the connection has no decryption key")]
    NoDecryptionKey,
    /// It could not be decrypted. It is not said why: that would help to guess what is in it (threat T-10).
    #[error("the assertion could not be decrypted with any of the connection's keys")]
    Decryption,
    /// Another identity provider made it.
    #[error("the issuer of the {of} is {seen:?}, and {expected:?} was expected")]
    Issuer {
        /// Of which element.
        of: Signed,
        /// Whom it names.
        seen: String,
        /// The connection's.
        expected: String,
    },
    /// The response was meant for another address.
    #[error("the destination is {seen:?}, and {} was expected", Either(expected))]
    Destination {
        /// Where it was sent.
        seen: String,
        /// Where we accept it.
        expected: Vec<String>,
    },
    /// The assertion was meant for another address.
    #[error("the recipient is {seen:?}, and {} was expected", Either(expected))]
    Recipient {
        /// For whom it is.
        seen: String,
        /// Where we accept it.
        expected: Vec<String>,
    },
    /// The assertion was made for another service.
    #[error("the audience is {}, and {} was expected", Either(seen), Either(expected))]
    Audience {
        /// For whom it is.
        seen: Vec<String>,
        /// Whom we call ourselves.
        expected: Vec<String>,
    },
    /// It answers another request, or none, or one that we did not make.
    #[error("the {of} answers {}, and {} was expected", Request(seen), Request(expected))]
    InResponseTo {
        /// Which element.
        of: Signed,
        /// The request that it answers.
        seen: Option<String>,
        /// The request that it should answer.
        expected: Option<String>,
    },
    /// It is not valid yet, by more than the clocks may differ.
    #[error("{what} is {}, and it is {}", format(*at), format(*now))]
    NotYetValid {
        /// What says so.
        what: &'static str,
        /// What it says, in seconds since 1970.
        at: i64,
        /// The time.
        now: i64,
    },
    /// It is not valid any more, by more than the clocks may differ.
    #[error("{what} was {}, and it is {}", format(*at), format(*now))]
    Expired {
        /// What says so.
        what: &'static str,
        /// What it says, in seconds since 1970.
        at: i64,
        /// The time.
        now: i64,
    },
    /// It can only be used by someone who proves more than we ask for.
    #[error("the subject is confirmed by {}, and bearer was expected", Either(seen))]
    Confirmation {
        /// The methods.
        seen: Vec<String>,
    },
    /// A confirmation has a part that is not allowed there, or lacks one.
    #[error("the bearer confirmation {0}")]
    ConfirmationForm(&'static str),
    /// It says nothing of who it is about.
    #[error("the NameID is empty")]
    EmptyNameId,
    /// The NameID was made for another service.
    #[error("the NameID was made for {seen:?}, and {} was expected", Either(expected))]
    NameQualifier {
        /// Whom it was made for.
        seen: String,
        /// Whom we call ourselves.
        expected: Vec<String>,
    },
    /// It depends on something that we do not know.
    #[error("the assertion has {seen}, which is not understood")]
    NotUnderstood {
        /// The name of an element.
        seen: String,
    },
}

/// A part of the message that is signed or says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// The whole.
    Response,
    /// The assertion in it.
    Assertion,
}

impl fmt::Display for Signed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Response => "response",
            Self::Assertion => "assertion",
        })
    }
}

/// What a refusal is about, as coarse as the errors of a protocol are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusedKind {
    /// It is no XML, or no SAML.
    Xml,
    /// The identity provider said no.
    Failed,
    /// It is not signed.
    MissingSignature,
    /// A signature is wrong, or made in a way that is not used.
    InvalidSignature,
    /// It is signed with a certificate that is not the connection's.
    CertificateMismatch,
    /// It was made for another service.
    Audience,
    /// It is over.
    Expired,
    /// It has not begun.
    NotYetValid,
    /// It answers no request of ours, and one was expected; or the other way round.
    Unsolicited,
    /// Anything else.
    Invalid,
}

impl Refused {
    /// What it is about.
    pub fn kind(&self) -> RefusedKind {
        match self {
            Self::Base64 | Self::Malformed(_) | Self::NotAResponse { .. } | Self::Version { .. } => RefusedKind::Xml,
            Self::Failed { .. } => RefusedKind::Failed,
            Self::Algorithm { purpose, .. } if purpose.contains("encrypt") => RefusedKind::Invalid,
            Self::MissingSignature => RefusedKind::MissingSignature,
            Self::MisplacedSignature
            | Self::SignatureForm { .. }
            | Self::Reference { .. }
            | Self::Algorithm { .. }
            | Self::Signature { .. }
            | Self::Digest { .. } => RefusedKind::InvalidSignature,
            Self::Certificate { .. } | Self::NoCertificate => RefusedKind::CertificateMismatch,
            Self::Audience { .. } => RefusedKind::Audience,
            Self::Expired { .. } => RefusedKind::Expired,
            Self::NotYetValid { .. } => RefusedKind::NotYetValid,
            Self::InResponseTo { .. } => RefusedKind::Unsolicited,
            Self::Assertions { .. }
            | Self::Malleable { .. }
            | Self::NoDecryptionKey
            | Self::Decryption
            | Self::Issuer { .. }
            | Self::Destination { .. }
            | Self::Recipient { .. }
            | Self::Confirmation { .. }
            | Self::ConfirmationForm(_)
            | Self::EmptyNameId
            | Self::NameQualifier { .. }
            | Self::NotUnderstood { .. } => RefusedKind::Invalid,
        }
    }
}

/// A list with `or`.
struct Either<'a>(&'a [String]);

impl fmt::Display for Either<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str("nothing");
        }
        for (at, value) in self.0.iter().enumerate() {
            formatter.write_str(if at == 0 { "" } else { " or " })?;
            write!(formatter, "{value:?}")?;
        }
        Ok(())
    }
}

struct Message<'a>(&'a Option<String>);

impl fmt::Display for Message<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(message) => write!(formatter, ": {message}"),
            None => Ok(()),
        }
    }
}

struct Request<'a>(&'a Option<String>);

impl fmt::Display for Request<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(id) => write!(formatter, "the request {id:?}"),
            None => formatter.write_str("no request"),
        }
    }
}

struct Switch<'a>(&'a Option<&'static str>);

impl fmt::Display for Switch<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(switch) => write!(formatter, "is not accepted unless the connection allows {switch}"),
            None => formatter.write_str("is not accepted"),
        }
    }
}
