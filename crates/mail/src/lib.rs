//! Mail: what a message says, in four languages, and how it reaches an SMTP server.
//!
//! Rendering and sending are apart on purpose: a developer reads what is never sent, and whoever sends it may have to try
//! more than once.

mod embedded;
pub mod escape;
mod expiry;
mod locale;
mod mailer;
mod message;
mod one_line;
mod phrases;
mod smtp_url;
mod subject;
mod templates;
mod unlinked;

pub use self::{
    locale::Locale,
    mailer::{Mailer, SendError},
    message::{Code, Context, Message, Template},
    templates::Templates,
};
