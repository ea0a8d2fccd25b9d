//! What many strangers with half a body make the process hold. A process of its own, so that nothing else is measured.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::post;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use transport::{Bodies, Limits, Server};

const CLIENTS: usize = 300;
const BODY: usize = 1 << 20;
const BUDGET: usize = 8 << 20;

async fn read(State(bodies): State<Bodies>, request: Request) -> StatusCode {
    match bodies.read(request.into_body(), BODY).await {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// In bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() * 1024
}

#[tokio::test]
async fn half_bodies_take_no_more_memory_than_they_may() {
    let patience = Duration::from_secs(600);
    let limits =
        Limits { body: patience, request: patience * 2, body_wait: patience, body_bytes: BUDGET, ..Limits::default() };
    let per_connection = 2 * limits.head_bytes + limits.small_body_bytes;
    let server = Server::new(limits);
    let gauges = server.gauges();
    let service = Router::new().route("/", post(read)).with_state(server.bodies());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let failed = || StatusCode::SERVICE_UNAVAILABLE.into_response();
    let serving = tokio::spawn(server.serve(listener, service, failed, std::future::pending()));

    let before = resident();
    let half: &'static [u8] = vec![b'x'; BODY / 2].leak();
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        // One after the other: the system resets some of those that come before any can be accepted.
        let mut client = TcpStream::connect(address).await.unwrap();
        clients.spawn(async move {
            let head = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {BODY}\r\n\r\n");
            client.write_all(head.as_bytes()).await.unwrap();
            client.write_all(half).await.unwrap();
            std::future::pending::<()>().await;
        });
    }
    let full = async {
        while gauges.connections() < CLIENTS || gauges.body_bytes() < BUDGET - (BODY / 2) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), full).await.unwrap();
    // What comes now is more of the same.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(gauges.body_bytes() <= BUDGET);
    // A third more for tasks, clients and what an allocator keeps. Without bounds it would be 150 MiB.
    let bound = (BUDGET + CLIENTS * per_connection) * 4 / 3;
    let grown = resident() - before;
    assert!(grown < bound + half.len(), "{grown} of {bound}");

    println!("{grown} bytes more, of {bound}");

    serving.abort();
    let gone = async {
        while gauges.connections() > 0 || gauges.body_bytes() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), gone).await.unwrap();
    drop(clients);
}
