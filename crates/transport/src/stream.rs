//! What connections are made of: where they come from, and what is seen of them.

use crate::state::State;
use std::future::Future;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// A stream of bytes to a client.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// Has the connection reset when it is dropped. Otherwise the kernel keeps what a client does not take, for minutes.
    fn reset_on_drop(&self);
}

impl Stream for TcpStream {
    fn reset_on_drop(&self) {
        // A socket that refuses is closed already.
        let _ = self.set_zero_linger();
    }
}

/// Where connections come from.
pub trait Listener: Send + Sync + 'static {
    /// A connection. What takes time at its beginning, such as a handshake, belongs into its first read: there it has a
    /// deadline, and holds up nobody else.
    type Stream: Stream;

    /// The next connection, and the address of its other end. May be dropped and called again.
    ///
    /// # Errors
    /// When there is none now; [`Server`](crate::Server) asks again.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>> + Send;
}

impl Listener for TcpListener {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) = TcpListener::accept(self).await?;
        // Answers are written whole, so there is nothing to wait for. A socket that refuses is closed already.
        let _ = stream.set_nodelay(true);
        Ok((stream, peer))
    }
}

/// How far the end of a stream is.
enum End {
    Open,
    /// The client is being told that nothing more will come.
    Telling {
        linger: bool,
    },
    /// What the client still sends is thrown away, up to this many bytes.
    Lingering(u64),
    Ended,
}

/// A stream that writes down what it sees.
pub(crate) struct Watched<Io> {
    stream: Io,
    state: Arc<State>,
    end: End,
}

impl<Io: Stream> Watched<Io> {
    pub(crate) fn new(stream: Io, state: Arc<State>) -> Self {
        Self { stream, state, end: End::Open }
    }

    pub(crate) fn reset_on_drop(&self) {
        self.stream.reset_on_drop();
    }

    /// Reads and throws away until the client has ended, or has sent too much.
    fn poll_linger(&mut self, cx: &mut Context<'_>, mut left: u64) -> Poll<()> {
        let mut space = [MaybeUninit::uninit(); 16 << 10];
        loop {
            let mut buffer = ReadBuf::uninit(&mut space);
            let read = Pin::new(&mut self.stream).poll_read(cx, &mut buffer);
            let bytes = buffer.filled().len() as u64;
            match read {
                Poll::Ready(Ok(())) if bytes > 0 && bytes < left => left -= bytes,
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => {
                    self.end = End::Lingering(left);
                    return Poll::Pending;
                }
            }
        }
    }

    fn written(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &result {
            Poll::Pending => self.state.blocked(),
            Poll::Ready(_) => self.state.taken(),
        }
        result
    }
}

impl<Io: Stream> AsyncRead for Watched<Io> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        match buffer.filled().len() > before {
            true => self.state.received(),
            false => self.state.ended(),
        }
        Poll::Ready(Ok(()))
    }
}

impl<Io: Stream> AsyncWrite for Watched<Io> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.written(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        match &result {
            Poll::Pending => self.state.blocked(),
            Poll::Ready(_) => self.state.flushed(),
        }
        result
    }

    /// Ends in good order: a socket that is closed with something unread has the client's kernel throw away what the
    /// client has not read either, and that is the answer.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            match self.end {
                End::Open => self.end = End::Telling { linger: self.state.closes() },
                End::Telling { linger } => {
                    ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
                    self.end = if linger { End::Lingering(self.state.times().linger_bytes) } else { End::Ended };
                }
                End::Lingering(left) => {
                    ready!(self.poll_linger(cx, left));
                    self.end = End::Ended;
                }
                End::Ended => return Poll::Ready(Ok(())),
            }
        }
    }
}
