//! Handing a mail to an SMTP server.

use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Tls, TlsParameters, TlsParametersBuilder},
        extension::ClientId,
    },
};

use super::{
    message::Message,
    one_line::one_line,
    smtp_url::{SmtpUrl, StartTls},
    subject,
};

/// How long a connection may take to open.
const CONNECTING: Duration = Duration::from_secs(15);
/// How long the whole conversation may take. A server that answers drop by drop must not hold a worker for ever.
const SENDING: Duration = Duration::from_secs(60);

/// Whether the server refuses this server, not the mail: it wants a login, or the password is wrong (RFC 4954,
/// section 6). The operator will put that right, and the mail must still be there then.
fn is_about_us(error: &lettre::transport::smtp::Error) -> bool {
    error.status().is_some_and(|code| ["530", "534", "535", "538"].contains(&code.to_string().as_str()))
}

/// Why a mail was not taken.
#[derive(Debug, PartialEq, Eq)]
pub enum SendError {
    /// The server refused it for good; another try would end the same way.
    Permanent(String),
    /// It may work later.
    Transient(String),
}

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// A way to one SMTP server.
pub struct Mailer {
    transport: Transport,
    /// The same without TLS, for a relay on this machine whose certificate is beyond use.
    unencrypted: Option<Transport>,
    from: Mailbox,
    server: SmtpUrl,
}

impl Mailer {
    /// Prepares to send through the server at this URL as this sender. Nothing is contacted yet.
    pub fn new(smtp_url: &str, from: &str) -> Result<Self, String> {
        let server = SmtpUrl::parse(smtp_url)?;
        let from =
            with_ascii_domain(from.parse().map_err(|error| format!("the sender of mail is not an address: {error}"))?)?;
        let transport = connection(&server, &from, tls(&server)?);
        let local = server.loopback && server.tls == StartTls::Offered;
        let unencrypted = local.then(|| connection(&server, &from, Tls::None));
        Ok(Self { transport, unencrypted, from, server })
    }

    /// Hands one mail over and waits until the server has taken it.
    pub async fn send(&self, message: &Message) -> Result<(), SendError> {
        let mail = compose(&self.from, message).map_err(SendError::Permanent)?;
        match tokio::time::timeout(SENDING, self.hand_over(mail)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) if error.is_permanent() && !is_about_us(&error) => {
                Err(SendError::Permanent(described(&error)))
            }
            Ok(Err(error)) => Err(SendError::Transient(described(&error))),
            Err(_) => Err(SendError::Transient("the SMTP server did not answer in time".to_owned())),
        }
    }

    async fn hand_over(&self, mail: lettre::Message) -> Result<(), Error> {
        match (&self.unencrypted, self.transport.send(mail.clone()).await) {
            (Some(unencrypted), Err(error)) if is_about_certificate(&error) => {
                unencrypted.send(mail).await?;
            }
            (_, sent) => {
                sent?;
            }
        }
        Ok(())
    }
}

fn connection(server: &SmtpUrl, from: &Mailbox, tls: Tls) -> Transport {
    let mut transport = Transport::builder_dangerous(&server.host).port(server.port).timeout(Some(CONNECTING)).tls(tls);
    transport = transport.hello_name(ClientId::Domain(from.email.domain().to_owned()));
    if let Some((user, password)) = &server.login {
        transport = transport.credentials(Credentials::new(user.clone(), password.clone()));
    }
    transport.build()
}

/// The conversation failed while TLS was being set up, before any mail was handed over.
fn is_about_certificate(error: &Error) -> bool {
    error.is_tls() || (error.status().is_none() && described(error).contains("certificate"))
}

impl fmt::Debug for Mailer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mailer").field("server", &self.server).finish_non_exhaustive()
    }
}

/// The same sender with the domain in ASCII (RFC 5891): in Unicode, only servers that know SMTPUTF8 take it.
fn with_ascii_domain(from: Mailbox) -> Result<Mailbox, String> {
    if from.email.domain().is_ascii() {
        return Ok(from);
    }
    let unusable = |error: String| format!("the domain of the sender of mail cannot be used: {error}");
    let domain = match url::Host::parse(from.email.domain()).map_err(|error| unusable(error.to_string()))? {
        url::Host::Domain(domain) => domain,
        other => other.to_string(),
    };
    let email = Address::new(from.email.user(), domain).map_err(|error| unusable(error.to_string()))?;
    Ok(Mailbox::new(from.name, email))
}

fn tls(server: &SmtpUrl) -> Result<Tls, String> {
    let parameters = |builder: TlsParametersBuilder| {
        builder.build().map_err(|error| format!("TLS to the SMTP server cannot be set up: {error}"))
    };
    let verified = TlsParameters::builder(server.host.clone());
    // A relay on this machine has nobody in between and rarely a certificate that anyone signed.
    let builder = if server.loopback && server.tls != StartTls::FromTheStart {
        verified.dangerous_accept_invalid_certs(true).dangerous_accept_invalid_hostnames(true)
    } else {
        verified
    };
    let parameters = parameters(builder)?;
    Ok(match server.tls {
        StartTls::FromTheStart => Tls::Wrapper(parameters),
        StartTls::Required => Tls::Required(parameters),
        StartTls::Offered => Tls::Opportunistic(parameters),
    })
}

fn compose(from: &Mailbox, message: &Message) -> Result<lettre::Message, String> {
    let to: Address = message.to.parse().map_err(|error| format!("the recipient is not an address: {error}"))?;
    let subject = subject::header(&one_line(&message.subject));
    let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    lettre::Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .message_id(Some(message_id(from, message)))
        .date_now()
        .raw_header(subject)
        .raw_header(automatic)
        .multipart(MultiPart::alternative_plain_html(message.text.clone(), message.html.clone()))
        .map_err(|error| format!("the mail cannot be composed: {error}"))
}

/// The same mail always has the same identifier, so that one delivered twice is shown once. The token in the link
/// makes every mail different.
fn message_id(from: &Mailbox, message: &Message) -> String {
    let digest = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, &message.to, &message.subject, &message.text).hash(&mut hasher);
        hasher.finish()
    };
    format!("<{:016x}{:016x}@{}>", digest(1), digest(2), from.email.domain())
}

/// The error and its causes: by itself the error says no more than "Connection error". What the server says is not
/// ours and is kept short.
fn described(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    if text.contains("STARTTLS is not supported") {
        text = "the SMTP server does not offer STARTTLS, and mail, or the password, would be readable on the way; use \
                smtps://, or allow it with ?starttls=optional at the end of the URL"
            .to_owned();
    }
    one_line(&text)
}

#[cfg(test)]
#[path = "mailer_tests.rs"]
mod tests;
