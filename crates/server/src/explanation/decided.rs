//! The rules of the login decision, in words.

use super::Asked;
use super::told::{ExplainedRule, Line, Owner, Source, source};
use crate::decision::{self, Rule};
use crate::members::Member;
use crate::organizations::{AuthMethods, MfaMethod, MfaMethods, MfaPolicy, Organization, PasskeyPolicy};
use serde_json::{Value, json};

/// Whom a decision is about.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) organization: &'a Organization,
    /// None where they would become one.
    pub(super) member: Option<&'a Member>,
    pub(super) asked: &'a Asked,
    /// Whether they come with an account elsewhere that nothing shows to be the member's.
    pub(super) is_unknown_account: bool,
}

impl About<'_> {
    /// A rule of the decision, and how it came out.
    pub(super) fn rule(&self, rule: Rule, is_met: bool) -> ExplainedRule {
        let line = match rule {
            Rule::NotDeleted => self.not_deleted(),
            Rule::FirstFactor if self.is_unknown_account => self.account(),
            Rule::FirstFactor => self.first_factor(),
            Rule::AddressProven => self.address_proven(),
            Rule::Passkey => self.passkey(),
            Rule::SecondFactor => self.second_factor(),
        };
        line.told(is_met)
    }

    fn is_breakglass(&self) -> bool {
        self.member.is_some_and(|member| member.is_breakglass)
    }

    fn not_deleted(&self) -> Line {
        let status = self.member.map_or(Value::Null, |member| json!(member.status));
        Line {
            rule: "member_is_not_deleted",
            met: match self.member {
                Some(member) => format!("The member is {}, not deleted.", member.status.as_str()),
                None => "The person is no member yet.".into(),
            },
            unmet: "The member is deleted.".into(),
            mend: "Bring the member back.".into(),
            source: source(Owner::Member, "status", status),
        }
    }

    /// Also asked before the decision, of whoever would be mailed something.
    pub(super) fn first_factor(&self) -> Line {
        let (settings, method) = (&self.organization.settings, self.asked.method.as_str());
        let (met, source) = match settings.auth_methods {
            _ if self.is_breakglass() => (
                format!("The member is exempt from the organization's restrictions, so {method} is allowed."),
                source(Owner::Member, "is_breakglass", true),
            ),
            AuthMethods::AllAllowed => (
                format!("The organization lets members log in in every way, so {method} is allowed."),
                source(Owner::Organization, "auth_methods", json!(settings.auth_methods)),
            ),
            AuthMethods::Restricted => (
                format!("{method} is one of the organization's allowed ways to log in."),
                source(Owner::Organization, "allowed_auth_methods", json!(settings.allowed_auth_methods)),
            ),
        };
        let allowed: Vec<_> = settings.allowed_auth_methods.iter().map(|method| method.as_str()).collect();
        Line {
            rule: "auth_method_is_allowed",
            met,
            unmet: format!("{method} is none of the organization's allowed ways to log in ({}).", allowed.join(", ")),
            mend: format!(
                "Add {method} to allowed_auth_methods, set auth_methods to ALL_ALLOWED, or log in by one of those allowed."
            ),
            source,
        }
    }

    /// Of an account that is nobody's yet: the provider's word about its address is no proof.
    fn account(&self) -> Line {
        let method = self.asked.method.as_str();
        Line {
            rule: "oauth_account_is_theirs",
            met: format!("Something else shows who they are; the account of {method} becomes theirs."),
            unmet: format!(
                "Nobody has used the account of {method} here before, and the provider does not show that the address is theirs."
            ),
            mend: "Prove the address in the same login, by a mailed link or code; from then on the account is theirs."
                .into(),
            source: source(
                Owner::Member,
                "oauth_registrations",
                self.member.map(|member| member.oauth_registrations.len()),
            ),
        }
    }

    fn passkey(&self) -> Line {
        let policy = self.organization.settings.passkey_policy;
        let is_required = policy == PasskeyPolicy::Required;
        let has_one = self.member.is_some_and(|member| member.has_passkey);
        Line {
            rule: "passkey_is_proven",
            met: match (is_required, self.is_breakglass()) {
                (false, _) => "The organization asks nobody for a passkey.".into(),
                (true, true) => "The organization asks for a passkey; the member is exempt.".into(),
                (true, false) => "The organization asks for a passkey, and one is used.".into(),
            },
            unmet: "The organization asks everyone for a passkey, and none is used yet.".into(),
            mend: match has_one {
                true => "Use the member's passkey.".into(),
                false => "The member has none; the login goes on by registering one.".into(),
            },
            source: source(Owner::Organization, "passkey_policy", json!(policy)),
        }
    }

    fn address_proven(&self) -> Line {
        let is_verified = self.member.is_some_and(|member| member.email_address_verified);
        let source = match is_verified {
            true => source(Owner::Member, "email_address_verified", true),
            false => source(Owner::Login, "auth_method", json!(self.asked.method)),
        };
        Line {
            rule: "email_address_is_proven",
            met: match is_verified {
                true => "The member has shown before that they read mail at the address.".into(),
                false => format!("{} shows that the address is theirs.", self.asked.method.as_str()),
            },
            unmet: format!(
                "Nobody has shown yet that the member reads mail at the address, and {} does not show it.",
                self.asked.method.as_str()
            ),
            mend: "Log in once by a mailed link or code, or by SSO.".into(),
            source,
        }
    }

    fn second_factor(&self) -> Line {
        let settings = &self.organization.settings;
        let is_enrolled = self.member.is_some_and(|member| member.mfa_enrolled);
        let passkey = self.asked.passkey.then_some("a passkey");
        let proven: Vec<_> = self.asked.second_factors.iter().map(|method| method.as_str()).chain(passkey).collect();
        let (asker, source) = match settings.mfa_policy {
            MfaPolicy::RequiredForAll => {
                ("The organization asks everyone for a second factor", self.of_organization("mfa_policy"))
            }
            MfaPolicy::Optional if is_enrolled => {
                ("The member has enrolled for a second factor", source(Owner::Member, "mfa_enrolled", true))
            }
            MfaPolicy::Optional => ("Nobody asks for a second factor", self.of_organization("mfa_policy")),
        };
        Line {
            rule: "second_factor_is_proven",
            met: match proven.is_empty() {
                true => format!("{asker}."),
                false => format!("{asker}; {} is proven.", proven.join(" and ")),
            },
            unmet: match proven.is_empty() {
                true => format!("{asker}, and none is proven yet."),
                false => format!("{asker}, and {} is not one that may be used here.", proven.join(" and ")),
            },
            mend: self.mend_of_second_factor(),
            source,
        }
    }

    fn of_organization(&self, setting: &'static str) -> Source {
        source(Owner::Organization, setting, json!(self.organization.settings.mfa_policy))
    }

    fn mend_of_second_factor(&self) -> String {
        let settings = &self.organization.settings;
        let usable = |method: &&MfaMethod| decision::may_use(settings, self.is_breakglass(), **method);
        let has = |method: &&MfaMethod| self.member.is_some_and(|member| member.has_mfa_method(**method));
        let words = |methods: Vec<&MfaMethod>, passkey: Option<&'static str>| {
            methods.iter().map(|method| method.as_str()).chain(passkey).collect::<Vec<_>>().join(" or ")
        };
        let passkey = decision::may_add_passkey(settings, self.is_breakglass()).then_some("a passkey");
        let own_passkey = passkey.filter(|_| self.member.is_some_and(|member| member.has_passkey));
        let set_up = words(MfaMethod::ALL.iter().filter(usable).filter(has).collect(), own_passkey);
        let possible = words(MfaMethod::ALL.iter().filter(usable).collect(), passkey);
        match set_up.is_empty() {
            false => format!("Prove {set_up}, which the member has set up."),
            true if settings.mfa_methods == MfaMethods::Restricted => {
                format!("The member has none set up that is allowed; the login goes on by setting up {possible}.")
            }
            true => format!("The member has none set up; the login goes on by setting up {possible}."),
        }
    }
}
