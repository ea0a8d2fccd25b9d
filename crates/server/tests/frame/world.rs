//! A server of a few endpoints, without the network.

use crate::app;
use crate::support::Fixture;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use database::{Migration, Tx};
use foundation::app::App;
use foundation::cx::Via;
use foundation::error::Result;
use foundation::project::Project;
use frame::{Caller, Dialect, Endpoint, Head, Identified};
use http_body_util::BodyExt as _;
use serde_json::Value;
use std::sync::Arc;
use tower::ServiceExt as _;

/// Whoever it is.
pub(crate) struct Somebody;

impl Caller for Somebody {
    const NAME: &'static str = "";
    const ERRORS: &'static [foundation::error::ApiError] = &[];

    fn identify(_app: &App, _tx: &mut Tx, head: &Head) -> Result<Identified<Self>> {
        let via = if head.dialect == Dialect::Browser { Via::Browser } else { Via::Backend };
        let project = Arc::new(Project::none());
        Ok(Identified { caller: Self, project, via, acting: None, keeps_cookies: false })
    }

    fn security(_dialect: Dialect) -> &'static [&'static [&'static str]] {
        &[]
    }
}

/// A server, and what it stands on.
pub(crate) struct World {
    router: Router,
    pub(crate) app: App,
    _fixture: Fixture,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl World {
    /// With these endpoints, on a database with one more migration.
    pub(crate) async fn new(fixture: Fixture, endpoints: Vec<Endpoint>, sql: &'static str) -> Self {
        let mut migrations = server::MIGRATIONS.to_vec();
        migrations.push(Migration { name: "9999_of_the_test", sql });
        fixture.db.migrate(&migrations).await.unwrap();
        let app = app::app(&fixture.db).await;
        let router = app::router(&app, endpoints);
        Self { router, app, _fixture: fixture }
    }

    /// Sends a request; `body` says its media type.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<(&str, &str)>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some((media_type, _)) = body {
            request = request.header("content-type", media_type);
        }
        let body = body.map_or(Body::empty(), |(_, text)| Body::from(text.to_owned()));
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    pub(crate) async fn post(&self, path: &str, json: Value) -> Answer {
        self.send("POST", path, Some(("application/json", &json.to_string()))).await
    }
}
