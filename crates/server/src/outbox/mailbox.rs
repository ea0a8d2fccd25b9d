//! The outbox as a mailbox, for the tests of an app: what a project has written, the oldest first.

use super::shown::Shown;
use super::{open, store};
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::id::OutboxId;
use foundation::time;
use schemars::JsonSchema;
use serde::Serialize;

/// How many of the latest messages are looked at.
const LATEST: i64 = 1000;

/// Which messages are meant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sought {
    /// The address or the phone number.
    pub(crate) to: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) template: Option<String>,
    /// Only those that were written after this one.
    pub(crate) after: Option<OutboxId>,
}

/// A message as a test reads it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Received {
    message_id: OutboxId,
    /// `mail` or `sms`.
    kind: String,
    /// Which mail it is: `login`, `invite`, `password_reset`, …; empty for a text message.
    template: &'static str,
    to: String,
    subject: String,
    text: String,
    html: String,
    /// The link in it.
    link: String,
    /// The token in the link, which the app gets when somebody opens it.
    token: String,
    /// The code in it.
    code: String,
    /// RFC 3339.
    created_at: String,
}

/// The messages of a project.
pub(crate) async fn received(cx: &Cx, wanted: Sought) -> Result<Vec<Received>> {
    let (app, project) = (cx.app.clone(), cx.project.clone());
    cx.read(move |tx| {
        let mut rows = store::latest_of(tx, &project.id, LATEST)?;
        rows.reverse();
        if let Some(place) = rows.iter().position(|row| Some(&row.id) == wanted.after.as_ref()) {
            rows.drain(..=place);
        }
        let same = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|w| w.eq_ignore_ascii_case(is));
        let mut received = Vec::new();
        for row in rows.into_iter().filter(|row| same(&wanted.to, &row.recipient) && same(&wanted.kind, &row.kind)) {
            let Some(message) = open(&app, tx, &row)? else { continue };
            let template = message.template();
            if !same(&wanted.template, template) {
                continue;
            }
            let Shown { subject, text, html, link, code } = message.show(&app)?;
            received.push(Received {
                message_id: row.id,
                kind: row.kind,
                template,
                to: row.recipient,
                subject,
                code: if code.is_empty() { code_in(&text).to_owned() } else { code },
                token: token_in(&link),
                text,
                html,
                link,
                created_at: time::to_text(row.created_at),
            });
        }
        Ok(received)
    })
    .await
}

/// Empties the mailbox of a project, or of one address in it.
pub(crate) async fn empty(cx: &Cx, to: Option<String>) -> Result<()> {
    let project = cx.project.clone();
    cx.write(move |tx| store::delete_of(tx, &project.id, to.as_deref())).await
}

fn token_in(link: &str) -> String {
    let url = url::Url::parse(link).ok();
    let token = url.as_ref().and_then(|url| url.query_pairs().find(|(name, _)| name == "token"));
    token.map(|(_, token)| token.into_owned()).unwrap_or_default()
}

/// The six digits of a text message, which has no place of their own for them.
fn code_in(text: &str) -> &str {
    let words = text.split(|c: char| !c.is_ascii_digit());
    words.into_iter().find(|word| foundation::one_time_code::fits(word)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_codes_are_found() {
        for (link, token) in [
            ("http://127.0.0.1:1/r?token=abc-_%3D&public_token=x", "abc-_="),
            ("http://127.0.0.1:1/r?public_token=x", ""),
            ("", ""),
        ] {
            assert_eq!(token_in(link), token);
        }
        for (text, code) in
            [("123456 is your code for Acme 24.", "123456"), ("Acme 1234567: 042042", "042042"), ("", "")]
        {
            assert_eq!(code_in(text), code);
        }
    }
}
