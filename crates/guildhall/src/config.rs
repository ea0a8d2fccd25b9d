//! Configuration: a flag wins over an environment variable, which wins over the file, which wins over the default.

use crate::command_line::{number, ratio};
use crate::exit::Failure;
use crate::machine;
use clap::Args;
use database::Engine;
use foundation::config::Config;
use foundation::secret::Secret;
use foundation::traces;
use serde::{Deserialize, Deserializer};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What stands above the options that all commands have, behind their own.
pub(crate) const COMMON: &str = "Database and configuration";

/// The database of who says nothing.
pub(crate) const DEFAULT_DATABASE_URL: &str = "sqlite:guildhall-data/guildhall.db";

/// Where the data is, for every command.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = COMMON)]
pub(crate) struct Common {
    /// `sqlite:PATH` or `postgres://…` [default: sqlite:guildhall-data/guildhall.db]
    #[arg(long, env = "GUILDHALL_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: Option<Secret>,
    /// The file with the master key; on SQLite, `master.key` beside the database is made when missing
    #[arg(long, env = "GUILDHALL_MASTER_KEY_FILE", value_name = "PATH")]
    pub(crate) master_key_file: Option<PathBuf>,
    /// Connections to PostgreSQL [default: 8]
    #[arg(long, env = "GUILDHALL_DATABASE_CONNECTIONS", value_name = "N", value_parser = number::<usize>(1..=10_000))]
    pub(crate) database_connections: Option<usize>,
    /// Never use named prepared statements; for PgBouncer before 1.21 in transaction mode
    #[arg(long, env = "GUILDHALL_DATABASE_UNNAMED_STATEMENTS", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) database_unnamed_statements: Option<bool>,
    /// A TOML file with these options as keys
    #[arg(long, env = "GUILDHALL_CONFIG", value_name = "PATH")]
    pub(crate) config: Option<PathBuf>,
    /// Nothing in the database is to outlive the process.
    #[arg(skip)]
    pub(crate) is_temporary: bool,
}

