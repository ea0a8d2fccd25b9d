//! Colours, and the contrast that text in them and on them has (WCAG 2.2).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A colour, written `#1f5f8b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color([u8; 3]);

const WHITE: Color = Color::WHITE;
const BLACK: Color = Color([0; 3]);
const DARK: Color = Color::DARK;
/// What parts of a page stand on in the dark.
const DARK_SURFACE: Color = Color([0x1c, 0x21, 0x25]);
/// Of text, with a little to spare for grounds that are not quite white (WCAG 2.2, 1.4.3).
const LEGIBLE: f64 = 5.2;
/// Of an area, to what is around it (WCAG 2.2, 1.4.11).
const STANDS_OUT: f64 = 3.0;
/// Of white text on the ground of a dark page: what is darker does not dazzle (WCAG 2.2, 1.4.6).
const AT_REST: f64 = 7.0;
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
    /// The lightest ground of light pages.
    pub const WHITE: Self = Self([255; 3]);
    /// The lightest ground of pages in the dark that text of a colour stands on.
    pub const DARK: Self = Self([0x1d, 0x2f, 0x3c]);

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

    /// The same colour as the ground of a dark page: darker, where it would dazzle.
    #[must_use]
    pub fn as_dark_ground(self) -> Self {
        self.until(BLACK, |colour| colour.contrast(WHITE) >= AT_REST)
    }

    /// The line around an area in it on a light page: the same colour, where that stands out there (WCAG 2.2, 1.4.11).
    #[must_use]
    pub fn edge_on_light(self) -> Self {
        if self.contrast(WHITE) >= STANDS_OUT { self } else { self.on_light() }
    }

    /// The same on a dark page.
    #[must_use]
    pub fn edge_on_dark(self) -> Self {
        if self.contrast(DARK_SURFACE) >= STANDS_OUT { self } else { self.on_dark() }
    }

    /// A breath of it over the ground of a light page, on which text in it is legible still.
    #[must_use]
    pub fn soft_on_light(self) -> Self {
        WHITE.mixed(self, 1, 16)
    }

    /// The same over a dark page.
    #[must_use]
    pub fn soft_on_dark(self) -> Self {
        DARK_SURFACE.mixed(self, 1, 10)
    }

    /// Lines beside it, on a light page.
    #[must_use]
    pub fn line_on_light(self) -> Self {
        WHITE.mixed(self, 2, 5)
    }

    /// The same on a dark page.
    #[must_use]
    pub fn line_on_dark(self) -> Self {
        DARK_SURFACE.mixed(self, 2, 5)
    }

    /// Moved towards an end until it has the contrast to this ground that text needs.
    fn towards(self, end: Self, ground: Self) -> Self {
        self.until(end, |colour| colour.contrast(ground) >= LEGIBLE)
    }

    fn until(self, end: Self, is_enough: impl Fn(&Self) -> bool) -> Self {
        (0..=STEPS).map(|step| self.mixed(end, step, STEPS)).find(is_enough).unwrap_or(end)
    }

    /// So many parts of `whole` of another colour in this one.
    fn mixed(self, other: Self, parts: u16, whole: u16) -> Self {
        let mut mixed = self.0;
        for (part, other) in mixed.iter_mut().zip(other.0) {
            let sum = (u16::from(*part) * (whole - parts) + u16::from(other) * parts) / whole;
            *part = u8::try_from(sum).unwrap_or(other);
        }
        Self(mixed)
    }

    /// The edge of an area in it: its own colour, or gray where the ground around might be the same.
    pub(crate) fn edge(self) -> Self {
        if self.contrast(WHITE) < STANDS_OUT || self.contrast(BLACK) < STANDS_OUT { GRAY } else { self }
    }

    /// From 1, the same, to 21, black and white (WCAG 2.2, "contrast ratio").
    pub fn contrast(self, other: Self) -> f64 {
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
        let blue: Color = "#1f4f6b".parse().unwrap();
        assert_eq!((blue.on_light(), blue.as_dark_ground()), (blue, blue), "what is legible stays");
    }

    #[test]
    fn every_color_has_text_that_is_legible_on_it() {
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let color = Color([red, green, blue]);
                    assert!(color.contrast(color.text()) >= 4.5, "{color}");
                    assert!(color.edge().contrast(WHITE) >= 3.0 && color.edge().contrast(BLACK) >= 3.0, "{color}");
                    let (light, dark) = (color.on_light(), color.on_dark());
                    assert!(light.contrast(light.soft_on_light()) >= 4.5, "{color} on a breath of itself");
                    assert!(dark.contrast(dark.soft_on_dark()) >= 4.5, "{color} on a breath of itself in the dark");
                    assert!(color.edge_on_light().contrast(WHITE) >= 3.0, "{color} on light");
                    assert!(color.edge_on_dark().contrast(DARK_SURFACE) >= 3.0, "{color} on dark");
                    assert!(color.as_dark_ground().contrast(WHITE) >= AT_REST, "{color} as a dark ground");
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
}
