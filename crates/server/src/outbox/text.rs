//! Text messages: POSTed to a gateway of the operator's, which knows a provider, or to Twilio.

use super::shown::Shown;
use super::{post, twilio};
use ::mail::SendError;
use foundation::app::App;
use foundation::credentials::{basic, without_credentials};
use outbound::Request;
use outbound::header::AUTHORIZATION;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::fmt;

/// A text message. It may hold a secret (a code), so it is stored sealed and erased once delivered.
#[derive(Serialize, Deserialize)]
pub(crate) struct Text {
    /// E.164.
    pub(crate) to: String,
    pub(crate) body: String,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").finish_non_exhaustive()
    }
}

impl Text {
    /// The code, if there is one, is what the text begins with.
    pub(super) fn show(&self) -> Shown {
        let code = self.body.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default().to_owned();
        Shown { text: self.body.clone(), code, ..Shown::default() }
    }

    /// The gateway gets `{"to", "body"}` as JSON. Any status of 200 to 299 says that it has taken the message.
    pub(super) async fn deliver(&self, app: &App) -> Result<(), SendError> {
        let Some(url) = &app.config().sms_url else {
            return Err(SendError::Transient("no gateway for text messages is configured".into()));
        };
        let request = request(url.reveal(), self).map_err(SendError::Transient)?;
        match url.reveal().starts_with(twilio::PREFIX) {
            true => twilio::meaning(&post::exchange(app.outbound(), request).await?),
            false => post::send(app.outbound(), request).await,
        }
    }
}

/// Whether `--sms-url` can be used; the error is a sentence for the operator, without the URL.
///
/// # Errors
/// When it is not a URL of http or https, or not one of Twilio.
pub fn check_sms_url(url: &str) -> Result<(), String> {
    let request = request(url, &Text { to: String::new(), body: String::new() });
    request.map(drop).map_err(|error| match url.starts_with(twilio::PREFIX) {
        true if error == twilio::FORM => error,
        true => format!("{error}; {}", twilio::FORM),
        false => format!("{error}; write the URL of a gateway, such as https://gateway.example/send"),
    })
}

/// The operator may name a gateway without TLS, on this machine for instance, and a password for it in the URL.
fn request(url: &str, text: &Text) -> Result<Request, String> {
    if let Some(url) = url.strip_prefix(twilio::PREFIX) {
        return twilio::request(url, &text.to, &text.body);
    }
    let (url, user, password) = without_credentials(url)?;
    let body = json!({ "to": text.to, "body": text.body }).to_string();
    let request = Request::post(url.as_str(), body).map_err(|refused| refused.to_string())?.allow_http();
    let request = post::json(request);
    match (user.as_str(), password.as_str()) {
        ("", "") => Ok(request),
        (user, password) => Ok(request.header(AUTHORIZATION, basic(user, password)?)),
    }
}
