//! What everything in one process shares.

use crate::config::Config;
use crate::fingerprint::Fingerprints;
use crate::hashing::Hashing;
use crate::keys::Keys;
use crate::memory::{Memories, Memory};
use crate::metrics::Metrics;
use crate::secret::Secret;
use crate::tables::Tables;
use crate::time;
use crate::traces::Traces;
use crate::twin::Twin;
use database::{Database, Timestamp};
use mail::{Mailer, Templates};
use outbound::{Allow, Outbound, Request, Url};
use passwords::Parameters;
use passwords::breach::Filter;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is made of the configuration alone, before there is a database or a key: whoever mistypes an option should find
/// nothing made.
pub struct Equipment {
    config: Config,
    templates: Templates,
    mailer: Option<Mailer>,
    outbound: Outbound,
    breach_filter: Option<Filter>,
    twin: Option<Arc<Twin>>,
}

impl Equipment {
    /// Checks the configuration.
    ///
    /// # Errors
    /// In words, when a mail template, the sender, the SMTP URL, the breach filter or what is said of outbound requests
    /// cannot be used.
    pub fn new(config: Config) -> std::result::Result<Self, String> {
        let templates = Templates::new(config.templates.as_deref()).map_err(|error| format!("--templates: {error}"))?;
        config.mail_from.parse::<lettre::message::Mailbox>().map_err(|_| {
            let given = &config.mail_from;
            format!(
                "--mail-from {given}: this is no address; write no-reply@example.com or Acme <no-reply@example.com>"
            )
        })?;
        let mailer = config.smtp_url.as_ref().map(|url| Mailer::new(url.reveal(), &config.mail_from));
        let mailer = mailer.transpose().map_err(|error| format!("--smtp-url: {error}"))?;
        let breach_filter = config.breach_filter.as_deref().map(Filter::open).transpose();
        let breach_filter = breach_filter.map_err(|error| format!("--breach-filter {error}"))?;
        if let Some(service) = &config.breach_service {
            Request::get(service).map_err(|refused| {
                format!("--breach-service {service}: {refused}; write one such as https://api.pwnedpasswords.com/range")
            })?;
        }
        Ok(Self { templates, mailer, outbound: outbound(&config)?, breach_filter, twin: None, config })
    }

    /// The same, of a twin.
    #[must_use]
    pub fn of_twin(self, twin: Arc<Twin>) -> Self {
        Self { twin: Some(twin), ..self }
    }
}

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    db: Database,
    keys: Keys,
    fingerprints: Fingerprints,
    config: Config,
    tables: Tables,
    twin: Option<Arc<Twin>>,
    templates: Templates,
    mailer: Option<Mailer>,
    metrics: Metrics,
    traces: Option<Traces>,
    hashing: Hashing,
    outbound: Outbound,
    breach_filter: Option<Filter>,
    memories: Memories,
    stopping: AtomicBool,
}

impl App {
    /// Puts the application together.
    pub fn new(db: Database, keys: Keys, equipment: Equipment, tables: Tables) -> Self {
        let Equipment { config, templates, mailer, outbound, breach_filter, twin } = equipment;
        let engine = db.engine();
        let app = Self(Arc::new(Inner {
            db,
            keys,
            fingerprints: Fingerprints::new(),
            tables,
            twin,
            templates,
            mailer,
            metrics: Metrics::new(),
            traces: config.traces.clone().map(|config| Traces::new(config, engine)),
            hashing: Hashing::new(config.hashing_memory),
            outbound,
            breach_filter,
            memories: Memories::default(),
            stopping: AtomicBool::new(false),
            config,
        }));
        let counted = Arc::downgrade(&app.0);
        app.0.db.observe(move |observed| {
            if let Some(app) = counted.upgrade() {
                app.metrics.transaction(&observed);
                if let Some(traces) = &app.traces {
                    traces.transaction(&observed);
                }
            }
        });
        let counted = Arc::downgrade(&app.0);
        app.0.outbound.observe(move |asked| {
            if let Some(app) = counted.upgrade() {
                app.metrics.outbound(asked);
                if let Some(traces) = &app.traces {
                    traces.request(asked);
                }
            }
        });
        app
    }

    pub fn db(&self) -> &Database {
        &self.0.db
    }
    /// The time. What is done for a request uses the time of that request instead.
    pub fn now(&self) -> Timestamp {
        self.twin().map_or_else(time::system_now, Twin::now)
    }
    /// What is different where this is a twin for the tests of an app.
    pub fn twin(&self) -> Option<&Twin> {
        self.0.twin.as_deref()
    }
    /// What passwords are hashed with.
    pub fn password_parameters(&self) -> Parameters {
        if self.twin().is_some() { Twin::PASSWORDS } else { Parameters::default() }
    }
    /// The keys of this installation.
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }
    /// What secrets, and texts of any length, are remembered by.
    pub fn fingerprints(&self) -> &Fingerprints {
        &self.0.fingerprints
    }
    /// What the operator has decided.
    pub fn config(&self) -> &Config {
        &self.0.config
    }
    /// Where the outside world reaches this server, without a trailing slash.
    pub fn public_url(&self) -> &str {
        &self.0.config.public_url
    }
    /// Every table of the schema.
    pub fn tables(&self) -> Tables {
        self.0.tables
    }
    /// The mail templates.
    pub fn templates(&self) -> &Templates {
        &self.0.templates
    }
    /// The way to the SMTP server; `None` where mail stays in the outbox.
    pub fn mailer(&self) -> Option<&Mailer> {
        self.0.mailer.as_ref()
    }
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }
    /// Where requests are traced, if they are.
    pub fn traces(&self) -> Option<&Traces> {
        self.0.traces.as_ref()
    }
    /// For hashing passwords.
    pub fn hashing(&self) -> &Hashing {
        &self.0.hashing
    }
    /// For asking other servers over HTTP.
    pub fn outbound(&self) -> &Outbound {
        &self.0.outbound
    }
    /// The passwords that are known from breaches, if the operator has a file of them.
    pub fn breach_filter(&self) -> Option<&Filter> {
        self.0.breach_filter.as_ref()
    }
    /// What a subject remembers.
    pub fn memory<T: Memory>(&self) -> &T {
        self.0.memories.get(&self.0.config)
    }
    /// Whether the program is about to end.
    pub fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Relaxed)
    }
    /// The program is about to end.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }
}

fn outbound(config: &Config) -> std::result::Result<Outbound, String> {
    // What the operator names may be on this machine.
    let place = |url: &str| {
        let url = Url::parse(url.strip_prefix("twilio+").unwrap_or(url)).ok()?;
        Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
    };
    let collector = config.traces.as_ref().map(|traces| traces.endpoint.reveal());
    let named = [config.sms_url.as_ref().map(Secret::reveal), config.breach_service.as_deref(), collector];
    let named: Vec<String> = named.into_iter().flatten().filter_map(place).collect();
    let allow = Allow::parse(config.outbound_allow.iter().chain(&named));
    let allow = allow.map_err(|error| format!("--outbound-allow: {error}"))?;
    let authorities = config.outbound_authorities.clone();
    Outbound::new(outbound::Config { allow, authorities, ..outbound::Config::default() })
        .map_err(|error| format!("--outbound-authorities: {error}"))
}
