//! What goes wrong with a request, as the connection sees it.

use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::ErrorResponseBody;
use std::{fmt, io};
use tokio_postgres::error::SqlState;

pub(super) enum Fault {
    /// The server refused it.
    Refused(Refusal),
    /// The connection does not work.
    Broken(io::Error),
    /// The server did not answer in time.
    Silent,
    /// It is a mistake of ours.
    Ours(crate::Error),
}

/// What the server says when it refuses a request.
pub(super) struct Refusal {
    pub(super) code: SqlState,
    pub(super) message: String,
    pub(super) constraint: Option<String>,
}

impl Refusal {
    pub(super) fn read(body: &ErrorResponseBody) -> io::Result<Refusal> {
        let mut refusal = Refusal { code: SqlState::from_code(""), message: String::new(), constraint: None };
        let mut fields = body.fields();
        while let Some(field) = fields.next()? {
            let text = String::from_utf8_lossy(field.value_bytes());
            match field.type_() {
                b'C' => refusal.code = SqlState::from_code(&text),
                b'M' => refusal.message = text.into_owned(),
                b'n' => refusal.constraint = Some(text.into_owned()),
                // The detail quotes rows.
                _ => {}
            }
        }
        Ok(refusal)
    }

    pub(super) fn words(&self) -> String {
        format!("{} ({})", self.message, self.code.code())
    }
}

/// A refusal because there are connections enough.
#[derive(Debug)]
pub(super) struct NoMore(pub(super) String);

impl fmt::Display for NoMore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoMore {}
