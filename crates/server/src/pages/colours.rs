//! The colours of a brand, as a style sheet, and what else pages show of whose they are.
//!
//! The colours stand in the address of the sheet, so that it may be kept, and nothing has to be looked up for it.

use crate::actor::Anyone;
use crate::organizations::{self, Colors, Organization};
use axum::http::StatusCode;
use foundation::error::Result;
use foundation::project::Project;
use frame::{Call, Plain, endpoint};
use mail::Color;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Seconds that it may be kept.
const KEPT: u32 = 86_400;
const PATH: &str = "/assets/colours.css";

/// Colours in an address, without their `#`.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Asked {
    /// Of buttons and links: six digits.
    #[serde(default)]
    brand: String,
    /// Of what is behind: six digits.
    #[serde(default)]
    background: String,
}

/// The colours of a brand, as a style sheet.
#[endpoint("pages.colours", plain GET "/assets/colours.css", quiet)]
pub(super) async fn colours(_cx: Call<Anyone>, asked: Asked) -> Result<Plain> {
    let color = |digits: &str| format!("#{digits}").parse().ok();
    let colors = Colors { brand_color: color(&asked.brand), background_color: color(&asked.background) };
    let content = style(&colors).into_bytes().into();
    Ok(Plain { status: StatusCode::OK, media_type: "text/css; charset=utf-8", content, seconds: KEPT })
}

/// Where the sheet of these colours is; none, where ours are shown.
fn address(colors: &Colors) -> Option<String> {
    let named = [("brand", colors.brand_color), ("background", colors.background_color)];
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, color) in named {
        if let Some(color) = color {
            query.append_pair(name, String::from(color).trim_start_matches('#'));
        }
    }
    Some(query.finish()).filter(|query| !query.is_empty()).map(|query| format!("{PATH}?{query}"))
}

/// In light and in dark a colour is as it was given, or, where text is in it, moved so far that it is legible there.
fn style(colors: &Colors) -> String {
    let (mut light, mut dark) = (String::new(), String::new());
    if let Some(color) = colors.brand_color {
        let (on_light, on_dark) = (color.on_light(), color.on_dark());
        write_text(&mut light, on_light, on_light.soft_on_light(), on_light.line_on_light());
        write_text(&mut dark, on_dark, on_dark.soft_on_dark(), on_dark.line_on_dark());
        write_fill(&mut light, color, color.edge_on_light());
        write_fill(&mut dark, color, color.edge_on_dark());
    }
    if let Some(color) = colors.background_color {
        write_background(&mut light, color);
        write_background(&mut dark, color.as_dark_ground());
    }
    format!(":root {{ {light}}}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark}}} }}\n")
}

/// What is text in the colour, or filled and stands beside such.
fn write_text(to: &mut String, color: Color, soft: Color, line: Color) {
    let text = color.text();
    let _ = write!(to, "--accent: {color}; --on-accent: {text}; --accent-soft: {soft}; --accent-line: {line}; ");
}

/// Buttons have the colour as it is.
fn write_fill(to: &mut String, color: Color, edge: Color) {
    let _ = write!(to, "--fill: {color}; --on-fill: {}; --fill-line: {edge}; ", color.text());
}

fn write_background(to: &mut String, color: Color) {
    let _ = write!(to, "--behind: {color}; --on-behind: {}; ", color.text());
}

/// Whose page it is: a name, perhaps a logo, and colours.
pub(super) struct Looks<'a> {
    name: &'a str,
    logo: Option<&'a str>,
    colors: Colors,
}

impl<'a> Looks<'a> {
    /// Of an organization, or of the project alone.
    pub(super) fn of(project: &'a Project, organization: Option<&'a Organization>) -> Self {
        let own = organization.map(|organization| organization.colors).unwrap_or_default();
        let logo = organization.map(|organization| organization.settings.organization_logo_url.as_str());
        Self {
            name: organization.map_or(&project.name, |organization| &organization.organization_name),
            logo: organizations::logo(project, logo),
            colors: organizations::colors(project, &own),
        }
    }

    /// The same, of what a login page may know of an organization.
    pub(super) fn of_public(project: &'a Project, organization: Option<&'a Value>) -> Self {
        let said = |name: &str| organization.and_then(|organization| organization[name].as_str());
        let color = |name: &str| said(name).and_then(|text| text.parse().ok());
        let own = Colors { brand_color: color("brand_color"), background_color: color("background_color") };
        Self {
            name: said("organization_name").unwrap_or(&project.name),
            logo: organizations::logo(project, said("organization_logo_url")),
            colors: organizations::colors(project, &own),
        }
    }

    /// Gives a page these looks.
    pub(super) fn dress(&self, values: &mut Value) {
        values["mark"] = json!({ "name": self.name, "logo": self.logo });
        values["colours"] = json!(address(&self.colors));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_the_colours_and_nothing_where_there_are_none() {
        let colors = |brand: &str, background: &str| Colors {
            brand_color: brand.parse().ok(),
            background_color: background.parse().ok(),
        };
        assert_eq!(address(&colors("", "")), None);
        assert_eq!(address(&colors("#fa0", "")).as_deref(), Some("/assets/colours.css?brand=ffaa00"));
        assert_eq!(address(&colors("", "#0b1d3a")).as_deref(), Some("/assets/colours.css?background=0b1d3a"));
        let sheet = style(&colors("#ffd400", "#fff7e6"));
        assert!(sheet.contains("--behind: #fff7e6; --on-behind: #000000;"), "{sheet}");
        assert!(!style(&colors("", "#000")).contains("--accent"));
    }
}
