//! How many requests are made at once.

use crate::support::{PUBLIC, Server, brief, client_at_once, get, ok, patient, usual_names};
use outbound::Refused;
use std::{
    num::NonZeroU16,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{io::AsyncWriteExt as _, net::TcpStream, sync::Semaphore, task::JoinSet};

/// A server that answers as often as it is told to, and tells when a request is waiting for its answer.
async fn held() -> (Server, Arc<Semaphore>, Arc<Semaphore>) {
    let (waiting, answers) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let both = (waiting.clone(), answers.clone());
    let server = Server::at(PUBLIC, move |mut stream: TcpStream, _| {
        let (waiting, answers) = both.clone();
        async move {
            waiting.add_permits(1);
            answers.acquire().await.unwrap().forget();
            let _ = stream.write_all(ok("").as_bytes()).await;
        }
    })
    .await;
    (server, waiting, answers)
}

#[tokio::test]
async fn t65_who_finds_no_place_in_time_is_refused() {
    let (server, waiting, answers) = held().await;
    let client = client_at_once(2, usual_names());
    let url = server.url("idp.example");
    let mut requests = JoinSet::new();
    for _ in 0..2 {
        let (client, request) = (client.clone(), get(&url).limits(patient()));
        requests.spawn(async move { client.send(request).await });
    }
    waiting.acquire_many(2).await.unwrap().forget();

    let refused = client.send(get(&url).limits(brief())).await.unwrap_err();
    assert_eq!(refused, Refused::Busy);
    assert_eq!(refused.to_string(), "this server makes too many requests right now");
    assert!(refused.is_transient());
    assert_eq!(server.seen().len(), 2);

    // Those with a bound of their own go on, and so do those who wait longer.
    answers.add_permits(4);
    client.with_own_bound(NonZeroU16::MIN).send(get(&url).limits(patient())).await.unwrap();
    client.send(get(&url).limits(patient())).await.unwrap();
    while let Some(result) = requests.join_next().await {
        result.unwrap().unwrap();
    }
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn t65_one_use_cannot_take_the_places_of_another() {
    let (server, waiting, answers) = held().await;
    let logins = client_at_once(1, usual_names());
    let webhooks = logins.with_own_bound(NonZeroU16::MIN);
    let url = server.url("idp.example");
    let slow = tokio::spawn({
        let (webhooks, request) = (webhooks.clone(), get(&url).limits(patient()));
        async move { webhooks.send(request).await }
    });
    waiting.acquire().await.unwrap().forget();
    assert_eq!(webhooks.send(get(&url).limits(brief())).await.unwrap_err(), Refused::Busy);
    let quick = Server::start(ok("")).await;
    logins.send(get(&quick.url("idp.example")).limits(patient())).await.unwrap();
    answers.add_permits(1);
    slow.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn t65_never_more_than_the_bound_are_made_at_once() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counts = (now.clone(), most.clone());
    let server = Server::at(PUBLIC, move |mut stream: TcpStream, _| {
        let (now, most) = counts.clone();
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            now.fetch_sub(1, Ordering::SeqCst);
            stream.write_all(ok("").as_bytes()).await.unwrap();
        }
    })
    .await;
    let client = client_at_once(3, usual_names());
    let mut requests = JoinSet::new();
    for _ in 0..60 {
        let (client, request) = (client.clone(), get(&server.url("idp.example")).limits(patient()));
        requests.spawn(async move { client.send(request).await });
    }
    while let Some(result) = requests.join_next().await {
        result.unwrap().unwrap();
    }
    let most = most.load(Ordering::SeqCst);
    assert!((1..=3).contains(&most), "{most} at once");
    assert_eq!(server.seen().len(), 60);
}
