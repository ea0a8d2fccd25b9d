//! Telling the person of an address by mail what has happened to their account (threat T-38).

use crate::organizations::{self, Organization};
use crate::outbox::{self, Mail, Message, Parcel};
use crate::redirect_urls::{self, Flow};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use foundation::time;
use mail::{Context, Locale, Template};

/// Minutes that it is of use to tell somebody.
const USEFUL: i64 = 3 * 24 * 60;

/// Tells an address; `organization` is `None` for what concerns the address in all of them.
pub(crate) fn notify(
    tx: &mut Tx,
    cx: &Cx,
    template: Template,
    organization: Option<&Organization>,
    email: &EmailAddress,
    name: Option<&str>,
) -> Result<()> {
    notify_about(tx, cx, template, organization, email, name, &About::default())
}

/// What a notice is about, besides the reader.
#[derive(Default)]
pub(crate) struct About {
    /// The name of a connection to an identity provider.
    pub(crate) connection_name: Option<String>,
    /// Minutes until something ends.
    pub(crate) minutes: i64,
}

/// The same, about something.
pub(crate) fn notify_about(
    tx: &mut Tx,
    cx: &Cx,
    template: Template,
    organization: Option<&Organization>,
    email: &EmailAddress,
    name: Option<&str>,
    about: &About,
) -> Result<()> {
    let mail = Mail {
        to: email.to_string(),
        template,
        locale: Locale::default(),
        context: Context {
            project_name: cx.project().name.clone(),
            organization_name: organization.map(|organization| organization.organization_name.clone()),
            member_name: name.map(str::to_owned).filter(|name| !name.is_empty()),
            inviter: None,
            brand: organizations::brand(cx.project(), organization),
            link: redirect_urls::choose(tx, cx, Flow::Login, None).ok(),
            login_link: None,
            code: None,
            expires_in_minutes: about.minutes,
            connection_name: about.connection_name.clone(),
        },
    };
    let parcel = Parcel {
        message: Message::Mail(Box::new(mail)),
        organization: organization.map(|organization| &organization.organization_id),
        useful_until: time::after_minutes(cx.now(), USEFUL),
    };
    outbox::send(tx, cx, &parcel)
}
