//! One axum route for each door; the handler is the same function for all of them.

use crate::body;
use crate::cors;
use crate::dialect::{Refusal, speaker};
use crate::door::{Dialect, Door, Method};
use crate::endpoint::{About, Asked, Endpoint, Run, Told};
use crate::head::{Head, REQUEST_ID, new_request_id};
use crate::input::RawInput;
use crate::own_forms;
use crate::schema::InputSchema;
use crate::wiring::{Exchange, Wiring};
use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing as on;
use foundation::app::App;
use foundation::error::{ApiError, Error, Result};
use foundation::metrics::OperationMetrics;
use foundation::occasional::Occasional;
use foundation::panics::caught;
use foundation::traces::{self, Ended, Parent};
use std::sync::Arc;
use std::time::{Duration, Instant};
use transport::{Peer, Received};

type PathParams = Result<RawPathParams, RawPathParamsRejection>;

/// The routes of all endpoints, and the answers to everything else.
pub fn router(app: App, mut wiring: Wiring) -> Router {
    let mut router = Router::new();
    let endpoints = std::mem::take(&mut wiring.endpoints);
    let nowhere = app.metrics().of_operation("none");
    let frame = Arc::new(Frame { app, wiring, nowhere, lines: Occasional::new(LINES) });
    for endpoint in endpoints {
        let operation = Arc::new(Operation::of(endpoint, &frame.app));
        for door in operation.about.doors {
            let operation = operation.clone();
            let handler = move |State(frame): State<Arc<Frame>>, path: PathParams, request: Request| {
                let operation = operation.clone();
                async move { frame.answer(&operation, *door, path, request).await }
            };
            let route = match door.method {
                Method::GET => on::get(handler),
                Method::POST => on::post(handler),
                Method::PUT => on::put(handler),
                Method::PATCH => on::patch(handler),
                Method::DELETE => on::delete(handler),
            };
            router = router.route(door.path, route);
        }
    }
    router
        .fallback(|State(frame): State<Arc<Frame>>, request: Request| async move {
            frame.turn_away(request, ApiError::RouteNotFound).await
        })
        .method_not_allowed_fallback(|State(frame): State<Arc<Frame>>, request: Request| async move {
            frame.turn_away(request, ApiError::MethodNotAllowed).await
        })
        .with_state(frame)
}

/// An endpoint, ready for requests.
struct Operation {
    about: About,
    errors: Vec<ApiError>,
    fields: Arc<InputSchema>,
    run: Run,
    metrics: OperationMetrics,
}

impl Operation {
    fn of(endpoint: Endpoint, app: &App) -> Self {
        Self {
            about: endpoint.about,
            errors: endpoint.errors().collect(),
            fields: endpoint.fields,
            run: endpoint.run,
            metrics: app.metrics().of_operation(endpoint.about.operation),
        }
    }
}

/// What all requests share.
struct Frame {
    app: App,
    wiring: Wiring,
    /// The numbers of what no operation is for.
    nowhere: OperationMetrics,
    /// The lines in the log of it.
    lines: Occasional,
}

/// How many lines a minute what no operation is for has in the log: anybody can ask for what is not there.
const LINES: u32 = 60;

impl Frame {
    async fn answer(&self, operation: &Operation, door: Door, path: PathParams, mut request: Request) -> Response {
        let started = Instant::now();
        let mut head = self.head_of(&mut request, door.dialect);
        self.trace(&mut head);
        let query = head.witness.is_some().then(|| request.uri().query().map(str::to_owned)).flatten();
        let received = self.receive(operation, door, &head, path, request).await;
        // A request counts from when it is complete: nobody gets an older time by sending slowly.
        head.now = self.app.now();
        let head = Arc::new(head);
        let (result, body) = match received {
            Ok((input, body)) => {
                let result = match head.trace.clone().filter(|active| active.is_recorded()) {
                    None => self.run(operation, door, &head, input).await,
                    // On the heap, so that whoever is not traced pays nothing for its room.
                    Some(active) => traces::within(active, Box::pin(self.run(operation, door, &head, input))).await,
                };
                // The memory of the body is given back with the answer: what was read from it is as large.
                (result, Some(body))
            }
            Err(error) => (Err(error), None),
        };
        let sentence = head.witness.as_ref().and_then(|_| result.as_ref().err().map(Error::sentence));
        let answered_with = match &result {
            Ok((_, refused)) => *refused,
            Err(error) => error.api(),
        };
        let (mut response, error) = match result {
            Ok(answer) => answer,
            Err(error) => self.refuse(&head, error),
        };
        if door.dialect == Dialect::Browser {
            self.serve_browser(&head, error, &mut response).await;
        }
        if let Some(error) = answered_with.filter(|error| !operation.errors.contains(error)) {
            // A client cannot be ready for what is not described, and a test finds it in the log.
            tracing::error!(request_id = %head.request_id, ?error, "{} does not declare an error", operation.about.operation);
            self.app.metrics().undeclared_error(operation.about.operation, error.error_type());
        }
        if let Some(error) = answered_with {
            (self.wiring.refused)(&self.app, &head, operation.about.operation, error);
        }
        if let Some(error) = error {
            self.app.metrics().error(error.error_type());
        }
        self.tell_exchange(
            &head,
            Exchange {
                head: &head,
                method: door.method.as_str(),
                query: query.as_deref(),
                body: body.as_deref().unwrap_or_default(),
                status: response.status().as_u16(),
                refused: error.zip(sentence.as_deref()),
            },
        );
        operation.metrics.request(response.status().as_u16(), started.elapsed());
        self.end_trace(operation, door, &head, response.status(), error);
        identify(&head, &mut response);
        let line = Line { operation: operation.about.operation, head: &head, error, elapsed: started.elapsed() };
        line.log(response.status(), !(operation.about.quiet && response.status().is_success()), 0);
        response
    }

