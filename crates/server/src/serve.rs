//! Serving: accept, answer, and end in good order.

mod twin;

pub use twin::{Fresh, Open, plant, serve_twin};

use crate::callers::{ended_cookies, known_project};
use crate::catalogue::{endpoints, openapi};
use crate::{login, outbox, pages, projects, scim, sessions, workers};
use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use foundation::app::App;
use foundation::id::Environment;
use frame::{Dialect, Endpoint, Late, Wiring};
use std::future::Future;
use std::time::Duration;
use tokio::net::TcpListener;
use transport::{Bodies, Entrance, Gauges, Limits, Proxies, Server, Stopped, Tls};
use workers::Workers;

/// How long a client may take to send a body.
const BODY_WITHIN: Duration = Duration::from_secs(30);
/// How long an answer may take once the request is complete.
const ANSWER_WITHIN: Duration = Duration::from_secs(50);
/// For what is neither.
const SPARE: Duration = Duration::from_secs(5);
/// Connections at once. Strangers can fill the heads of all of them.
const CONNECTIONS: usize = 4096;

/// What the frame is told.
pub fn wiring(endpoints: Vec<Endpoint>, bodies: Bodies, proxies: Proxies) -> Wiring {
    Wiring {
        endpoints,
        dialects: &[("/sdk/", Dialect::Browser), (scim::BASE, Dialect::Scim), ("/v1/", Dialect::Backend)],
        is_registered_origin: |app, origin| Box::pin(projects::origin_is_registered(app, origin)),
        error_page: pages::error_page,
        environment,
        ended_cookies,
        refused: |app, head, operation, error| {
            login::refused(app, || known_project(app, head), head.now, operation, error)
        },
        exchanged: scim::exchanged,
        within: ANSWER_WITHIN,
        bodies,
        proxies,
    }
}

/// Guesses the environment of a request from its credential, before that is checked.
fn environment(headers: &HeaderMap) -> Environment {
    let credential = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // "project-live-" and "public-token-live-" in base64, at the start of a Basic credential.
    let live = ["cHJvamVjdC1saXZl", "cHVibGljLXRva2VuLWxpdm"];
    if live.iter().any(|start| credential.contains(start)) { Environment::Live } else { Environment::Test }
}

/// Where to serve, and whom to believe.
pub struct Listening {
    pub listener: TcpListener,
    /// Whom clients meet there; without it TLS is not spoken.
    pub tls: Option<Tls>,
    /// Another address for metrics, which are then not at the first.
    pub metrics: Option<TcpListener>,
    /// The proxies in front.
    pub proxies: Proxies,
}

/// Serves until `stop` is done, then finishes what is in flight, ten seconds at most, and writes what is pending.
pub async fn serve(app: App, listening: Listening, stop: impl Future<Output = ()> + Send + 'static) {
    let mut endpoints = endpoints();
    if let Some(listener) = listening.metrics {
        pages::tell_apart(&app);
        endpoints.retain(|endpoint| endpoint.about.operation != METRICS);
        let server = Server::new(Limits::default());
        let wiring = wiring(vec![pages::metrics::endpoint()], server.bodies(), listening.proxies.clone());
        let router = frame::router(app.clone(), wiring);
        let listener = Entrance::new(listener, None);
        tokio::spawn(server.serve(listener, router, Late::new(environment), std::future::pending()));
    }
    let server = Server::new(limits());
    let running = Running::start(app, endpoints, server.bodies(), server.gauges(), listening.proxies);
    let router = running.router.clone();
    let listener = Entrance::new(listening.listener, listening.tls);
    tell_dropped(&server.serve(listener, router, Late::new(environment), stop).await);
    running.end().await;
}

fn tell_dropped(stopped: &Stopped) {
    if stopped.dropped > 0 {
        tracing::warn!(connections = stopped.dropped, "some requests were still in flight");
    }
}

/// An application at work.
struct Running {
    app: App,
    router: Router,
    workers: Workers,
}

impl Running {
    fn start(app: App, endpoints: Vec<Endpoint>, bodies: Bodies, gauges: Gauges, proxies: Proxies) -> Self {
        pages::describe(&app, openapi);
        pages::watch(&app, gauges);
        let workers = workers::start(&app);
        let router = frame::router(app.clone(), wiring(endpoints, bodies, proxies));
        Self { app, router, workers }
    }

    /// Finishes what goes on beside requests, and writes what is pending.
    async fn end(self) {
        let Self { app, workers, .. } = self;
        app.stop();
        outbox::wake(&app);
        workers.stop(&app).await;
        if let Err(error) = workers::flush_all(app.clone()).await {
            tracing::warn!(%error, "what was to be written behind could not be written");
        }
        app.db().close().await;
    }
}

fn limits() -> Limits {
    Limits {
        body: BODY_WITHIN,
        request: BODY_WITHIN + ANSWER_WITHIN + SPARE,
        // A session's JWT may stand in a header of a browser's request, beside everything else.
        head_bytes: sessions::LONGEST_JWT + (16 << 10),
        connections: CONNECTIONS,
        ..Limits::default()
    }
}

/// What has an address of its own where the operator wants that.
const METRICS: &str = "probes.metrics";
