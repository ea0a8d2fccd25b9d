//! A connection that may begin with a handshake.

use super::{Tls, failure};
use crate::stream::Stream;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

/// To whoever speaks HTTP where TLS is spoken.
const NO_TLS: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 51\r\n\r\n\
    This address speaks HTTPS: write https:// instead.\n";
/// Of what they say, this much is read before they are told: whoever is not listened to may not hear the answer.
const NO_TLS_BYTES: usize = 64 << 10;

/// The stream of one connection. With TLS the handshake is a part of the first read, so that the deadline of the first
/// head is its own too.
pub struct Passage(Stage);

enum Stage {
    /// Without TLS.
    Open(TcpStream),
    /// Nothing has come yet.
    Silent(TcpStream, Tls, SocketAddr),
    Handshake(Box<Accept<TcpStream>>, Tls, SocketAddr),
    Secret(Box<TlsStream<TcpStream>>),
    /// Somebody who speaks no TLS: this much of [`NO_TLS`] is sent.
    Misled(TcpStream, usize),
    Failed,
}

impl Passage {
    pub(super) fn open(stream: TcpStream) -> Self {
        Self(Stage::Open(stream))
    }

    pub(super) fn secret(stream: TcpStream, tls: Tls, peer: SocketAddr) -> Self {
        Self(Stage::Silent(stream, tls, peer))
    }

    /// Goes on until something can be read, and does so.
    fn poll_begin(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            match &mut self.0 {
                Stage::Open(stream) => return Pin::new(stream).poll_read(cx, buffer),
                Stage::Secret(stream) => return Pin::new(&mut **stream).poll_read(cx, buffer),
                Stage::Silent(stream, _, _) => {
                    let mut space = [0];
                    let mut first = ReadBuf::new(&mut space);
                    ready!(stream.poll_peek(cx, &mut first))?;
                    let first = first.filled().first().copied();
                    self.greet(first);
                }
                Stage::Handshake(handshake, tls, peer) => match ready!(Pin::new(&mut **handshake).poll(cx)) {
                    Ok(stream) => self.0 = Stage::Secret(Box::new(stream)),
                    Err(error) => {
                        if let Some(why) = failure(&error) {
                            tls.tell(*peer, why);
                        }
                        self.0 = Stage::Failed;
                        return Poll::Ready(Err(error));
                    }
                },
                Stage::Misled(stream, _) => return poll_throw_away(stream, cx),
                Stage::Failed => return Poll::Ready(Ok(())),
            }
        }
    }

    /// The first byte has come, or the end.
    fn greet(&mut self, first: Option<u8>) {
        let Stage::Silent(stream, tls, peer) = std::mem::replace(&mut self.0, Stage::Failed) else { return };
        match first {
            None => {}
            // The first byte of TLS is none of a method (RFC 8446, 5.1).
            Some(b'A'..=b'Z') => {
                tls.tell(peer, "it speaks HTTP, without TLS");
                self.0 = Stage::Misled(stream, 0);
            }
            Some(_) => {
                let handshake = TlsAcceptor::from(tls.config()).accept(stream);
                self.0 = Stage::Handshake(Box::new(handshake), tls, peer);
            }
        }
    }

    /// What can be written to, which is nothing before the handshake and after it has failed.
    fn writer(&mut self) -> io::Result<Pin<&mut (dyn AsyncWrite + Send + Unpin)>> {
        match &mut self.0 {
            Stage::Open(stream) => Ok(Pin::new(stream)),
            Stage::Secret(stream) => Ok(Pin::new(&mut **stream)),
            Stage::Silent(..) | Stage::Handshake(..) | Stage::Misled(..) | Stage::Failed => {
                Err(io::ErrorKind::NotConnected.into())
            }
        }
    }
}

/// Throws away what has come, and pretends that it was the end.
fn poll_throw_away(stream: &mut TcpStream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
    let mut space = [0; 4 << 10];
    for _ in 0..NO_TLS_BYTES / space.len() {
        let mut thrown_away = ReadBuf::new(&mut space);
        match Pin::new(&mut *stream).poll_read(cx, &mut thrown_away) {
            Poll::Ready(Ok(())) if !thrown_away.filled().is_empty() => {}
            _ => break,
        }
    }
    Poll::Ready(Ok(()))
}

impl Stream for Passage {
    fn reset_on_drop(&self) {
        match &self.0 {
            Stage::Open(stream) | Stage::Silent(stream, _, _) | Stage::Misled(stream, _) => stream.reset_on_drop(),
            Stage::Secret(stream) => stream.get_ref().0.reset_on_drop(),
            Stage::Handshake(handshake, _, _) => {
                if let Some(stream) = handshake.get_ref() {
                    stream.reset_on_drop();
                }
            }
            Stage::Failed => {}
        }
    }
}

impl AsyncRead for Passage {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.poll_begin(cx, buffer)
    }
}

impl AsyncWrite for Passage {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.writer()?.poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writer()?.poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.writer() {
            Ok(writer) => writer.poll_flush(cx),
            // There is nothing to send.
            Err(_) => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.0 {
            Stage::Open(stream) | Stage::Silent(stream, _, _) => Pin::new(stream).poll_shutdown(cx),
            Stage::Secret(stream) => Pin::new(&mut **stream).poll_shutdown(cx),
            Stage::Misled(stream, sent) => {
                while *sent < NO_TLS.len() {
                    match ready!(Pin::new(&mut *stream).poll_write(cx, &NO_TLS[*sent..]))? {
                        0 => break,
                        bytes => *sent += bytes,
                    }
                }
                Pin::new(stream).poll_shutdown(cx)
            }
            // Half a handshake ends with the socket.
            Stage::Handshake(..) | Stage::Failed => {
                self.0 = Stage::Failed;
                Poll::Ready(Ok(()))
            }
        }
    }
}
