//! Handing a mail to an SMTP server.

use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use lettre::{
    Address,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{client::TlsParameters, extension::ClientId},
};

use super::{
    conversation::{Conversation, Failed},
    kept::Kept,
    message::Message,
    one_line::one_line,
    send_error::SendError,
    smtp_url::{SmtpUrl, StartTls},
    subject,
};

/// How long it may take to hand over a mail. A server that answers drop by drop must not hold a worker for ever.
const SENDING: Duration = Duration::from_secs(60);

/// A way to one SMTP server.
pub struct Mailer {
    from: Mailbox,
    server: SmtpUrl,
    hello: ClientId,
    tls: TlsParameters,
    kept: Arc<Kept>,
}

impl Mailer {
    /// Prepares to send through the server at this URL as this sender. Nothing is contacted yet.
    pub fn new(smtp_url: &str, from: &str) -> Result<Self, String> {
        let server = SmtpUrl::parse(smtp_url)?;
        let from =
            with_ascii_domain(from.parse().map_err(|error| format!("the sender of mail is not an address: {error}"))?)?;
        let hello = ClientId::Domain(from.email.domain().to_owned());
        Ok(Self { from, hello, tls: tls(&server)?, server, kept: Arc::default() })
    }

    /// Hands one mail over and waits until the server has taken it.
    pub async fn send(&self, message: &Message) -> Result<(), SendError> {
        let mail = compose(&self.from, message).map_err(SendError::Permanent)?;
        tokio::time::timeout(SENDING, self.hand_over(&mail))
            .await
            .unwrap_or_else(|_| Err(SendError::Transient("the SMTP server did not answer in time".to_owned())))
    }

    /// In a conversation that was kept, if it takes the mail; else in one of its own. It may be the conversation that is
    /// refused, because it is over or had too many mails: what counts is what the other one says.
    async fn hand_over(&self, mail: &lettre::Message) -> Result<(), SendError> {
        if let Some(kept) = self.kept.take() {
            match self.give(kept, mail).await {
                Ok(()) => return Ok(()),
                // Once more, and it might arrive twice.
                Err(Failed::After(error)) => return Err(error),
                Err(Failed::Before(_)) => {}
            }
        }
        let own = Conversation::open(&self.server, &self.hello, &self.tls).await?;
        self.give(own, mail).await.map_err(|(Failed::Before(error) | Failed::After(error))| error)
    }

    async fn give(&self, mut conversation: Conversation, mail: &lettre::Message) -> Result<(), Failed> {
        let given = conversation.give(mail).await;
        match &given {
            Ok(()) => self.kept.put(conversation),
            Err(_) => conversation.end(),
        }
        given
    }
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

fn tls(server: &SmtpUrl) -> Result<TlsParameters, String> {
    let verified = TlsParameters::builder(server.host.clone());
    // A relay on this machine has nobody in between and rarely a certificate that anyone signed.
    let builder = if server.loopback && server.tls != StartTls::FromTheStart {
        verified.dangerous_accept_invalid_certs(true).dangerous_accept_invalid_hostnames(true)
    } else {
        verified
    };
    builder.build().map_err(|error| format!("TLS to the SMTP server cannot be set up: {error}"))
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

#[cfg(test)]
#[path = "mailer_tests.rs"]
mod tests;