/// The server's own options.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct Server {
    /// Where to listen; port 0 picks a free one [default: 127.0.0.1:7400]
    #[arg(help_heading = "Server", long, env = "GUILDHALL_LISTEN", value_name = "ADDR")]
    pub(crate) listen: Option<String>,
    /// The server's certificate with its chain (PEM): TLS is spoken with it, and a new one is noticed
    #[arg(help_heading = "Server", long, env = "GUILDHALL_TLS_CERT", value_name = "FILE")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The key of the certificate (PEM)
    #[arg(help_heading = "Server", long, env = "GUILDHALL_TLS_KEY", value_name = "FILE")]
    pub(crate) tls_key: Option<PathBuf>,
    /// The URL that browsers and mails use for this server [default: http://ADDR, or https://ADDR with TLS]
    #[arg(help_heading = "Server", long, env = "GUILDHALL_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// `smtp://[user:pass@]host:port[?starttls=optional]` or `smtps://…`; none keeps mail in the local outbox
    #[arg(
        help_heading = "Mail and text messages",
        long,
        env = "GUILDHALL_SMTP_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub(crate) smtp_url: Option<Secret>,
    /// Envelope and header sender [default: no-reply@localhost]
    #[arg(help_heading = "Mail and text messages", long, env = "GUILDHALL_MAIL_FROM", value_name = "ADDR")]
    pub(crate) mail_from: Option<String>,
    /// Where every text message is POSTed as JSON, or `twilio+https://SID:TOKEN@api.twilio.com?from=…`; none keeps them in the
    /// local outbox
    #[arg(
        help_heading = "Mail and text messages",
        long,
        env = "GUILDHALL_SMS_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub(crate) sms_url: Option<Secret>,
    /// A directory of mail templates that replace the built-in ones
    #[arg(help_heading = "Mail and text messages", long, env = "GUILDHALL_TEMPLATES", value_name = "DIR")]
    pub(crate) templates: Option<PathBuf>,
    /// MiB for what is remembered of sessions that are in use, of which each takes some 6 KiB [default: 640]
    #[arg(help_heading = "Memory", long, env = "GUILDHALL_SESSION_MEMORY", value_name = "MIB", value_parser = number::<u32>(0..))]
    pub(crate) session_memory: Option<u32>,
    /// MiB that hashing passwords may take at once; more wait their turn [default: by processors and memory]
    #[arg(help_heading = "Memory", long, env = "GUILDHALL_HASHING_MEMORY", value_name = "MIB", value_parser = number::<u32>(0..))]
    pub(crate) hashing_memory: Option<u32>,
    /// The filter of passwords that are known from breaches, made by `guildhall breach-filter build`
    #[arg(help_heading = "Passwords and audit log", long, env = "GUILDHALL_BREACH_FILTER", value_name = "FILE")]
    pub(crate) breach_filter: Option<PathBuf>,
    /// The service that is asked about them where there is no filter; it learns five digits of a hash
    #[arg(help_heading = "Passwords and audit log", long, env = "GUILDHALL_BREACH_SERVICE", value_name = "URL")]
    pub(crate) breach_service: Option<String>,
    /// Days that the audit log is kept; 0: for ever [default: 400]
    #[arg(help_heading = "Passwords and audit log", long, env = "GUILDHALL_AUDIT_DAYS", value_name = "DAYS", value_parser = number::<u32>(0..))]
    pub(crate) audit_days: Option<u32>,
    /// Requests a second that a directory may send by SCIM for long; a burst may be 40 times as many [default: 500]
    #[arg(help_heading = "Server", long, env = "GUILDHALL_SCIM_RATE", value_name = "REQUESTS", value_parser = number::<u32>(1..))]
    pub(crate) scim_rate: Option<u32>,
    /// Serve /metrics here instead of with everything else
    #[arg(help_heading = "Server", long, env = "GUILDHALL_METRICS_LISTEN", value_name = "ADDR")]
    pub(crate) metrics_listen: Option<String>,
    /// A collector of OpenTelemetry (OTLP over HTTP) that requests are traced to, such as http://127.0.0.1:4318; none traces
    /// nothing
    #[arg(
        help_heading = "Log and traces",
        long,
        env = "GUILDHALL_OTLP_ENDPOINT",
        value_name = "URL",
        hide_env_values = true
    )]
    pub(crate) otlp_endpoint: Option<Secret>,
    /// Which part of the requests is traced, from 0 to 1; whoever calls with a trace decides for theirs [default: 1]
    #[arg(help_heading = "Log and traces", long, env = "GUILDHALL_OTLP_SAMPLE", value_name = "RATIO", value_parser = ratio)]
    pub(crate) otlp_sample: Option<f64>,
    /// Private networks and hosts that may be asked over HTTP, such as 10.20.0.0/16 or idp.internal:8443, with commas between
    /// them; without it the public Internet only
    #[arg(help_heading = "Requests to others", long, env = "GUILDHALL_OUTBOUND_ALLOW", value_name = "LIST")]
    pub(crate) outbound_allow: Option<String>,
    /// A file of certificates (PEM) of authorities that servers asked over HTTP may have, besides the system's
    #[arg(help_heading = "Requests to others", long, env = "GUILDHALL_OUTBOUND_AUTHORITIES", value_name = "FILE")]
    pub(crate) outbound_authorities: Option<PathBuf>,
    /// The DNS server that is asked for the records by which organizations show that a domain is theirs: HOST:PORT, where HOST
    /// is an address [default: the one that this machine asks]
    #[arg(help_heading = "Requests to others", long, env = "GUILDHALL_DNS_SERVER", value_name = "ADDRESS")]
    pub(crate) dns_server: Option<SocketAddr>,
    /// Proxies in front, which say in X-Forwarded-For or Forwarded where a request comes from: addresses, networks such as
    /// 10.0.0.0/8, or loopback, with commas between them
    #[arg(help_heading = "Server", long, env = "GUILDHALL_TRUSTED_PROXIES", value_name = "LIST")]
    pub(crate) trusted_proxies: Option<String>,
    /// text or json [default: text]
    #[arg(help_heading = "Logs", long, env = "GUILDHALL_LOG_FORMAT", value_name = "FORMAT", value_parser = ["text", "json"])]
    pub(crate) log_format: Option<String>,
    /// error, warn, info, debug or trace [default: info]
    #[arg(help_heading = "Logs", long, env = "GUILDHALL_LOG_LEVEL", value_name = "LEVEL", value_parser = ["error", "warn", "info", "debug", "trace"])]
    pub(crate) log_level: Option<String>,
}

