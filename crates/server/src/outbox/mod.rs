//! The outbox: messages are rows written in the transaction that caused them, delivered afterwards by a worker of any
//! node, at least once. Nothing that a stranger can trigger waits on delivery.

mod bounds;
mod kind;
mod lanes;
mod listing;
mod mail;
mod mailbox;
mod numbers;
mod post;
mod shown;
mod store;
mod text;
mod twilio;
mod worker;

pub(crate) use bounds::{count_text, count_to_own_address, count_to_stranger, pretend_to_count};
pub(crate) use kind::{Kind, MAIL, Message};
pub use listing::{Listed, get, list, retry};
pub(crate) use listing::{Wanted, page};
pub(crate) use mail::Mail;
pub(crate) use mailbox::{Received, Sought, empty, received};
pub(crate) use numbers::{waiting, write as write_numbers};
pub(crate) use store::TABLES;
pub(crate) use text::Text;
pub use text::check_sms_url;
pub(crate) use worker::run;

use database::{EVERYTHING, Timestamp, Tx};
use foundation::app::App;
use foundation::config::Config;
use foundation::cx::Cx;
use foundation::error::{Error, Result};
use foundation::id::{OrganizationId, OutboxId};
use foundation::keys::{Purpose, Sealer};
use foundation::memory::Memory;
use foundation::time::{after_minutes, seconds_to_wait};
use std::time::{Duration, Instant};
use store::{New, Status};
use tokio::sync::Notify;

/// Looking which messages wait may take such a part of the time.
const MEASURED_PART: u32 = 20;

/// A message, and what it is for.
pub(crate) struct Parcel<'a> {
    pub(crate) message: Message,
    /// Whose it is: it does not leave once that is gone.
    pub(crate) organization: Option<&'a OrganizationId>,
    /// When it is of no use any more, so that nobody tries to deliver it.
    pub(crate) useful_until: Timestamp,
}

/// A place in the outbox for a message whose content is not made yet.
pub(crate) struct Place {
    kind: &'static Kind,
    sealer: Sealer,
}

/// Says that a place will be wanted: see [`Tx::prefetch`].
pub(crate) fn prefetch(tx: &mut Tx, cx: &Cx, kind: &Kind, recipient: &str) -> Result<()> {
    if let Some(n) = kind.per_minute {
        store::prefetch_nth_latest(tx, &cx.project().id, recipient, n)?;
    }
    cx.app.keys().prefetch_sealer(tx)
}

/// A place for a message of a kind to a recipient.
///
/// # Errors
/// `too_many_requests` when the recipient gets too many.
pub(crate) fn place(tx: &mut Tx, cx: &Cx, kind: &'static Kind, recipient: &str) -> Result<Place> {
    let nth_latest = match kind.per_minute {
        Some(n) => store::nth_latest(tx, &cx.project().id, recipient, n)?,
        None => None,
    };
    if let Some(until) = nth_latest.map(|at| after_minutes(at, 1)).filter(|until| *until > cx.now()) {
        let seconds = seconds_to_wait(until, cx.now());
        return Err(Error::TooMany("This address has got too many messages within a minute.".into(), seconds));
    }
    Ok(Place { kind, sealer: cx.app.keys().sealer(tx)? })
}

impl Place {
    /// Puts the message there.
    pub(crate) fn send(self, tx: &mut Tx, cx: &Cx, parcel: &Parcel) -> Result<()> {
        self.insert(tx, cx, parcel, Status::Waiting)
    }

    /// Does the same work as [`Place::send`] for a message that nobody gets, so that who asks cannot tell by the time it
    /// takes whether the address has an account (threat T-45).
    pub(crate) fn pretend_to_send(self, tx: &mut Tx, cx: &Cx, parcel: &Parcel) -> Result<()> {
        self.insert(tx, cx, parcel, Status::Suppressed)
    }

    fn insert(self, tx: &mut Tx, cx: &Cx, parcel: &Parcel, status: Status) -> Result<()> {
        let id = OutboxId::new(cx.project().environment);
        let body = parcel.message.to_json()?;
        let new = New {
            id: &id,
            kind: self.kind.name,
            recipient: parcel.message.recipient(),
            destination: parcel.message.destination(),
            organization: parcel.organization,
            sealed_body: self.sealer.seal(Purpose::OutboxBody, id.as_str(), &body)?,
            status,
            useful_until: parcel.useful_until,
        };
        store::insert(tx, &cx.project().id, new, cx.now())?;
        wake_for(&cx.app, self.kind);
        Ok(())
    }
}

/// Puts a message into the outbox.
///
/// # Errors
/// `too_many_requests` when the recipient gets too many.
pub(crate) fn send(tx: &mut Tx, cx: &Cx, parcel: &Parcel) -> Result<()> {
    place(tx, cx, parcel.message.kind(), parcel.message.recipient())?.send(tx, cx, parcel)
}

/// Tells the worker of each kind that there is something to deliver.
struct Wake([Notify; Kind::ALL.len()]);

impl Memory for Wake {
    fn new(_: &Config) -> Self {
        Self(std::array::from_fn(|_| Notify::new()))
    }
}

impl Wake {
    fn of(&self, kind: &Kind) -> Option<&Notify> {
        Kind::ALL.iter().zip(&self.0).find(|(known, _)| known.name == kind.name).map(|(_, notify)| notify)
    }
}

fn wake_for(app: &App, kind: &Kind) {
    if let Some(notify) = app.memory::<Wake>().of(kind) {
        notify.notify_one();
    }
}

/// Waits until there may be something of a kind to deliver; whether a message has said so.
async fn woken(app: &App, kind: &Kind, at_most: Duration) -> bool {
    match app.memory::<Wake>().of(kind) {
        Some(notify) => tokio::time::timeout(at_most, notify.notified()).await.is_ok(),
        None => false,
    }
}

/// Ends the waiting of all workers.
pub(crate) fn wake(app: &App) {
    app.memory::<Wake>().0.iter().for_each(Notify::notify_waiters);
}

/// What is in a message, in the transaction that read it; nothing once it was delivered.
fn open(app: &App, tx: &mut Tx, row: &store::Stored) -> Result<Option<Message>> {
    let Some(sealed) = &row.sealed_body else { return Ok(None) };
    let body = app.keys().open_sealed(tx, Purpose::OutboxBody, row.id.as_str(), sealed)?;
    Message::from_json(&row.kind, &body)
}

/// Looks which messages wait, for the numbers. The more there are, the longer this waits afterwards.
pub(crate) async fn measure(app: &App) -> Result<()> {
    let start = Instant::now();
    let waiting = app.db().scan(|tx| tx.visit::<_, Error>(EVERYTHING, store::waiting)).await?;
    numbers::measured(app, &waiting);
    tokio::time::sleep(start.elapsed() * MEASURED_PART).await;
    Ok(())
}

#[cfg(test)]
mod tests;
