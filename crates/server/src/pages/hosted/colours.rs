//! The colours of a project, for its pages.

use super::way::Way;
use crate::actor::Anyone;
use crate::projects;
use axum::http::StatusCode;
use foundation::error::Result;
use frame::{Call, Plain, endpoint};
use mail::Color;

/// Seconds that they may be kept.
const KEPT: u32 = 300;

/// The colours of a project's pages, as a style sheet.
#[endpoint("hosted.colours", plain GET "/login/step/colours.css", quiet)]
pub(super) async fn colours(cx: Call<Anyone>, way: Way) -> Result<Plain> {
    let (app, token) = (cx.app.clone(), way.public_token.unwrap_or_default());
    let project = cx.check(move |tx| projects::by_public_token(&app, tx, &token)).await?;
    let colour = project.and_then(|project| project.settings.brand_color);
    let content = colour.map(style).unwrap_or_default().into_bytes().into();
    Ok(Plain { status: StatusCode::OK, media_type: "text/css; charset=utf-8", content, seconds: KEPT })
}

/// In light and in dark the colour is as the project has it, or moved so far that it is legible there.
fn style(colour: Color) -> String {
    let of = |colour: Color| {
        format!(":root {{ --accent: {}; --on-accent: {}; }}", String::from(colour), String::from(colour.text()))
    };
    let dark = of(colour.on_dark());
    format!("{}\n@media (prefers-color-scheme: dark) {{ {dark} }}\n", of(colour.on_light()))
}
