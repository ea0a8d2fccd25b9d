//! What is asked of a login before its decision: by each way in, what that way in asks.

use super::decided::About;
use super::told::{ExplainedRule, Line, Owner, Told, source};
use super::{Asked, Found};
use crate::attempts::{self, Target};
use crate::decision;
use crate::joining;
use crate::members::{self, Member};
use crate::oauth_providers::{self, Provider};
use crate::organizations::{self, AuthMethod, OauthTenants, Organization, TenantProvider};
use crate::sso;
use crate::stored_passwords::{self, Holder, StoredPassword};
use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::time;
use serde_json::{Value, json};

/// Passes the gates of a way in, or is refused at one.
pub(super) fn pass(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    asked: &Asked,
    told: &mut Told,
) -> Result<Option<Found>> {
    let is_built = AuthMethod::BUILT.contains(&asked.method);
    told.note(built(asked.method).told(is_built));
    if !is_built {
        return Ok(None);
    }
    let mut gates = Gates { tx, cx, organization, asked, told };
    match asked.method.provider(asked.connection_id.as_deref().unwrap_or_default()) {
        Some(provider) => gates.by_account(&provider),
        None if asked.method == AuthMethod::Password => gates.by_password(),
        None if asked.method == AuthMethod::Sso => gates.by_sso(),
        None => gates.by_mail(),
    }
}

/// Whether second factors are looked at.
pub(super) fn second_lock(lock: Option<Timestamp>) -> ExplainedRule {
    locked("second_factors_are_not_locked", "second factors", lock).told(lock.is_none())
}

struct Gates<'a, 't> {
    tx: &'a mut Tx<'t>,
    cx: &'a Cx,
    organization: &'a Organization,
    asked: &'a Asked,
    told: &'a mut Told,
}

impl Gates<'_, '_> {
    /// By what is mailed to the address.
    fn by_mail(&mut self) -> Result<Option<Found>> {
        let Some(member) = self.whose()? else { return Ok(None) };
        if !self.is_usable(member.as_ref()) || (member.is_none() && !self.is_open()?) {
            return Ok(None);
        }
        if self.asked.method == AuthMethod::EmailOtp && !self.is_looked_at()? {
            return Ok(None);
        }
        Ok(Some(Found { member, by: String::new() }))
    }

    /// By an account at an OAuth provider that has the address.
    fn by_account(&mut self, provider: &Provider) -> Result<Option<Found>> {
        let is_set_up = oauth_providers::has(self.tx, self.cx.project(), provider)?;
        let set_up = if is_set_up { Ok(()) } else { Err(ApiError::OauthConfigNotFound.into()) };
        if self.told.ask(set_up_provider(provider), set_up)?.is_none() {
            return Ok(None);
        }
        let Some(member) = self.whose()? else { return Ok(None) };
        if member.is_none() && (!self.is_usable(None) || !self.is_open_to_account()?) {
            return Ok(None);
        }
        let accounts = member.as_ref().map(|member| &member.oauth_registrations[..]).unwrap_or_default();
        let own = accounts.iter().rfind(|known| known.provider_type == provider.type_name());
        let by = own.map(|known| known.member_oauth_registration_id.clone()).unwrap_or_default();
        Ok(Some(Found { member, by }))
    }

    /// Whether somebody may come by this method, for ways in that ask that first.
    fn is_usable(&mut self, member: Option<&Member>) -> bool {
        let is_usable = decision::is_usable(self.organization, member, self.asked.method);
        if !is_usable {
            let (organization, asked) = (self.organization, self.asked);
            let about = About { organization, member, asked, is_unknown_account: false };
            self.told.note(about.first_factor().told(false));
            self.told.refuse(ApiError::RestrictedAuthMethod);
        }
        is_usable
    }

    /// Whether somebody who is no member may become one by their address.
    fn is_open(&mut self) -> Result<bool> {
        let open = joining::check_open(self.organization, &self.asked.email);
        Ok(self.told.ask(self.may_join(), open)?.is_some())
    }

    /// The same by their account at an OAuth provider: by their address, or by a tenant that the account is of.
    fn is_open_to_account(&mut self) -> Result<bool> {
        let provider = TenantProvider::ALL.iter().find(|provider| provider.method() == self.asked.method);
        let Some(provider) = provider else { return self.is_open() };
        let tenants = OauthTenants { provider: *provider, ids: self.asked.tenants.clone() };
        let open = joining::check_open_to_account(self.organization, &self.asked.email, Some(&tenants));
        Ok(self.told.ask(self.may_join_by_tenant(&tenants), open)?.is_some())
    }

    fn by_password(&mut self) -> Result<Option<Found>> {
        if !self.is_looked_at()? {
            return Ok(None);
        }
        let found = self.with_password()?.ok_or(ApiError::WrongPassword.into());
        let Some((member, password)) = self.told.ask(self.has_password(), found)? else { return Ok(None) };
        if !self.is_open_domain()? {
            return Ok(None);
        }
        self.told.note(no_reset().told(!password.must_be_reset));
        if password.must_be_reset {
            self.told.refuse(ApiError::MemberResetPassword);
            return Ok(None);
        }
        Ok(Some(Found { member: Some(member), by: String::new() }))
    }

