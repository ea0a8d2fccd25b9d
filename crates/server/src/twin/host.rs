//! What the doors of a twin need of the server that they are in.

use super::seed::Seed;
use foundation::app::App;
use foundation::config::Config;
use foundation::error::{Error, Result};
use foundation::memory::Memory;
use frame::BoxFuture;
use serde_json::Value;
use std::sync::{Arc, OnceLock};

/// A request of a project's backend to this server: a POST.
pub(crate) struct Asking {
    pub(crate) project_id: String,
    pub(crate) secret: String,
    pub(crate) path: String,
    pub(crate) body: Value,
}

/// Has the server answer a request; what it refuses is told in words.
pub(crate) type Ask = Arc<dyn Fn(Asking) -> BoxFuture<'static, std::result::Result<Value, String>> + Send + Sync>;

/// The server.
pub(crate) struct Hosted {
    pub(crate) seed: Arc<Seed>,
    pub(crate) ask: Ask,
    /// Has the server begin anew.
    pub(crate) reset: Box<dyn Fn() -> BoxFuture<'static, std::result::Result<(), String>> + Send + Sync>,
}

#[derive(Default)]
struct Place(OnceLock<Hosted>);

impl Memory for Place {
    fn new(_: &Config) -> Self {
        Self::default()
    }
}

/// Tells the doors of an application which server they are in.
pub(crate) fn host(app: &App, hosted: Hosted) {
    // It is told once, before there is a door.
    let _ = app.memory::<Place>().0.set(hosted);
}

pub(super) fn hosted(app: &App) -> Result<&Hosted> {
    app.memory::<Place>().0.get().ok_or_else(|| Error::internal("a twin knows its server"))
}
