//! One timer for all deadlines of a connection.

use crate::clock::Clock;
use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Waker};
use tokio::task::unconstrained;
use tokio::time::{Sleep, sleep_until};

/// Rings at the deadline, which may move at any time.
///
/// Deadlines move with every request, mostly away. The timer is left where it is then, and set anew when it rings too
/// early: once in many requests.
pub(crate) struct Alarm {
    clock: Clock,
    sleep: Pin<Box<Sleep>>,
    /// What it is set to.
    set: u64,
    /// Whom it wakes.
    waker: Option<Waker>,
}

impl Alarm {
    pub(crate) fn new(clock: Clock, deadline: u64) -> Self {
        Self { clock, sleep: Box::pin(sleep_until(clock.instant(deadline))), set: deadline, waker: None }
    }

    /// Whether the deadline has passed. If not, the task is woken when it has.
    pub(crate) fn has_rung(&mut self, deadline: u64, cx: &mut Context<'_>) -> bool {
        if !self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            self.waker = Some(cx.waker().clone());
            self.wait(cx);
        }
        if deadline < self.set {
            self.set(deadline, cx);
        }
        while self.sleep.is_elapsed() {
            if self.clock.now() >= deadline {
                return true;
            }
            self.set(deadline, cx);
        }
        false
    }

    fn set(&mut self, deadline: u64, cx: &mut Context<'_>) {
        self.set = deadline;
        self.sleep.as_mut().reset(self.clock.instant(deadline));
        self.wait(cx);
    }

    /// A timer wakes who has polled it last. It is polled no more than that takes, so it must not be put off for fairness.
    fn wait(&mut self, cx: &mut Context<'_>) {
        let _ = Pin::new(&mut unconstrained(self.sleep.as_mut())).poll(cx);
    }
}
