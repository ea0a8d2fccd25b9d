//! What identity providers have answered, counted.

use crate::sso::protocol::Protocol;
use foundation::app::App;
use foundation::config::Config;
use foundation::memory::Memory;
use foundation::metrics::{Counter, Family, Text};

/// By protocol and outcome.
struct Exchanges(Family<Counter, 2>);

impl Memory for Exchanges {
    fn new(_: &Config) -> Self {
        Self(Family::new(["protocol", "outcome"], Counter::default))
    }
}

/// An answer was accepted or refused, and that is recorded.
pub(super) fn count(app: &App, protocol: Protocol, is_accepted: bool) {
    let outcome = if is_accepted { "accepted" } else { "refused" };
    app.memory::<Exchanges>().0.get([protocol.as_str().into(), outcome.into()]).inc();
}

/// Writes what was counted.
pub(crate) fn write(app: &App, text: &mut Text) {
    app.memory::<Exchanges>().0.write(
        &mut text.counter("guildhall_sso_exchanges_total", "Answers of identity providers, by protocol and outcome"),
    );
}