/// The file. An empty text means that the key is not there, as an empty variable does.
#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct File {
    #[serde(deserialize_with = "unless_empty")]
    database_url: Option<Secret>,
    #[serde(deserialize_with = "unless_empty")]
    master_key_file: Option<PathBuf>,
    database_connections: Option<usize>,
    database_unnamed_statements: Option<bool>,
    #[serde(deserialize_with = "unless_empty")]
    listen: Option<String>,
    #[serde(deserialize_with = "unless_empty")]
    tls_cert: Option<PathBuf>,
    #[serde(deserialize_with = "unless_empty")]
    tls_key: Option<PathBuf>,
    #[serde(deserialize_with = "unless_empty")]
    public_url: Option<String>,
    #[serde(deserialize_with = "unless_empty")]
    smtp_url: Option<Secret>,
    #[serde(deserialize_with = "unless_empty")]
    mail_from: Option<String>,
    #[serde(deserialize_with = "unless_empty")]
    sms_url: Option<Secret>,
    #[serde(deserialize_with = "unless_empty")]
    templates: Option<PathBuf>,
    session_memory: Option<u32>,
    hashing_memory: Option<u32>,
    #[serde(deserialize_with = "unless_empty")]
    breach_filter: Option<PathBuf>,
    #[serde(deserialize_with = "unless_empty")]
    breach_service: Option<String>,
    audit_days: Option<u32>,
    scim_rate: Option<u32>,
    #[serde(deserialize_with = "unless_empty")]
    otlp_endpoint: Option<Secret>,
    otlp_sample: Option<f64>,
    #[serde(deserialize_with = "unless_empty")]
    metrics_listen: Option<String>,
    #[serde(deserialize_with = "unless_empty")]
    outbound_allow: Option<String>,
    #[serde(deserialize_with = "unless_empty")]
    outbound_authorities: Option<PathBuf>,
    dns_server: Option<SocketAddr>,
    #[serde(deserialize_with = "unless_empty")]
    trusted_proxies: Option<String>,
    #[serde(deserialize_with = "unless_empty")]
    log_format: Option<String>,
    #[serde(deserialize_with = "unless_empty")]
    log_level: Option<String>,
}

fn unless_empty<'de, D: Deserializer<'de>, T: From<String>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Some(String::deserialize(deserializer)?).filter(|text| !text.is_empty()).map(T::from))
}

fn read(path: Option<&Path>) -> Result<File, String> {
    let Some(path) = path else { return Ok(File::default()) };
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("--config: cannot read {}: {error}", path.display()))?;
    parse(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Reads the file. What is said of a mistake tells the line and the kind, never what stands there: it may be a password.
fn parse(text: &str) -> Result<File, String> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
        let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let message = error.message();
        let told = match message.split_once(", expected") {
            Some((given, expected)) if given.starts_with("invalid ") => {
                format!("a value that does not fit, expected{expected}")
            }
            _ => message.to_owned(),
        };
        format!("{place}{told}")
    })
}

/// The file of an SQLite database.
pub(crate) fn sqlite_file(url: &str) -> Option<&Path> {
    url.strip_prefix("sqlite:").map(Path::new)
}

impl Common {
    /// What the command line leaves open, from the file.
    pub(crate) fn complete(self) -> Result<Self, Failure> {
        let file = read(self.config.as_deref()).map_err(Failure::usage)?;
        let completed = Self {
            database_url: self.database_url.or(file.database_url),
            master_key_file: self.master_key_file.or(file.master_key_file),
            database_connections: self.database_connections.or(file.database_connections),
            database_unnamed_statements: self.database_unnamed_statements.or(file.database_unnamed_statements),
            config: self.config,
            is_temporary: self.is_temporary,
        };
        // Before anything else that depends on it is complained of, such as the master key.
        Engine::of_url(completed.database_url()).map_err(|error| Failure::usage(format!("--database-url: {error}")))?;
        Ok(completed)
    }

    pub(crate) fn database_url(&self) -> &str {
        self.database_url.as_ref().map_or(DEFAULT_DATABASE_URL, Secret::reveal)
    }

    /// Whether the operator says which database, and not the default.
    pub(crate) fn names_database(&self) -> bool {
        self.database_url.is_some()
    }
}

