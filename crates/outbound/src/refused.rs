//! Why there is no answer.

use std::{error::Error as StdError, fmt, io, net::IpAddr};

/// A request that was not made, or whose answer was not taken.
///
/// As text it is a sentence for whoever set the URL: it names the host that was asked, and repeats nothing else of the
/// request and nothing of the answer, not even where it redirects to. It also does not say what a name resolved to, so that nobody explores with it a
/// network that only this server sees. `Debug`, for the operator's log, does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The URL is none that can be asked.
    #[error("the URL cannot be used: {why}")]
    BadUrl {
        /// What is wrong with it.
        why: &'static str,
    },
    /// All addresses of the host are outside of the public Internet, and the operator has not allowed them.
    #[error(
        "{host} leads to no public address; the operator of this server can allow it with --outbound-allow {allow}"
    )]
    Blocked {
        /// The host.
        host: String,
        /// What the operator would have to allow.
        allow: String,
        /// The first of its addresses.
        address: IpAddr,
        /// What that address is.
        purpose: &'static str,
    },
    /// The name has no address, or the DNS did not say so.
    #[error("{host} has no address in the DNS")]
    Dns {
        /// The host.
        host: String,
    },
    /// No connection, or one that ended before the answer was complete. The request may have arrived.
    #[error("{host} {why}")]
    Connect {
        /// The host.
        host: String,
        /// What happened.
        why: &'static str,
    },
    /// The host could not prove its name, or does not speak TLS.
    #[error("no secure connection to {host}: {why}")]
    Tls {
        /// The host.
        host: String,
        /// What happened.
        why: &'static str,
    },
    /// The time is over. After [`Stage::Answering`] the request may have arrived.
    #[error("{host} took too long {stage}")]
    Timeout {
        /// The host.
        host: String,
        /// What was waited for.
        stage: Stage,
    },
    /// The answer is larger than the caller wants.
    #[error("{part} of the answer of {host} is larger than {limit} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// What is too large.
        part: Part,
        /// How large it may be, in bytes.
        limit: usize,
    },
    /// A redirect that is not followed.
    #[error("{host} redirects {why}")]
    Redirect {
        /// The host.
        host: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The answer is not HTTP/1.1.
    #[error("{host} does not answer as HTTP/1.1 says: {why}")]
    Protocol {
        /// The host.
        host: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// As many requests as may be made at once were being made all the time.
    #[error("this server makes too many requests right now")]
    Busy,
}

/// What a request waited for when its time was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The address of the name.
    Resolving,
    /// The connection, TLS included.
    Connecting,
    /// The answer, to its last byte.
    Answering,
}

/// What of an answer is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Status line and header fields.
    Head,
    /// The content.
    Body,
    /// All that came, with what surrounds head and body: TLS, interim responses, chunks.
    Whole,
}

impl Refused {
    /// Whether the same request may succeed later. It may have arrived all the same: repeat only what may come twice.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Dns { .. } | Self::Connect { .. } | Self::Timeout { .. } | Self::Busy => true,
            Self::BadUrl { .. }
            | Self::Blocked { .. }
            | Self::Tls { .. }
            | Self::TooLarge { .. }
            | Self::Redirect { .. }
            | Self::Protocol { .. } => false,
        }
    }

    /// Its kind, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::BadUrl { .. } => "bad_url",
            Self::Blocked { .. } => "blocked",
            Self::Dns { .. } => "dns",
            Self::Connect { .. } => "connect",
            Self::Tls { .. } => "tls",
            Self::Timeout { .. } => "timeout",
            Self::TooLarge { .. } => "too_large",
            Self::Redirect { .. } => "redirect",
            Self::Protocol { .. } => "protocol",
            Self::Busy => "busy",
        }
    }

    pub(crate) fn lost(host: String) -> Self {
        Self::Connect { host, why: "closed the connection before its answer was complete" }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Resolving => "to be found in the DNS",
            Self::Connecting => "to accept a connection",
            Self::Answering => "to answer",
        })
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Head => "the head",
            Self::Body => "the body",
            Self::Whole => "the whole",
        })
    }
}

/// What an error was made of. `io::Error` leaves out the error it wraps from its sources.
pub(crate) fn cause<'e, E: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = match error.downcast_ref::<io::Error>() {
            Some(wrapping) => wrapping.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
            None => error.source(),
        };
    }
    None
}
