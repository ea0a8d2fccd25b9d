//! The routes of the pages, and the browser's telemetry sink.

use super::{assets, reference};
use crate::App;
use crate::error::Result;
use crate::http::{self, failure};
use crate::{magic_links, outbox};
use axum::extract::{ConnectInfo, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use std::net::SocketAddr;

/// Messages that the outbox page lists.
const LISTED: i64 = 100;

pub(crate) fn routes(app: App) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/v1/magic_links/redirect", get(redirect))
        .route("/reference", get(show_reference))
        .route("/openapi.json", get(openapi))
        .route("/errors", get(error_types))
        .route("/errors/{error_type}", get(error_type))
        .route("/outbox", get(show_outbox))
        .route("/outbox/{id}", get(show_message))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .route("/assets/{name}", get(async |Path(name): Path<String>| assets::asset(&name)))
        .route("/sdk/v1/events", post(events).options(events))
        .with_state(app)
}

fn answer(app: &App, page: Result<Response>) -> Response {
    let id = format!("request-id-test-{}", uuid::Uuid::new_v4());
    page.unwrap_or_else(|error| failure(app, &id, error))
}

async fn home(State(app): State<App>, peer: ConnectInfo<SocketAddr>, headers: HeaderMap) -> Response {
    let values = json!({ "outbox": may_see_outbox(&app, &peer, &headers), "version": env!("CARGO_PKG_VERSION") });
    answer(&app, app.pages().render("home.html", StatusCode::OK, &values))
}

#[derive(Deserialize)]
struct MailedLink {
    #[serde(default)]
    public_token: String,
    #[serde(default)]
    token: String,
}

/// The page behind a mailed link. It only reads: whoever opens it, the token stays good.
async fn redirect(State(app): State<App>, Query(link): Query<MailedLink>) -> Response {
    let page = async {
        let found = magic_links::redirect(&app, link.public_token, link.token).await?;
        let values = json!({
            "target": found.target,
            "project_name": found.project_name.unwrap_or_default(),
            "organization_name": found.organization_name.unwrap_or_default(),
        });
        match found.target {
            Some(_) => app.pages().render("redirect.html", StatusCode::OK, &values),
            None => app.pages().render("link_expired.html", StatusCode::NOT_FOUND, &values),
        }
    };
    answer(&app, page.await)
}

async fn show_reference(State(app): State<App>) -> Response {
    answer(&app, app.pages().render("reference.html", StatusCode::OK, &reference::reference(app.openapi())))
}

async fn openapi(State(app): State<App>) -> Response {
    ([(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], Json(app.openapi())).into_response()
}

async fn error_types(State(app): State<App>) -> Response {
    answer(&app, app.pages().render("error_types.html", StatusCode::OK, &reference::error_types()))
}

async fn error_type(State(app): State<App>, Path(word): Path<String>) -> Response {
    match reference::error_type(&word, app.openapi()) {
        Some(values) => answer(&app, app.pages().render("error_type.html", StatusCode::OK, &values)),
        None => answer(&app, app.pages().render("error_types.html", StatusCode::NOT_FOUND, &reference::error_types())),
    }
}

/// The outbox shows links that log people in, so only a developer on this machine gets to see it, and only where no
/// SMTP server is configured. The Host header must name this machine too, or a page elsewhere could read it by
/// rebinding its name.
fn may_see_outbox(app: &App, ConnectInfo(peer): &ConnectInfo<SocketAddr>, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let direct = !headers.contains_key("x-forwarded-for") && !headers.contains_key("forwarded");
    let local = ["127.0.0.1", "localhost", "[::1]"].contains(&name);
    app.mailer().is_none() && peer.ip().is_loopback() && local && direct
}

async fn show_outbox(State(app): State<App>, peer: ConnectInfo<SocketAddr>, headers: HeaderMap) -> Response {
    if !may_see_outbox(&app, &peer, &headers) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let page = async {
        let messages = outbox::list(&app, LISTED).await?;
        app.pages().render("outbox.html", StatusCode::OK, &json!({ "messages": messages, "smtp": false }))
    };
    answer(&app, page.await)
}

async fn show_message(
    State(app): State<App>,
    peer: ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    if !may_see_outbox(&app, &peer, &headers) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let page = async {
        match outbox::get(&app, &id).await? {
            Some(message) => app.pages().render("message.html", StatusCode::OK, &message),
            None => Ok(StatusCode::NOT_FOUND.into_response()),
        }
    };
    answer(&app, page.await)
}

/// Telemetry of the browser SDK: accepted, so that its console stays quiet, and dropped.
async fn events(State(app): State<App>, request: Request) -> Response {
    http::swallow(&app, request).await
}
