//! One request and its answer.

use crate::request_body::RequestBody;
use crate::state::State;
use http::header::CONNECTION;
use http::{HeaderValue, Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper_util::service::{TowerToHyperService, TowerToHyperServiceFuture};
use pin_project_lite::pin_project;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower_service::Service;

/// The other end of the connection, among the extensions of every request. Behind a proxy it is the proxy: see
/// [`Proxies`](crate::Proxies).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Its address as the kernel gives it. An IPv4 client of a socket for both is `::ffff:a.b.c.d`.
    pub address: SocketAddr,
}

/// What is answered in the place of a service that takes longer than [`Limits::request`](crate::Limits::request). The
/// status is to be 503 (RFC 9110, 15.6.4).
///
/// A closure without arguments that makes a response is one.
pub trait OnTimeout<B>: Clone + Send + 'static {
    /// What has to be known of a request to answer it.
    type Note: Send + 'static;

    /// Looks at a request before the service gets it. May add an extension by which the service tells it more.
    fn note(&self, request: &mut Request<RequestBody>) -> Self::Note;

    /// The answer. The service's future is dropped already.
    fn answer(&self, note: Self::Note) -> Response<B>;
}

impl<B, F: Fn() -> Response<B> + Clone + Send + 'static> OnTimeout<B> for F {
    type Note = ();

    fn note(&self, _: &mut Request<RequestBody>) {}

    fn answer(&self, (): ()) -> Response<B> {
        self()
    }
}

/// The service of one connection.
pub(crate) struct Exchange<S, O> {
    pub(crate) service: TowerToHyperService<S>,
    pub(crate) on_timeout: O,
    pub(crate) peer: Peer,
    pub(crate) state: Arc<State>,
}

impl<S, O, B> hyper::service::Service<Request<Incoming>> for Exchange<S, O>
where
    S: Service<Request<RequestBody>, Response = Response<B>, Error = Infallible> + Clone,
    O: OnTimeout<B>,
{
    type Response = Response<AnswerBody<B>>;
    type Error = Infallible;
    type Future = Answering<S, O, O::Note>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let mut request = request.map(|body| RequestBody::new(body, &self.state));
        self.state.called(!request.body().is_complete());
        request.extensions_mut().insert(self.peer);
        let note = self.on_timeout.note(&mut request);
        let service = hyper::service::Service::call(&self.service, request);
        let timeout = Some((self.on_timeout.clone(), note));
        Answering { service: Some(service), timeout, state: Some(self.state.clone()) }
    }
}

pin_project! {
    /// The service at work, until it has answered or is given up.
    pub(crate) struct Answering<S, O, N>
    where
        S: Service<Request<RequestBody>>,
    {
        #[pin]
        service: Option<TowerToHyperServiceFuture<S, Request<RequestBody>>>,
        timeout: Option<(O, N)>,
        state: Option<Arc<State>>,
    }
}

impl<S, O, B> Future for Answering<S, O, O::Note>
where
    S: Service<Request<RequestBody>, Response = Response<B>, Error = Infallible>,
    O: OnTimeout<B>,
{
    type Output = Result<Response<AnswerBody<B>>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let (Some(service), Some(state)) = (this.service.as_mut().as_pin_mut(), this.state.as_ref()) else {
            return Poll::Pending;
        };
        let answer = match service.poll(cx) {
            Poll::Ready(Ok(answer)) => Some(answer),
            Poll::Pending if state.has_timed_out() => None,
            Poll::Pending => return Poll::Pending,
        };
        // What it has not read of the body is dropped with it, and that decides whether the connection can go on.
        this.service.set(None);
        let answer = answer.or_else(|| this.timeout.take().map(|(on_timeout, note)| on_timeout.answer(note)));
        let (Some(mut answer), Some(state)) = (answer, this.state.take()) else { return Poll::Pending };
        if state.answered() {
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Poll::Ready(Ok(answer.map(|body| AnswerBody { body, made: Made(state) })))
    }
}

pin_project! {
    /// The body of an answer, which writes down when it ends.
    pub(crate) struct AnswerBody<B> {
        #[pin]
        body: B,
        made: Made,
    }
}

/// hyper drops a body as soon as it has the last of it.
struct Made(Arc<State>);

impl Drop for Made {
    fn drop(&mut self) {
        self.0.answer_ended();
    }
}

impl<B: Body> Body for AnswerBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        self.project().body.poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
