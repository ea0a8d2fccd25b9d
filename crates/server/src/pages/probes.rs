//! Whether this server is well, for those who watch it.

use super::numbers;
use super::outbox::is_of_this_machine;
use crate::actor::Anyone;
use axum::http::StatusCode;
use foundation::app::App;
use foundation::config::Config;
use foundation::error::{ApiError, Result};
use foundation::keys;
use foundation::memory::Memory;
use frame::{Call, NoInput, Plain, endpoint};
use std::borrow::Cow;
use std::sync::OnceLock;
use std::time::Duration;
use transport::Gauges;

/// How long the database has to show that it is ready.
pub(crate) const READY_WITHIN: Duration = Duration::from_secs(3);

/// That the process lives.
#[endpoint("probes.healthz", plain GET "/healthz", quiet)]
pub(super) async fn healthz(_cx: Call<Anyone>, _input: NoInput) -> Result<Plain> {
    Ok(Plain::text(StatusCode::OK, "ok\n"))
}

/// Whether the database takes a write, soon. A replica or a full disk answers reads, but nobody can log in there.
#[endpoint("probes.readyz", plain GET "/readyz", quiet)]
pub(super) async fn readyz(cx: Call<Anyone>, _input: NoInput) -> Result<Plain> {
    let result = tokio::time::timeout(READY_WITHIN, keys::check_writable(cx.app.db())).await;
    let error = match result {
        Ok(Ok(())) => return Ok(Plain::text(StatusCode::OK, "ready\n")),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "no answer in time".to_owned(),
    };
    tracing::warn!(%error, "not ready");
    Err(ApiError::ServerUnavailable.because("the database does not answer"))
}

/// What the transport has open, once it is known.
#[derive(Default)]
struct Clients {
    gauges: OnceLock<Gauges>,
    /// Whether the numbers have an address of their own.
    apart: OnceLock<()>,
}

impl Memory for Clients {
    fn new(_: &Config) -> Self {
        Self::default()
    }
}

impl Clients {
    fn has_own_address(&self) -> bool {
        self.apart.get().is_some()
    }
}

/// The numbers have an address of their own: whoever reaches it may have them.
pub(crate) fn tell_apart(app: &App) {
    let _ = app.memory::<Clients>().apart.set(());
}

/// Has the numbers of clients among the others.
pub(crate) fn watch(app: &App, gauges: Gauges) {
    // A second server in the process would have no place to tell its own.
    let _ = app.memory::<Clients>().gauges.set(gauges);
}

/// The numbers of this process, in the text format of Prometheus.
///
/// They tell what is asked for and how long it takes, which says something of people, too. So they are for this machine, or
/// for whoever reaches the address of their own that the operator gives them.
#[endpoint("probes.metrics", plain GET "/metrics", quiet, errors(RouteNotFound))]
pub(crate) async fn metrics(cx: Call<Anyone>, _input: NoInput) -> Result<Plain> {
    if !cx.app.memory::<Clients>().has_own_address() && !is_of_this_machine(&cx.app, &cx.head) {
        return Err(ApiError::RouteNotFound.because("Numbers are not public; --metrics-listen gives them an address."));
    }
    Ok(Plain {
        status: StatusCode::OK,
        media_type: "text/plain; version=0.0.4; charset=utf-8",
        content: Cow::Owned(numbers::of(&cx.app, cx.app.memory::<Clients>().gauges.get()).into_bytes()),
        seconds: 0,
    })
}
