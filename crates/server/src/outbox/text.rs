//! Text messages: POSTed to a gateway of the operator's, which knows a provider.

use super::post;
use ::mail::SendError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use foundation::app::App;
use outbound::header::{AUTHORIZATION, HeaderValue};
use outbound::{Request, Url};
use percent_encoding::percent_decode_str;
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
    /// The gateway gets `{"to", "body"}` as JSON. Any status of 200 to 299 says that it has taken the message.
    pub(super) async fn deliver(&self, app: &App) -> Result<(), SendError> {
        let Some(url) = &app.config().sms_url else {
            return Err(SendError::Transient("no gateway for text messages is configured".into()));
        };
        let request = request(url.reveal(), json!({ "to": self.to, "body": self.body }).to_string());
        post::send(app.outbound(), request.map_err(SendError::Transient)?).await
    }
}

/// Whether `--sms-url` can be used; the error is a sentence for the operator, without the URL.
///
/// # Errors
/// When it is not a URL of http or https.
pub fn check_sms_url(url: &str) -> Result<(), String> {
    request(url, String::new()).map(drop)
}

/// The operator may name a gateway without TLS, on this machine for instance, and a password for it in the URL.
fn request(url: &str, body: String) -> Result<Request, String> {
    let mut url = Url::parse(url).map_err(|error| error.to_string())?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let credentials = format!("{}:{}", decoded(url.username()), decoded(url.password().unwrap_or_default()));
    let without = url.set_username("").and_then(|()| url.set_password(None));
    without.map_err(|()| "it is not a URL of http or https".to_owned())?;
    let request = Request::post(url.as_str(), body).map_err(|refused| refused.to_string())?.allow_http();
    let mut request = post::json(request);
    if credentials != ":" {
        let value = format!("Basic {}", STANDARD.encode(credentials));
        let mut value = HeaderValue::try_from(value).map_err(|error| error.to_string())?;
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    Ok(request)
}
