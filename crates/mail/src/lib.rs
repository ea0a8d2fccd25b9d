//! Mail: what a message says, in eight languages, and how it reaches an SMTP server.
//!
//! Rendering and sending are apart on purpose: a developer reads what is never sent, and whoever sends it may have to try
//! more than once.

mod brand;
mod check;
mod color;
mod conversation;
mod embedded;
pub mod escape;
mod expiry;
mod kept;
mod locale;
mod mailer;
mod message;
mod names;
mod one_line;
mod phrases;
mod sample;
mod send_error;
mod smtp_url;
mod subject;
mod tags;
mod templates;
mod unlinked;

pub use self::{
    brand::{Brand, is_logo_url},
    color::Color,
    embedded::built_in,
    locale::Locale,
    mailer::Mailer,
    message::{Code, Context, Inviter, Message, Template},
    names::{NAMES, WORDS},
    sample::sample,
    send_error::SendError,
    templates::Templates,
};
