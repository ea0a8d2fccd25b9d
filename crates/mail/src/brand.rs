//! How a mail looks: the logo above it and the colour of its button.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

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

/// A colour, written `#1f5f8b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color([u8; 3]);

const WHITE: Color = Color([255; 3]);
const BLACK: Color = Color([0; 3]);
/// The lightest ground of pages in the dark that text of a colour stands on.
const DARK: Color = Color([0x1d, 0x2f, 0x3c]);
/// Of text, with a little to spare for grounds that are not quite white (WCAG 2.2, 1.4.3).
const LEGIBLE: f64 = 5.2;
/// How finely a colour is moved.
const STEPS: u16 = 20;
/// Stands out from a light and from a dark ground (WCAG 2.2, 1.4.11: 3 to 1).
const GRAY: Color = Color([118; 3]);

impl Default for Color {
    fn default() -> Self {
        Self([0x1f, 0x5f, 0x8b])
    }
}

impl Color {
    /// What is legible on it, black or white: one of them always has the contrast of 4.5 to 1 that text needs (WCAG 2.2,
    /// 1.4.3), so no colour need be refused.
    pub fn text(self) -> Self {
        if self.contrast(WHITE) >= 4.5 || self.contrast(WHITE) >= self.contrast(BLACK) { WHITE } else { BLACK }
    }

    /// The same colour for a light page: darker, where text in it, or a button of it, would not stand out there otherwise.
    #[must_use]
    pub fn on_light(self) -> Self {
        self.towards(BLACK, WHITE)
    }

    /// The same colour for a dark page: lighter, as far as it has to be.
    #[must_use]
    pub fn on_dark(self) -> Self {
        self.towards(WHITE, DARK)
    }

    /// Moved towards an end until it has the contrast to this ground that text needs.
    fn towards(self, end: Self, ground: Self) -> Self {
        let moved = |step: u16| {
            let mut parts = self.0;
            for (part, end) in parts.iter_mut().zip(end.0) {
                let mixed = (u16::from(*part) * (STEPS - step) + u16::from(end) * step) / STEPS;
                *part = u8::try_from(mixed).unwrap_or(end);
            }
            Self(parts)
        };
        (0..=STEPS).map(moved).find(|colour| colour.contrast(ground) >= LEGIBLE).unwrap_or(end)
    }

    /// The edge of an area in it: its own colour, or gray where the ground around might be the same.
    pub(crate) fn edge(self) -> Self {
        if self.contrast(WHITE) < 3.0 || self.contrast(BLACK) < 3.0 { GRAY } else { self }
    }

    /// From 1, the same, to 21, black and white (WCAG 2.2, "contrast ratio").
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl FromStr for Color {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digit = |c: char| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let digits: Option<Vec<u8>> =
            text.trim().strip_prefix('#').and_then(|digits| digits.chars().map(digit).collect());
        match digits.as_deref() {
            Some([a, b, c, d, e, f]) => Ok(Self([a << 4 | b, c << 4 | d, e << 4 | f])),
            Some([a, b, c]) => Ok(Self([a * 17, b * 17, c * 17])),
            _ => Err("a color is written as in #1f5f8b".to_owned()),
        }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl TryFrom<String> for Color {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_color_is_moved_until_text_in_it_is_legible() {
        for text in ["#000000", "#ffffff", "#1f5f8b", "#ffe600", "#00ff00", "#767676", "#ff0000", "#0000ff"] {
            let color: Color = text.parse().unwrap();
            assert!(color.on_light().contrast(WHITE) >= 4.5, "{text} on light");
            assert!(color.on_dark().contrast(DARK) >= 4.5, "{text} on dark");
        }
        let blue: Color = "#1f5f8b".parse().unwrap();
        assert_eq!(blue.on_light(), blue, "what is legible stays");
    }

    #[test]
    fn every_color_has_text_that_is_legible_on_it() {
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let color = Color([red, green, blue]);
                    assert!(color.contrast(color.text()) >= 4.5, "{color}");
                    assert!(color.edge().contrast(WHITE) >= 3.0 && color.edge().contrast(BLACK) >= 3.0, "{color}");
                }
            }
        }
        assert!((WHITE.contrast(BLACK) - 21.0).abs() < 0.001);
        assert_eq!((Color::default().text(), "#ffd400".parse::<Color>().unwrap().text()), (WHITE, BLACK));
    }

    #[test]
    fn a_color_is_read_in_two_lengths_and_nothing_else_is_one() {
        assert_eq!("#1F5f8B".parse::<Color>().unwrap().to_string(), "#1f5f8b");
        assert_eq!("#fa0".parse::<Color>().unwrap().to_string(), "#ffaa00");
        for text in ["", "#", "red", "1f5f8b", "#1f5f8", "#1f5f8b00", "#1f5f8g", "#fff;}", "#ｆff"] {
            assert!(text.parse::<Color>().is_err(), "{text}");
        }
    }

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
