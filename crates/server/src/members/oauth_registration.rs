//! The accounts at OAuth providers that are a member's.

use super::Member;
use crate::oauth_accounts::{self, Arrival, Registered};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::id::OauthRegistrationId;
use foundation::stored::Unknown;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many accounts a member has, at all providers together. When there is one more, the oldest goes.
const MOST: usize = 20;

/// An account at an OAuth provider, as a member is shown with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct OauthRegistration {
    /// The provider: `Google`, `Microsoft`, `GitHub`, `Slack`, `HubSpot`, or the name of one that the project has set up itself.
    pub provider_type: String,
    /// What the provider calls the person.
    pub provider_subject: String,
    /// The id of this registration.
    pub member_oauth_registration_id: String,
    /// A picture of the person, if the provider has one.
    pub profile_picture_url: Option<String>,
    /// The person's language, if the provider says it.
    pub locale: Option<String>,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// Makes an account a member's, who is saved by the caller; or notes what the provider says of it now.
pub(crate) fn note_account(
    tx: &mut Tx,
    cx: &Cx,
    member: &mut Member,
    id: &OauthRegistrationId,
    arrival: &Arrival,
) -> Result<()> {
    let account = &arrival.account;
    let provider = account.provider();
    let is_same = |known: &OauthRegistration| known.member_oauth_registration_id == id.as_str();
    if !provider.has_several_accounts() {
        let gone = |known: &OauthRegistration| known.provider_type == provider.type_name() && !is_same(known);
        end_those(tx, member, gone)?;
    }
    let registered = Registered { id: id.clone(), member_id: member.member_id.clone() };
    oauth_accounts::register(tx, cx, &member.organization_id, &registered, arrival)?;
    let registration = OauthRegistration {
        provider_type: provider.type_name().to_owned(),
        provider_subject: account.subject.clone(),
        member_oauth_registration_id: id.to_string(),
        profile_picture_url: account.picture_url.clone(),
        locale: account.locale.clone(),
        unknown: Unknown::new(),
    };
    match member.oauth_registrations.iter_mut().find(|known| is_same(known)) {
        Some(known) => *known = OauthRegistration { unknown: std::mem::take(&mut known.unknown), ..registration },
        None => member.oauth_registrations.push(registration),
    }
    if member.oauth_registrations.len() <= MOST {
        return Ok(());
    }
    let oldest = member.oauth_registrations.first().map(|known| known.member_oauth_registration_id.clone());
    end_those(tx, member, |known| Some(&known.member_oauth_registration_id) == oldest.as_ref())
}

/// Takes an account from a member, who is saved by the caller. Whether it was theirs.
pub(crate) fn end_account(tx: &mut Tx, member: &mut Member, id: &str) -> Result<bool> {
    let before = member.oauth_registrations.len();
    end_those(tx, member, |known| known.member_oauth_registration_id == id)?;
    Ok(member.oauth_registrations.len() < before)
}

/// Ends all registrations of a member: whoever was it may become another.
pub(super) fn end_all(tx: &mut Tx, member: &mut Member) -> Result<()> {
    end_those(tx, member, |_| true)
}

fn end_those(tx: &mut Tx, member: &mut Member, is_over: impl Fn(&OauthRegistration) -> bool) -> Result<()> {
    for known in member.oauth_registrations.extract_if(.., |known| is_over(known)) {
        let id = &known.member_oauth_registration_id;
        oauth_accounts::end(tx, &member.project_id, &member.organization_id, id)?;
    }
    Ok(())
}
