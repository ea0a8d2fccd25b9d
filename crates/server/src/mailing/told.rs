//! What is told of a mail for logging in.

use super::{Recipient, mail_to};
use crate::members::Member;
use crate::organizations::Organization;
use database::Tx;
use foundation::audit::{self, Whose};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use foundation::id::MemberId;
use schemars::JsonSchema;
use serde::Serialize;

/// To a backend: whom the mail went to. To a browser: nothing, whoever asks for whom (T-45).
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum LoginMailed {
    Told {
        member_id: MemberId,
        /// Whether there was no such member before: the person may become one.
        member_created: bool,
        /// The member who was mailed.
        member: Box<Member>,
        /// The member's organization.
        organization: Box<Organization>,
    },
    Untold {},
}

impl LoginMailed {
    /// Tells the caller, and the audit log under this name; of somebody who was made a member it tells already.
    pub(crate) fn tell(
        tx: &mut Tx,
        cx: &Cx,
        event: &'static str,
        organization: Organization,
        email: &EmailAddress,
        recipient: Recipient,
    ) -> Result<Self> {
        let member_created = matches!(recipient, Recipient::Created(_));
        if !member_created {
            record_mail(tx, cx, event, &organization, email, recipient.member())?;
        }
        Ok(match recipient {
            Recipient::Member(member) | Recipient::Created(member) if !cx.is_browser() => LoginMailed::Told {
                member_id: member.member_id.clone(),
                member_created,
                member,
                organization: Box::new(organization),
            },
            _ => LoginMailed::Untold {},
        })
    }
}

/// Tells the audit log under this name of a mail that was asked for, to a member or to somebody who is none yet.
pub(crate) fn record_mail(
    tx: &mut Tx,
    cx: &Cx,
    event: &'static str,
    organization: &Organization,
    email: &EmailAddress,
    member: Option<&Member>,
) -> Result<()> {
    let id = &organization.organization_id;
    match member {
        Some(member) => {
            let whose = Whose::Member(id, &member.member_id);
            audit::record(tx, cx, event, whose, &member.member_id, mail_to(email))
        }
        None => audit::record(tx, cx, event, Whose::Organization(id), id, mail_to(email)),
    }
}