    fn by_sso(&mut self) -> Result<Option<Found>> {
        let given = self.asked.connection_id.as_deref();
        let in_use = sso::connection_in_use(self.tx, self.cx, self.organization, given);
        let Some(connection_id) = self.told.ask(self.connection(), in_use)? else { return Ok(None) };
        if self.whose()?.is_none() {
            return Ok(None);
        }
        let expected = sso::expected(self.tx, self.cx, self.organization, &connection_id, &self.asked.email);
        let expected = match expected {
            Ok(sso::Expected::OnlyBySession(error, why)) => {
                let line = Line { unmet: why, ..self.accepted(Some(error)) };
                self.told.note(line.told(false));
                self.told.refuse(error);
                return Ok(None);
            }
            Err(error) => {
                let line = self.accepted(error.api());
                self.told.ask(line, Err::<Found, _>(error))?;
                return Ok(None);
            }
            Ok(expected) => expected,
        };
        self.told.note(self.accepted(None).told(true));
        let member = match expected {
            sso::Expected::Member(member) => Some(*member),
            _ => None,
        };
        Ok(Some(Found { member, by: connection_id }))
    }

    /// The member who has the address, if one has, and if the organization can have one with it. None where that is refused.
    fn whose(&mut self) -> Result<Option<Option<Member>>> {
        if !self.is_open_domain()? {
            return Ok(None);
        }
        let found = members::find_by_email(self.tx, self.organization, &self.asked.email);
        self.told.ask(not_retired(), found)
    }

    fn is_open_domain(&mut self) -> Result<bool> {
        let (id, email) = (&self.organization.organization_id, &self.asked.email);
        let claimed = organizations::check_claimed(self.tx, self.cx.project(), Some(id), email);
        Ok(self.told.ask(not_claimed(email.domain()), claimed)?.is_some())
    }

    /// Whether what could be guessed is looked at.
    fn is_looked_at(&mut self) -> Result<bool> {
        let target = Target::Primary { organization: &self.organization.organization_id, email: &self.asked.email };
        let lock = attempts::locked_until(self.tx, self.cx, &target)?;
        let line = locked("first_factors_are_not_locked", "passwords and codes", lock);
        let looked_at = if lock.is_some() { Err(ApiError::UserLockLimitReached.into()) } else { Ok(()) };
        Ok(self.told.ask(line, looked_at)?.is_some())
    }

    /// The member, and the password that they would log in with. That an address has one in the whole project is not told to
    /// members in whose organization it was never used (threat T-45).
    fn with_password(&mut self) -> Result<Option<(Member, StoredPassword)>> {
        let found = members::find_by_present_email(self.tx, self.organization, &self.asked.email)?;
        let is_told = |member: &Member| {
            let settings = &self.cx.project().settings;
            let is_own = !settings.cross_org_passwords_enabled || !member.member_password_id.is_empty();
            is_own || self.cx.acting.is_none()
        };
        let Some(member) = found.filter(is_told) else { return Ok(None) };
        let id = &self.organization.organization_id;
        let holder = Holder::of(self.cx, id, &member.member_id, &member.email_address);
        let password = stored_passwords::find(self.tx, self.cx, &holder)?;
        Ok(password.map(|password| (member, password)))
    }

    fn has_password(&self) -> Line {
        let is_of_address = self.cx.project().settings.cross_org_passwords_enabled;
        Line {
            rule: "member_has_a_password",
            met: "A member has the address and a password; it is taken to be the right one.".into(),
            unmet: "No member with this address has a password.".into(),
            mend: "Have them log in in another way, or set a password by a mailed link.".into(),
            source: match is_of_address {
                true => source(Owner::Project, "cross_org_passwords_enabled", true),
                false => source(Owner::Member, "member_password_id", Value::Null),
            },
        }
    }

    fn may_join(&self) -> Line {
        let settings = &self.organization.settings;
        let domain = self.asked.email.domain();
        Line {
            rule: "may_join_by_email_domain",
            met: format!("Nobody has the address yet, and people of {domain} may join the organization by themselves."),
            unmet: format!("No member has the address, and people of {domain} may not join by themselves."),
            mend: format!(
                "Invite the address, or set email_jit_provisioning to RESTRICTED and add {domain} to email_allowed_domains."
            ),
            source: source(
                Owner::Organization,
                "email_jit_provisioning",
                json!({
                    "email_jit_provisioning": settings.email_jit_provisioning,
                    "email_allowed_domains": settings.email_allowed_domains,
                }),
            ),
        }
    }

