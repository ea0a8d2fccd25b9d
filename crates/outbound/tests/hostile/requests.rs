//! What servers see, and what callers get, when all is well.

use crate::support::{Server, client, get, ok, patient};
use outbound::{Request, StatusCode, header};

fn value(text: &'static str) -> header::HeaderValue {
    header::HeaderValue::from_static(text)
}

#[tokio::test]
async fn a_request_says_no_more_than_it_must() {
    let server = Server::start(ok("hello")).await;
    let port = server.address.port();
    let response = client().send(get(&format!("http://idp.example:{port}/a%20b?c=d#e"))).await.unwrap();
    assert_eq!((response.status, response.body.as_slice()), (StatusCode::OK, b"hello".as_slice()));
    assert_eq!(response.headers[header::CONTENT_LENGTH], "5");
    assert_eq!(response.url.as_str(), format!("http://idp.example:{port}/a%20b?c=d"));
    assert_eq!(
        server.seen(),
        [format!(
            "GET /a%20b?c=d HTTP/1.1\r\nuser-agent: Guildhall\r\nhost: idp.example:{port}\r\nconnection: close\r\n\
             accept-encoding: identity\r\n\r\n"
        )]
    );
}

#[tokio::test]
async fn a_body_and_headers_arrive() {
    let server = Server::start(ok("")).await;
    let url = server.url("idp.example");
    for (request, method) in [
        (Request::post(&url, "a body"), "POST"),
        (Request::put(&url, "a body"), "PUT"),
        (Request::patch(&url, "a body"), "PATCH"),
    ] {
        let request = request.unwrap().allow_http().limits(patient());
        let request =
            request.header(header::AUTHORIZATION, value("Bearer x")).header(header::USER_AGENT, value("other"));
        client().send(request).await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert!(seen.starts_with(&format!("{method} / HTTP/1.1\r\n")), "{seen}");
        assert!(seen.contains("\r\nauthorization: Bearer x\r\n"), "{seen}");
        assert!(seen.contains("\r\nuser-agent: other\r\n"), "{seen}");
        assert!(seen.contains("\r\ncontent-length: 6\r\n"), "{seen}");
        assert!(seen.ends_with("\r\n\r\na body"), "{seen}");
    }
    client().send(Request::delete(&url).unwrap().allow_http()).await.unwrap();
    assert!(server.seen().pop().unwrap().starts_with("DELETE / HTTP/1.1\r\n"));
}

#[tokio::test]
async fn callers_do_not_decide_how_a_message_is_carried() {
    let server = Server::start(ok("")).await;
    let mut request = Request::post(&server.url("idp.example"), "a body").unwrap().allow_http();
    for name in [
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "proxy-connection",
        "proxy-authorization",
        "upgrade",
        "te",
        "trailer",
        "expect",
        "accept-encoding",
    ] {
        request = request.header(header::HeaderName::from_static(name), value("by-the-caller"));
    }
    client().send(request).await.unwrap();
    let seen = server.seen().pop().unwrap();
    assert!(!seen.contains("by-the-caller"), "{seen}");
    assert!(seen.contains("\r\ncontent-length: 6\r\n"), "{seen}");
    assert!(seen.ends_with("\r\n\r\na body"), "{seen}");
}

#[tokio::test]
async fn any_status_is_an_answer() {
    for (status, rest, body) in [
        (200, "Content-Length: 2\r\n\r\nhi", "hi"),
        (200, "Transfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1;x=y\r\ni\r\n0\r\nTrailer: x\r\n\r\n", "hi"),
        (200, "\r\nuntil the end", "until the end"),
        (204, "\r\n", ""),
        (302, "Location: /x\r\nContent-Length: 2\r\n\r\nhi", "hi"),
        (304, "Content-Length: 1000\r\n\r\n", ""),
        (404, "Content-Length: 2\r\n\r\nno", "no"),
        (503, "Content-Length: 0\r\n\r\n", ""),
        (999, "Content-Length: 0\r\n\r\n", ""),
    ] {
        let server = Server::start(format!("HTTP/1.1 {status} Reason\r\n{rest}")).await;
        let response = client().send(get(&server.url("idp.example"))).await.unwrap();
        assert_eq!((response.status.as_u16(), response.body.as_slice()), (status, body.as_bytes()), "{rest}");
    }
}

#[tokio::test]
async fn cookies_are_not_kept() {
    let server = Server::start("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n").await;
    let client = client();
    for _ in 0..2 {
        client.send(get(&server.url("idp.example"))).await.unwrap();
    }
    assert_eq!(server.seen().len(), 2);
    assert!(server.seen().iter().all(|request| !request.contains("cookie")));
}
