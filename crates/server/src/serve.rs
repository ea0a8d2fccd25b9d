//! Serving: accept, answer, and end in good order.

use crate::App;
use crate::error::Error;
use crate::http;
use crate::keys;
use crate::{pages, workers};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long requests in flight have once the program is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How long the database has to show that it is ready.
const READY_WITHIN: Duration = Duration::from_secs(3);

/// The whole program as one service.
fn service(app: &App, with_metrics: bool) -> Router {
    let mut router = http::router(app.clone(), crate::endpoints()).merge(pages::routes(app.clone())).merge(
        Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready)).with_state(app.clone()),
    );
    if with_metrics {
        router = router.merge(metrics_service(app));
    }
    router
}

fn metrics_service(app: &App) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(app.clone())
}

/// Whether the database takes a write, soon. A replica or a full disk answers reads, but nobody can log in there.
async fn ready(State(app): State<App>) -> Response {
    let result = tokio::time::timeout(READY_WITHIN, keys::check_writable(app.db())).await;
    let error = match result {
        Ok(Ok(())) => return "ready\n".into_response(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "no answer in time".to_owned(),
    };
    tracing::warn!(%error, "not ready");
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], "the database does not answer\n").into_response()
}

async fn metrics(State(app): State<App>) -> Response {
    if let Ok(depth) = crate::outbox::depth(&app).await {
        app.metrics().set_outbox_depth(depth);
    }
    const TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, TYPE)], app.metrics().text()).into_response()
}

/// Serves until `stop` is done, then finishes what is in flight, ten seconds at most, and writes what is pending.
///
/// # Errors
/// When a listener fails.
pub async fn serve(
    app: App,
    listener: TcpListener,
    metrics_listener: Option<TcpListener>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let workers = workers::start(&app);
    let (stopping, mut stopped) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        stop.await;
        let _ = stopping.send(true);
    });
    let own_address = metrics_listener.is_some();
    if let Some(listener) = metrics_listener {
        let service = metrics_service(&app);
        tokio::spawn(async move { axum::serve(listener, service).await });
    }
    let mut until = stopped.clone();
    let graceful = async move {
        let _ = until.wait_for(|stopped| *stopped).await;
    };
    let service = service(&app, !own_address).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(graceful).into_future();
    tokio::select! {
        result = serving => result.map_err(|e| Error::Internal(Box::new(e)))?,
        () = async {
            let _ = stopped.wait_for(|stopped| *stopped).await;
            tokio::time::sleep(GRACE).await;
        } => tracing::warn!("some requests were still in flight"),
    }
    app.stop();
    workers.stop().await;
    if let Err(error) = workers::flush(app.clone()).await {
        tracing::warn!(%error, "the last uses of sessions could not be written");
    }
    app.db().close().await;
    Ok(())
}