    fn may_join_by_tenant(&self, tenants: &OauthTenants) -> Line {
        let settings = &self.organization.settings;
        let (domain, provider) = (self.asked.email.domain(), tenants.provider.as_str());
        let of = match tenants.ids.as_slice() {
            [] => format!("of no tenant at {provider} that is known here"),
            ids => format!("of {} at {provider}", ids.join(", ")),
        };
        Line {
            rule: "may_join_by_email_domain_or_tenant",
            met: format!("Nobody has the address yet, and people of {domain}, or {of}, may join by themselves."),
            unmet: format!(
                "No member has the address, and neither people of {domain} nor {of} may join by themselves."
            ),
            mend: format!(
                "Invite the address, let people of {domain} join (email_jit_provisioning, email_allowed_domains), or those of a \
                 tenant: set oauth_tenant_jit_provisioning to RESTRICTED and list it under {provider} in allowed_oauth_tenants."
            ),
            source: source(
                Owner::Organization,
                "oauth_tenant_jit_provisioning",
                json!({
                    "email_jit_provisioning": settings.email_jit_provisioning,
                    "email_allowed_domains": settings.email_allowed_domains,
                    "oauth_tenant_jit_provisioning": settings.oauth_tenant_jit_provisioning,
                    "allowed_oauth_tenants": settings.allowed_oauth_tenants.get(provider),
                }),
            ),
        }
    }

    fn connection(&self) -> Line {
        let active: Vec<_> = self.organization.settings.sso_active_connections.iter().collect();
        let ids: Vec<_> = active.iter().map(|connection| connection.connection_id.as_str()).collect();
        Line {
            rule: "sso_connection_is_active",
            met: "The SSO connection is active.".into(),
            unmet: match &self.asked.connection_id {
                Some(id) => format!("The organization has no active SSO connection {id}."),
                None => "The organization has no active SSO connection.".into(),
            },
            mend: "Set up an SSO connection, and complete what it lacks.".into(),
            source: source(Owner::Organization, "sso_active_connections", json!(ids)),
        }
    }

    fn accepted(&self, error: Option<ApiError>) -> Line {
        let settings = &self.organization.settings;
        let unmet = match error {
            Some(ApiError::RestrictedAuthMethod) => "No member has the address, and SSO is no way to become one here.",
            Some(ApiError::InvalidConnectionForJit) => {
                "No member has the address, and nobody becomes one by this connection."
            }
            _ => "The connection's word about this address is not taken.",
        };
        Line {
            rule: "sso_account_is_accepted",
            met: "Whoever the identity provider says has this address comes in, if it has verified the address.".into(),
            unmet: unmet.into(),
            mend: "Invite the address, or let people in by the connection: sso_jit_provisioning, \
                   sso_jit_provisioning_allowed_connections, and for connections that members have set up \
                   email_allowed_domains."
                .into(),
            source: source(Owner::Organization, "sso_jit_provisioning", json!(settings.sso_jit_provisioning)),
        }
    }
}

fn built(method: AuthMethod) -> Line {
    let words: Vec<_> = AuthMethod::BUILT.iter().map(|method| method.as_str()).collect();
    let method = method.as_str();
    Line {
        rule: "auth_method_is_built",
        met: format!("This server has a way to log in by {method}."),
        unmet: format!("This server has no way to log in by {method}."),
        mend: format!("Log in in a way that it has: {}.", words.join(", ")),
        source: source(Owner::Server, "auth_methods", json!(words)),
    }
}

fn set_up_provider(provider: &Provider) -> Line {
    let name = provider.type_name();
    Line {
        rule: "oauth_provider_is_set_up",
        met: format!("The project has set up {name}."),
        unmet: format!("The project has not set up {name}."),
        mend: format!("Set it up: guildhall provider set {}.", provider.name()),
        source: source(Owner::Project, "oauth_providers", Value::Null),
    }
}

fn not_claimed(domain: &str) -> Line {
    Line {
        rule: "email_domain_is_not_claimed_elsewhere",
        met: format!("No other organization has claimed {domain} for itself alone."),
        unmet: format!("Another organization has claimed {domain}: only it can have members there."),
        mend: format!(
            "Claim {domain} for this organization too, or take the other's claim away; only the backend can."
        ),
        source: source(Owner::OtherOrganization, "claimed_email_domains", Value::Null),
    }
}

fn not_retired() -> Line {
    Line {
        rule: "email_address_is_not_retired",
        met: "The address is in use, or nobody's.".into(),
        unmet: "A member had this address before, and has another now.".into(),
        mend: "Log in with the member's present address, or unlink the retired one from them.".into(),
        source: source(Owner::Member, "retired_email_addresses", Value::Null),
    }
}

fn no_reset() -> Line {
    Line {
        rule: "password_need_not_be_reset",
        met: "The password was not taken out of use.".into(),
        unmet: "The password has to be replaced before it is of use.".into(),
        mend: "Have them set another password by a mailed link.".into(),
        source: source(Owner::Member, "member_password_id", Value::Null),
    }
}

fn locked(rule: &'static str, what: &str, lock: Option<Timestamp>) -> Line {
    let until = lock.map(time::to_text);
    Line {
        rule,
        met: format!("There is no lock on {what} of this address."),
        unmet: format!("Too many {what} were wrong: none is looked at until {}.", until.as_deref().unwrap_or_default()),
        mend: "End the member's lock, or wait; what cannot be guessed (a mailed link, SSO) lets them in now.".into(),
        source: source(Owner::Member, "lock_expires_at", until),
    }
}
