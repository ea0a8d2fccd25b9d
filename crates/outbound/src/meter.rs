//! A bound on all that a peer can make us read.
//!
//! Head and body have bounds of their own. What surrounds them has none: interim responses, sizes of chunks, empty
//! records of TLS. So bytes are counted where they come off the wire, below everything that interprets them.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// A connection that ends with [`Spent`] once it has brought more than it may.
pub(crate) struct Metered {
    stream: TcpStream,
    left: usize,
}

/// The connection has brought as much as it may.
#[derive(Debug, thiserror::Error)]
#[error("too many bytes")]
pub(crate) struct Spent;

impl Metered {
    pub(crate) fn new(stream: TcpStream, bytes: usize) -> Self {
        Self { stream, left: bytes }
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Poll::Ready(Ok(())) = result {
            match self.left.checked_sub(buffer.filled().len() - before) {
                Some(left) => self.left = left,
                None => return Poll::Ready(Err(io::Error::other(Spent))),
            }
        }
        result
    }
}

impl AsyncWrite for Metered {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