    fn tell_exchange(&self, head: &Head, exchange: Exchange<'_>) {
        if head.witness.is_some() {
            (self.wiring.exchanged)(&self.app, exchange);
        }
    }

    /// Begins to trace a request, where the operator wants that. What machines ask again and again says nothing of people.
    fn trace(&self, head: &mut Head) {
        if let Some(traces) = self.app.traces().filter(|_| head.dialect != Dialect::Plain) {
            let parent = Parent::read(head.header("traceparent"), head.header("tracestate"));
            head.trace = Some(Arc::new(traces.begin(parent)));
        }
    }

    fn end_trace(&self, operation: &Operation, door: Door, head: &Head, status: StatusCode, error: Option<ApiError>) {
        if let (Some(traces), Some(active)) = (self.app.traces(), &head.trace) {
            let ended = Ended {
                name: operation.about.operation,
                method: door.method.as_str(),
                route: door.path,
                status: status.as_u16(),
                error: error.map(ApiError::error_type),
                request_id: &head.request_id,
            };
            traces.end(active, ended);
        }
    }

    /// Reads all of a request.
    async fn receive(
        &self,
        operation: &Operation,
        door: Door,
        head: &Head,
        path: PathParams,
        request: Request,
    ) -> Result<(RawInput, Received)> {
        let query = request.uri().query().map(str::to_owned);
        let is_ours = if door.is_of_own_forms() { own_forms::check(head, self.app.public_url()) } else { Ok(()) };
        let bytes = body::read(&self.wiring.bodies, request.into_body()).await?;
        is_ours?;
        let path = path.map_err(|_| ApiError::BadRequest.because("The path is not UTF-8."))?;
        let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let object = match operation.fields.is_ignored() {
            true => serde_json::Map::new(),
            false => speaker(door.dialect).read(head, &bytes, &operation.fields)?,
        };
        let takes = door.takes.filter(|_| !operation.fields.is_ignored());
        Ok((RawInput::new(object, query.as_deref(), path, &operation.fields, takes)?, bytes))
    }

    /// The answer, and what it refuses.
    async fn run(
        &self,
        operation: &Operation,
        door: Door,
        head: &Arc<Head>,
        input: RawInput,
    ) -> Result<(Response, Option<ApiError>)> {
        let asked = Asked { app: self.app.clone(), head: head.clone(), input, door };
        let told = tokio::time::timeout(self.wiring.within, caught((operation.run)(asked))).await;
        let late = |_| Error::Unavailable("an operation took too long".into());
        let Told { mut output, jar } = told.map_err(late)??;
        let cookies = output.cookies(jar.as_ref(), head.now);
        let usual = StatusCode::from_u16(door.status).unwrap_or(StatusCode::OK);
        let status = output.status().unwrap_or(usual);
        let mut response = speaker(door.dialect).write(head, status, &*output)?;
        for (name, value) in output.headers() {
            response.headers_mut().insert(name, value);
        }
        for cookie in &cookies {
            response.headers_mut().append(header::SET_COOKIE, cookie.header());
        }
        Ok((response, output.refusal()))
    }

    /// What only browsers need: the right to read the answer, and the end of cookies that mean nothing any more.
    async fn serve_browser(&self, head: &Head, error: Option<ApiError>, response: &mut Response) {
        cors::allow(&self.app, &self.wiring, head, error, response.headers_mut()).await;
        for cookie in error.map(|error| (self.wiring.ended_cookies)(&self.app, head, error)).unwrap_or_default() {
            response.headers_mut().append(header::SET_COOKIE, cookie.header());
        }
    }

