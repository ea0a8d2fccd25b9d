//! What is said on a connection, and what comes back.
//!
//! A request is a group of statements in one packet with one answer. What goes ahead of a statement costs no time of its
//! own: the beginning of its transaction, what that has entered, statements whose outcome nobody waits for. The server
//! skips the rest of a group as soon as one of it fails.
//!
//! Whoever waits for an answer writes to the socket and reads from it itself. With the driver's connection as a task of the
//! runtime each statement went to that task and its answer came back, from thread to thread and by way of the system's
//! queue of events, which cost more than what the statement does.

use super::{
    fault::{Fault, Refusal},
    stream::Stream,
};
use crate::{Error, Value};
use bytes::BytesMut;

use postgres_protocol::{
    IsNull,
    message::{
        backend::Message,
        frontend::{self, BindError},
    },
};
use std::{
    io::{self, Read as _, Write as _},
    time::Duration,
};
use tokio_postgres::types::{self, ToSql as _, Type};

/// How much is read at once.
const CHUNK: usize = 16 * 1024;

/// Takes what comes of a group, with the number of its statements that were complete before.
pub(super) type Take<'a> = dyn FnMut(usize, Message) -> Result<(), Error> + 'a;

/// A connection that is logged in.
pub(super) struct Wire {
    stream: Stream,
    /// How long the stream waits now.
    waits: Option<Duration>,
    /// What is to be sent.
    out: BytesMut,
    /// What was received and not looked at yet.
    received: BytesMut,
    chunk: Box<[u8]>,
    /// How many statements of the group are complete when its last one is.
    parts: usize,
    /// To how many requests the answers are still to come that nobody waits for.
    unheard: u32,
    /// Whether the server is in a transaction.
    in_transaction: bool,
    usable: bool,
}

impl Wire {
    pub(super) fn new(stream: Stream) -> Self {
        Wire {
            stream,
            waits: None,
            out: BytesMut::new(),
            received: BytesMut::new(),
            chunk: vec![0; CHUNK].into_boxed_slice(),
            parts: 0,
            unheard: 0,
            in_transaction: false,
            usable: true,
        }
    }

    /// Whether something can still be said here, as far as is known.
    pub(super) fn is_usable(&self) -> bool {
        self.usable
    }

    /// Whether a transaction is open, and was when the last answer came.
    pub(super) fn is_in_transaction(&self) -> bool {
        self.in_transaction
    }

    /// Adds that the server shall compile a statement under this name, with the types of the first parameters.
    pub(super) fn parse(&mut self, name: &str, sql: &str, types: impl Iterator<Item = Type>) -> Result<(), Error> {
        self.add(|out| frontend::parse(name, sql, types.map(|ty| ty.oid()), out))
    }

    /// Adds that it shall say what a compiled statement takes and gives.
    pub(super) fn describe(&mut self, name: &str) -> Result<(), Error> {
        self.add(|out| frontend::describe(b'S', name, out))
    }

