//! An HTTP server that does nothing: it reads every request to its end and answers with the same bytes.
//!
//! `empty FILE CONTENT-TYPE` listens on a free port of this machine and says which on stdout.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use std::net::SocketAddr;
use tokio::net::TcpListener;

#[derive(Clone)]
struct Answer {
    bytes: Bytes,
    content_type: HeaderValue,
}

async fn answer(State(answer): State<Answer>, request: Request) -> Response {
    let mut body = request.into_body();
    while let Some(Ok(_)) = body.frame().await {}
    let mut response = answer.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, answer.content_type);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let id = HeaderValue::from_static("request-id-test-00000000-0000-4000-8000-000000000000");
    headers.insert("x-request-id", id);
    response
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(content_type)) = (arguments.next(), arguments.next()) else {
        return Err("usage: empty FILE CONTENT-TYPE".into());
    };
    let answers = Answer { bytes: std::fs::read(file)?.into(), content_type: content_type.parse()? };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    let service = Router::new().fallback(answer).with_state(answers);
    axum::serve(listener, service.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}
