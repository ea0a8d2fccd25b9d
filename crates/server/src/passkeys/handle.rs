//! The user handle: what authenticators keep to say whose a passkey is (Web Authentication, section 5.4.3). It is the route to the
//! member, so a login that names nobody looks up nothing across organizations. It says nothing about the person.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use foundation::id::{Environment, MemberId, OrganizationId};
use uuid::Uuid;

/// Two UUIDs.
pub(super) fn of(organization: &OrganizationId, member: &MemberId) -> [u8; 32] {
    let mut handle = [0; 32];
    handle[..16].copy_from_slice(organization.uuid().as_bytes());
    handle[16..].copy_from_slice(member.uuid().as_bytes());
    handle
}

/// The same, as browsers are given it.
pub(super) fn to_text(organization: &OrganizationId, member: &MemberId) -> String {
    URL_SAFE_NO_PAD.encode(of(organization, member))
}

/// Whose it is; `None` for what is no handle of ours.
pub(super) fn read(handle: &[u8], environment: Environment) -> Option<(OrganizationId, MemberId)> {
    let (organization, member) = handle.split_first_chunk::<16>()?;
    let member: [u8; 16] = member.try_into().ok()?;
    let organization = OrganizationId::from_uuid(environment, Uuid::from_bytes(*organization));
    Some((organization, MemberId::from_uuid(environment, Uuid::from_bytes(member))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_leads_back_to_its_member() {
        let (organization, member) = (OrganizationId::new(Environment::Live), MemberId::new(Environment::Live));
        let handle = of(&organization, &member);
        assert_eq!(read(&handle, Environment::Live), Some((organization, member)));
        assert_eq!(read(&handle[1..], Environment::Live), None);
        assert_eq!(read(&[&handle[..], b"x"].concat(), Environment::Live), None);
    }
}
