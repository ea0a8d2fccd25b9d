//! How a mail looks: the logo and the name above it, and the colours.

use serde::{Deserialize, Serialize};

use super::color::Color;

/// What a project and an organization say of the looks of their mails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Brand {
    /// The logo of the organization. Where it can be shown it wins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_logo_url: Option<String>,
    /// The logo of the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_logo_url: Option<String>,
    /// The colour of the button.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// The ground of the head, where the logo and the name stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Color>,
}

impl Brand {
    /// Whether it says nothing.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether a mail can show a logo from there: over TLS, and without a password in the URL. What is mailed is asked for by
/// the reader's program, never by this server.
pub fn is_logo_url(url: &str) -> bool {
    let plain = !url.chars().any(|c| c.is_whitespace() || c.is_control());
    let parsed = url::Url::parse(url);
    plain
        && parsed.is_ok_and(|url| {
            url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_comes_over_tls() {
        assert!(is_logo_url("https://cdn.acme.example/logo.png?v=1"));
        for url in [
            "",
            "http://acme.example/logo.png",
            "https://",
            "data:image/png;base64,AA",
            "//acme.example/x.png",
            "javascript:alert(1)",
            "https://user:hush@acme.example/x.png",
            "https://user@acme.example/x.png",
            "https://acme.example/a b.png",
            "https://acme.example/a\nb.png",
            "logo.png",
        ] {
            assert!(!is_logo_url(url), "{url}");
        }
    }
}
