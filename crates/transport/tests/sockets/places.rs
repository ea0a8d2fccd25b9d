//! How many connections there may be, and who makes room for whom.

use crate::support::{Client, Running, SHORT, head, patient, start};
use transport::Limits;

async fn idle(server: &Running) -> Client {
    let mut client = server.connect().await;
    assert_eq!(client.get("/").await.status, 200);
    client
}

#[tokio::test]
async fn the_longest_idle_gives_way() {
    let server = start(Limits { connections: 3, ..patient() }).await;
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(idle(&server).await);
        // Times are kept to the millisecond.
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(clients[0].get("/").await.status, 200);
    let mut newcomer = idle(&server).await;
    clients[1].is_closed().await;
    for open in [0, 2] {
        assert_eq!(clients[open].get("/").await.status, 200);
    }
    assert_eq!(newcomer.get("/").await.status, 200);
    server.connections(3).await;
}

#[tokio::test]
async fn nobody_gives_way_while_nobody_waits() {
    let server = start(Limits { connections: 2, ..patient() }).await;
    let (mut first, mut second) = (idle(&server).await, idle(&server).await);
    tokio::time::sleep(SHORT * 2).await;
    assert_eq!((first.get("/").await.status, second.get("/").await.status), (200, 200));
}

#[tokio::test]
async fn many_newcomers_find_their_places() {
    let server = start(Limits { connections: 100, ..patient() }).await;
    let mut clients = Vec::new();
    for _ in 0..300 {
        clients.push(idle(&server).await);
    }
    server.connections(100).await;
}

#[tokio::test]
async fn strangers_keep_nobody_out_for_longer_than_a_head_takes() {
    for sent in [String::new(), "GET / HT".to_owned()] {
        let server = start(Limits { head: SHORT, connections: 2, ..patient() }).await;
        let mut strangers = vec![server.connect().await, server.connect().await];
        for stranger in &mut strangers {
            stranger.send(&sent).await;
        }
        server.connections(2).await;
        idle(&server).await;
    }
}

#[tokio::test]
async fn half_bodies_keep_nobody_out_for_longer_than_a_head_takes() {
    let server = start(Limits { head: SHORT, connections: 2, ..patient() }).await;
    let mut strangers = vec![server.connect().await, server.connect().await];
    for stranger in &mut strangers {
        stranger.send(head("/echo", 10) + "12345").await;
    }
    server.connections(2).await;
    idle(&server).await;
    let [first, second] = strangers.as_mut_slice() else { unreachable!() };
    let answer = tokio::select! { answer = first.answer() => answer, answer = second.answer() => answer };
    assert_eq!(answer.status, 408);
}

#[tokio::test]
async fn who_does_not_read_keeps_nobody_out_for_longer_than_a_head_takes() {
    let server = start(Limits { head: SHORT, connections: 2, ..patient() }).await;
    let mut strangers = vec![server.connect_narrow().await, server.connect_narrow().await];
    for stranger in &mut strangers {
        stranger.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
    }
    server.connections(2).await;
    idle(&server).await;
}

#[tokio::test]
async fn who_is_served_is_served_to_the_end() {
    let server = start(Limits { head: SHORT, connections: 2, ..patient() }).await;
    let mut clients = vec![server.connect().await, server.connect().await];
    for client in &mut clients {
        client.send(head("/first", 5) + "12345").await;
    }
    server.at_gate(2).await;
    let mut newcomer = server.connect().await;
    newcomer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    tokio::time::sleep(SHORT * 2).await;
    assert_eq!((server.gauges.connections(), server.dropped()), (2, 0));
    server.shared.gate.add_permits(2);
    for client in &mut clients {
        assert_eq!(client.answer().await.body, b"passed");
    }
    assert_eq!(newcomer.answer().await.body, b"hello");
}

#[tokio::test]
async fn a_peer_can_be_bounded() {
    let server = start(Limits { connections_per_peer: Some(2), ..patient() }).await;
    let (mut first, mut second) = (idle(&server).await, idle(&server).await);
    server.connect().await.is_gone().await;
    assert_eq!(second.get("/").await.status, 200);
    first.send_end().await;
    server.connections(1).await;
    idle(&server).await;
}
