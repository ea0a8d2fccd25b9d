use super::{DryRun, dry_run};
use crate::actor::Actor;
use crate::organizations::{CREATE, Update};
use database::Tx;
use foundation::error::Result;
use foundation::rbac::resource::MEMBER;
use frame::{Call, Endpoint, endpoint};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![dry_run_update::endpoint()]
}

/// Look at what an update of an organization would do to its members, without making it.
///
/// Takes what the update takes, and refuses what it would refuse. Members are held against the login decision as it is and as it
/// would be: at most 10,000 of them and 20,000 sessions, the oldest first. A member needs `search` on `stytch.member` besides
/// what the update needs. The SDKs have no such call; an own addition.
#[endpoint(
    "organizations.dry_run_update",
    POST "/v1/b2b/organizations/{organization_id}/dry_run" requires(MEMBER, "search"),
    scans,
    errors(OrganizationNotFound, CannotUpdateTrustedMetadata, ..CREATE)
)]
fn dry_run_update(tx: &mut Tx, cx: &Call<Actor>, input: Update) -> Result<DryRun> {
    dry_run(tx, cx, input)
}