impl Server {
    /// What the command line leaves open, from the file.
    pub(crate) fn complete(self, config: Option<&Path>) -> Result<Self, Failure> {
        let file = read(config).map_err(Failure::usage)?;
        Ok(Self {
            listen: self.listen.or(file.listen),
            tls_cert: self.tls_cert.or(file.tls_cert),
            tls_key: self.tls_key.or(file.tls_key),
            public_url: self.public_url.or(file.public_url),
            smtp_url: self.smtp_url.or(file.smtp_url),
            mail_from: self.mail_from.or(file.mail_from),
            sms_url: self.sms_url.or(file.sms_url),
            templates: self.templates.or(file.templates),
            session_memory: self.session_memory.or(file.session_memory),
            hashing_memory: self.hashing_memory.or(file.hashing_memory),
            breach_filter: self.breach_filter.or(file.breach_filter),
            breach_service: self.breach_service.or(file.breach_service),
            audit_days: self.audit_days.or(file.audit_days),
            scim_rate: self.scim_rate.or(file.scim_rate),
            metrics_listen: self.metrics_listen.or(file.metrics_listen),
            otlp_endpoint: self
                .otlp_endpoint
                .or(file.otlp_endpoint)
                .or_else(|| standard(OTEL_ENDPOINT).map(Secret::from)),
            otlp_sample: self.otlp_sample.or(file.otlp_sample),
            outbound_allow: self.outbound_allow.or(file.outbound_allow),
            outbound_authorities: self.outbound_authorities.or(file.outbound_authorities),
            dns_server: self.dns_server.or(file.dns_server),
            trusted_proxies: self.trusted_proxies.or(file.trusted_proxies),
            log_format: self.log_format.or(file.log_format),
            log_level: self.log_level.or(file.log_level),
        })
    }

    /// Where to listen.
    pub(crate) fn listen(&self) -> &str {
        self.listen.as_deref().unwrap_or("127.0.0.1:7400")
    }

    /// What the application is told of it.
    pub(crate) fn config(&self, public_url: &str) -> Config {
        let usual = Config::default();
        let bytes = |mebibytes: Option<u32>, usual| mebibytes.map_or(usual, |mebibytes| u64::from(mebibytes) << 20);
        Config {
            public_url: public_url.trim_end_matches('/').to_owned(),
            smtp_url: self.smtp_url.clone(),
            mail_from: self.mail_from.clone().unwrap_or(usual.mail_from),
            sms_url: self.sms_url.clone(),
            outbound_allow: self.outbound_allow.as_deref().map(list).unwrap_or_default(),
            outbound_authorities: self.outbound_authorities.clone(),
            dns_server: self.dns_server,
            templates: self.templates.clone(),
            session_memory: bytes(self.session_memory, usual.session_memory),
            hashing_memory: u64::from(self.hashing_memory.unwrap_or_else(|| {
                let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
                machine::hashing_memory(processors, machine::memory())
            })) << 20,
            breach_filter: self.breach_filter.clone(),
            breach_service: self.breach_service.clone(),
            audit_days: self.audit_days.map_or(usual.audit_days, |days| (days > 0).then_some(days)),
            traces: self.otlp_endpoint.clone().map(|endpoint| traces::Config {
                endpoint,
                sample: self.otlp_sample.unwrap_or(1.0),
                service: standard(OTEL_SERVICE).unwrap_or_else(|| "guildhall".to_owned()),
            }),
            scim_rate: self.scim_rate.unwrap_or(usual.scim_rate),
        }
    }
}

/// What OpenTelemetry calls the collector of whoever says nothing else, and this server.
const OTEL_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const OTEL_SERVICE: &str = "OTEL_SERVICE_NAME";

/// A variable of the environment that is not ours. An empty one is not there.
fn standard(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}

/// What stands between commas.
fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t75_a_mistake_in_the_file_does_not_print_what_stands_there() {
        for (text, words) in [
            ("smtp-url = \"smtp://a:hush@b\" x", "line 1"),
            ("listen = \"a\"\nsmtp-url = [\"smtp://a:hush@b\"]", "line 2"),
            ("session-memory = \"hush\"", "expected u32"),
            ("listen = 7400\n", "expected a string"),
            ("smtp-url = \"smtp://a:hush@b", "line 1"),
            ("smtpurl = \"smtp://a:hush@b\"", "unknown field `smtpurl`"),
        ] {
            let error = parse(text).err().unwrap();
            assert!(error.contains(words) && !error.contains("hush"), "{text}: {error}");
        }
        let file = parse("smtp-url = \"smtp://a:hush@b\"\nlisten = \"\"\ntemplates = \"\"").unwrap();
        assert_eq!(file.smtp_url.unwrap().reveal(), "smtp://a:hush@b");
        assert_eq!((file.listen, file.templates, file.public_url), (None, None, None));
    }

    #[test]
    fn t75_options_do_not_print_their_secrets() {
        let secret = || Some(Secret::new("smtp://a:hush@b"));
        let common = Common { database_url: secret(), ..Common::default() };
        let server = Server { smtp_url: secret(), sms_url: secret(), ..Server::default() };
        assert!(!format!("{common:?} {server:?} {:?}", server.config("")).contains("hush"));
    }
}
