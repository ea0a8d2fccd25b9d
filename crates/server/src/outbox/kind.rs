//! The kinds of messages: how each is delivered, and how patiently. What they hold is in modules of their own.

use super::mail::Mail;
use super::post::Post;
use super::shown::Shown;
use super::text::Text;
use ::mail::SendError;
use database::Timestamp;
use foundation::app::App;
use foundation::email_address::domain_of;
use foundation::error::{Error, Result};
use std::time::Duration;

/// How messages of a kind are delivered.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Its name in the database.
    pub(crate) name: &'static str,
    /// How long one attempt has before another node may try: longer than it may take.
    pub(crate) lease: Duration,
    /// The wait after the first failed attempt; it doubles with each, up to the longest.
    pub(crate) first_wait: Duration,
    pub(crate) longest_wait: Duration,
    /// Deliveries at once on one node, and besides them those that take long.
    pub(crate) at_once: u32,
    pub(crate) slow_at_once: u32,
    /// Messages that one recipient gets in a minute, whoever asks for them; no bound where nobody outside chooses the
    /// recipient. High enough that a person never meets it.
    pub(crate) per_minute: Option<i64>,
}

/// So many seconds later.
pub(super) fn after(now: Timestamp, wait: Duration) -> Timestamp {
    Timestamp(now.0.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: &[&Kind] = &[&MAIL, &SMS, &WEBHOOK, &AUDIT_STREAM];

    /// When to try again after so many failed attempts: before the message is of no use any more; `None` when it is.
    /// The wait is a quarter of what is left at most, so that a server that comes back is met in time.
    pub(super) fn next_attempt(&self, attempts: i64, now: Timestamp, useful_until: Timestamp) -> Option<Timestamp> {
        let left = Duration::from_micros(u64::try_from(useful_until.0.saturating_sub(now.0)).unwrap_or(0));
        let due = after(now, self.wait(attempts).min((left / 4).max(self.first_wait)));
        (due <= useful_until).then_some(due)
    }

    /// How long to wait after so many failed attempts.
    fn wait(&self, attempts: i64) -> Duration {
        let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first_wait.saturating_mul(2u32.saturating_pow(doublings)).min(self.longest_wait)
    }

    /// Whether this node can deliver messages of the kind; where none can, they stay for the developer to read.
    pub(super) fn can_be_delivered(&self, app: &App) -> bool {
        match self.name {
            "mail" => app.mailer().is_some(),
            "sms" => app.config().sms_url.is_some(),
            _ => true,
        }
    }
}

/// Mails.
pub(crate) const MAIL: Kind = Kind {
    name: "mail",
    lease: Duration::from_secs(120),
    first_wait: Duration::from_secs(2),
    longest_wait: Duration::from_secs(900),
    // Together fewer than the 50 connections that mail servers take of one client by default.
    at_once: 16,
    slow_at_once: 32,
    per_minute: Some(30),
};

/// Each costs money, and a code in it is of no use for long.
const SMS: Kind = Kind {
    name: "sms",
    lease: Duration::from_secs(30),
    first_wait: Duration::from_secs(1),
    longest_wait: Duration::from_secs(60),
    at_once: 16,
    slow_at_once: 16,
    per_minute: Some(5),
};

const WEBHOOK: Kind = Kind {
    name: "webhook",
    lease: Duration::from_secs(30),
    first_wait: Duration::from_secs(5),
    longest_wait: Duration::from_secs(3600),
    at_once: 16,
    slow_at_once: 32,
    per_minute: None,
};

/// Whoever collects these may be away for a weekend, and wants all of them.
const AUDIT_STREAM: Kind = Kind {
    name: "audit_stream",
    lease: Duration::from_secs(30),
    first_wait: Duration::from_secs(5),
    longest_wait: Duration::from_secs(900),
    at_once: 8,
    slow_at_once: 8,
    per_minute: None,
};

/// Something to be delivered.
#[derive(Debug)]
pub(crate) enum Message {
    Mail(Box<Mail>),
    Text(Text),
    Webhook(Post),
    AuditStream(Post),
}

impl Message {
    pub(crate) fn kind(&self) -> &'static Kind {
        match self {
            Message::Mail(_) => &MAIL,
            Message::Text(_) => &SMS,
            Message::Webhook(_) => &WEBHOOK,
            Message::AuditStream(_) => &AUDIT_STREAM,
        }
    }

    /// An address, a phone number, or the host of a URL.
    pub(crate) fn recipient(&self) -> &str {
        match self {
            Message::Mail(mail) => &mail.to,
            Message::Text(text) => &text.to,
            Message::Webhook(post) | Message::AuditStream(post) => post.host(),
        }
    }

    /// Whose server takes it, which may be slow: the domain of an address, the number, the host of a URL.
    pub(crate) fn destination(&self) -> &str {
        match self {
            Message::Mail(mail) => domain_of(&mail.to),
            other => other.recipient(),
        }
    }

    pub(super) fn to_json(&self) -> Result<Vec<u8>> {
        let json = match self {
            Message::Mail(mail) => serde_json::to_vec(mail),
            Message::Text(text) => serde_json::to_vec(text),
            Message::Webhook(post) | Message::AuditStream(post) => serde_json::to_vec(post),
        };
        json.map_err(|e| Error::Internal(Box::new(e)))
    }

    /// Reads what [`Message::to_json`] wrote; nothing of a kind that only a newer program has.
    pub(super) fn from_json(kind: &str, json: &[u8]) -> Result<Option<Self>> {
        let message = match kind {
            "mail" => serde_json::from_slice(json).map(Message::Mail),
            "sms" => serde_json::from_slice(json).map(Message::Text),
            "webhook" => serde_json::from_slice(json).map(Message::Webhook),
            "audit_stream" => serde_json::from_slice(json).map(Message::AuditStream),
            _ => return Ok(None),
        };
        message.map(Some).map_err(|e| Error::Internal(Box::new(e)))
    }

    /// Which mail it is; empty for anything else.
    pub(super) fn template(&self) -> &'static str {
        match self {
            Message::Mail(mail) => mail.template.name(),
            _ => "",
        }
    }

    pub(super) fn show(&self, app: &App) -> Result<Shown> {
        match self {
            Message::Mail(mail) => mail.show(app),
            Message::Text(text) => Ok(text.show()),
            Message::Webhook(post) | Message::AuditStream(post) => {
                Ok(Shown { text: post.body.clone(), ..Shown::default() })
            }
        }
    }

    /// Hands it over.
    pub(super) async fn deliver(&self, app: &App) -> Result<(), SendError> {
        match self {
            Message::Mail(mail) => mail.deliver(app).await,
            Message::Text(text) => text.deliver(app).await,
            Message::Webhook(post) | Message::AuditStream(post) => post.deliver(app).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let seconds: Vec<_> = [1, 2, 3, 9, 10, 13, i64::MAX].map(|n| MAIL.wait(n).as_secs()).to_vec();
        assert_eq!(seconds, [2, 4, 8, 512, 900, 900, 900]);
    }

    /// A link that works for an hour, and a mail server that is away for as long: the last attempt is in the last minute.
    #[test]
    fn attempts_go_on_until_the_end() {
        for useful in [5, 60, 7 * 24 * 60] {
            let end = Timestamp(useful * 60_000_000);
            let (mut now, mut attempts) = (Timestamp(0), 1);
            while let Some(next) = MAIL.next_attempt(attempts, now, end) {
                assert!(next > now && next.0 - now.0 <= 900_000_000);
                (now, attempts) = (next, attempts + 1);
            }
            assert!(end.0 - now.0 < 3_000_000, "{useful} minutes: nothing in the last {} µs", end.0 - now.0);
        }
    }

    #[test]
    fn t35_a_message_does_not_print_what_it_holds() {
        let context = ::mail::Context {
            project_name: "Acme".into(),
            organization_name: None,
            member_name: None,
            inviter: None,
            brand: ::mail::Brand::default(),
            link: Some("https://acme.example/?token=hush".into()),
            login_link: None,
            expires_in_minutes: 60,
            code: Some(::mail::Code { digits: "hush".into(), expires_in_minutes: 10 }),
            connection_name: None,
        };
        let (template, locale) = (::mail::Template::Login, ::mail::Locale::default());
        let mail = Message::Mail(Box::new(Mail { to: "a@b.example".into(), template, locale, context }));
        let text = Message::Text(Text { to: "+14155550123".into(), body: "hush".into() });
        let headers = vec![("authorization".into(), "hush".into())];
        let (url, body) = ("https://a.example/hush".into(), "hush".into());
        let post = Message::Webhook(Post { url, headers, body });
        assert!(!format!("{mail:?} {text:?} {post:?}").contains("hush"));
    }

    #[test]
    fn a_kind_that_is_not_known_is_left_alone() {
        assert!(Message::from_json("pigeon", b"{}").unwrap().is_none());
    }
}
