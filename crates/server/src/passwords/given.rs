//! Giving a member a password that is known from elsewhere, for the doors of a twin.

use super::set::{self, NewPassword};
use super::{policy, work};
use crate::members::{self, MemberRef};
use crate::organizations::{self, OrganizationRef};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::secret::Secret;

/// Gives a member a password, as if they had set it by a link that was mailed to them: the address counts as proven.
///
/// # Errors
/// Of a member who is not there, and of a password that does not do.
pub(crate) async fn give(
    cx: &Cx,
    organization: OrganizationRef,
    member: MemberRef,
    email: &str,
    password: &Secret,
) -> Result<()> {
    let email = EmailAddress::parse(email).map_err(|_| ApiError::InvalidEmail)?;
    policy::check_new(cx, password, &email).await?;
    let (hash, operator) = (work::hash(cx, password).await?, cx.clone());
    cx.write(move |tx| {
        let cx = &operator;
        let organization = organizations::find(tx, cx.project(), &organization)?;
        let mut member = members::find(tx, &organization, &member)?;
        let new = NewPassword { hash: hash.clone(), is_verified: true, keep: None };
        set::set(tx, cx, &organization, &mut member, new)
    })
    .await
}