    /// Answers what no door is for.
    async fn turn_away(&self, mut request: Request, error: ApiError) -> Response {
        let started = Instant::now();
        let path = request.uri().path();
        let known =
            self.wiring.dialects.iter().find(|(prefix, _)| path.starts_with(prefix)).map(|(_, dialect)| *dialect);
        // Whoever has mistyped the address of a page is a person, wherever it leads.
        let dialect = match known.unwrap_or(Dialect::Backend) {
            Dialect::Backend if wants_page(&request) => Dialect::Page,
            dialect => dialect,
        };
        let preflight =
            request.method() == axum::http::Method::OPTIONS && request.headers().contains_key(header::ORIGIN);
        let mut head = self.head_of(&mut request, dialect);
        head.now = self.app.now();
        let (method, query) = (request.method().clone(), request.uri().query().map(str::to_owned));
        let answer = if dialect == Dialect::Browser && preflight {
            cors::preflight(&self.app, &self.wiring, &head).await
        } else {
            // The body is read first, so that a client in the middle of sending it gets to see the answer.
            Err(body::read(&self.wiring.bodies, request.into_body()).await.err().unwrap_or(error.into()))
        };
        let (mut response, error) = match answer {
            Ok(response) => (response, None),
            Err(error) => self.refuse(&head, error),
        };
        if dialect == Dialect::Browser && !preflight {
            cors::allow(&self.app, &self.wiring, &head, error, response.headers_mut()).await;
        }
        if let Some(error) = error {
            self.app.metrics().error(error.error_type());
        }
        self.tell_exchange(
            &head,
            Exchange {
                head: &head,
                method: method.as_str(),
                query: query.as_deref(),
                body: &[],
                status: response.status().as_u16(),
                refused: error.map(|error| (error, error.message())),
            },
        );
        identify(&head, &mut response);
        self.nowhere.request(response.status().as_u16(), started.elapsed());
        let line = Line { operation: "none", head: &head, error, elapsed: started.elapsed() };
        match error.and_then(|_| self.lines.tell()) {
            Some(untold) => line.log(response.status(), true, untold),
            None => line.log(response.status(), false, 0),
        }
        response
    }

    /// Takes the headers out of a request.
    fn head_of(&self, request: &mut Request, dialect: Dialect) -> Head {
        let peer = request.extensions().get::<Peer>().map(|peer| peer.address.ip().to_canonical());
        let path = (dialect == Dialect::Scim).then(|| request.uri().path().to_owned());
        let headers = std::mem::take(request.headers_mut());
        Head {
            request_id: new_request_id((self.wiring.environment)(&headers)),
            now: database::Timestamp(0),
            dialect,
            path,
            ip_address: peer.map(|peer| self.wiring.proxies.client_address(peer, &headers)),
            headers,
            peer,
            trace: None,
            witness: (dialect == Dialect::Scim).then(Arc::default),
        }
    }

    /// An error on its way to the client, and what it is there. Faults of ours go to the log; the client learns the request
    /// id.
    fn refuse(&self, head: &Head, refused: Error) -> (Response, Option<ApiError>) {
        let (request_id, error) = (&head.request_id, refused.told());
        let message = refused.sentence();
        let mut retry_after = 1;
        match refused {
            Error::TooMany(_, seconds) | Error::Locked(seconds) => retry_after = seconds,
            Error::Unavailable(cause) => tracing::warn!(%request_id, %cause, "unavailable"),
            Error::Internal(fault) => tracing::error!(%request_id, %fault, "internal error"),
            Error::Api(..) | Error::Kept(..) | Error::Conflict => {}
        }
        let refusal = Refusal { app: &self.app, wiring: &self.wiring, head, error, message: &message };
        let mut response = speaker(head.dialect).refuse(&refusal);
        if matches!(error.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
        }
        (response, Some(error))
    }
}

/// Says in the answer, whatever it is, by what the request is found in the log.
fn identify(head: &Head, response: &mut Response) {
    if let Ok(id) = HeaderValue::from_str(&head.request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
}

/// Whether a person looks for a page, and not a program for an answer.
fn wants_page(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    accept.contains("text/html")
}

/// What the log says of a request. What is quiet has a line when it fails: every request of every app is a session check,
/// and a line for each would cost a tenth of it, and bury the others.
struct Line<'a> {
    operation: &'a str,
    head: &'a Head,
    /// What was refused.
    error: Option<ApiError>,
    elapsed: Duration,
}

impl Line<'_> {
    /// Writes it, for whoever reads what happens, or only for whoever reads all of it. `untold` are lines like it that were
    /// too many.
    fn log(&self, status: StatusCode, is_told: bool, untold: u64) {
        let Self { operation, head, error, elapsed } = self;
        let (client, error) = (head.ip_address.map(tracing::field::display), error.map(ApiError::error_type));
        let trace_id = head.trace.as_ref().map(|active| active.trace_id());
        let trace_id = trace_id.as_deref();
        let untold = Some(untold).filter(|untold| *untold > 0);
        macro_rules! log {
            ($level:ident) => {
                tracing::$level!(
                    request_id = %head.request_id,
                    trace_id,
                    operation,
                    status = status.as_u16(),
                    error,
                    client,
                    micros = elapsed.as_micros() as u64,
                    untold,
                    "request"
                )
            };
        }
        match is_told {
            true => log!(info),
            false => log!(debug),
        }
    }
}
