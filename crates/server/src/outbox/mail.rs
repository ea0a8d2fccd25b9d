//! Mails.

use super::shown::Shown;
use ::mail::SendError;
use foundation::app::App;
use foundation::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A mail to be rendered and sent. It may hold a secret (a link, a code), so it is stored sealed and erased once delivered.
#[derive(Serialize, Deserialize)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) template: ::mail::Template,
    pub(crate) locale: ::mail::Locale,
    pub(crate) context: ::mail::Context,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("template", &self.template).finish_non_exhaustive()
    }
}

impl Mail {
    fn render(&self, app: &App) -> Result<::mail::Message> {
        app.templates().render(&self.to, self.template, self.locale, &self.context).map_err(Error::internal)
    }

    pub(super) fn show(&self, app: &App) -> Result<Shown> {
        let ::mail::Message { subject, text, html, .. } = self.render(app)?;
        let link = self.context.link.clone().unwrap_or_default();
        let code = self.context.code.as_ref().map(|code| code.digits.clone()).unwrap_or_default();
        Ok(Shown { subject, text, html, link, code })
    }

    pub(super) async fn deliver(&self, app: &App) -> Result<(), SendError> {
        let message = self.render(app).map_err(|error| SendError::Permanent(error.to_string()))?;
        match app.mailer() {
            Some(mailer) => mailer.send(&message).await,
            None => Err(SendError::Transient("no SMTP server is configured".into())),
        }
    }
}
