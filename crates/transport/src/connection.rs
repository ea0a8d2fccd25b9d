//! One connection, from its first byte to its end.

use crate::alarm::Alarm;
use crate::connections::Place;
use crate::state::{Order, State, Step};
use crate::stream::{Stream, Watched};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::HttpService;
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use tokio::io::AsyncWrite as _;

/// To a client that has sent a part of a head, and then nothing for too long (RFC 9110, 15.5.9).
const LATE_HEAD: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// The first byte of a client that speaks TLS (RFC 8446, 5.1).
const TLS_HANDSHAKE: u8 = 0x16;

/// Who speaks on the connection.
#[expect(clippy::large_enum_variant, reason = "nearly always the large one, and the task is on the heap already")]
enum Speaker<Io, H>
where
    Io: Stream,
    H: HttpService<Incoming>,
{
    Http(http1::Connection<TokioIo<Watched<Io>>, H>),
    /// We ourselves, to say goodbye: this much of [`LATE_HEAD`] is sent.
    Refusal(Watched<Io>, usize),
    Nobody,
}

/// The task of one connection.
pub(crate) struct Connection<Io, H>
where
    Io: Stream,
    H: HttpService<Incoming>,
{
    speaker: Speaker<Io, H>,
    state: Arc<State>,
    alarm: Alarm,
    /// Whom orders wake.
    waker: Option<Waker>,
    /// It was asked to end, and ends at once the second time.
    asked: bool,
    place: Place,
}

/// What the task does next.
enum Next {
    /// Looks again, because something has changed.
    Again,
    End,
}

impl<Io, H, B> Connection<Io, H>
where
    Io: Stream,
    H: HttpService<Incoming, ResBody = B>,
    H::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    pub(crate) fn new(stream: Io, http: &http1::Builder, service: H, state: Arc<State>, place: Place) -> Self {
        let alarm = Alarm::new(state.times().clock, state.next().0);
        let stream = TokioIo::new(Watched::new(stream, state.clone()));
        let speaker = Speaker::Http(http.serve_connection(stream, service));
        Self { speaker, state, alarm, waker: None, asked: false, place }
    }

    fn poll_speaker(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.speaker {
            Speaker::Http(http) => {
                match ready!(Pin::new(http).poll(cx)) {
                    // hyper has answered 400, 414 or 431.
                    Err(error) if error.is_parse() => self.tell_unread(&error),
                    Err(error) => tracing::debug!(%error, "a connection ended early"),
                    Ok(()) => {}
                }
            }
            Speaker::Refusal(stream, sent) => {
                while *sent < LATE_HEAD.len() {
                    match ready!(Pin::new(&mut *stream).poll_write(cx, &LATE_HEAD[*sent..])) {
                        Ok(bytes) if bytes > 0 => *sent += bytes,
                        _ => return Poll::Ready(()),
                    }
                }
                let _ = ready!(Pin::new(stream).poll_shutdown(cx));
            }
            Speaker::Nobody => {}
        }
        Poll::Ready(())
    }

    fn tell_unread(&mut self, error: &hyper::Error) {
        let begun = match std::mem::replace(&mut self.speaker, Speaker::Nobody) {
            Speaker::Http(http) => http.into_parts().read_buf.first().copied(),
            _ => None,
        };
        match begun == Some(TLS_HANDSHAKE) {
            true => self.place.tell_unread(&"it is TLS, which is not spoken at this address"),
            false => self.place.tell_unread(error),
        }
    }

    fn obey(&mut self, order: Order) -> Next {
        match order {
            Order::Drop => Next::End,
            Order::Finish => {
                self.finish();
                Next::Again
            }
            Order::GiveWay => match self.state.gives_way(self.state.times().clock.now()) {
                Some((_, step)) => self.take(step),
                None => Next::Again,
            },
        }
    }

    fn finish(&mut self) {
        if let Speaker::Http(http) = &mut self.speaker {
            Pin::new(http).graceful_shutdown();
        }
    }

    fn take(&mut self, step: Step) -> Next {
        match step {
            Step::Close if !self.asked => {
                self.asked = true;
                self.finish();
            }
            Step::RefuseHead => match std::mem::replace(&mut self.speaker, Speaker::Nobody) {
                Speaker::Http(http) => {
                    self.place.tell_unread(&"its head did not come in time");
                    self.speaker = Speaker::Refusal(http.into_parts().io.into_inner(), 0);
                }
                _ => return Next::End,
            },
            Step::FailBody => self.state.fail_body(),
            Step::TimeOut => self.state.time_out(),
            Step::Reset => {
                self.reset_on_drop();
                return Next::End;
            }
            Step::Close | Step::Drop => return Next::End,
        }
        Next::Again
    }

    fn reset_on_drop(&mut self) {
        match std::mem::replace(&mut self.speaker, Speaker::Nobody) {
            Speaker::Http(http) => http.into_parts().io.inner().reset_on_drop(),
            Speaker::Refusal(stream, _) => stream.reset_on_drop(),
            Speaker::Nobody => {}
        }
    }
}

impl<Io, H, B> Future for Connection<Io, H>
where
    Io: Stream,
    H: HttpService<Incoming, ResBody = B>,
    H::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    Self: Unpin,
{
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        this.state.begin_poll();
        if !this.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            this.waker = Some(cx.waker().clone());
            this.state.obeyed_by(cx.waker());
        }
        loop {
            if this.poll_speaker(cx).is_ready() {
                return Poll::Ready(());
            }
            // After the stream was looked at: what has come is not closed in its face.
            let next = match this.state.take_order() {
                Some(order) => this.obey(order),
                None => {
                    let (deadline, step) = this.state.next();
                    if !this.alarm.has_rung(deadline, cx) {
                        return Poll::Pending;
                    }
                    this.take(step)
                }
            };
            if let Next::End = next {
                return Poll::Ready(());
            }
        }
    }
}
