//! Servers and names that take their time.

use crate::support::{Names, PUBLIC, Server, brief, client, client_at_once, config, get, ok, patient};
use outbound::{Allow, Config, Limits, Outbound, Refused, Request, Resolve, Resolving, Stage};
use std::{
    future,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};

/// An address where connections are not answered.
const SILENT: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 4));

fn too_long(stage: Stage) -> Refused {
    Refused::Timeout { host: "idp.example".into(), stage }
}

/// A server that says this, and then one byte after the other for ever, each long before the time is over.
async fn dripping(begin: &'static str, drop: &'static [u8]) -> Server {
    Server::at(PUBLIC, move |mut stream: TcpStream, _| async move {
        let mut more = stream.write_all(begin.as_bytes()).await;
        while more.is_ok() {
            sleep(Duration::from_millis(5)).await;
            more = stream.write_all(drop).await;
        }
    })
    .await
}

#[tokio::test]
async fn t65_drops_do_not_prolong_the_time() {
    let mut requests = JoinSet::new();
    for (begin, drop) in [
        ("", b"HTTP/1.1 100 Continue\r\n\r\n".as_slice()),
        ("HTTP/1.1 200 O", b"K"),
        ("HTTP/1.1 200 OK\r\nX: ", b"x"),
        ("HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        ("HTTP/1.1 200 OK\r\n\r\n", b"x"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ", b"y"),
    ] {
        let server = dripping(begin, drop).await;
        requests.spawn(async move {
            let refused = client().send(get(&server.url("idp.example")).limits(brief())).await.unwrap_err();
            assert_eq!(refused, too_long(Stage::Answering), "{begin:?}");
            assert_eq!(refused.to_string(), "idp.example took too long to answer");
            assert!(refused.is_transient());
        });
    }
    while let Some(ended) = requests.join_next().await {
        ended.unwrap();
    }
}

#[tokio::test]
async fn t65_silence_ends() {
    let server = Server::at(PUBLIC, async |_stream, _| future::pending().await).await;
    let url = server.url("idp.example");
    assert_eq!(client().send(get(&url).limits(brief())).await.unwrap_err(), too_long(Stage::Answering));
    // All of the body that the system buffers is sent, and then no more.
    let silent = TcpListener::bind((PUBLIC, 0)).await.unwrap();
    let url = format!("http://idp.example:{}/", silent.local_addr().unwrap().port());
    let request = Request::post(&url, vec![0; 64 * 1024 * 1024]).unwrap().allow_http().limits(brief());
    assert_eq!(client().send(request).await.unwrap_err(), too_long(Stage::Answering));
    // Nobody says anything about TLS either.
    let request = Request::get(&url.replace("http:", "https:")).unwrap();
    let refused = client().send(request.clone().limits(brief())).await.unwrap_err();
    assert_eq!(refused, too_long(Stage::Connecting));
    let connect = Limits { total: Duration::MAX, connect: Duration::from_millis(100), ..patient() };
    let refused = timeout(patient().total, client().send(request.limits(connect))).await.unwrap().unwrap_err();
    assert_eq!(refused, too_long(Stage::Connecting));
    assert_eq!(refused.to_string(), "idp.example took too long to accept a connection");
}

#[tokio::test]
async fn t65_redirects_share_one_time() {
    let server = Server::at(PUBLIC, async |mut stream: TcpStream, _| {
        sleep(Duration::from_millis(50)).await;
        let _ = stream.write_all(crate::support::redirect(302, "/again").as_bytes()).await;
    })
    .await;
    let refused = client().send(get(&server.url("idp.example")).limits(brief()).redirects(255)).await.unwrap_err();
    assert!(matches!(refused, Refused::Timeout { .. }), "{refused:?}");
}

/// Resolves nothing before it is told to.
struct Slow(Arc<tokio::sync::Semaphore>);

impl Resolve for Slow {
    fn resolve(&self, _: String) -> Resolving {
        let gate = self.0.clone();
        Box::pin(async move {
            gate.acquire().await.unwrap().forget();
            Ok(vec![PUBLIC])
        })
    }
}

#[tokio::test]
async fn t65_a_name_that_is_never_answered_takes_one_place_and_no_more_time() {
    let server = Server::start(ok("")).await;
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let client = client_at_once(1, Arc::new(Slow(gate.clone())));
    let url = server.url("idp.example");
    let refused = client.send(get(&url).limits(brief())).await.unwrap_err();
    assert_eq!(refused, too_long(Stage::Resolving));
    assert_eq!(refused.to_string(), "idp.example took too long to be found in the DNS");
    // The lookup goes on, so its place is still taken.
    assert_eq!(client.send(get(&url).limits(brief())).await.unwrap_err(), Refused::Busy);
    gate.add_permits(2);
    client.send(get(&url).limits(patient())).await.unwrap();
}

#[tokio::test]
async fn a_time_beyond_all_clocks_is_no_error() {
    let server = Server::start(ok("")).await;
    let limits = Limits { total: Duration::MAX, connect: Duration::MAX, ..Limits::default() };
    client().send(get(&server.url("idp.example")).limits(limits)).await.unwrap();
    let none = Limits { total: Duration::ZERO, ..Limits::default() };
    let slow = Outbound::new(config(Arc::new(Slow(Arc::new(tokio::sync::Semaphore::new(0)))))).unwrap();
    assert!(slow.send(get(&server.url("idp.example")).limits(none)).await.is_err());
}

#[tokio::test]
async fn whoever_stops_waiting_ends_the_request() {
    let (events, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::at(PUBLIC, move |mut stream: TcpStream, _| {
        let events = events.clone();
        async move {
            events.send("begun").unwrap();
            if let Ok(0) | Err(_) = stream.read(&mut [0]).await {
                events.send("ended").unwrap();
            }
        }
    })
    .await;
    let request = get(&server.url("idp.example")).limits(patient());
    let waiting = tokio::spawn(async move { client().send(request).await });
    assert_eq!(heard.recv().await, Some("begun"));
    waiting.abort();
    assert_eq!(heard.recv().await, Some("ended"));
}

#[tokio::test]
async fn an_address_that_is_silent_does_not_keep_the_next_from_being_tried() {
    let server = Server::start(ok("")).await;
    let silent = TcpSocket::new_v4().unwrap();
    silent.bind((SILENT, server.address.port()).into()).unwrap();
    let _listener = silent.listen(1).unwrap();
    // Once nobody takes them, the system lets only a few connections wait, and does not answer to more.
    let mut queue = Vec::new();
    while let Ok(connected) = timeout(brief().total, TcpStream::connect((SILENT, server.address.port()))).await {
        queue.push(connected.unwrap());
    }
    let names = Names::new(&[("idp.example", &[&[SILENT, PUBLIC]])]);
    let allow = Allow::parse(["127.0.0.2", "127.0.0.4"]).unwrap();
    let client = Outbound::new(Config { allow, ..config(names) }).unwrap();
    client.send(get(&server.url("idp.example")).limits(patient())).await.unwrap();
    assert_eq!(server.seen().len(), 1);
}
