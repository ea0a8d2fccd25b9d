//! The documentation: the Markdown files of `docs/`, embedded as they are, and made into pages when they are asked for.

mod links;
mod markdown;
mod search;
mod slugs;
mod source;

use super::render::page;
use crate::actor::Anyone;
use axum::http::StatusCode;
use foundation::app::App;
use foundation::error::{ApiError, Result};
use frame::{Call, Endpoint, NoInput, Page, Plain, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use source::{IMAGES, PAGES, Source};
use std::borrow::Cow;

/// Seconds that a picture may be kept: a day.
const KEPT: u32 = 86_400;

/// So many headings make a page a long one, with a table of its contents.
const LONG: usize = 4;

foundation::text! {
    /// What is looked for.
    Query: Line { length: 0..=100 };
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![index::endpoint(), show::endpoint(), find::endpoint(), image::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct ByName {
    name: String,
}

#[derive(Deserialize, JsonSchema)]
struct Search {
    #[serde(default)]
    #[schemars(with = "Query")]
    q: String,
}

/// The documentation, in reading order.
#[endpoint("docs.index", page GET "/docs", quiet)]
async fn index(cx: Call<Anyone>, _input: NoInput) -> Result<Page> {
    let text = markdown::render(source::INDEX, "docs/README.md");
    answer(&cx.app, StatusCode::OK, json!({ "is_index": true, "title": "Documentation", "html": text.html }))
}

/// A page of the documentation.
#[endpoint("docs.page", page GET "/docs/{name}", quiet, errors(RouteNotFound))]
async fn show(cx: Call<Anyone>, input: ByName) -> Result<Page> {
    let Some(number) = PAGES.iter().position(|page| page.name == input.name) else {
        let values =
            json!({ "title": "There is no such page", "is_unknown": true, "q": input.name.replace(['-', '_'], " ") });
        return Ok(answer(&cx.app, StatusCode::NOT_FOUND, values)?.refusing(ApiError::RouteNotFound));
    };
    let source = &PAGES[number];
    let text = markdown::render(source.text, source.path());
    let contents = if text.headings.len() >= LONG { text.headings } else { Vec::new() };
    let neighbour = |number: Option<usize>| number.and_then(|n| PAGES.get(n)).map(Source::link);
    let values = json!({
        "name": source.name, "title": source.title, "html": text.html, "contents": contents,
        "previous": neighbour(number.checked_sub(1)), "next": neighbour(number.checked_add(1)),
    });
    answer(&cx.app, StatusCode::OK, values)
}

/// Search the documentation.
#[endpoint("docs.search", page GET "/docs/search", quiet, errors(BadRequest))]
async fn find(cx: Call<Anyone>, input: Search) -> Result<Page> {
    if !Query::fits(&input.q) {
        return Err(ApiError::BadRequest.into());
    }
    let values = json!({ "title": "Search", "is_search": true, "q": input.q, "results": search::search(&input.q) });
    answer(&cx.app, StatusCode::OK, values)
}

/// A picture of the documentation.
#[endpoint("docs.image", plain GET "/docs/images/{name}", quiet, errors(RouteNotFound))]
async fn image(_cx: Call<Anyone>, input: ByName) -> Result<Plain> {
    let (_, bytes) = IMAGES.iter().find(|(name, _)| *name == input.name).ok_or(ApiError::RouteNotFound)?;
    Ok(Plain { status: StatusCode::OK, media_type: "image/png", content: Cow::Borrowed(bytes), seconds: KEPT })
}

fn answer(app: &App, status: StatusCode, mut values: Value) -> Result<Page> {
    values["groups"] = source::groups();
    page(app, "docs.html", status, &values)
}
