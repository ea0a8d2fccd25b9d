//! How far a connection is, and what is to happen to it when it gets no further.
//!
//! The stream and the service of a connection write down here what they see; its task and whoever looks for a free place
//! read it. Nearly all of it happens in that one task, so the numbers are atomics without an order between them: a look
//! from elsewhere may be a moment old, and its outcome is decided again in the task.

use crate::Limits;
use crate::clock::{Clock, limit};
use futures_util::task::AtomicWaker;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;

/// The times of [`Limits`], in milliseconds, with the clock that they are held against.
pub(crate) struct Times {
    pub(crate) clock: Clock,
    head: u64,
    idle: u64,
    body: u64,
    request: u64,
    response: u64,
    linger: u64,
    /// Bytes that are thrown away within `linger`.
    pub(crate) linger_bytes: u64,
}

impl Times {
    pub(crate) fn of(limits: &Limits) -> Self {
        Self {
            clock: Clock::start(),
            head: limit(limits.head),
            idle: limit(limits.idle),
            body: limit(limits.body),
            request: limit(limits.request),
            response: limit(limits.response),
            linger: limit(limits.linger),
            linger_bytes: limits.linger_bytes,
        }
    }
}

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    /// Nothing has come yet.
    Opening,
    /// A part of a head has come.
    Head,
    /// The service has a request.
    Service,
    /// The service has answered; the answer is being made and sent.
    Answer,
    /// The answer is made, and nothing of another request has come.
    Idle,
    /// We have sent all that we will.
    Closing,
}

/// What has come of the body of the present request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum BodyPhase {
    Complete,
    /// The service does other things.
    Unread,
    /// The service waits for it.
    Awaited,
    /// Nobody will read the rest.
    Abandoned,
}

/// What happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// It ends, unless a request has just come.
    Close,
    /// A half-sent head is answered with 408.
    RefuseHead,
    /// Reading the body fails.
    FailBody,
    /// The service is given up, and another answers.
    TimeOut,
    /// It is dropped.
    Drop,
    /// It is dropped, and what the client has not taken with it.
    Reset,
}

/// What others ask of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Order {
    /// End after the request in flight.
    Finish = 1,
    /// End now if you are only waiting for your client.
    GiveWay = 2,
    /// End now.
    Drop = 4,
}

pub(crate) struct State {
    times: Arc<Times>,
    /// The time of the present poll, or 0 when nobody has asked for it yet.
    now: AtomicU64,
    phase: AtomicU8,
    /// When the phase began.
    since: AtomicU64,
    body: AtomicU8,
    body_late: AtomicBool,
    timed_out: AtomicBool,
    /// When the client began to keep us from writing, or 0.
    blocked: AtomicU64,
    /// When it took something since, or that.
    taken: AtomicU64,
    /// The client will send no more.
    ended: AtomicBool,
    orders: AtomicU8,
    /// The task of the connection. It stays the same, and is woken again and again.
    task: Mutex<Option<Waker>>,
    /// Who reads the body.
    reader: AtomicWaker,
}

impl State {
    pub(crate) fn new(times: Arc<Times>) -> Self {
        let now = times.clock.now();
        Self {
            times,
            now: AtomicU64::new(0),
            phase: AtomicU8::new(Phase::Opening as u8),
            since: AtomicU64::new(now),
            body: AtomicU8::new(BodyPhase::Complete as u8),
            body_late: AtomicBool::new(false),
            timed_out: AtomicBool::new(false),
            blocked: AtomicU64::new(0),
            taken: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            orders: AtomicU8::new(0),
            task: Mutex::new(None),
            reader: AtomicWaker::new(),
        }
    }

    pub(crate) fn times(&self) -> &Times {
        &self.times
    }

    /// A poll of the connection begins: the clock is read once in it, by the first who needs it.
    pub(crate) fn begin_poll(&self) {
        self.now.store(0, Relaxed);
    }

    fn now(&self) -> u64 {
        match self.now.load(Relaxed) {
            0 => {
                let now = self.times.clock.now();
                self.now.store(now, Relaxed);
                now
            }
            now => now,
        }
    }

    fn phase(&self) -> Phase {
        const ALL: [Phase; 6] =
            [Phase::Opening, Phase::Head, Phase::Service, Phase::Answer, Phase::Idle, Phase::Closing];
        ALL[usize::from(self.phase.load(Relaxed)) % ALL.len()]
    }

    fn body(&self) -> BodyPhase {
        const ALL: [BodyPhase; 4] = [BodyPhase::Complete, BodyPhase::Unread, BodyPhase::Awaited, BodyPhase::Abandoned];
        ALL[usize::from(self.body.load(Relaxed)) % ALL.len()]
    }

    fn enter(&self, phase: Phase) {
        self.since.store(self.now(), Relaxed);
        self.phase.store(phase as u8, Relaxed);
    }

    /// Bytes have come.
    pub(crate) fn received(&self) {
        match self.phase() {
            // The time for the first head runs since the connection.
            Phase::Opening => self.phase.store(Phase::Head as u8, Relaxed),
            Phase::Idle => self.enter(Phase::Head),
            _ => {}
        }
    }

    /// The client has sent its last byte.
    pub(crate) fn ended(&self) {
        self.ended.store(true, Relaxed);
    }

    /// The client takes no more for now.
    pub(crate) fn blocked(&self) {
        if self.blocked.load(Relaxed) == 0 {
            self.blocked.store(self.now(), Relaxed);
            self.taken.store(self.now(), Relaxed);
        }
    }