    /// Adds that it shall run a compiled statement with these arguments.
    pub(super) fn execute<'a>(
        &mut self,
        name: &str,
        args: impl Iterator<Item = (&'a Value, &'a Type)> + Clone,
    ) -> Result<(), Error> {
        let formats = args.clone().map(|(value, ty)| value.encode_format(ty) as i16);
        let serialize = |(value, ty): (&Value, &Type), out: &mut BytesMut| {
            Ok(match value.to_sql(ty, out)? {
                types::IsNull::No => IsNull::No,
                types::IsNull::Yes => IsNull::Yes,
            })
        };
        self.add(|out| {
            frontend::bind("", name, formats, args, serialize, Some(1), out).map_err(|e| match e {
                BindError::Conversion(cause) => io::Error::other(cause),
                BindError::Serialization(e) => e,
            })?;
            frontend::execute("", 0, out)
        })?;
        self.parts += 1;
        Ok(())
    }

    /// Adds that it shall forget a compiled statement.
    pub(super) fn forget(&mut self, name: &str) -> Result<(), Error> {
        self.add(|out| frontend::close(b'S', name, out))
    }

    /// All of it or nothing.
    fn add(&mut self, write: impl FnOnce(&mut BytesMut) -> io::Result<()>) -> Result<(), Error> {
        let length = self.out.len();
        write(&mut self.out).map_err(|e| {
            self.out.truncate(length);
            Error::other(e)
        })
    }

    /// Forgets the group, of which nothing has been sent.
    pub(super) fn discard(&mut self) {
        self.out.clear();
        self.parts = 0;
    }

    /// How many statements of the group there are by now.
    pub(super) fn parts(&self) -> usize {
        self.parts
    }

    /// Sends the group and waits for its answer, each time for `limit` at most. `take` gets what comes, and how many
    /// statements of the group were complete before.
    pub(super) fn ask(&mut self, limit: Option<Duration>, take: &mut Take<'_>) -> Result<(), Fault> {
        self.parts = 0;
        frontend::sync(&mut self.out);
        self.exchange(limit, take)
    }

    /// Runs statements without parameters. There must be no group.
    pub(super) fn batch(&mut self, sql: &str, limit: Option<Duration>, take: &mut Take<'_>) -> Result<(), Fault> {
        self.add(|out| frontend::query(sql, out)).map_err(Fault::Ours)?;
        self.exchange(limit, take)
    }

    /// Runs a statement without waiting for its answer: what comes next on this connection is behind it anyway.
    pub(super) fn say(&mut self, sql: &str) {
        self.discard();
        let said = self.add(|out| frontend::query(sql, out)).is_ok() && self.send().is_ok();
        self.usable &= said;
        self.unheard += 1;
        self.in_transaction = false;
    }

    /// Hears what came while nobody asked: the server may have taken leave, or be gone.
    pub(super) fn listen(&mut self) {
        let mut heard = self.stream.wait(false).map_err(Fault::Broken);
        while heard.is_ok() {
            heard = self.receive();
        }
        self.usable &= matches!(heard, Err(Fault::Silent)) && self.stream.wait(true).is_ok();
        while let Ok(Some(message)) = Message::parse(&mut self.received) {
            match message {
                Message::ReadyForQuery(_) => self.unheard = self.unheard.saturating_sub(1),
                Message::ErrorResponse(_) => self.usable = false,
                _ => {}
            }
        }
    }

    /// Takes leave of the server.
    pub(super) fn close(mut self) {
        self.discard();
        frontend::terminate(&mut self.out);
        // It may be gone already.
        let _ = self.send();
    }

    fn exchange(&mut self, limit: Option<Duration>, take: &mut Take<'_>) -> Result<(), Fault> {
        // Until the answer was heard to its end: one that comes late would be taken for another's.
        self.usable = false;
        self.wait_at_most(limit).and_then(|()| self.send()).map_err(Fault::Broken)?;
        self.hear(take)
    }

    fn wait_at_most(&mut self, limit: Option<Duration>) -> io::Result<()> {
        if self.waits != limit {
            self.stream.wait_at_most(limit)?;
            self.waits = limit;
        }
        Ok(())
    }

    fn send(&mut self) -> io::Result<()> {
        let sent = self.stream.write_all(&self.out).and_then(|()| self.stream.flush());
        self.out.clear();
        sent
    }

    /// Hears the answer to its end, even if something in it is wrong.
    fn hear(&mut self, take: &mut Take<'_>) -> Result<(), Fault> {
        let (mut answer, mut complete) = (Ok(()), 0);
        loop {
            let message = match Message::parse(&mut self.received).map_err(Fault::Broken)? {
                Some(message) => message,
                None => match self.receive() {
                    Ok(()) => continue,
                    // The last words of a server that closes the connection say more than that it did.
                    Err(fault) => return answer.and(Err(fault)),
                },
            };
            match message {
                Message::ReadyForQuery(_) if self.unheard > 0 => self.unheard -= 1,
                Message::ReadyForQuery(body) => {
                    self.in_transaction = body.status() != b'I';
                    self.usable = true;
                    return answer;
                }
                Message::NoticeResponse(_) | Message::ParameterStatus(_) | Message::NotificationResponse(_) => {}
                _ if self.unheard > 0 || answer.is_err() => {}
                Message::ErrorResponse(body) => {
                    answer = Err(Fault::Refused(Refusal::read(&body).map_err(Fault::Broken)?));
                }
                message => {
                    let completes = matches!(message, Message::CommandComplete(_) | Message::EmptyQueryResponse);
                    answer = take(complete, message).map_err(Fault::Ours);
                    complete += usize::from(completes);
                }
            }
        }
    }

    fn receive(&mut self) -> Result<(), Fault> {
        loop {
            return match self.stream.read(&mut self.chunk) {
                Ok(0) => Err(Fault::Broken(io::Error::other("the server has closed the connection"))),
                Ok(count) => {
                    self.received.extend_from_slice(&self.chunk[..count]);
                    Ok(())
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Err(Fault::Silent),
                Err(e) => Err(Fault::Broken(e)),
            };
        }
    }
}
