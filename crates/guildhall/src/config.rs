//! Configuration: a flag wins over an environment variable, which wins over the file, which wins over the default.

use clap::Args;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Where the data is, for every command.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct Common {
    /// `sqlite:PATH` or `postgres://…` [default: sqlite:guildhall-data/guildhall.db]
    #[arg(long, env = "GUILDHALL_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// The file with the master key; on SQLite, `master.key` beside the database is made when missing
    #[arg(long, env = "GUILDHALL_MASTER_KEY_FILE", value_name = "PATH")]
    pub(crate) master_key_file: Option<PathBuf>,
    /// Connections to PostgreSQL [default: 8]
    #[arg(long, env = "GUILDHALL_DATABASE_CONNECTIONS", value_name = "N")]
    pub(crate) database_connections: Option<usize>,
    /// Never use named prepared statements; for PgBouncer before 1.21 in transaction mode
    #[arg(long, env = "GUILDHALL_DATABASE_UNNAMED_STATEMENTS", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) database_unnamed_statements: Option<bool>,
    /// A TOML file with these options as keys
    #[arg(long, env = "GUILDHALL_CONFIG", value_name = "PATH")]
    pub(crate) config: Option<PathBuf>,
}

/// The server's own options.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct Server {
    /// Where to listen; port 0 picks a free one [default: 127.0.0.1:7400]
    #[arg(long, env = "GUILDHALL_LISTEN", value_name = "ADDR")]
    pub(crate) listen: Option<String>,
    /// The URL that browsers and mails use for this server [default: http://ADDR]
    #[arg(long, env = "GUILDHALL_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// `smtp://[user:pass@]host:port` or `smtps://…`; none keeps mail in the local outbox
    #[arg(long, env = "GUILDHALL_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) smtp_url: Option<String>,
    /// Envelope and header sender [default: no-reply@localhost]
    #[arg(long, env = "GUILDHALL_MAIL_FROM", value_name = "ADDR")]
    pub(crate) mail_from: Option<String>,
    /// Where every text message is POSTed as JSON; none keeps them in the local outbox
    #[arg(long, env = "GUILDHALL_SMS_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) sms_url: Option<String>,
    /// A directory of mail templates that replace the built-in ones
    #[arg(long, env = "GUILDHALL_TEMPLATES", value_name = "DIR")]
    pub(crate) templates: Option<PathBuf>,
    /// MiB for what is remembered of sessions that are in use, of which each takes some 6 KiB [default: 640]
    #[arg(long, env = "GUILDHALL_SESSION_MEMORY", value_name = "MIB")]
    pub(crate) session_memory: Option<u32>,
    /// Serve /metrics here instead of with everything else
    #[arg(long, env = "GUILDHALL_METRICS_LISTEN", value_name = "ADDR")]
    pub(crate) metrics_listen: Option<String>,
    /// text or json [default: text]
    #[arg(long, env = "GUILDHALL_LOG_FORMAT", value_name = "FORMAT")]
    pub(crate) log_format: Option<String>,
    /// error, warn, info, debug or trace [default: info]
    #[arg(long, env = "GUILDHALL_LOG_LEVEL", value_name = "LEVEL")]
    pub(crate) log_level: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct File {
    database_url: Option<String>,
    master_key_file: Option<PathBuf>,
    database_connections: Option<usize>,
    database_unnamed_statements: Option<bool>,
    listen: Option<String>,
    public_url: Option<String>,
    smtp_url: Option<String>,
    mail_from: Option<String>,
    sms_url: Option<String>,
    templates: Option<PathBuf>,
    session_memory: Option<u32>,
    metrics_listen: Option<String>,
    log_format: Option<String>,
    log_level: Option<String>,
}

fn read(path: Option<&Path>) -> Result<File, String> {
    let Some(path) = path else { return Ok(File::default()) };
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

impl Common {
    /// What the command line leaves open, from the file.
    pub(crate) fn complete(self) -> Result<Self, String> {
        let file = read(self.config.as_deref())?;
        Ok(Self {
            database_url: self.database_url.or(file.database_url),
            master_key_file: self.master_key_file.or(file.master_key_file),
            database_connections: self.database_connections.or(file.database_connections),
            database_unnamed_statements: self.database_unnamed_statements.or(file.database_unnamed_statements),
            config: self.config,
        })
    }

    pub(crate) fn database_url(&self) -> &str {
        self.database_url.as_deref().unwrap_or("sqlite:guildhall-data/guildhall.db")
    }
}

impl Server {
    /// What the command line leaves open, from the file.
    pub(crate) fn complete(self, config: Option<&Path>) -> Result<Self, String> {
        let file = read(config)?;
        Ok(Self {
            listen: self.listen.or(file.listen),
            public_url: self.public_url.or(file.public_url),
            smtp_url: self.smtp_url.or(file.smtp_url),
            mail_from: self.mail_from.or(file.mail_from),
            sms_url: self.sms_url.or(file.sms_url),
            templates: self.templates.or(file.templates),
            session_memory: self.session_memory.or(file.session_memory),
            metrics_listen: self.metrics_listen.or(file.metrics_listen),
            log_format: self.log_format.or(file.log_format),
            log_level: self.log_level.or(file.log_level),
        })
    }

    /// What the application is told of it.
    pub(crate) fn config(&self, public_url: &str) -> server::Config {
        server::Config {
            public_url: public_url.trim_end_matches('/').to_owned(),
            smtp_url: self.smtp_url.clone(),
            mail_from: self.mail_from.clone().unwrap_or_else(|| "no-reply@localhost".into()),
            templates: self.templates.clone(),
            session_memory: u64::from(self.session_memory.unwrap_or(640)) << 20,
        }
    }
}
