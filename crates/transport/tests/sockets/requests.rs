//! What HTTP/1.1 asks for, and the service sees of it.

use crate::support::{patient, start};
use transport::Limits;

#[tokio::test]
async fn the_service_knows_the_peer() {
    let server = start(patient()).await;
    let mut client = server.connect().await;
    let address = String::from_utf8(client.get("/peer").await.body).unwrap();
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    assert_ne!(address, server.address.to_string());
    assert_eq!(client.get("/peer").await.body, address.as_bytes());
}

#[tokio::test]
async fn requests_may_come_before_their_turn() {
    let server = start(patient()).await;
    let mut client = server.connect().await;
    let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    let post = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
    client.send(format!("{get}{post}{get}{post}GET / HT")).await;
    for expected in ["hello", "abc", "hello", "abc"] {
        assert_eq!(client.answer().await.body, expected.as_bytes());
    }
    client.send("TP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(client.answer().await.body, b"hello");
}

#[tokio::test]
async fn a_client_may_end_the_connection() {
    let server = start(patient()).await;
    for request in ["GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"] {
        let mut client = server.connect().await;
        client.send(request).await;
        assert_eq!(client.answer().await.body, b"hello");
        client.is_closed().await;
    }
    let client = server.connect().await;
    server.connections(1).await;
    drop(client);
    server.connections(0).await;
}

#[tokio::test]
async fn a_client_that_goes_away_takes_its_request_with_it() {
    let server = start(patient()).await;
    let mut client = server.connect().await;
    client.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n").await;
    server.at_gate(1).await;
    drop(client);
    server.connections(0).await;
    assert_eq!(server.dropped(), 1);
}

#[tokio::test]
async fn heads_are_bounded() {
    let server = start(patient()).await;
    let at_most = |bytes: usize| format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(bytes));
    let mut client = server.connect().await;
    client.send(at_most(15_000)).await;
    assert_eq!(client.answer().await.status, 200);
    client.send(at_most(17_000)).await;
    assert_eq!(client.answer().await.status, 431);
    for (lines, status) in [(99, 200), (101, 431)] {
        let mut client = server.connect().await;
        client.send(format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X: x\r\n".repeat(lines))).await;
        assert_eq!(client.answer().await.status, status, "{lines}");
    }
}

/// The client sees why, although it is not done.
#[tokio::test]
async fn who_sends_too_much_of_a_head_sees_the_answer() {
    let server = start(Limits { head_bytes: 0, ..patient() }).await;
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\nX: ").await;
    client.send("x".repeat(4 << 20)).await;
    assert_eq!(client.answer().await.status, 431);
    client.is_closed().await;
}

#[tokio::test]
async fn what_is_not_http_is_refused() {
    let server = start(patient()).await;
    for rubbish in ["\u{16}\u{3}\u{1}\0\0\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n"] {
        let mut client = server.connect().await;
        client.send(rubbish).await;
        assert_eq!(client.answer().await.status, 400, "{rubbish:?}");
    }
    // Two ways to say where a body ends are a way to smuggle requests (RFC 9112, 11.2).
    for lines in ["Content-Length: 3\r\nContent-Length: 4", "Content-Length: +3", "Transfer-Encoding: gzip"] {
        let mut client = server.connect().await;
        client.send(format!("POST /echo HTTP/1.1\r\nHost: x\r\n{lines}\r\n\r\nabc")).await;
        assert_eq!(client.answer().await.status, 400, "{lines}");
    }
}
