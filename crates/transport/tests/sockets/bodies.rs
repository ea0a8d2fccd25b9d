//! Bodies: how large, how many at once, and what a client sees when it is too much.

use crate::support::{LIMIT, SHORT, chunk, chunked, head, patient, start, until};
use std::time::Instant;
use transport::Limits;

#[tokio::test]
async fn bodies_of_all_sizes_are_read() {
    let server = start(patient()).await;
    let mut client = server.connect().await;
    for length in [0, 1, 1000, 8192, 8193, 16_384, 100_000, LIMIT] {
        let body: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
        let answer = client.post("/echo", &body).await;
        assert!(answer.status == 200 && answer.body == body, "{length}");
        client.send(chunked("/echo")).await;
        for part in body.chunks(70_001) {
            client.send(chunk(part)).await;
        }
        client.send("0\r\nX-Trailer: x\r\n\r\n").await;
        let answer = client.answer().await;
        assert!(answer.status == 200 && answer.body == body, "{length} in chunks");
    }
    until(|| server.gauges.body_bytes() == 0).await;
}

#[tokio::test]
async fn a_request_has_the_time_of_its_last_byte() {
    let server = start(patient()).await;
    let mut client = server.connect().await;
    client.send(head("/echo", 4)).await;
    client.send("ab").await;
    tokio::time::sleep(SHORT).await;
    let before = Instant::now();
    client.send("cd").await;
    assert_eq!(client.answer().await.body, b"abcd");
    let completed_at = server.shared.completed_at.lock().unwrap().unwrap();
    assert!(before <= completed_at && completed_at <= Instant::now());
}

#[tokio::test]
async fn what_announces_too_much_is_refused_before_it_is_sent() {
    let server = start(patient()).await;
    let mut client = server.connect().await;
    client.send(head("/echo", LIMIT + 1)).await;
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.closes()), (413, true));
    client.send_end().await;
    client.is_closed().await;
}

#[tokio::test]
async fn a_client_that_asks_before_is_told_to_go_on_or_not() {
    let server = start(patient()).await;
    let expecting = |length: usize| {
        format!("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n")
    };
    let mut client = server.connect().await;
    client.send(expecting(5)).await;
    assert_eq!(client.answer().await.status, 100);
    client.send("12345").await;
    assert_eq!(client.answer().await.body, b"12345");
    client.send(expecting(LIMIT + 1)).await;
    assert_eq!(client.answer().await.status, 413);
    client.send_end().await;
    client.is_closed().await;
}

/// Many clients send everything before they read anything.
#[tokio::test]
async fn who_sends_too_much_sees_the_answer() {
    let server = start(patient()).await;
    let mut client = server.connect().await;
    client.send(head("/echo", 8 << 20)).await;
    client.send(vec![b'x'; 8 << 20]).await;
    assert_eq!(client.answer().await.status, 413);
    client.send_end().await;
    client.is_closed().await;

    let mut client = server.connect().await;
    client.send(chunked("/echo")).await;
    let part = chunk(&vec![b'x'; 1 << 20]);
    for _ in 0..8 {
        client.send(&part).await;
    }
    assert_eq!(client.answer().await.status, 413);
    drop(client);
    server.connections(0).await;
    assert_eq!(server.gauges.body_bytes(), 0);
}

#[tokio::test]
async fn who_never_stops_sending_is_closed() {
    let bytes = Limits { linger_bytes: 1 << 20, ..patient() };
    let time = Limits { linger: SHORT, ..patient() };
    for limits in [bytes, time] {
        let server = start(limits).await;
        let mut client = server.connect().await;
        client.send(head("/echo", usize::MAX >> 1)).await;
        let part = vec![b'x'; 1 << 20];
        while client.try_send(&part).await {}
        server.connections(0).await;
    }
}

#[tokio::test]
async fn who_waits_after_a_refusal_is_closed() {
    let server = start(Limits { linger: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    client.send(head("/echo", LIMIT + 1)).await;
    assert_eq!(client.answer().await.status, 413);
    server.connections(0).await;
}

#[tokio::test]
async fn a_body_that_ends_early_is_refused() {
    let server = start(patient()).await;
    for request in [head("/echo", 10) + "12345", chunked("/echo") + "5\r\n123", chunked("/echo") + "x"] {
        let mut client = server.connect().await;
        client.send(&request).await;
        client.send_end().await;
        assert_eq!(client.answer().await.status, 400, "{request:?}");
        client.is_closed().await;
    }
}

#[tokio::test]
async fn a_body_that_nobody_reads_ends_the_connection_only_if_it_is_not_there() {
    let server = start(patient()).await;
    let mut client = server.connect().await;
    let answer = client.post("/", b"12345").await;
    assert_eq!((answer.body.as_slice(), answer.closes()), (b"unread".as_slice(), false));
    assert_eq!(client.get("/").await.body, b"hello");
    client.send(head("/", 10)).await;
    let answer = client.answer().await;
    assert_eq!((answer.body.as_slice(), answer.closes()), (b"unread".as_slice(), true));
}

/// `/first` keeps what it has read until it may pass the gate.
#[tokio::test]
async fn bodies_share_their_memory() {
    let server = start(Limits { body_bytes: 256 << 10, body_wait: SHORT, ..patient() }).await;
    let body = vec![b'x'; 200 << 10];
    let mut first = server.connect().await;
    first.send(head("/first", body.len())).await;
    first.send(&body).await;
    server.at_gate(1).await;
    assert_eq!(server.gauges.body_bytes(), (200 << 10) - (8 << 10));

    let mut second = server.connect().await;
    assert_eq!(second.post("/echo", &body).await.status, 503);
    // Small ones are read all the same.
    assert_eq!(server.connect().await.post("/echo", &body[..8 << 10]).await.status, 200);

    server.shared.gate.add_permits(1);
    assert_eq!(first.answer().await.status, 200);
    until(|| server.gauges.body_bytes() == 0).await;
    assert_eq!(server.connect().await.post("/echo", &body).await.status, 200);
}

#[tokio::test]
async fn a_body_waits_for_memory() {
    let server = start(Limits { body_bytes: 256 << 10, ..patient() }).await;
    let body = vec![b'x'; 200 << 10];
    let mut first = server.connect().await;
    first.send(head("/first", body.len())).await;
    first.send(&body).await;
    server.at_gate(1).await;
    let mut second = server.connect().await;
    second.send(head("/echo", body.len())).await;
    second.send(&body[..100 << 10]).await;
    until(|| server.gauges.body_bytes() == 256 << 10).await;
    server.shared.gate.add_permits(1);
    assert_eq!(first.answer().await.status, 200);
    second.send(&body[100 << 10..]).await;
    assert_eq!(second.answer().await.body, body);
}

#[tokio::test]
async fn who_goes_away_gives_memory_back() {
    let server = start(Limits { body_bytes: 1 << 20, ..patient() }).await;
    let mut client = server.connect().await;
    client.send(head("/echo", LIMIT)).await;
    client.send(vec![b'x'; 600 << 10]).await;
    until(|| server.gauges.body_bytes() >= 500 << 10).await;
    drop(client);
    until(|| server.gauges.body_bytes() == 0).await;
}

#[tokio::test]
async fn what_never_finds_memory_is_refused_at_once() {
    let server = start(Limits { body_bytes: 64 << 10, ..patient() }).await;
    let mut client = server.connect().await;
    assert_eq!(client.post("/echo", &vec![b'x'; 200 << 10]).await.status, 503);
}
