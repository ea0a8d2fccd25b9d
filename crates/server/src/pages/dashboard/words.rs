//! What the dashboard says in the operator's language, and what it says of refusals.

use super::super::phrases::{language, say};
use database::Timestamp;
use foundation::error::{ApiError, Error};
use foundation::time;
use frame::Call;
use mail::Locale;
use serde_json::{Value, json};

/// The language of the operator: what their browser asks for.
pub(super) fn locale_of<C>(cx: &Call<C>) -> Locale {
    language(&cx.head, None)
}

/// How long ago something was.
pub(super) fn ago(locale: Locale, at: Timestamp, now: Timestamp) -> String {
    let Some((count, unit)) = time::elapsed(at, now) else { return say(locale, "dashboard.ago_now", &[]) };
    let many = if count == 1 { "" } else { "s" };
    say(locale, &format!("dashboard.ago_{unit}{many}"), &[("count", &count)])
}

/// Why something was not done.
pub(super) struct Problem {
    pub(super) error: ApiError,
    text: String,
    is_english: bool,
}

impl Problem {
    /// In the language of the page.
    pub(super) fn said(error: ApiError, text: String) -> Self {
        Self { error, text, is_english: false }
    }

    /// In the sentence of the API.
    pub(super) fn of(refused: &Error) -> Self {
        Self { error: refused.told(), text: refused.sentence().into_owned(), is_english: true }
    }

    /// For a page: the words, and their language where it is not the page's.
    pub(super) fn shown(&self) -> Value {
        json!({ "text": self.text, "lang": self.is_english.then_some("en") })
    }
}
