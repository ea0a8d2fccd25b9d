//! What is answered where the frame itself does not come to an end.

use crate::head::{REQUEST_ID, new_request_id};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use foundation::id::Environment;
use transport::{OnTimeout, Peer, RequestBody};

/// The answer to a request that nothing else has answered in time.
#[derive(Clone)]
pub struct Late {
    environment: fn(&HeaderMap) -> Environment,
}

impl Late {
    /// `environment` is [`Wiring::environment`](crate::Wiring::environment).
    pub fn new(environment: fn(&HeaderMap) -> Environment) -> Self {
        Self { environment }
    }
}

/// What has to be known of a request. Nearly none comes to be answered so: the id is made when one does.
pub struct Noted {
    authorization: Option<HeaderValue>,
    peer: Option<Peer>,
}

impl OnTimeout<axum::body::Body> for Late {
    type Note = Noted;

    fn note(&self, request: &mut Request<RequestBody>) -> Noted {
        let authorization = request.headers().get(header::AUTHORIZATION).cloned();
        Noted { authorization, peer: request.extensions().get::<Peer>().copied() }
    }

    fn answer(&self, noted: Noted) -> Response {
        let headers = noted.authorization.into_iter().map(|value| (header::AUTHORIZATION, value)).collect();
        let request_id = new_request_id((self.environment)(&headers));
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let peer = noted.peer.map(|peer| tracing::field::display(peer.address.ip().to_canonical()));
        tracing::warn!(%request_id, peer, status = status.as_u16(), "a request was not answered in time");
        let text =
            format!("The server does not answer in time. Try again; the number of this request is {request_id}.\n");
        let retry_after = (header::RETRY_AFTER, HeaderValue::from(1));
        let mut response = (status, [retry_after], text).into_response();
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use transport::{Limits, Server};

    fn environment(headers: &HeaderMap) -> Environment {
        if headers.contains_key(header::AUTHORIZATION) { Environment::Live } else { Environment::Test }
    }

    async fn answer(head: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::new(Limits { request: Duration::from_millis(20), ..Limits::default() });
        let stuck: Router = Router::new().fallback(std::future::pending::<Response>);
        tokio::spawn(server.serve(listener, stuck, Late::new(environment), std::future::pending()));
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(head.as_bytes()).await.unwrap();
        let mut got = String::new();
        client.read_to_string(&mut got).await.unwrap();
        got
    }

    #[tokio::test]
    async fn what_is_late_has_a_number_of_its_own() {
        for (line, word) in [("Authorization: Basic eA==\r\n", "live"), ("", "test")] {
            let got = answer(&format!("GET / HTTP/1.1\r\nHost: x\r\n{line}Connection: close\r\n\r\n")).await;
            assert!(got.starts_with("HTTP/1.1 503 ") && got.contains("retry-after: 1\r\n"), "{got}");
            let id = got.split("x-request-id: ").nth(1).and_then(|rest| rest.split("\r\n").next()).unwrap();
            assert!(id.starts_with(&format!("request-id-{word}-")) && got.ends_with(&format!("is {id}.\n")), "{got}");
        }
    }
}
