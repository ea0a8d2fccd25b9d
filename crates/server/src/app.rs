//! Everything a request may need that outlives it.

use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::magic_links::MailLimit;
use crate::mail::{Mailer, Templates};
use crate::metrics::Metrics;
use crate::pages::Pages;
use crate::projects::Remembered;
use crate::sessions::signing::KeySets;
use crate::sessions::{RememberedSessions, Touched};
use crate::{http, time};
use database::{Database, Timestamp};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Notify;

/// What the operator decides when starting the program.
#[derive(Debug, Clone)]
pub struct Config {
    /// The only source of links, issuers and callback URLs; never a request header (threat T-37). No trailing slash.
    pub public_url: String,
    /// `smtp://` or `smtps://`; none: mail stays in the outbox.
    pub smtp_url: Option<String>,
    /// Envelope and header sender.
    pub mail_from: String,
    /// Mail templates that replace the built-in ones.
    pub templates: Option<PathBuf>,
    /// Bytes for what is remembered of sessions that are in use, about. Each that is in use and not remembered costs a
    /// signature at every check.
    pub session_memory: u64,
}

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    db: Database,
    keys: Keys,
    config: Config,
    clock: fn() -> Timestamp,
    templates: Templates,
    mailer: Option<Mailer>,
    pages: Pages,
    metrics: Metrics,
    openapi: OnceLock<Value>,
    remembered: Remembered,
    key_sets: KeySets,
    remembered_sessions: RememberedSessions,
    touched: Touched,
    mail_limit: MailLimit,
    outbox: Notify,
    stopping: AtomicBool,
}

impl App {
    /// Puts the application together.
    ///
    /// # Errors
    /// In words, when a mail template or the SMTP URL cannot be used.
    pub fn new(db: Database, keys: Keys, config: Config) -> Result<Self> {
        let templates = Templates::new(config.templates.as_deref()).map_err(Error::internal)?;
        let sender = config.mail_from.parse::<lettre::message::Mailbox>();
        sender.map_err(|error| Error::internal(format!("--mail-from {}: {error}", config.mail_from)))?;
        let mailer = config.smtp_url.as_deref().map(|url| Mailer::new(url, &config.mail_from));
        let mailer = mailer.transpose().map_err(Error::internal)?;
        let remembered_sessions = RememberedSessions::new(config.session_memory);
        let app = Self(Arc::new(Inner {
            db,
            keys,
            config,
            clock: time::system_now,
            templates,
            mailer,
            pages: Pages::new()?,
            metrics: Metrics::new(),
            openapi: OnceLock::new(),
            remembered: Remembered::new(),
            key_sets: KeySets::default(),
            remembered_sessions,
            touched: Touched::default(),
            mail_limit: MailLimit::new(),
            outbox: Notify::new(),
            stopping: AtomicBool::new(false),
        }));
        let counted = Arc::downgrade(&app.0);
        app.0.db.observe(move |observed| {
            if let Some(app) = counted.upgrade() {
                app.metrics.transaction(&observed);
            }
        });
        Ok(app)
    }

    pub fn db(&self) -> &Database {
        &self.0.db
    }
    /// The time. Handlers use the time of their request instead.
    pub fn now(&self) -> Timestamp {
        (self.0.clock)()
    }
    /// The keys of this installation.
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }
    /// Where the outside world reaches this server, without a trailing slash.
    pub fn public_url(&self) -> &str {
        &self.0.config.public_url
    }
    pub(crate) fn mail_from(&self) -> &str {
        &self.0.config.mail_from
    }
    pub(crate) fn templates(&self) -> &Templates {
        &self.0.templates
    }
    pub(crate) fn mailer(&self) -> Option<&Mailer> {
        self.0.mailer.as_ref()
    }
    pub(crate) fn pages(&self) -> &Pages {
        &self.0.pages
    }
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }
    /// The API description. Made when it is first asked for: it takes some memory.
    pub fn openapi(&self) -> &Value {
        self.0.openapi.get_or_init(|| http::openapi(&crate::endpoints()))
    }
    pub(crate) fn remembered(&self) -> &Remembered {
        &self.0.remembered
    }
    pub(crate) fn key_sets(&self) -> &KeySets {
        &self.0.key_sets
    }
    pub(crate) fn remembered_sessions(&self) -> &RememberedSessions {
        &self.0.remembered_sessions
    }
    pub(crate) fn touched(&self) -> &Touched {
        &self.0.touched
    }
    pub(crate) fn mail_limit(&self) -> &MailLimit {
        &self.0.mail_limit
    }
    /// Tells the worker that there is something to deliver.
    pub(crate) fn wake_outbox(&self) {
        self.0.outbox.notify_one();
    }
    /// Waits until there may be something to deliver; whether a message has said so.
    pub(crate) async fn outbox_woken(&self, at_most: Duration) -> bool {
        tokio::time::timeout(at_most, self.0.outbox.notified()).await.is_ok()
    }
    /// Whether the program is about to end.
    pub(crate) fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Relaxed)
    }
    pub(crate) fn stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
        self.0.outbox.notify_waiters();
    }
}
