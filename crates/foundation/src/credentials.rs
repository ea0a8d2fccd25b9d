//! Credentials that the operator writes into a URL.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outbound::Url;
use outbound::header::HeaderValue;
use percent_encoding::percent_decode_str;

/// A URL without the user and the password that stand in it, and those.
///
/// # Errors
/// In words, when it is no URL of http or https.
pub fn without_credentials(url: &str) -> Result<(Url, String, String), String> {
    let mut url = Url::parse(url).map_err(|_| "it is no URL with a scheme and a host".to_owned())?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (user, password) = (decoded(url.username()), decoded(url.password().unwrap_or_default()));
    let without = url.set_username("").and_then(|()| url.set_password(None));
    without.map_err(|()| "it is not a URL of http or https".to_owned())?;
    Ok((url, user, password))
}

/// Basic authentication (RFC 7617).
///
/// # Errors
/// In words, when they cannot stand in a header.
pub fn basic(user: &str, password: &str) -> Result<HeaderValue, String> {
    let value = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    let mut value = HeaderValue::try_from(value).map_err(|error| error.to_string())?;
    value.set_sensitive(true);
    Ok(value)
}
