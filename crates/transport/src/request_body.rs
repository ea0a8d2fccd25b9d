//! The body of a request, as the service gets it.

use crate::state::State;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Why a body could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It was not complete within [`Limits::body`](crate::Limits::body).
    #[error("the request body did not come in time")]
    TooSlow,
    /// The client went away, or sent something else than it had announced.
    #[error("the request body ended early")]
    EndedEarly(#[source] hyper::Error),
}

/// The body of a request that is still coming. It fails when it takes too long.
///
/// [`Bodies::read`](crate::Bodies::read) reads it within bounds.
#[derive(Debug)]
pub struct RequestBody {
    body: Incoming,
    /// Until it is complete.
    open: Option<Open>,
}

struct Open(Arc<State>);

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Open")
    }
}

impl RequestBody {
    pub(crate) fn new(body: Incoming, state: &Arc<State>) -> Self {
        let open = (!body.is_end_stream()).then(|| Open(state.clone()));
        Self { body, open }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.open.is_none()
    }

    fn complete(&mut self) {
        if let Some(Open(state)) = self.open.take() {
            state.body_complete();
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Pending => match &self.open {
                Some(Open(state)) => {
                    state.body_awaited(cx.waker());
                    if state.is_body_late() { Poll::Ready(Some(Err(BodyError::TooSlow))) } else { Poll::Pending }
                }
                None => Poll::Pending,
            },
            Poll::Ready(Some(Ok(frame))) => {
                if self.body.is_end_stream() {
                    self.complete();
                } else if let Some(Open(state)) = &self.open {
                    state.body_received();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(BodyError::EndedEarly(error)))),
            Poll::Ready(None) => {
                self.complete();
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for RequestBody {
    /// What nobody has read may all be here already; then the connection can go on.
    fn drop(&mut self) {
        let Some(Open(state)) = self.open.take() else { return };
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            match Pin::new(&mut self.body).poll_frame(&mut cx) {
                Poll::Ready(Some(Ok(_))) if self.body.is_end_stream() => return state.body_complete(),
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(None) => return state.body_complete(),
                Poll::Ready(Some(Err(_))) | Poll::Pending => return state.body_abandoned(),
            }
        }
    }
}
