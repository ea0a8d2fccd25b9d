//! Passwords: logging in with one, and setting one. Each is a member's own, or, where the project has it so, that of an address
//! in all organizations.
//!
//! A hash is computed between two transactions, never in one. The second looks again at what the first has found.

mod authenticate;
mod discovery;
mod endpoints;
mod given;
mod mailing;
mod migrate;
mod of_others;
mod policy;
mod require_reset;
mod reset_by_email;
mod reset_by_existing;
mod reset_by_session;
mod set;
mod strength_check;
mod work;

pub(crate) use endpoints::endpoints;
pub(crate) use given::give;
pub(crate) use of_others::{new_hash, verify};

use crate::members::{self, Member};
use crate::organizations::Organization;
use crate::stored_passwords::{self, Holder, StoredPassword};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::Result;

/// What a member must be allowed on others, or on themselves, to take passwords away.
const DELETE: &str = "update.info.delete.password";

/// A member, and the password that they log in with.
struct WithPassword {
    member: Member,
    holder: Holder,
    password: StoredPassword,
}

impl WithPassword {
    /// The member who has this address, if they have a password. Whether the address, the member or the password is missing
    /// makes no difference (threat T-45).
    fn find(tx: &mut Tx, cx: &Cx, organization: &Organization, email: &EmailAddress) -> Result<Option<Self>> {
        let Some(member) = members::find_by_present_email(tx, organization, email)? else { return Ok(None) };
        let holder = Holder::of(cx, &organization.organization_id, &member.member_id, &member.email_address);
        let password = stored_passwords::find(tx, cx, &holder)?;
        Ok(password.map(|password| Self { member, holder, password }))
    }
}
