//! Answers that are too much, too little, or not HTTP.

use crate::support::{PUBLIC, Server, client, get, patient};
use outbound::{Limits, Part, Refused, Response, header};
use std::{
    io::Write as _,
    process::{Command, Stdio},
};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

/// The answer to these bytes.
async fn answer(bytes: impl Into<Vec<u8>>) -> Result<Response, Refused> {
    let server = Server::start(bytes).await;
    client().send(get(&server.url("idp.example")).limits(patient())).await
}

/// A server that begins its answer like this, and repeats that until nobody listens.
async fn endless(begin: &'static str, repeat: &'static [u8], limits: Limits) -> Refused {
    let server = Server::at(PUBLIC, move |mut stream: TcpStream, _| async move {
        let mut more = stream.write_all(begin.as_bytes()).await;
        while more.is_ok() {
            more = stream.write_all(&repeat.repeat(1000)).await;
        }
    })
    .await;
    client().send(get(&server.url("idp.example")).limits(limits)).await.unwrap_err()
}

fn too_large(part: Part, limit: usize) -> Refused {
    Refused::TooLarge { host: "idp.example".into(), part, limit }
}

#[tokio::test]
async fn t65_an_endless_body_ends() {
    let limits = Limits { body_bytes: 10_000, ..patient() };
    for begin in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9000000000000000000\r\n\r\n"] {
        assert_eq!(endless(begin, b"x", limits).await, too_large(Part::Body, 10_000));
    }
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(endless(chunked, b"3\r\nabc\r\n", limits).await, too_large(Part::Body, 10_000));
    let refused = endless(chunked, b"1\r\na\r\n", patient()).await;
    assert_eq!(refused, too_large(Part::Body, 1024 * 1024));
    assert_eq!(refused.to_string(), "the body of the answer of idp.example is larger than 1048576 bytes");
    assert!(!refused.is_transient());
}

#[tokio::test]
async fn t65_the_bound_of_a_body_is_exact() {
    let server = Server::at(PUBLIC, async |mut stream: TcpStream, request: String| {
        let body = "x".repeat(10_000);
        let head = match request.starts_with("GET /length ") {
            true => "Content-Length: 10000\r\n",
            false => "",
        };
        let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n{body}").as_bytes()).await;
    })
    .await;
    for path in ["length", "end"] {
        let url = format!("{}{path}", server.url("idp.example"));
        let at_most = |body_bytes| get(&url).limits(Limits { body_bytes, ..patient() });
        assert_eq!(client().send(at_most(10_000)).await.unwrap().body.len(), 10_000);
        assert_eq!(client().send(at_most(9_999)).await.unwrap_err(), too_large(Part::Body, 9_999));
    }
}

#[tokio::test]
async fn t65_an_endless_head_ends() {
    for limits in [patient(), Limits { head_bytes: 1000, ..patient() }] {
        let refused = endless("HTTP/1.1 200 OK\r\nX: ", b"x", limits).await;
        assert_eq!(refused, too_large(Part::Head, limits.head_bytes));
        assert_eq!(endless("HTTP/1.1 200 OK\r\n", b"X: y\r\n", limits).await, too_large(Part::Head, limits.head_bytes));
        assert_eq!(endless("HTTP/1.1 200 ", b"x", limits).await, too_large(Part::Head, limits.head_bytes));
    }
}

#[tokio::test]
async fn t65_a_head_is_bounded_also_when_it_comes_at_once() {
    let big = |bytes| format!("HTTP/1.1 200 OK\r\nX: {}\r\nContent-Length: 0\r\n\r\n", "x".repeat(bytes));
    assert_eq!(answer(big(60_000)).await.unwrap().headers["x"].len(), 60_000);
    assert_eq!(answer(big(70_000)).await.unwrap_err(), too_large(Part::Head, 64 * 1024));
    let many = |count| format!("HTTP/1.1 200 OK\r\n{}Content-Length: 0\r\n\r\n", "X: y\r\n".repeat(count));
    assert_eq!(answer(many(99)).await.unwrap().headers.len(), 100);
    assert!(matches!(answer(many(101)).await, Err(Refused::TooLarge { part: Part::Head, .. })));
}

#[tokio::test]
async fn t65_what_surrounds_an_answer_is_bounded_too() {
    let limits = Limits { head_bytes: 1000, body_bytes: 1000, ..patient() };
    let whole = |refused: Refused| {
        let whole = matches!(refused, Refused::TooLarge { part: Part::Whole, limit, .. } if limit == 274_144);
        assert!(whole, "{refused:?}");
    };
    whole(endless("", b"HTTP/1.1 100 Continue\r\n\r\n", limits).await);
    whole(endless("", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", limits).await);

    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let extension = endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x", limits).await;
    assert!(matches!(extension, Refused::Protocol { .. }), "{extension:?}");
    let trailers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
    let trailers = endless(trailers, b"X: y\r\n", limits).await;
    assert!(matches!(trailers, Refused::Protocol { .. }), "{trailers:?}");
    assert_eq!(endless(chunked, b"0000000000000001\r\nx\r\n", limits).await, too_large(Part::Body, 1000));
}

#[tokio::test]
async fn what_stands_after_a_body_is_not_read() {
    let body = answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more").await.unwrap().body;
    assert_eq!(body, b"hi");
    let two = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbye";
    assert_eq!(answer(two).await.unwrap().body, b"hi");
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_none() {
    for cut in [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhi\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
    ] {
        let refused = answer(cut).await.unwrap_err();
        assert!(matches!(refused, Refused::Connect { .. }), "{cut:?}: {refused:?}");
        assert_eq!(refused.to_string(), "idp.example closed the connection before its answer was complete");
        assert!(refused.is_transient());
    }
}

#[tokio::test]
async fn what_is_not_http_is_refused_and_not_repeated() {
    for garbage in [
        "canary",
        "canary canary canary\r\n\r\n",
        "SSH-2.0-canary\r\n",
        "HTTP/1.1 canary OK\r\n\r\n",
        "HTTP/1.1 99 canary\r\n\r\n",
        "HTTP/9.9 200 canary\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncanary\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX : canary\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: y\r\n canary\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: cana\0ry\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: canary\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ncanary\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nhi\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhi\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi, canary\r\n0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: canary\r\nConnection: upgrade\r\n\r\n",
    ] {
        let refused = answer(garbage).await.unwrap_err();
        assert!(matches!(refused, Refused::Protocol { .. }), "{garbage:?}: {refused:?}");
        assert!(refused.to_string().starts_with("idp.example does not answer as HTTP/1.1 says: "));
        assert!(!format!("{refused} {refused:?}").contains("canary"), "{refused:?}");
        assert!(!refused.is_transient());
    }
}

#[tokio::test]
async fn t65_a_compressed_body_stays_as_small_as_it_is() {
    let mut gzip =
        Command::new("gzip").args(["-9", "-c"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = gzip.stdin.take().unwrap();
    let feed = std::thread::spawn(move || (0..32).try_for_each(|_| input.write_all(&[0; 1024 * 1024])));
    let bomb = gzip.wait_with_output().unwrap().stdout;
    feed.join().unwrap().unwrap();
    assert!(bomb.len() < 100_000, "32 MiB are {} bytes", bomb.len());

    let mut bytes =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", bomb.len()).into_bytes();
    bytes.extend_from_slice(&bomb);
    let response = answer(bytes).await.unwrap();
    assert_eq!(response.body, bomb);
    assert_eq!(response.headers[header::CONTENT_ENCODING], "gzip");
}
