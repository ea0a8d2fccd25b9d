//! The mail to a locked member, with a link that ends the lock.

use super::Target;
use crate::mailing::{Addressee, Envelope, Letter};
use crate::members::Member;
use crate::one_time_tokens::{self, New, Purpose};
use crate::organizations::Organization;
use crate::projects;
use ::mail::{Locale, Template};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{Error, Result};

/// Mails it, where the project wants that.
pub(super) fn send(
    tx: &mut Tx,
    cx: &Cx,
    target: &Target,
    organization: &Organization,
    member: Option<&Member>,
) -> Result<()> {
    let (purpose, email) = match (target, member) {
        (Target::Second { .. }, Some(member)) => (Purpose::UnlockSecond, &member.email_address),
        (Target::Primary { email, .. }, _) => (Purpose::UnlockPrimary, *email),
        _ => return Ok(()),
    };
    if !cx.project().settings.lock_self_serve_enabled {
        return Ok(());
    }
    let addressee = member.map_or(Addressee::Nobody(organization), |member| Addressee::Known(organization, member));
    let envelope = match Envelope::address(tx, cx, addressee, email) {
        // Whoever gets that many messages finds another.
        Err(Error::TooMany(..)) => return Ok(()),
        envelope => envelope?,
    };
    let minutes = cx.project().settings.lock_minutes;
    let (redirect_url, pkce_code_challenge) = (String::new(), None);
    let organization = Some(&organization.organization_id);
    let (session, impersonator) = (None, None);
    let new =
        New { purpose, organization, member, email, redirect_url, pkce_code_challenge, session, impersonator, minutes };
    let token = one_time_tokens::create(tx, cx, new)?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("public_token", &projects::public_token(tx, cx)?);
    query.append_pair("token", &token.to_text());
    let link = Some(format!("{}/v1/unlock?{}", cx.app.public_url(), query.finish()));
    let (template, locale) = (Template::Locked, Locale::default());
    envelope.send(tx, cx, Letter { template, locale, inviter: None, link, login_link: None, code: None, minutes })
}
