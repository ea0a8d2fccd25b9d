//! What the prebuilt login asks about phone numbers, in a frame that it puts into the app's page (the SDK's "clientside
//! services"): whether one can be, and how it is written. The app has no list of all countries' numbers; this server has.

use crate::actor::Anyone;
use axum::http::StatusCode;
use foundation::error::{Error, Result};
use foundation::phone_number::PhoneNumber;
use frame::{Call, NoInput, Page, Plain, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::borrow::Cow;

/// Anybody's page may frame it: it knows nothing of anybody, and has nothing to click on.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'";

/// The page that the prebuilt login frames.
#[endpoint("pages.clientside_services", page GET "/clientside-services/index.html", quiet)]
pub(super) async fn services(_cx: Call<Anyone>, _input: NoInput) -> Result<Page> {
    let html = include_str!("templates/phone_numbers.html").to_owned();
    Ok(Page { html, status: StatusCode::OK, policy: POLICY, refusal: None })
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Written {
    /// As a person writes it; none to have an example.
    #[serde(default)]
    number: String,
    /// Where they are: two letters (ISO 3166-1).
    country: Option<String>,
}

/// Whether somebody has written a phone number, and how it is written; without one, an example of the country.
#[endpoint("pages.phone_number", plain GET "/clientside-services/phone_number", quiet)]
pub(super) async fn phone_number(_cx: Call<Anyone>, input: Written) -> Result<Plain> {
    let country = input.country.as_deref().unwrap_or("US");
    let number = match input.number.as_str() {
        "" => PhoneNumber::example(country),
        number => PhoneNumber::written(number, Some(country)).ok(),
    };
    let told = match number {
        Some(number) => json!({ "isValid": true, "number": number.as_str(), "national": number.national() }),
        None => json!({ "isValid": false, "number": input.number, "national": input.number }),
    };
    let content = serde_json::to_vec(&told).map_err(|error| Error::Internal(Box::new(error)))?;
    Ok(Plain { status: StatusCode::OK, media_type: "application/json", content: Cow::Owned(content), seconds: 0 })
}
