//! Redirects that lead inside, in circles, or away with credentials (threat T-65).

use crate::support::{PRIVATE, Server, client, get, ok, redirect};
use outbound::{Refused, Request, header};
use tokio::io::AsyncWriteExt as _;

#[tokio::test]
async fn t65_redirects_are_not_followed_unless_asked() {
    let private = Server::at(PRIVATE, async |_, _| {}).await;
    let server = Server::start(redirect(302, &private.url("127.0.0.1"))).await;
    let response = client().send(get(&server.url("idp.example"))).await.unwrap();
    assert_eq!(response.status.as_u16(), 302);
    assert_eq!((server.seen().len(), private.seen().len()), (1, 0));
}

#[tokio::test]
async fn t65_a_redirect_inside_is_refused() {
    let private =
        Server::at(PRIVATE, async |mut stream, _| stream.write_all(ok("secret").as_bytes()).await.unwrap()).await;
    let metadata = "http://169.254.169.254/latest/meta-data/iam/security-credentials/".to_owned();
    for location in [
        private.url("127.0.0.1"),
        private.url("internal.example"),
        private.url("2130706433"),
        private.url("[::1]"),
        private.url("[::ffff:127.0.0.1]"),
        metadata,
        "http://[fd00:ec2::254]/latest/".to_owned(),
        "//10.0.0.1/".to_owned(),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let server = Server::start(redirect(status, &location)).await;
            let refused = client().send(get(&server.url("idp.example")).redirects(5)).await.unwrap_err();
            assert!(matches!(refused, Refused::Blocked { .. }), "{location}: {refused:?}");
            // Whoever reads this learns whom we asked, not where that one pointed.
            assert_eq!(
                refused.to_string(),
                "a redirect of idp.example leads to no public address; the operator of this server can allow it with \
                 --outbound-allow HOST:PORT, those of where it leads"
            );
        }
    }
    assert_eq!(private.seen().len(), 0);
}

#[tokio::test]
async fn t65_a_circle_ends() {
    let server = Server::start(redirect(302, "/again")).await;
    let refused = client().send(get(&server.url("idp.example")).redirects(3)).await.unwrap_err();
    assert!(matches!(refused, Refused::Redirect { .. }), "{refused:?}");
    assert!(!refused.is_transient());
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn a_redirect_arrives() {
    let end = Server::start(ok("the end")).await;
    let start = Server::start(redirect(308, &format!("{}path?query", end.url("other.example")))).await;
    let response = client().send(get(&start.url("idp.example")).redirects(1)).await.unwrap();
    assert_eq!(response.body, b"the end");
    assert_eq!(response.url.as_str(), format!("{}path?query", end.url("other.example")));
    let seen = end.seen().pop().unwrap();
    assert!(seen.starts_with("GET /path?query HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains(&format!("host: other.example:{}\r\n", end.address.port())), "{seen}");
}

#[tokio::test]
async fn t65_credentials_stay_with_their_origin() {
    let end = Server::start(ok("")).await;
    let secret = header::HeaderValue::from_static("secret");
    for status in [301, 302, 303, 307, 308] {
        let start = Server::start(redirect(status, &end.url("other.example"))).await;
        let url = start.url("idp.example");
        let names = ["authorization", "cookie", "x-api-key", "x-hub-signature"];
        let request = names.into_iter().fold(get(&url).redirects(1), |request, name| {
            request.header(header::HeaderName::from_static(name), secret.clone())
        });
        client().send(request).await.unwrap();
        assert_eq!(start.seen().pop().unwrap().matches("secret").count(), names.len());
        let seen = end.seen().pop().unwrap();
        assert!(!seen.contains("secret"), "{seen}");

        let request = Request::post(&url, "client_secret=secret").unwrap().allow_http().redirects(1);
        let before = end.seen().len();
        match (status, client().send(request).await) {
            (301..=303, Ok(_)) => assert!(!end.seen().pop().unwrap().contains("secret")),
            (307 | 308, Err(Refused::Redirect { .. })) => assert_eq!(end.seen().len(), before),
            (_, other) => panic!("{status}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn the_same_origin_gets_the_same_request_again() {
    let server = Server::at(crate::support::PUBLIC, async |mut stream, request| {
        let answer = if request.starts_with("POST / ") { redirect(307, "/there") } else { ok("") };
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let request = Request::post(&server.url("idp.example"), "a body").unwrap().allow_http().redirects(1);
    client().send(request.header(header::AUTHORIZATION, header::HeaderValue::from_static("x"))).await.unwrap();
    let seen = server.seen().pop().unwrap();
    assert!(seen.starts_with("POST /there "), "{seen}");
    assert!(seen.contains("authorization: x\r\n") && seen.ends_with("\r\n\r\na body"), "{seen}");
}
