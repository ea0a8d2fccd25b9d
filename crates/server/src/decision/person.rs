//! What a member has to log in with, held against the login decision: how far they would get by it, here and under other settings.
//! Pure.

use super::{Decision, Question, Subject, decide, may_add_passkey, may_use};
use crate::factors::Factor;
use crate::members::{Member, OauthRegistration};
use crate::oauth_providers::Provider;
use crate::organizations::{AuthMethod, MfaMethod, Settings};
use database::Timestamp;

/// A member, and what they can prove.
pub(crate) struct Person<'a> {
    subject: Subject<'a>,
    has_password: bool,
    has_passkey: bool,
    /// The SSO connections that they have come by.
    connections: Vec<&'a str>,
    second_factors: Vec<MfaMethod>,
}

/// What a change of settings would mean for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Judged {
    /// They can log in now, and could not any more.
    pub(crate) is_locked_out: bool,
    /// They would be asked for a second factor, are not now, and have none that they may use.
    pub(crate) lacks_second_factor: bool,
}

/// How far somebody gets by one first factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Nowhere,
    /// To be asked for a passkey.
    Passkey,
    SecondFactor,
    Session,
}

impl<'a> Person<'a> {
    pub(crate) fn of(member: &'a Member) -> Self {
        let second_factors = MfaMethod::ALL.iter().copied().filter(|method| member.has_mfa_method(*method));
        Self {
            subject: Subject::of(member),
            has_password: !member.member_password_id.is_empty(),
            has_passkey: member.has_passkey,
            connections: member.sso_registrations.iter().map(|known| known.connection_id.as_str()).collect(),
            second_factors: second_factors.collect(),
        }
    }

    /// Whether they can log in by anything that they have.
    pub(crate) fn gets_in(&self, settings: &Settings, now: Timestamp) -> bool {
        self.best(settings, now) != Reach::Nowhere
    }

    /// What a change from these settings to those would mean.
    pub(crate) fn judge(&self, before: &Settings, after: &Settings, now: Timestamp) -> Judged {
        let (is, would_be) = (self.best(before, now), self.best(after, now));
        let has_usable = match would_be {
            Reach::Passkey => self.has_passkey,
            Reach::SecondFactor => {
                let adds_passkey = self.has_passkey && may_add_passkey(after, self.subject.is_breakglass);
                adds_passkey
                    || self.second_factors.iter().any(|method| may_use(after, self.subject.is_breakglass, *method))
            }
            Reach::Nowhere | Reach::Session => true,
        };
        Judged {
            is_locked_out: is != Reach::Nowhere && would_be == Reach::Nowhere,
            lacks_second_factor: would_be != is && !has_usable,
        }
    }

    /// Whether a session with these factors is prolonged now, and would not be any more.
    pub(crate) fn stays_behind(&self, before: &Settings, after: &Settings, factors: &[Factor], now: Timestamp) -> bool {
        let is_prolonged = |settings| self.decision(settings, factors, now) == Decision::Authenticated;
        is_prolonged(before) && !is_prolonged(after)
    }

    /// How far they get by the best of what they have.
    fn best(&self, settings: &Settings, now: Timestamp) -> Reach {
        let methods = AuthMethod::BUILT.iter().filter(|method| self.has(settings, **method));
        let passkey = self.has_passkey.then(|| self.reach_with(settings, &[Factor::supposed_passkey(now)], now));
        methods.map(|method| self.reach(settings, *method, now)).chain(passkey).max().unwrap_or(Reach::Nowhere)
    }

    /// Whether they have what this method asks for. Everybody reads their mail, and has an account where the organization's
    /// identity provider is; a password and accounts elsewhere they have or not.
    fn has(&self, settings: &Settings, method: AuthMethod) -> bool {
        match method {
            AuthMethod::MagicLink | AuthMethod::EmailOtp => true,
            AuthMethod::Sso => !settings.sso_active_connections.is_empty(),
            AuthMethod::Password => self.has_password,
            _ => self.account(method).is_some(),
        }
    }

    /// The account of theirs that they log in with by this method, if they have one. At a provider of the project's own its
    /// name is not looked at.
    fn account(&self, method: AuthMethod) -> Option<&str> {
        let provider = method.provider("")?;
        let is_there = |known: &&OauthRegistration| match &provider {
            Provider::Oidc(_) => !Provider::KNOWN.iter().any(|other| other.type_name() == known.provider_type),
            provider => known.provider_type == provider.type_name(),
        };
        self.subject.accounts.iter().find(is_there).map(|known| known.member_oauth_registration_id.as_str())
    }

    fn reach(&self, settings: &Settings, method: AuthMethod, now: Timestamp) -> Reach {
        let connections = settings.sso_active_connections.iter().map(|active| active.connection_id.as_str());
        let known = connections.clone().find(|id| self.connections.contains(id));
        let connection = known.or_else(|| connections.clone().next()).unwrap_or_default();
        let by = self.account(method).unwrap_or(connection);
        self.reach_with(settings, &[Factor::supposed(method, self.subject.email, by, now)], now)
    }

