//! One axum route for each door of each endpoint; the handler is the same function for all of them.

use crate::App;
use crate::error::{ApiError, Error};
use crate::http::endpoint::{DoorKind, Run, check_declared};
use crate::http::input::RawInput;
use crate::http::schema::InputSchema;
use crate::http::{About, Endpoint, Head, Method, Surface, body, cookies, cors, failure, respond};
use crate::metrics::OperationMetrics;
use crate::panics::caught;
use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{ConnectInfo, RawPathParams, Request, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use axum::routing as on;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

type PathParams = Result<RawPathParams, RawPathParamsRejection>;

/// The routes of all endpoints, and the answers to everything else.
pub fn router(app: App, endpoints: Vec<Endpoint>) -> Router {
    let mut router = Router::new();
    for endpoint in endpoints {
        let shared = Arc::new(Shared {
            operation: endpoint.about.operation(),
            metrics: app.metrics().of_operation(&endpoint.about.operation()),
            about: endpoint.about,
            fields: endpoint.fields,
            run: endpoint.run,
        });
        for door in endpoint.about.doors {
            let (shared, kind) = (shared.clone(), door.kind);
            let handler = move |State(app): State<App>, path: PathParams, request: Request| {
                let shared = shared.clone();
                async move { shared.answer(app, path, request, kind).await }
            };
            let route = match door.method {
                Method::GET => on::get(handler),
                Method::POST => on::post(handler),
                Method::PUT => on::put(handler),
                Method::DELETE => on::delete(handler),
            };
            router = router.route(door.path, route);
        }
    }
    router
        .fallback(|State(app): State<App>, request: Request| refuse(app, request, ApiError::RouteNotFound))
        .method_not_allowed_fallback(|State(app): State<App>, request: Request| {
            refuse(app, request, ApiError::MethodNotAllowed)
        })
        .with_state(app)
}

struct Shared {
    operation: String,
    metrics: OperationMetrics,
    about: About,
    fields: Arc<InputSchema>,
    run: Run,
}

impl Shared {
    async fn answer(&self, app: App, path: PathParams, mut request: Request, kind: DoorKind) -> Response {
        let started = Instant::now();
        let surface = if kind == DoorKind::Backend { Surface::Backend } else { Surface::Browser };
        let head = Arc::new(head_of(&app, &mut request, surface));
        let result = caught(self.call(&app, &head, path, request, kind)).await;
        if let Err(error) = &result {
            check_declared(&self.about, error);
        }
        let ended = matches!(&result, Err(Error::Api(ApiError::SessionNotFound | ApiError::UserUnauthenticated, _)));
        let mut response = result.unwrap_or_else(|error| failure(&app, &head.request_id, error));
        if surface == Surface::Browser {
            cors::allow(&app, &head, response.headers_mut()).await;
            if ended || self.operation == "sessions.revoke_own" {
                for cookie in cookies::clear(&head) {
                    response.headers_mut().append(header::SET_COOKIE, cookie);
                }
            }
        }
        let elapsed = started.elapsed();
        self.metrics.request(response.status().as_u16(), elapsed);
        macro_rules! log {
            ($level:ident) => {
                tracing::$level!(
                    request_id = %head.request_id,
                    operation = %self.operation,
                    status = response.status().as_u16(),
                    micros = elapsed.as_micros() as u64,
                    "request"
                )
            };
        }
        match response.status() == StatusCode::OK && self.operation == "sessions.authenticate" {
            // Every request of every app is one; a line for each would cost a tenth of it, and bury the others.
            true => log!(debug),
            false => log!(info),
        }
        response
    }

    async fn call(
        &self,
        app: &App,
        head: &Arc<Head>,
        path: PathParams,
        request: Request,
        kind: DoorKind,
    ) -> Result<Response, Error> {
        let query = request.uri().query().map(str::to_owned);
        let bytes = body::read(request.into_body()).await?;
        let path = path.map_err(|_| ApiError::BadRequest.because("The path is not UTF-8."))?;
        let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let input = RawInput::new(&bytes, query.as_deref(), path, &self.fields)?;
        (self.run)(app.clone(), head.clone(), input, kind).await
    }
}

/// Takes the headers out of a request.
fn head_of(app: &App, request: &mut Request, surface: Surface) -> Head {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let headers = std::mem::take(request.headers_mut());
    let environment = if is_live(&headers) { "live" } else { "test" };
    Head {
        request_id: format!("request-id-{environment}-{}", uuid::Uuid::new_v4()),
        now: app.now(),
        surface,
        headers,
        ip_address: peer,
    }
}

/// Guesses the environment from the credential before it is checked; it only colours the request id.
fn is_live(headers: &axum::http::HeaderMap) -> bool {
    // "project-live-" and "public-token-live-" in base64, at the start of the Basic credential.
    let value = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    value.contains("cHJvamVjdC1saXZl") || value.contains("cHVibGljLXRva2VuLWxpdm")
}

/// Answers a browser's request whose content is of no interest.
pub(crate) async fn swallow(app: &App, mut request: Request) -> Response {
    let head = head_of(app, &mut request, Surface::Browser);
    if request.method() == axum::http::Method::OPTIONS {
        return cors::preflight(app, &head).await;
    }
    let result = body::read(request.into_body()).await.map(drop);
    let result = result.and_then(|()| respond::success(&head, false, &serde_json::json!({})));
    let mut response = result.unwrap_or_else(|error| failure(app, &head.request_id, error));
    cors::allow(app, &head, response.headers_mut()).await;
    response
}

async fn refuse(app: App, mut request: Request, error: ApiError) -> Response {
    let browser = request.uri().path().starts_with("/sdk/");
    let preflight = request.method() == axum::http::Method::OPTIONS && request.headers().contains_key(header::ORIGIN);
    let head = head_of(&app, &mut request, if browser { Surface::Browser } else { Surface::Backend });
    if browser && preflight {
        return cors::preflight(&app, &head).await;
    }
    // The body is read first, so that a client in the middle of sending it gets to see the answer.
    let error = body::read(request.into_body()).await.err().unwrap_or(error.into());
    let mut response = failure(&app, &head.request_id, error);
    if browser {
        cors::allow(&app, &head, response.headers_mut()).await;
    }
    app.metrics().of_operation("none").request(response.status().as_u16(), std::time::Duration::ZERO);
    response
}
