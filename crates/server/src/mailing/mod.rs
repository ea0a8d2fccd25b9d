//! Mails that prove that somebody reads them: what a request may say of one, whom it is for, and how it leaves. Links, codes and
//! resets are written in one way, so that none of them tells a stranger what the others do not (threat T-45).

mod asked;
mod envelope;
mod recipient;
mod told;

pub(crate) use asked::{LocaleName, MAIL, check_template, locale, mail_to, minutes};
pub(crate) use envelope::{Addressee, Envelope, Letter};
pub(crate) use recipient::{Recipient, prefetch, recipient};
pub(crate) use told::{LoginMailed, record_mail};