    fn reach_with(&self, settings: &Settings, factors: &[Factor], now: Timestamp) -> Reach {
        match self.decision(settings, factors, now) {
            Decision::Authenticated => Reach::Session,
            Decision::MfaRequired => Reach::SecondFactor,
            Decision::PasskeyRequired => Reach::Passkey,
            Decision::PrimaryRequired(_) | Decision::Refused(_) => Reach::Nowhere,
        }
    }

    fn decision(&self, settings: &Settings, factors: &[Factor], now: Timestamp) -> Decision {
        decide(&Question { settings, member: self.subject, factors, now, within: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::members::Status;
    use crate::organizations::{AuthMethods, MfaMethods, MfaPolicy, PasskeyPolicy};
    use foundation::email_address::EmailAddress;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000_000);

    fn any_settings() -> impl Strategy<Value = Settings> {
        let methods = proptest::sample::subsequence(AuthMethod::ALL.to_vec(), 1..=9);
        let second = proptest::sample::subsequence(MfaMethod::ALL.to_vec(), 1..=2);
        let passkeys = proptest::sample::select(PasskeyPolicy::ALL);
        let flags = any::<[bool; 3]>();
        (methods, second, passkeys, flags).prop_map(|(methods, second, passkeys, [restricted, for_all, few])| {
            Settings {
                passkey_policy: passkeys,
                auth_methods: if restricted { AuthMethods::Restricted } else { AuthMethods::AllAllowed },
                allowed_auth_methods: methods,
                mfa_policy: if for_all { MfaPolicy::RequiredForAll } else { MfaPolicy::Optional },
                mfa_methods: if few { MfaMethods::Restricted } else { MfaMethods::AllAllowed },
                allowed_mfa_methods: second,
                ..Settings::default()
            }
        })
    }

    fn person<'a>(email: &'a EmailAddress, flags: [bool; 6], second_factors: &[MfaMethod]) -> Person<'a> {
        let [is_deleted, is_breakglass, mfa_enrolled, email_verified, has_password, has_passkey] = flags;
        Person {
            subject: Subject {
                status: if is_deleted { Status::Deleted } else { Status::Active },
                is_breakglass,
                mfa_enrolled,
                email,
                email_verified,
                accounts: &[],
            },
            has_password,
            has_passkey,
            connections: Vec::new(),
            second_factors: second_factors.to_vec(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// What is told is what the decision says of each way in.
        #[test]
        fn who_is_locked_out_gets_in_by_nothing(
            before in any_settings(), after in any_settings(), flags in any::<[bool; 6]>(),
            second in proptest::sample::subsequence(MfaMethod::ALL.to_vec(), 0..=2),
        ) {
            let email = EmailAddress::parse("ada@acme.example").unwrap();
            let person = person(&email, flags, &second);
            let comes_further = |settings: &Settings| {
                let has = |method: &&AuthMethod| person.has(settings, **method);
                let methods = AuthMethod::BUILT.iter().filter(has);
                let passkey = flags[5].then(|| Factor::supposed_passkey(NOW));
                methods.map(|method| Factor::supposed(*method, &email, "", NOW)).chain(passkey).any(|factor| {
                    let decision = person.decision(settings, &[factor], NOW);
                    !matches!(decision, Decision::PrimaryRequired(_) | Decision::Refused(_))
                })
            };
            prop_assert_eq!(person.gets_in(&before, NOW), comes_further(&before));
            let judged = person.judge(&before, &after, NOW);
            prop_assert_eq!(judged.is_locked_out, comes_further(&before) && !comes_further(&after));
            let asks = after.mfa_policy == MfaPolicy::RequiredForAll || after.passkey_policy == PasskeyPolicy::Required;
            prop_assert!(!judged.lacks_second_factor || asks || flags[2]);
            prop_assert!(!(judged.is_locked_out && judged.lacks_second_factor));
            // Nothing comes of what changes nothing, nor of what allows more than before.
            let nothing = Judged { is_locked_out: false, lacks_second_factor: false };
            prop_assert_eq!(person.judge(&before, &before, NOW), nothing);
            prop_assert!(!person.judge(&before, &Settings::default(), NOW).is_locked_out);
        }

        /// A session stays behind by what the decision says of it, and by nothing else.
        #[test]
        fn a_session_stays_behind_where_it_is_not_enough_any_more(
            before in any_settings(), after in any_settings(), flags in any::<[bool; 6]>(),
            methods in proptest::sample::subsequence(AuthMethod::ALL.to_vec(), 1..=4),
        ) {
            let email = EmailAddress::parse("ada@acme.example").unwrap();
            let person = person(&email, flags, &[]);
            let factors: Vec<_> = methods.iter().map(|method| Factor::supposed(*method, &email, "", NOW)).collect();
            let is_enough = |settings: &Settings| person.decision(settings, &factors, NOW) == Decision::Authenticated;
            let stays = person.stays_behind(&before, &after, &factors, NOW);
            prop_assert_eq!(stays, is_enough(&before) && !is_enough(&after));
            prop_assert!(!person.stays_behind(&before, &before, &factors, NOW));
        }
    }
}
