//! What colors become where they are shown: text in them and on them is legible everywhere (WCAG 2.2, 1.4.3).

use crate::organizations::Colors;
use mail::Color;
use schemars::JsonSchema;
use serde::Serialize;

/// Colors as they are shown; `null` where the brand has none, and ours are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Shades {
    /// The color of buttons.
    #[schemars(with = "Option<String>")]
    brand_color: Option<Color>,
    /// Black or white, whichever is legible on it.
    #[schemars(with = "Option<String>")]
    text_on_brand_color: Option<Color>,
    /// The color of links and of what else is text in the brand color; `null` in mails, which have the mail program's.
    #[schemars(with = "Option<String>")]
    link_color: Option<Color>,
    /// The color of what is behind.
    #[schemars(with = "Option<String>")]
    background_color: Option<Color>,
    /// Black or white, whichever is legible on it.
    #[schemars(with = "Option<String>")]
    text_on_background_color: Option<Color>,
}

impl Shades {
    fn of(brand_color: Option<Color>, link_color: Option<Color>, background_color: Option<Color>) -> Self {
        Self {
            brand_color,
            text_on_brand_color: brand_color.map(Color::text),
            link_color,
            background_color,
            text_on_background_color: background_color.map(Color::text),
        }
    }

    /// On a light page.
    pub(crate) fn light(colors: &Colors) -> Self {
        Self::of(colors.brand_color, colors.brand_color.map(Color::on_light), colors.background_color)
    }

    /// On a dark page.
    pub(crate) fn dark(colors: &Colors) -> Self {
        let background = colors.background_color.map(Color::as_dark_ground);
        Self::of(colors.brand_color, colors.brand_color.map(Color::on_dark), background)
    }

    /// In a mail, where no text is in the color itself.
    pub(crate) fn mail(colors: &Colors) -> Self {
        Self::of(colors.brand_color, None, colors.background_color)
    }
}

/// A color in the place of which another one is shown somewhere, because text would not be legible there.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Moved {
    /// Which color: `brand_color` or `background_color`.
    pub(crate) color: &'static str,
    /// On which pages: `light` or `dark`.
    pub(crate) pages: &'static str,
    /// The contrast that text would have, from 1 to 21.
    contrast: f64,
    /// What is shown there: for the brand color, as text.
    #[schemars(with = "String")]
    pub(crate) becomes: Color,
    /// All of that in words.
    pub(crate) sentence: String,
}

/// What is moved of these colors.
pub(crate) fn moved(colors: &Colors) -> Vec<Moved> {
    let text = |color: Color, pages, ground, becomes: Color| {
        let contrast = rounded(color.contrast(ground));
        let sentence = format!(
            "Text in {color} would be hard to read on {pages} pages (contrast {contrast} to 1, where 4.5 and a little to spare is \
             needed): links are {becomes} there. Buttons keep the color."
        );
        (becomes != color).then_some(Moved { color: "brand_color", pages, contrast, becomes, sentence })
    };
    let ground = |color: Color| {
        let (becomes, contrast) = (color.as_dark_ground(), rounded(color.contrast(Color::WHITE)));
        let sentence = format!(
            "{color} would dazzle as the ground of dark pages (white text would have a contrast of {contrast} to 1, where 7 is \
             wanted): there it is shown as {becomes}."
        );
        (becomes != color).then_some(Moved { color: "background_color", pages: "dark", contrast, becomes, sentence })
    };
    let (brand, background) = (colors.brand_color, colors.background_color);
    [
        brand.and_then(|color| text(color, "light", Color::WHITE, color.on_light())),
        brand.and_then(|color| text(color, "dark", Color::DARK, color.on_dark())),
        background.and_then(ground),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn rounded(contrast: f64) -> f64 {
    (contrast * 10.0).floor() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colors(brand: Option<&str>, background: Option<&str>) -> Colors {
        let parsed = |text: Option<&str>| text.map(|text| text.parse().unwrap());
        Colors { brand_color: parsed(brand), background_color: parsed(background) }
    }

    #[test]
    fn what_becomes_another_color_is_told_and_nothing_else() {
        let told = |brand, background| {
            let of = |moved: Moved| (moved.color, moved.pages, moved.contrast);
            moved(&colors(brand, background)).into_iter().map(of).collect::<Vec<_>>()
        };
        assert_eq!(told(None, None), []);
        assert_eq!(told(None, Some("#0b1d3a")), []);
        assert_eq!(told(Some("#ffd400"), None), [("brand_color", "light", 1.4)]);
        assert_eq!(told(Some("#0b1d3a"), None), [("brand_color", "dark", 1.2)]);
        assert_eq!(
            told(Some("#808080"), Some("#ffffff")),
            [("brand_color", "light", 3.9), ("brand_color", "dark", 3.4), ("background_color", "dark", 1.0)]
        );
    }

    #[test]
    fn text_is_legible_on_and_in_every_color_wherever_it_is_shown() {
        for parts in 0..=0xfff_u32 {
            let text = format!("#{parts:03x}");
            let colors = colors(Some(&text), Some(&text));
            for (shades, ground) in [
                (Shades::light(&colors), Some(Color::WHITE)),
                (Shades::dark(&colors), Some(Color::DARK)),
                (Shades::mail(&colors), None),
            ] {
                let contrast = |one: Option<Color>, other: Option<Color>| one.unwrap().contrast(other.unwrap());
                assert!(contrast(shades.brand_color, shades.text_on_brand_color) >= 4.5, "{text}");
                assert!(contrast(shades.background_color, shades.text_on_background_color) >= 4.5, "{text}");
                assert!(ground.is_none_or(|ground| shades.link_color.unwrap().contrast(ground) >= 4.5), "{text}");
            }
        }
    }
}
