//! What a request may say of a mail.

use foundation::audit::Change;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use mail::Locale;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;
use std::ops::RangeInclusive;

/// What can be wrong with a mail that is asked for, whatever is in it.
pub(crate) const MAIL: &[ApiError] =
    &[ApiError::InvalidEmail, ApiError::InvalidTemplateId, ApiError::InvalidLocale, ApiError::InvalidExpiration];

/// Minutes that what is mailed works.
///
/// # Errors
/// `invalid_expiration` outside of what is possible.
pub(crate) fn minutes(given: Option<i64>, usual: i64, possible: &RangeInclusive<i64>) -> Result<i64> {
    match given.unwrap_or(usual) {
        minutes if possible.contains(&minutes) => Ok(minutes),
        _ => Err(ApiError::InvalidExpiration.into()),
    }
}

/// A language, in the schemas of inputs: each name in the spellings that are understood.
pub(crate) struct LocaleName;

impl JsonSchema for LocaleName {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "LocaleName".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let any_case = |letter: char| match letter {
            '-' => "[-_]?".to_owned(),
            letter => format!("[{}{letter}]", letter.to_ascii_uppercase()),
        };
        let names = Locale::ALL.map(Locale::name);
        let spelled = names.into_iter().chain(Locale::ALIASES.map(|(name, _)| name));
        let patterns: Vec<_> =
            spelled.map(|name| format!("^{}$", name.chars().map(any_case).collect::<String>())).collect();
        let listed = names.map(|name| format!("`{name}`")).join(", ");
        let words = format!("The language of the mail: one of {listed}, in any case. English when absent.");
        json_schema!({ "type": "string", "pattern": patterns.join("|"), "description": words })
    }
}

/// The language of the mail.
pub(crate) fn locale(given: Option<&str>) -> Result<Locale> {
    match given.filter(|text| !text.is_empty()) {
        None => Ok(Locale::default()),
        Some(text) => text.parse().map_err(|_| ApiError::InvalidLocale.into()),
    }
}

/// Mail templates of a project's own come with their endpoints; until then no template id exists.
pub(crate) fn check_template(given: Option<&str>) -> Result<()> {
    if given.is_some_and(|id| !id.is_empty()) { Err(ApiError::InvalidTemplateId.into()) } else { Ok(()) }
}

/// What the audit log tells of a mail that was asked for, whether or not it may leave.
pub(crate) fn mail_to(email: &EmailAddress) -> Change {
    Change::of("mail_to", &None::<EmailAddress>, email)
}
