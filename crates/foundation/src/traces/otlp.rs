//! Spans in the words of OTLP: JSON over HTTP, as the OpenTelemetry protocol's specification (1.x) says, with the names of its
//! semantic conventions.

use super::active::{Child, Finished, Timed, hexadecimal};
use super::{Config, WITHIN};
use crate::credentials::{basic, without_credentials};
use database::{Engine, Kind};
use outbound::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use outbound::{Limits, Request};
use serde_json::{Value, json};
use std::time::Duration;

/// Spans of a server, and of what it asks.
const SERVER: u8 = 2;
const CLIENT: u8 = 3;
/// The status of a span that failed.
const FAILED: u8 = 2;
/// Of a span that is recorded, and whose parent is of this process, or none.
const LOCAL: u32 = 0x101;
/// Of one whose parent is of another.
const REMOTE: u32 = 0x301;

/// Whether `--otlp-endpoint` can be used; the error is a sentence for the operator, without the URL.
///
/// # Errors
/// When it is not a URL of http or https.
pub fn check_endpoint(url: &str) -> Result<(), String> {
    request(url, String::new())
        .map(drop)
        .map_err(|error| format!("{error}; write the URL of a collector, such as http://127.0.0.1:4318"))
}

/// The request that hands spans over. The operator may name a collector without TLS, and a password for it in the URL.
pub(super) fn request(endpoint: &str, body: String) -> Result<Request, String> {
    let (mut url, user, password) = without_credentials(endpoint)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it has more than a path".to_owned());
    }
    let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
    url.set_path(&path);
    let limits = Limits { total: WITHIN, ..Limits::default() };
    let request = Request::post(url.as_str(), body).map_err(|refused| refused.to_string())?;
    let request = request.allow_http().limits(limits);
    let request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    match (user.as_str(), password.as_str()) {
        ("", "") => Ok(request),
        (user, password) => Ok(request.header(AUTHORIZATION, basic(user, password)?)),
    }
}

/// All of these requests, as `ExportTraceServiceRequest`.
pub(super) fn written(config: &Config, finished: &[Finished]) -> String {
    let spans: Vec<_> = finished.iter().flat_map(spans).collect();
    json!({ "resourceSpans": [{
        "resource": { "attributes": [
            text("service.name", &config.service),
            text("service.version", env!("CARGO_PKG_VERSION")),
        ] },
        "scopeSpans": [{
            "scope": { "name": "guildhall", "version": env!("CARGO_PKG_VERSION") },
            "spans": spans,
        }],
    }] })
    .to_string()
}

fn spans(finished: &Finished) -> Vec<Value> {
    let mut attributes = vec![
        text("http.request.method", finished.method),
        text("http.route", finished.route),
        number("http.response.status_code", finished.status.into()),
        text("guildhall.request_id", &finished.request_id),
    ];
    attributes.extend(finished.project.as_ref().map(|project| text("guildhall.project_id", project.as_str())));
    attributes.extend(finished.error.map(|error| text("error.type", error)));
    if finished.left_out > 0 {
        attributes.push(number("guildhall.spans_left_out", finished.left_out.into()));
    }
    let mut own = span(finished, &finished.own, SERVER, finished.name, attributes, finished.status >= 500);
    if let (Some(parent), Some(fields)) = (&finished.parent, own.as_object_mut()) {
        fields.insert("parentSpanId".into(), hexadecimal(&parent.span).into());
        fields.insert("flags".into(), REMOTE.into());
    }
    let children = finished.children.iter().map(|(timed, child)| {
        let (name, attributes, failed) = described(child);
        let mut span = span(finished, timed, CLIENT, &name, attributes, failed);
        if let Some(fields) = span.as_object_mut() {
            fields.insert("parentSpanId".into(), hexadecimal(&finished.own.span).into());
        }
        span
    });
    let children: Vec<_> = children.collect();
    std::iter::once(own).chain(children).collect()
}

fn span(finished: &Finished, timed: &Timed, kind: u8, name: &str, attributes: Vec<Value>, failed: bool) -> Value {
    // As JSON, numbers of 64 bits are texts.
    let at = |since: Duration| (finished.started_at + since).as_nanos().to_string();
    json!({
        "traceId": hexadecimal(&finished.trace),
        "spanId": hexadecimal(&timed.span),
        "traceState": finished.parent.as_ref().map_or("", |parent| &parent.state),
        "flags": LOCAL,
        "name": name,
        "kind": kind,
        "startTimeUnixNano": at(timed.begin),
        "endTimeUnixNano": at(timed.end),
        "attributes": attributes,
        "status": if failed { json!({ "code": FAILED }) } else { json!({}) },
    })
}

/// The name of a span, what is said of it, and whether it failed.
fn described(child: &Child) -> (String, Vec<Value>, bool) {
    match child {
        Child::Transaction { engine, kind, is_committed, queued, repeats, error } => {
            let kind = match kind {
                Kind::Read => "read",
                Kind::Check => "check",
                Kind::Scan => "scan",
                Kind::Write => "write",
            };
            let system = match engine {
                Engine::Sqlite => "sqlite",
                Engine::Postgres => "postgresql",
            };
            let mut attributes = vec![
                text("db.system.name", system),
                text("db.operation.name", kind),
                number("guildhall.transaction.attempts", i64::from(*repeats) + 1),
                number("guildhall.transaction.queued_us", i64::try_from(queued.as_micros()).unwrap_or(i64::MAX)),
                json!({ "key": "guildhall.transaction.committed", "value": { "boolValue": is_committed } }),
            ];
            attributes.extend(error.map(|error| text("error.type", error)));
            (format!("transaction {kind}"), attributes, error.is_some())
        }
        Child::Request { method, host, port, status, error } => {
            let mut attributes = vec![
                text("http.request.method", method),
                text("server.address", host),
                number("server.port", (*port).into()),
            ];
            attributes.extend(status.map(|status| number("http.response.status_code", status.into())));
            // To a client an answer of 400 and more is a failure, and its type is the status.
            let refused = status.filter(|status| *status >= 400).map(|status| status.to_string());
            let error = error.map(str::to_owned).or(refused);
            attributes.extend(error.as_deref().map(|error| text("error.type", error)));
            (method.clone(), attributes, error.is_some())
        }
    }
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn number(key: &str, value: i64) -> Value {
    json!({ "key": key, "value": { "intValue": value.to_string() } })
}
