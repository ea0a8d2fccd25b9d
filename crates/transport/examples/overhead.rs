//! A server that does nothing, served in two ways: `overhead axum` by `axum::serve`, `overhead transport` by this crate. Either
//! reads every body into memory and answers with the same few hundred bytes.
//!
//! What this crate costs is the difference of their processor times under the same load. Listens on a free port of this
//! machine and says which on stdout.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use std::hint::black_box;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use transport::{Bodies, Limits, Peer, Server};

const LIMIT: usize = 1 << 20;

fn answer() -> Response {
    const BODY: Bytes = Bytes::from_static(&[b'x'; 900]);
    let mut response = BODY.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn by_axum(request: Request) -> Response {
    black_box(request.extensions().get::<ConnectInfo<SocketAddr>>());
    let mut body = request.into_body();
    let mut bytes = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        if let Some(data) = frame.data_ref() {
            bytes.extend_from_slice(data);
        }
    }
    black_box(bytes);
    answer()
}

async fn by_transport(State(bodies): State<Bodies>, request: Request) -> Response {
    black_box(request.extensions().get::<Peer>());
    match bodies.read(request.into_body(), LIMIT).await {
        Ok(bytes) => {
            black_box(bytes);
            answer()
        }
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    match std::env::args().nth(1).as_deref() {
        Some("axum") => {
            let service = Router::new().fallback(by_axum);
            axum::serve(listener, service.into_make_service_with_connect_info::<SocketAddr>()).await?;
        }
        Some("transport") => {
            let server = Server::new(Limits::default());
            let service = Router::new().fallback(by_transport).with_state(server.bodies());
            let late = || StatusCode::SERVICE_UNAVAILABLE.into_response();
            server.serve(listener, service, late, std::future::pending()).await;
        }
        _ => return Err("usage: overhead axum|transport".into()),
    }
    Ok(())
}
