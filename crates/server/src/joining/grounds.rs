//! On what grounds somebody who is no member may become one: the one decision, for email domains, SSO connections and tenants
//! of OAuth providers together. Pure: no storage.

use crate::organizations::{Admission, AuthMethod, EmailJitProvisioning, OauthTenantJitProvisioning, OauthTenants};
use crate::organizations::{Settings, TenantProvider};
use foundation::email_domain::EmailDomain;
use foundation::error::ApiError;

/// What is known of somebody that may let them in. Whether it is so, others have seen to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ground<'a> {
    /// The domain of their address. Who finds the organization by the address needs somebody in it who reads mail at the domain
    /// (threat T-26): `is_vouched` says whether there is one, or none is needed.
    Domain { domain: &'a EmailDomain, is_vouched: bool },
    /// The SSO connection of the organization that they have logged in by.
    Connection(&'a str),
    /// The tenants that a provider has just said them to be of, who may be none.
    Tenants(&'a OauthTenants),
}

/// What lets them in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entrance {
    Domain(EmailDomain),
    Connection(String),
    Tenant(TenantProvider, String),
}

/// The first of these grounds that lets somebody in.
///
/// # Errors
/// Why none does: of what the organization has opened at all, if there is any such among them.
pub(crate) fn admit(settings: &Settings, grounds: &[Ground]) -> Result<Entrance, ApiError> {
    let mut reasons = Vec::new();
    for ground in grounds {
        match entrance(settings, *ground) {
            Ok(entrance) => return Ok(entrance),
            Err(reason) => reasons.push(reason),
        }
    }
    Err(reasons.into_iter().min_by_key(is_closed).unwrap_or(ApiError::EmailJitNotAllowed))
}

/// Whether it says that nobody comes in this way.
fn is_closed(reason: &ApiError) -> bool {
    matches!(reason, ApiError::EmailJitNotAllowed | ApiError::OauthTenantJitNotAllowed)
}

fn entrance(settings: &Settings, ground: Ground) -> Result<Entrance, ApiError> {
    match ground {
        Ground::Domain { .. } if settings.email_jit_provisioning == EmailJitProvisioning::NotAllowed => {
            Err(ApiError::EmailJitNotAllowed)
        }
        Ground::Domain { domain, is_vouched } if is_vouched && settings.lets_domain_join(domain) => {
            Ok(Entrance::Domain(domain.clone()))
        }
        Ground::Domain { .. } => Err(ApiError::InvalidEmailForJit),
        Ground::Connection(id) => {
            check_method(settings, AuthMethod::Sso)?;
            match lets_connection_join(settings, id) {
                true => Ok(Entrance::Connection(id.to_owned())),
                false => Err(ApiError::InvalidConnectionForJit),
            }
        }
        Ground::Tenants(_) if settings.oauth_tenant_jit_provisioning == OauthTenantJitProvisioning::NotAllowed => {
            Err(ApiError::OauthTenantJitNotAllowed)
        }
        Ground::Tenants(tenants) => {
            check_method(settings, tenants.provider.method())?;
            match settings.tenant_that_lets_join(tenants) {
                Some(id) => Ok(Entrance::Tenant(tenants.provider, id.to_owned())),
                None => Err(ApiError::InvalidOauthTenantForJit),
            }
        }
    }
}

/// Nobody comes in by what members may not log in by.
fn check_method(settings: &Settings, method: AuthMethod) -> Result<(), ApiError> {
    match settings.usable_auth_methods().contains(&method) {
        true => Ok(()),
        false => Err(ApiError::RestrictedAuthMethod),
    }
}

fn lets_connection_join(settings: &Settings, id: &str) -> bool {
    match settings.sso_jit_provisioning {
        Admission::AllAllowed => true,
        Admission::Restricted => settings.sso_jit_provisioning_allowed_connections.iter().any(|allowed| allowed == id),
        Admission::NotAllowed => false,
    }
}
