//! How a mail leaves.

use crate::members::Member;
use crate::organizations::{self, Organization};
use crate::outbox::{self, Mail, Message, Parcel, Place};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{Error, Result};
use foundation::time;
use mail::{Inviter, Locale, Template};

/// To whom a mail goes, and in whose name.
#[derive(Clone, Copy)]
pub(crate) enum Addressee<'a> {
    /// A member who has logged in before.
    Known(&'a Organization, &'a Member),
    /// Somebody who has not asked for the mail, or not proven that they did. What is written in it is the organization's, so
    /// how many strangers get one is bounded.
    Stranger(&'a Organization, Option<&'a Member>),
    /// Nobody: everything happens as for somebody known, except that no mail leaves (threat T-45).
    Nobody(&'a Organization),
    /// Whoever reads mail at the address; the mail is the project's.
    Anybody,
}

impl<'a> Addressee<'a> {
    pub(crate) fn organization(self) -> Option<&'a Organization> {
        match self {
            Addressee::Known(organization, _)
            | Addressee::Stranger(organization, _)
            | Addressee::Nobody(organization) => Some(organization),
            Addressee::Anybody => None,
        }
    }

    pub(crate) fn member(self) -> Option<&'a Member> {
        match self {
            Addressee::Known(_, member) => Some(member),
            Addressee::Stranger(_, member) => member,
            Addressee::Nobody(_) | Addressee::Anybody => None,
        }
    }

    /// Whether nobody gets to read it.
    pub(crate) fn is_nobody(self) -> bool {
        matches!(self, Addressee::Nobody(_))
    }

    /// Whether the mail leaves, counted for those who cause it.
    ///
    /// # Errors
    /// `too_many_requests`; where nobody is logged in the mail stays instead, because the answer would say that the
    /// address may join (threat T-45).
    fn is_reached(self, tx: &mut Tx, cx: &Cx) -> Result<bool> {
        match self {
            Addressee::Anybody => Ok(true),
            Addressee::Known(..) => outbox::pretend_to_count(tx, cx).map(|()| true),
            Addressee::Nobody(_) => outbox::pretend_to_count(tx, cx).map(|()| false),
            Addressee::Stranger(organization, _) => {
                match outbox::count_to_stranger(tx, cx, &organization.organization_id) {
                    Err(Error::TooMany(reason, _)) if cx.acting.is_none() => {
                        let organization_id = &organization.organization_id;
                        tracing::warn!(%organization_id, %reason, "a mail to somebody new stays");
                        Ok(false)
                    }
                    counted => counted.map(|()| true),
                }
            }
        }
    }
}

/// A mail with its address on it, and nothing in it yet: what it will hold is made only where it is not refused.
pub(crate) struct Envelope<'a> {
    addressee: Addressee<'a>,
    email: &'a EmailAddress,
    place: Place,
    leaves: bool,
}

/// What goes into it.
pub(crate) struct Letter {
    pub(crate) template: Template,
    pub(crate) locale: Locale,
    /// Who invites, where a member does.
    pub(crate) inviter: Option<Inviter>,
    pub(crate) link: Option<String>,
    /// To log in without a password, beside a link to set it.
    pub(crate) login_link: Option<String>,
    pub(crate) code: Option<mail::Code>,
    /// That what it is about works.
    pub(crate) minutes: i64,
}

impl<'a> Envelope<'a> {
    /// Addresses a mail.
    ///
    /// # Errors
    /// `too_many_requests` when the address gets too many, or an acting member causes too many.
    pub(crate) fn address(tx: &mut Tx, cx: &Cx, addressee: Addressee<'a>, email: &'a EmailAddress) -> Result<Self> {
        let place = outbox::place(tx, cx, &outbox::MAIL, email.as_str())?;
        let leaves = addressee.is_reached(tx, cx)?;
        Ok(Self { addressee, email, place, leaves })
    }

    /// Sends it, or does the same work where it stays.
    pub(crate) fn send(self, tx: &mut Tx, cx: &Cx, letter: Letter) -> Result<()> {
        let organization = self.addressee.organization();
        let member_name = self.addressee.member().map(|member| member.name.clone());
        let mail = Mail {
            to: self.email.to_string(),
            template: letter.template,
            locale: letter.locale,
            context: mail::Context {
                project_name: cx.project().name.clone(),
                organization_name: organization.map(|organization| organization.organization_name.clone()),
                member_name: member_name.filter(|name| !name.is_empty()),
                inviter: letter.inviter,
                brand: organizations::brand(cx.project(), organization),
                link: letter.link,
                login_link: letter.login_link,
                expires_in_minutes: letter.minutes,
                code: letter.code,
                connection_name: None,
            },
        };
        let parcel = Parcel {
            message: Message::Mail(Box::new(mail)),
            organization: organization.map(|organization| &organization.organization_id),
            useful_until: time::after_minutes(cx.now(), letter.minutes),
        };
        match self.leaves {
            true => self.place.send(tx, cx, &parcel),
            false => self.place.pretend_to_send(tx, cx, &parcel),
        }
    }
}
