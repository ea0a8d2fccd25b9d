//! What a connection may wait for, and for how long.

use crate::support::{Client, LARGE, SHORT, head, patient, start};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::sleep;
use transport::Limits;

#[tokio::test]
async fn who_sends_nothing_is_closed() {
    let server = start(Limits { head: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    client.is_closed().await;
    server.connections(0).await;
}

/// Sends a byte from time to time, for longer than anything may take here. What comes too late is thrown away.
async fn send_slowly(client: &mut Client) {
    let pause = SHORT / 30;
    for _ in 0..60 {
        client.send("x").await;
        sleep(pause).await;
    }
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_refused() {
    let server = start(Limits { head: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\nX: ").await;
    send_slowly(&mut client).await;
    assert_eq!(client.answer().await.status, 408);
    client.send_end().await;
    client.is_closed().await;
    server.connections(0).await;
}

#[tokio::test]
async fn a_half_sent_head_is_answered_408() {
    let server = start(Limits { head: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\nHost").await;
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.closes()), (408, true));
    client.is_closed().await;
}

#[tokio::test]
async fn the_next_head_has_its_time_from_its_first_byte() {
    let server = start(Limits { head: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    assert_eq!(client.get("/").await.status, 200);
    sleep(SHORT * 2).await;
    assert_eq!(client.get("/").await.status, 200);
    sleep(SHORT * 2).await;
    client.send("GET / HT").await;
    assert_eq!(client.answer().await.status, 408);
    client.is_closed().await;
}

#[tokio::test]
async fn who_is_idle_is_closed_without_a_word() {
    let server = start(Limits { idle: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    for _ in 0..3 {
        assert_eq!(client.get("/").await.status, 200);
    }
    client.is_closed().await;
    server.connections(0).await;
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_is_refused_in_the_words_of_the_service() {
    let server = start(Limits { body: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    client.send(head("/echo", 100_000)).await;
    send_slowly(&mut client).await;
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.closes()), (408, true));
    client.send_end().await;
    client.is_closed().await;
    server.connections(0).await;
}

#[tokio::test]
async fn half_a_body_is_refused() {
    let server = start(Limits { body: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    client.send(head("/echo", 10)).await;
    client.send("12345").await;
    assert_eq!(client.answer().await.status, 408);
}

#[tokio::test]
async fn time_for_the_body_ends_with_the_body() {
    let server = start(Limits { body: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    client.send(head("/first", 5)).await;
    client.send("12345").await;
    server.at_gate(1).await;
    sleep(SHORT * 2).await;
    server.shared.gate.add_permits(1);
    assert_eq!(client.answer().await.body, b"passed");
    assert_eq!(client.get("/").await.status, 200);
}

#[tokio::test]
async fn a_service_that_takes_too_long_is_given_up() {
    let server = start(Limits { request: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    let answer = client.get("/gate").await;
    assert_eq!((answer.status, answer.body.as_slice()), (503, b"the service takes too long".as_slice()));
    assert_eq!((server.shared.entered.load(Ordering::SeqCst), server.dropped()), (1, 1));
    // The client has sent everything, so the connection goes on.
    assert_eq!(client.get("/").await.body, b"hello");
}

#[tokio::test]
async fn a_body_is_within_the_time_of_the_whole() {
    let server = start(Limits { request: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    client.send(head("/echo", 10)).await;
    client.send("12345").await;
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.closes()), (503, true));
}

#[tokio::test]
async fn who_stops_reading_is_reset() {
    let server = start(Limits { response: SHORT, ..patient() }).await;
    let mut client = server.connect_narrow().await;
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
    server.connections(1).await;
    server.connections(0).await;
    client.is_gone().await;
}

#[tokio::test]
async fn who_reads_slowly_gets_everything() {
    let pause = Duration::from_millis(100);
    let server = start(Limits { response: pause * 20, idle: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut read = 0;
    // Longer than `response` together, and the answer is made long before.
    while read < LARGE - (4 << 20) {
        read += client.discard(2 << 20).await;
        sleep(pause).await;
    }
    assert!(client.discard(3 << 20).await > 0);
}
