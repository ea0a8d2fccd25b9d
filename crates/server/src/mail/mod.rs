//! Mail: what a message says, in four languages, and how it reaches an SMTP server.
//!
//! Rendering and sending are apart on purpose. A message is rendered in the transaction that causes it and kept as
//! a row; sending happens later, elsewhere, perhaps more than once.

mod embedded;
pub(crate) mod escape;
mod expiry;
mod locale;
mod mailer;
mod message;
mod one_line;
mod phrases;
mod smtp_url;
mod templates;

pub(crate) use self::{
    locale::Locale,
    mailer::{Mailer, SendError},
    message::{Context, Message, Template},
    templates::Templates,
};
