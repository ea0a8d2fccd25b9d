//! A conversation with an SMTP server: opening one, and handing over mails in it.

use super::{
    send_error::{SendError, described},
    smtp_url::{SmtpUrl, StartTls},
};
use lettre::{
    Address, Message,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
    },
};
use std::{io, time::Duration};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

/// How long a connection to one address may take to open.
const CONNECTING: Duration = Duration::from_secs(15);
/// How long the server has to answer that a conversation is over.
const ENDING: Duration = Duration::from_secs(5);
/// Mails in one conversation. Exim begins to deliver no more than these at once, and leaves others to its next run.
const MOST: u8 = 10;

/// A conversation, which has got as far as that a mail can be handed over.
pub(crate) struct Conversation {
    connection: AsyncSmtpConnection,
    mails: u8,
}

/// Why a mail was not taken.
pub(crate) enum Failed {
    /// It has not left, so another conversation may take it.
    Before(SendError),
    /// It has left. The server does not want it, or nobody knows whether it was taken.
    After(SendError),
}

impl Conversation {
    /// Connects, encrypts as the URL says, and logs in.
    pub(crate) async fn open(server: &SmtpUrl, hello: &ClientId, tls: &TlsParameters) -> Result<Self, SendError> {
        let mut connection = greet(server, hello, tls).await?;
        let encrypts = match server.tls {
            StartTls::FromTheStart => false,
            StartTls::Required => true,
            StartTls::Offered => connection.can_starttls(),
        };
        if encrypts {
            match connection.starttls(tls.clone(), hello).await {
                // A relay on this machine whose certificate is beyond use: nobody is in between.
                Err(error) if server.loopback && server.tls == StartTls::Offered && is_about_certificate(&error) => {
                    connection = greet(server, hello, tls).await?;
                }
                encrypted => encrypted?,
            }
        }
        if let Some((user, password)) = &server.login {
            connection.auth(DEFAULT_MECHANISMS, &Credentials::new(user.clone(), password.clone())).await?;
        }
        Ok(Self { connection, mails: 0 })
    }

    /// Hands one mail over and waits until the server has taken it.
    pub(crate) async fn give(&mut self, mail: &Message) -> Result<(), Failed> {
        self.mails += 1;
        let content = content(mail).map_err(Failed::Before)?;
        self.announce(mail, content.is_ascii()).await.map_err(Failed::Before)?;
        self.connection.command(content).await.map_err(|error| Failed::After(error.into()))?;
        Ok(())
    }

    /// Everything before the mail itself.
    async fn announce(&mut self, mail: &Message, of_ascii: bool) -> Result<(), SendError> {
        let envelope = mail.envelope();
        let has_ascii_addresses = envelope.from().into_iter().chain(envelope.to()).all(is_ascii);
        let mut parameters = Vec::new();
        if !has_ascii_addresses {
            self.must_know(&Extension::SmtpUtfEight)?;
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !of_ascii {
            self.must_know(&Extension::EightBitMime)?;
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        self.connection.command(Mail::new(envelope.from().cloned(), parameters)).await?;
        for to in envelope.to() {
            self.connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
        }
        self.connection.command(Data).await?;
        Ok(())
    }

    fn must_know(&self, extension: &Extension) -> Result<(), SendError> {
        match self.connection.server_info().supports_feature(*extension) {
            true => Ok(()),
            false => Err(SendError::Transient(format!(
                "the mail has characters that are not ASCII, and the SMTP server does not know {extension}"
            ))),
        }
    }

    /// Whether it may take another mail.
    pub(crate) fn goes_on(&self) -> bool {
        self.mails < MOST
    }

    /// Ends it. Nobody waits for that: what was handed over was taken before.
    pub(crate) fn end(mut self) {
        tokio::spawn(async move {
            let _ = timeout(ENDING, self.connection.abort()).await;
        });
    }
}

/// Connects and hears what the server can do.
async fn greet(server: &SmtpUrl, hello: &ClientId, tls: &TlsParameters) -> Result<AsyncSmtpConnection, SendError> {
    let (host, port) = (server.host.as_str(), server.port);
    if server.tls == StartTls::FromTheStart {
        let (wait, tls) = (Some(CONNECTING), Some(tls.clone()));
        return Ok(AsyncSmtpConnection::connect_tokio1((host, port), wait, hello, tls, None).await?);
    }
    let stream = reach(host, port).await.map_err(|error| SendError::Transient(format!("Connection error: {error}")))?;
    Ok(AsyncSmtpConnection::connect_with_transport(Box::new(stream), hello).await?)
}

/// Connects to the first of its addresses that answers.
///
/// After STARTTLS two things are sent with no answer in between, the end of the handshake and a greeting. Without
/// `TCP_NODELAY` the second is held back until the server confirms the first, for which it takes its time.
async fn reach(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut failed = io::Error::other("the host has no address");
    for address in lookup_host((host, port)).await? {
        match timeout(CONNECTING, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Ok(Err(error)) => failed = error,
            Err(_) => failed = io::Error::new(io::ErrorKind::TimedOut, "connection timed out"),
        }
    }
    Err(failed)
}

/// The mail as it is sent (RFC 5321, section 4.5.2), with its end: both leave at once, for what is written in two parts
/// waits on its way until the first has been confirmed.
fn content(mail: &Message) -> Result<String, SendError> {
    let mail = String::from_utf8(mail.formatted())
        .map_err(|error| SendError::Permanent(format!("the mail cannot be composed: {error}")))?;
    let line_end = if mail.ends_with("\r\n") { "" } else { "\r\n" };
    // It begins with a header, so no dot is at its very beginning.
    Ok(mail.replace("\r\n.", "\r\n..") + line_end + ".\r\n")
}

fn is_ascii(address: &Address) -> bool {
    AsRef::<str>::as_ref(address).is_ascii()
}

/// TLS could not be set up.
fn is_about_certificate(error: &Error) -> bool {
    error.is_tls() || (error.status().is_none() && described(error).contains("certificate"))
}

#[cfg(test)]
#[path = "conversation_tests.rs"]
mod tests;
