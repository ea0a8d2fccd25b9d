//! What an organization has to know of a connection to say which roles its members have, and which sessions go on.

use super::{Connection, ConnectionRole, GroupRole, Settings};
use crate::organizations::{self, KnownConnection, Organization};
use foundation::cx::Cx;

/// What the organization knows of a connection after a change.
pub(super) fn known(
    cx: &Cx,
    organization: &Organization,
    old: Option<&Connection>,
    new: &Connection,
) -> KnownConnection {
    let id = new.connection_id.as_str();
    let before = organization.sso_connection(id);
    let since = match old {
        Some(old) if old.authority() != new.authority() && !old.authority().is_empty() => Some(cx.now()),
        _ => before.and_then(|known| known.since),
    };
    let (connection_roles, group_roles) = new.roles();
    let of_all = connection_roles.iter().map(|role| (&role.role_id, None));
    let of_groups = group_roles.iter().map(|role| (&role.role_id, Some(role.group.clone())));
    let roles = of_all.chain(of_groups).map(|(role_id, group)| organizations::ConnectionRole {
        role_id: role_id.clone(),
        group,
        unknown: Default::default(),
    });
    let is_set_up = old.is_none_or(|old| old.settings != new.settings);
    let by_members = before.is_some_and(|known| known.by_members) || (cx.acting.is_some() && is_set_up);
    KnownConnection {
        connection_id: id.to_owned(),
        since,
        by_members,
        roles: roles.collect(),
        unknown: before.map(|known| known.unknown.clone()).unwrap_or_default(),
    }
}

impl Connection {
    /// Whose word about people counts.
    pub(super) fn authority(&self) -> &str {
        match &self.settings {
            Settings::Saml(saml) => &saml.idp_entity_id,
            Settings::Oidc(oidc) => &oidc.issuer,
            Settings::External(external) => &external.external_authority,
        }
    }

    /// The roles that it gives: to all who log in by it, and to those in a group.
    pub(crate) fn roles(&self) -> (&[ConnectionRole], &[GroupRole]) {
        match &self.settings {
            Settings::Saml(saml) => (&saml.connection_roles, &saml.group_roles),
            Settings::Oidc(oidc) => (&oidc.connection_roles, &oidc.group_roles),
            Settings::External(external) => (&external.connection_roles, &external.group_roles),
        }
    }

    /// The same, to be changed.
    pub(super) fn roles_mut(&mut self) -> (&mut Vec<ConnectionRole>, &mut Vec<GroupRole>) {
        match &mut self.settings {
            Settings::Saml(saml) => {
                let saml = &mut **saml;
                (&mut saml.connection_roles, &mut saml.group_roles)
            }
            Settings::Oidc(oidc) => {
                let oidc = &mut **oidc;
                (&mut oidc.connection_roles, &mut oidc.group_roles)
            }
            Settings::External(external) => {
                let external = &mut **external;
                (&mut external.connection_roles, &mut external.group_roles)
            }
        }
    }
}
