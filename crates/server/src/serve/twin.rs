//! Serving a twin: as any server, but for its doors, and that it can begin anew.

use super::{Listening, Running, environment, limits};
use crate::catalogue::endpoints;
use crate::twin::{self, Ask, Asking, Hosted, Seed};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use foundation::app::App;
use frame::{BoxFuture, Endpoint, Late};
use serde_json::Value;
use std::any::Any;
use std::sync::{Arc, PoisonError, RwLock};
use tower::ServiceExt as _;
use transport::{Bodies, Entrance, Limits, Proxies, Server};

/// An application as it was when all that was seeded was there.
pub struct Fresh {
    pub app: App,
    /// Dropped when the application has ended.
    pub place: Box<dyn Any + Send + Sync>,
}

/// Makes one.
pub type Open = Box<dyn Fn() -> BoxFuture<'static, Result<Fresh, String>> + Send + Sync>;

/// What every answer says, lest a twin is taken for something else.
const MARK: HeaderName = HeaderName::from_static("guildhall-dev");

/// Makes what a seed says in an application that serves nobody yet.
///
/// # Errors
/// In words, with the place in the file.
pub async fn plant(app: &App, seed: &Seed) -> Result<(), String> {
    let wiring = super::wiring(endpoints(), Bodies::new(&Limits::default()), Proxies::default());
    let router = frame::router(app.clone(), wiring);
    let ask: Ask = Arc::new(move |asking| Box::pin(answer(router.clone(), asking)));
    twin::plant_all(app, &ask, seed).await
}

/// Serves a twin until `stop` is done; `ready` is called when it can answer.
///
/// # Errors
/// In words, when there is no application to begin with.
pub async fn serve_twin(
    seed: Seed,
    open: Open,
    listening: Listening,
    ready: impl FnOnce(),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), String> {
    let server = Server::new(limits());
    let host = Arc::new(Host {
        seed: Arc::new(seed),
        open,
        server: (server.bodies(), server.gauges()),
        proxies: listening.proxies,
        present: RwLock::new(None),
        one_at_a_time: tokio::sync::Mutex::new(()),
    });
    host.clone().begin().await?;
    ready();
    let serving = host.clone();
    let router = Router::new().fallback(move |request: Request| {
        let serving = serving.clone();
        async move { serving.answer(request).await }
    });
    let listener = Entrance::new(listening.listener, listening.tls);
    super::tell_dropped(&server.serve(listener, router, Late::new(environment), stop).await);
    host.end().await;
    Ok(())
}

/// The twin, whatever application it has at present.
struct Host {
    seed: Arc<Seed>,
    open: Open,
    server: (Bodies, transport::Gauges),
    proxies: Proxies,
    present: RwLock<Option<Present>>,
    one_at_a_time: tokio::sync::Mutex<()>,
}

struct Present {
    running: Running,
    place: Box<dyn Any + Send + Sync>,
}

impl Present {
    async fn end(self) {
        self.running.end().await;
        drop(self.place);
    }
}

impl Host {
    /// Puts a fresh application in the place of the one that is there, of which nothing is left: neither rows nor what is
    /// remembered of them.
    fn begin(self: Arc<Self>) -> BoxFuture<'static, Result<(), String>> {
        Box::pin(async move {
            let _turn = self.one_at_a_time.lock().await;
            if let Some(app) = self.app()
                && let Some(twin) = app.twin()
            {
                twin.begin_anew();
            }
            let Fresh { app, place } = (self.open)().await?;
            twin::host(&app, self.hosted());
            let endpoints: Vec<Endpoint> = endpoints().into_iter().chain(twin::endpoints()).collect();
            let (bodies, gauges) = self.server.clone();
            let running = Running::start(app, endpoints, bodies, gauges, self.proxies.clone());
            if let Some(before) = self.put(Some(Present { running, place })) {
                tokio::spawn(before.end());
            }
            Ok(())
        })
    }

    /// What the doors are told of this.
    fn hosted(self: &Arc<Self>) -> Hosted {
        let (asked, renewed) = (self.clone(), self.clone());
        let ask: Ask = Arc::new(move |asking| {
            let router = asked.router();
            Box::pin(async move { answer(router.ok_or("the twin is ending")?, asking).await })
        });
        Hosted { seed: self.seed.clone(), ask, reset: Box::new(move || renewed.clone().begin()) }
    }

    async fn end(&self) {
        if let Some(present) = self.put(None) {
            present.end().await;
        }
    }

    fn put(&self, present: Option<Present>) -> Option<Present> {
        std::mem::replace(&mut *self.present.write().unwrap_or_else(PoisonError::into_inner), present)
    }

    fn app(&self) -> Option<App> {
        self.present.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|present| present.running.app.clone())
    }

    fn router(&self) -> Option<Router> {
        let present = self.present.read().unwrap_or_else(PoisonError::into_inner);
        present.as_ref().map(|present| present.running.router.clone())
    }

    async fn answer(&self, request: Request) -> Response {
        let mut response = match self.router() {
            Some(router) => router.oneshot(request).await.unwrap_or_else(|never| match never {}),
            None => Response::new(Body::empty()),
        };
        response.headers_mut().insert(MARK, HeaderValue::from_static("true"));
        response
    }
}

/// What the server answers to a request of a backend that was never on a wire.
async fn answer(router: Router, asking: Asking) -> Result<Value, String> {
    let credentials = STANDARD.encode(format!("{}:{}", asking.project_id, asking.secret));
    let request = Request::builder()
        .method(Method::POST)
        .uri(&asking.path)
        .header(header::AUTHORIZATION, format!("Basic {credentials}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(asking.body.to_string()));
    let request = request.map_err(|error| error.to_string())?;
    let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
    let is_success = response.status().is_success();
    let body = to_bytes(response.into_body(), usize::MAX).await.map_err(|error| error.to_string())?;
    let answer: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    match is_success {
        true => Ok(answer),
        false => Err(answer["error_message"].as_str().unwrap_or("it was refused").to_owned()),
    }
}
