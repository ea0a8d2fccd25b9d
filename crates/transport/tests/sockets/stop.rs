//! Ending in good order.

use crate::support::{SHORT, head, patient, start, until, within};
use tokio::net::TcpStream;
use transport::{Limits, Stopped};

#[tokio::test]
async fn who_is_idle_is_closed_at_once() {
    let mut server = start(patient()).await;
    let mut idle = server.connect().await;
    assert_eq!(idle.get("/").await.status, 200);
    let mut silent = server.connect().await;
    server.connections(2).await;
    server.begin_stop();
    idle.is_closed().await;
    silent.is_closed().await;
    assert_eq!(server.stopped().await, Stopped { dropped: 0 });
}

#[tokio::test]
async fn requests_in_flight_are_answered_and_no_others() {
    let mut server = start(patient()).await;
    let address = server.address;
    let mut client = server.connect().await;
    client.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut sending = server.connect().await;
    let body = vec![b'x'; 100 << 10];
    sending.send(head("/echo", body.len())).await;
    sending.send(&body[1..]).await;
    server.at_gate(1).await;
    until(|| server.gauges.body_bytes() > 0).await;
    server.begin_stop();
    within(async { while TcpStream::connect(address).await.is_ok() {} }).await;
    server.shared.gate.add_permits(1);
    sending.send(&body[..1]).await;
    for (client, body) in [(&mut client, b"passed".as_slice()), (&mut sending, &body)] {
        let answer = client.answer().await;
        assert_eq!((answer.body.as_slice(), answer.closes()), (body, true));
        client.is_closed().await;
    }
    assert_eq!(server.stopped().await, Stopped { dropped: 0 });
}

#[tokio::test]
async fn a_half_sent_head_may_be_completed() {
    let mut server = start(patient()).await;
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\nHo").await;
    // The server reads what it finds before it obeys, but it has to have come.
    let mut other = server.connect().await;
    assert_eq!(other.get("/").await.status, 200);
    server.begin_stop();
    other.is_closed().await;
    client.send("st: x\r\n\r\n").await;
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.closes()), (200, true));
    client.is_closed().await;
    assert_eq!(server.stopped().await, Stopped { dropped: 0 });
}

#[tokio::test]
async fn a_half_sent_head_has_its_deadline() {
    let mut server = start(Limits { head: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\nHo").await;
    assert_eq!(server.connect().await.get("/").await.status, 200);
    server.begin_stop();
    assert_eq!(client.answer().await.status, 408);
    drop(client);
    assert_eq!(server.stopped().await, Stopped { dropped: 0 });
}

#[tokio::test]
async fn what_is_not_done_in_time_is_dropped() {
    let mut server = start(Limits { grace: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    client.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n").await;
    server.at_gate(1).await;
    server.begin_stop();
    client.is_gone().await;
    let shared = server.shared.clone();
    assert_eq!(server.stopped().await, Stopped { dropped: 1 });
    assert_eq!(shared.dropped.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test]
async fn who_lingers_is_waited_for_no_longer_than_the_grace() {
    let mut server = start(Limits { grace: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    client.send(head("/echo", usize::MAX >> 1)).await;
    assert_eq!(client.answer().await.status, 413);
    server.begin_stop();
    assert_eq!(server.stopped().await, Stopped { dropped: 1 });
}

#[tokio::test]
async fn a_server_that_is_dropped_drops_its_connections() {
    let server = start(patient()).await;
    let mut client = server.connect().await;
    client.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n").await;
    server.at_gate(1).await;
    server.abort();
    client.is_gone().await;
    server.connections(0).await;
}
