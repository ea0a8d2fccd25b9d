//! What the operator decides when starting the program.

use crate::secret::Secret;
use crate::traces;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The settings of one process.
#[derive(Debug, Clone)]
pub struct Config {
    /// The only source of links, issuers and callback URLs; never a request header (threat T-37). No trailing slash.
    pub public_url: String,
    /// `smtp://` or `smtps://`; none: mail stays in the outbox.
    pub smtp_url: Option<Secret>,
    /// Envelope and header sender.
    pub mail_from: String,
    /// Where text messages are POSTed; none: they stay in the outbox.
    pub sms_url: Option<Secret>,
    /// Private networks and hosts that may be asked over HTTP: see [`outbound::Allow::parse`].
    pub outbound_allow: Vec<String>,
    /// Certificates (PEM) of authorities that servers asked over HTTP may have, besides the system's.
    pub outbound_authorities: Option<PathBuf>,
    /// The DNS server that is asked for text records; `None`: the one that this machine asks.
    pub dns_server: Option<SocketAddr>,
    /// Mail templates that replace the built-in ones.
    pub templates: Option<PathBuf>,
    /// Bytes for what is remembered of sessions that are in use, about. Each that is in use and not remembered costs a
    /// signature at every check.
    pub session_memory: u64,
    /// Bytes that hashing passwords may take at once.
    pub hashing_memory: u64,
    /// The filter of passwords that are known from breaches: see [`passwords::breach`].
    pub breach_filter: Option<PathBuf>,
    /// The service that is asked about them where there is no filter: its URL, without the digits.
    pub breach_service: Option<String>,
    /// Days that audit events are kept; `None`: for ever.
    pub audit_days: Option<u32>,
    /// Where requests are traced to; none: they are not.
    pub traces: Option<traces::Config>,
    /// Requests a second that a directory may send for long. A first synchronisation may be a burst of 40 times as many.
    pub scim_rate: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:7400".into(),
            smtp_url: None,
            mail_from: "no-reply@localhost".into(),
            sms_url: None,
            outbound_allow: Vec::new(),
            outbound_authorities: None,
            dns_server: None,
            templates: None,
            session_memory: 640 << 20,
            // Enough for the costliest hash that can be imported.
            hashing_memory: 320 << 20,
            breach_filter: None,
            breach_service: None,
            audit_days: Some(400),
            traces: None,
            scim_rate: 500,
        }
    }
}