    /// The client has taken something.
    pub(crate) fn taken(&self) {
        if self.blocked.load(Relaxed) != 0 {
            self.taken.store(self.now(), Relaxed);
        }
    }

    /// All that was to be sent is sent.
    pub(crate) fn flushed(&self) {
        if self.blocked.load(Relaxed) != 0 {
            self.blocked.store(0, Relaxed);
            if self.phase() == Phase::Idle {
                self.enter(Phase::Idle);
            }
        }
    }

    /// The service is called.
    pub(crate) fn called(&self, with_body: bool) {
        let body = if with_body { BodyPhase::Unread } else { BodyPhase::Complete };
        self.body.store(body as u8, Relaxed);
        self.body_late.store(false, Relaxed);
        self.timed_out.store(false, Relaxed);
        self.enter(Phase::Service);
    }

    /// The service waits for the body.
    pub(crate) fn body_awaited(&self, reader: &Waker) {
        self.reader.register(reader);
        self.body.store(BodyPhase::Awaited as u8, Relaxed);
    }

    /// A part of the body has come.
    pub(crate) fn body_received(&self) {
        self.body.store(BodyPhase::Unread as u8, Relaxed);
    }

    pub(crate) fn body_complete(&self) {
        self.body.store(BodyPhase::Complete as u8, Relaxed);
    }

    pub(crate) fn body_abandoned(&self) {
        self.body.store(BodyPhase::Abandoned as u8, Relaxed);
    }

    pub(crate) fn is_body_late(&self) -> bool {
        self.body_late.load(Relaxed)
    }

    /// Nobody waits for the body any longer.
    pub(crate) fn fail_body(&self) {
        self.body_late.store(true, Relaxed);
        self.reader.wake();
    }

    /// Nobody waits for the service any longer.
    pub(crate) fn time_out(&self) {
        self.timed_out.store(true, Relaxed);
    }

    pub(crate) fn has_timed_out(&self) -> bool {
        self.timed_out.load(Relaxed)
    }

    /// The service has answered. True if that was without the rest of the request, so that the connection is to end.
    pub(crate) fn answered(&self) -> bool {
        self.phase.store(Phase::Answer as u8, Relaxed);
        self.body() == BodyPhase::Abandoned
    }

    /// The last byte of the answer is made.
    pub(crate) fn answer_ended(&self) {
        self.enter(Phase::Idle);
    }

    /// Nothing more will be sent. True if the client may be sending, and should be let.
    pub(crate) fn closes(&self) -> bool {
        let sending = self.phase() == Phase::Head || self.body() != BodyPhase::Complete;
        self.enter(Phase::Closing);
        sending && !self.ended.load(Relaxed)
    }

    /// What happens to the connection if it gets no further, and when.
    pub(crate) fn next(&self) -> (u64, Step) {
        let times = &*self.times;
        let after = |time: u64| self.since.load(Relaxed).saturating_add(time);
        if self.blocked.load(Relaxed) != 0 {
            return (self.taken.load(Relaxed).saturating_add(times.response), Step::Reset);
        }
        match self.phase() {
            Phase::Opening => (after(times.head), Step::Close),
            Phase::Head => (after(times.head), Step::RefuseHead),
            Phase::Idle => (after(times.idle), Step::Close),
            Phase::Closing => (after(times.linger), Step::Drop),
            Phase::Service if !self.has_timed_out() => {
                let incomplete = matches!(self.body(), BodyPhase::Unread | BodyPhase::Awaited);
                match incomplete && !self.is_body_late() && times.body < times.request {
                    true => (after(times.body), Step::FailBody),
                    false => (after(times.request), Step::TimeOut),
                }
            }
            Phase::Service | Phase::Answer => (u64::MAX, Step::Drop),
        }
    }

    /// What happens to the connection when others need its place, and since when it keeps it for nothing.
    ///
    /// Whoever is idle ends. Whoever has waited for the client for as long as a head may take waits no longer.
    pub(crate) fn gives_way(&self, now: u64) -> Option<(u64, Step)> {
        let long = |since: u64| since.saturating_add(self.times.head) <= now;
        let since = self.since.load(Relaxed);
        match (self.blocked.load(Relaxed), self.phase()) {
            (0, Phase::Idle) => Some((since, Step::Close)),
            (0, Phase::Closing) => Some((since, Step::Drop)),
            (0, Phase::Service) if self.body() == BodyPhase::Awaited && !self.is_body_late() && long(since) => {
                Some((since, Step::FailBody))
            }
            (0, _) => None,
            (blocked, _) => long(blocked).then_some((blocked, Step::Reset)),
        }
    }

    /// Orders something, to be obeyed by the task.
    pub(crate) fn order(&self, order: Order) {
        self.orders.fetch_or(order as u8, Relaxed);
        if let Some(task) = &*self.task.lock().unwrap_or_else(PoisonError::into_inner) {
            task.wake_by_ref();
        }
    }

    /// The task that obeys.
    pub(crate) fn obeyed_by(&self, task: &Waker) {
        *self.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task.clone());
    }

    /// The most urgent order that has not been taken.
    pub(crate) fn take_order(&self) -> Option<Order> {
        let given = self.orders.load(Relaxed);
        if given == 0 {
            return None;
        }
        let order = [Order::Drop, Order::GiveWay, Order::Finish].into_iter().find(|order| given & *order as u8 != 0)?;
        self.orders.fetch_and(!(order as u8), Relaxed);
        Some(order)
    }
}
