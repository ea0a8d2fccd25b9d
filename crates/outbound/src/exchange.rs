//! One request and its answer on one connection, which then is closed.

use crate::{
    meter::Spent,
    refused::{Part, Refused, cause},
    request::{Limits, Request},
    response::Response,
    tls,
};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    HeaderMap, StatusCode,
    body::{Body as _, Bytes, Incoming},
    client::conn::http1,
    header::{
        ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderName, HeaderValue, PROXY_AUTHORIZATION, TE,
        TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
    },
    http::uri::PathAndQuery,
};
use hyper_util::rt::TokioIo;
use std::io;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::JoinSet,
};
use url::{Position, Url};

/// What says how the message is carried, and to whom (RFC 9110, section 7.6.1).
const OWN: [HeaderName; 12] = [
    ACCEPT_ENCODING,
    CONNECTION,
    CONTENT_LENGTH,
    EXPECT,
    HOST,
    HeaderName::from_static("keep-alive"),
    PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The least that hyper reads with.
const SMALLEST_BUFFER: usize = 8 * 1024;

/// An answer whose body has not been read yet.
pub(crate) struct Exchange {
    answer: hyper::Response<Incoming>,
    /// How errors call the host.
    name: String,
    limits: Limits,
    url: Url,
    /// The task that moves the bytes. It ends with this.
    _connection: JoinSet<()>,
}

impl Exchange {
    /// Sends the request and waits for the head of the answer.
    pub(crate) async fn begin<S>(stream: S, request: &Request) -> Result<Self, Refused>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (name, limits, url) = (request.name(), request.limits, request.target.url.clone());
        let message = message(request)?;
        let failed = |error| refused(&name, &limits, &error);
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(limits.head_bytes.max(SMALLEST_BUFFER))
            .max_header_size(limits.head_bytes)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(failed)?;
        let mut task = JoinSet::new();
        // What goes wrong reaches the sender or the body as well.
        task.spawn(async { drop(connection.await) });
        let answer = sender.send_request(message).await.map_err(failed)?;
        if answer.status().is_informational() {
            return Err(Refused::Protocol { host: name, why: "it changes to another protocol" });
        }
        Ok(Self { answer, name, limits, url, _connection: task })
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.answer.status()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.answer.headers()
    }

    /// Reads the body.
    pub(crate) async fn finish(self) -> Result<Response, Refused> {
        let Self { answer, name, limits, url, _connection } = self;
        let (head, mut incoming) = answer.into_parts();
        let limit = limits.body_bytes;
        let too_large = |length: u64| length > limit as u64;
        let mut body = Vec::new();
        // A length that is promised is believed only when it is a reason to stop.
        let mut whole = !too_large(incoming.size_hint().lower());
        while whole && let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|error| refused(&name, &limits, &error))?;
            if let Some(data) = frame.data_ref() {
                whole = !too_large(body.len() as u64 + data.len() as u64);
                if whole {
                    body.extend_from_slice(data);
                }
            }
        }
        match whole {
            true => Ok(Response { status: head.status, headers: head.headers, body, url }),
            false => Err(Refused::TooLarge { host: name, part: Part::Body, limit }),
        }
    }
}

fn message(request: &Request) -> Result<hyper::Request<Full<Bytes>>, Refused> {
    let target = &request.target;
    let path = PathAndQuery::try_from(&target.url[Position::BeforePath..Position::AfterQuery])
        .map_err(|_| Refused::BadUrl { why: "its path has characters that HTTP does not know" })?;
    let host = HeaderValue::try_from(target.authority())
        .map_err(|_| Refused::BadUrl { why: "its host is no name of the DNS" })?;

    let mut message = hyper::Request::new(Full::new(request.body.clone()));
    *message.method_mut() = request.method.clone();
    *message.uri_mut() = path.into();
    let headers = message.headers_mut();
    headers.insert(USER_AGENT, HeaderValue::from_static("Guildhall"));
    headers.extend(request.headers.clone());
    OWN.iter().for_each(|name| drop(headers.remove(name)));
    headers.insert(HOST, host);
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    // Compressed content may be a thousand times as large as its bytes.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    Ok(message)
}

fn refused(name: &str, limits: &Limits, error: &hyper::Error) -> Refused {
    let host = name.to_owned();
    if cause::<Spent>(error).is_some() {
        return Refused::TooLarge { host, part: Part::Whole, limit: limits.wire_bytes() };
    }
    if error.is_parse_too_large() {
        return Refused::TooLarge { host, part: Part::Head, limit: limits.head_bytes };
    }
    if error.is_parse() {
        return Refused::Protocol { host, why: "its head cannot be read" };
    }
    if let Some(refused) = tls::refused(name, error) {
        return refused;
    }
    // What hyper says about chunks that are none.
    let chunks = [io::ErrorKind::InvalidInput, io::ErrorKind::InvalidData, io::ErrorKind::Other];
    match cause::<io::Error>(error) {
        Some(error) if chunks.contains(&error.kind()) => Refused::Protocol { host, why: "its body cannot be read" },
        _ => Refused::lost(host),
    }
}
