//! Mailing links that set a password.

use crate::magic_links;
use crate::mailing::{Addressee, Envelope, Letter};
use crate::one_time_tokens::{New, Purpose, pkce};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use mail::{Locale, Template};

/// For how many minutes a link works unless asked otherwise.
pub(super) const USUAL_MINUTES: i64 = 30;

/// How a link is to be mailed.
pub(super) struct Mailing {
    pub(super) redirect_url: String,
    /// Where the other link leads, with which one logs in without a password; `None` where there is no such link.
    pub(super) login_redirect_url: Option<String>,
    pub(super) pkce_code_challenge: Option<String>,
    pub(super) locale: Locale,
    /// That the links work.
    pub(super) minutes: i64,
}

/// A browser must begin with a challenge where the project requires it.
pub(super) fn challenge(cx: &Cx, given: Option<String>) -> Result<Option<String>> {
    pkce::challenge(cx, given, cx.project().settings.pkce_required_for_password_resets)
}

/// Mails the links: of an organization, or those that set the password of an address in all of them.
pub(super) fn send(tx: &mut Tx, cx: &Cx, addressee: Addressee, email: &EmailAddress, mailing: Mailing) -> Result<()> {
    let Mailing { redirect_url, login_redirect_url, pkce_code_challenge, locale, minutes } = mailing;
    let envelope = Envelope::address(tx, cx, addressee, email)?;
    let mut make = |purpose, redirect_url| {
        let new = New {
            purpose,
            organization: addressee.organization().map(|organization| &organization.organization_id),
            member: addressee.member(),
            email,
            redirect_url,
            pkce_code_challenge: pkce_code_challenge.clone(),
            session: None,
            impersonator: None,
            minutes,
        };
        magic_links::make(tx, cx, addressee.organization(), new)
    };
    let (reset, login) = match addressee {
        Addressee::Anybody => (Purpose::DiscoveryPasswordReset, Purpose::Discovery),
        _ => (Purpose::PasswordReset, Purpose::Login),
    };
    let link = Some(make(reset, redirect_url)?);
    let login_link = login_redirect_url.map(|url| make(login, url)).transpose()?;
    let template = Template::PasswordReset;
    envelope.send(tx, cx, Letter { template, locale, inviter: None, link, login_link, code: None, minutes })
}
