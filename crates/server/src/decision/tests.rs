use super::*;
use crate::factors::{DeliveryMethod, PasskeyFactor};
use crate::oauth_providers::Provider;
use crate::organizations::{AuthMethods, MfaMethod};
use foundation::id::{EmailId, Environment, WebauthnRegistrationId};
use proptest::prelude::*;

const MINUTE: i64 = 60_000_000;
const NOW: Timestamp = Timestamp(1000 * MINUTE);

fn email() -> EmailAddress {
    EmailAddress::parse("ada@acme.example").unwrap()
}

fn link_to(address: &str) -> Factor {
    Factor::magic_link(EmailId::new(Environment::Test), EmailAddress::parse(address).unwrap(), NOW)
}

fn code_to(address: &str) -> Factor {
    Factor::email_otp(EmailId::new(Environment::Test), EmailAddress::parse(address).unwrap(), NOW)
}

fn factor(kind: FactorType, delivery_method: DeliveryMethod) -> Factor {
    Factor { kind, delivery_method, identity: None, ..link_to("ada@acme.example") }
}

/// The account of Ada's that is known.
const KNOWN: &str = "oauth-registration-test-1";

fn account(provider: &Provider, id: &str, proven: Option<&str>) -> Factor {
    Factor::oauth(provider, id, "subject", proven.map(|text| EmailAddress::parse(text).unwrap()).as_ref(), NOW)
}

fn known_accounts() -> Vec<OauthRegistration> {
    vec![OauthRegistration {
        provider_type: "Google".into(),
        provider_subject: "subject".into(),
        member_oauth_registration_id: KNOWN.into(),
        profile_picture_url: None,
        locale: None,
        unknown: Default::default(),
    }]
}

fn passkey(user_verified: bool) -> Factor {
    let webauthn_registration_id = WebauthnRegistrationId::new(Environment::Test);
    Factor::passkey(PasskeyFactor { webauthn_registration_id, domain: "acme.example".into(), user_verified }, NOW)
}

fn every_factor() -> Vec<Factor> {
    use DeliveryMethod::*;
    vec![
        link_to("ada@acme.example"),
        link_to("eve@evil.example"),
        code_to("ada@acme.example"),
        factor(FactorType::Password, Knowledge),
        factor(FactorType::Sso, SsoSaml),
        account(&Provider::Google, KNOWN, None),
        account(&Provider::Github, "another", None),
        account(&Provider::Microsoft, "another", Some("ada@acme.example")),
        account(&Provider::Google, "another", Some("eve@evil.example")),
        account(&Provider::Oidc("acme".into()), KNOWN, None),
        factor(FactorType::Otp, Sms),
        factor(FactorType::Totp, AuthenticatorApp),
        factor(FactorType::RecoveryCodes, RecoveryCode),
        passkey(true),
        passkey(false),
        // One that says nothing of itself proves nothing.
        factor(FactorType::Webauthn, WebauthnRegistration),
        // Nor does whoever acts in the member's place (threat T-50).
        factor(FactorType::Impersonated, Impersonation),
    ]
}

#[derive(Debug, Clone)]
struct Case {
    settings: Settings,
    status: Status,
    breakglass: bool,
    enrolled: bool,
    verified: bool,
    factors: Vec<Factor>,
    within: Option<i64>,
}

impl Case {
    fn new(factors: Vec<Factor>) -> Self {
        Case {
            settings: Settings::default(),
            status: Status::Active,
            breakglass: false,
            enrolled: false,
            verified: true,
            factors,
            within: None,
        }
    }
    fn decide(&self) -> Decision {
        self.weigh().0
    }
    /// The decision, which is the same whether it is explained or not, and the rules that were looked at.
    fn weigh(&self) -> (Decision, Vec<(Rule, bool)>) {
        let email = email();
        let question = Question {
            settings: &self.settings,
            member: Subject {
                status: self.status,
                is_breakglass: self.breakglass,
                mfa_enrolled: self.enrolled,
                email: &email,
                email_verified: self.verified,
                accounts: &known_accounts(),
            },
            factors: &self.factors,
            now: NOW,
            within: self.within,
        };
        let mut rules = Vec::new();
        let decision = weigh(&question, |rule, is_met| rules.push((rule, is_met)));
        assert_eq!(decision, decide(&question));
        (decision, rules)
    }
}

fn aged(minutes: i64) -> Factor {
    Factor { last_authenticated_at: Timestamp(NOW.0 - minutes * MINUTE), ..link_to("ada@acme.example") }
}

fn only(methods: &[AuthMethod]) -> Settings {
    Settings { auth_methods: AuthMethods::Restricted, allowed_auth_methods: methods.to_vec(), ..Settings::default() }
}

#[test]
fn a_table_of_decisions() {
    use Decision::*;
    let link = || vec![link_to("ada@acme.example")];
    let with_code = || [link(), vec![factor(FactorType::Otp, DeliveryMethod::Sms)]].concat();
    let mfa = || Settings { mfa_policy: MfaPolicy::RequiredForAll, ..Settings::default() };
    let totp_only =
        || Settings { mfa_methods: MfaMethods::Restricted, allowed_mfa_methods: vec![MfaMethod::Totp], ..mfa() };
    let sso = || only(&[AuthMethod::Sso]);
    let unproven = PrimaryRequired(AuthMethod::EMAIL_VERIFYING.to_vec());
    let cases = [
        ("a link suffices", Case::new(link()), Authenticated),
        ("nothing proven", Case::new(vec![]), PrimaryRequired(AuthMethod::ALL.to_vec())),
        (
            "a second factor alone",
            Case::new(vec![factor(FactorType::Totp, DeliveryMethod::AuthenticatorApp)]),
            PrimaryRequired(AuthMethod::ALL.to_vec()),
        ),
        ("a deleted member", Case { status: Status::Deleted, ..Case::new(link()) }, Refused(Refusal::MemberDeleted)),
        ("a pending member", Case { status: Status::Pending, ..Case::new(link()) }, Authenticated),
        ("a method not allowed", Case { settings: sso(), ..Case::new(link()) }, PrimaryRequired(vec![AuthMethod::Sso])),
        ("breakglass is exempt", Case { settings: sso(), breakglass: true, ..Case::new(link()) }, Authenticated),
        ("mfa for all", Case { settings: mfa(), ..Case::new(link()) }, MfaRequired),
        ("mfa for all, proven", Case { settings: mfa(), ..Case::new(with_code()) }, Authenticated),
        ("mfa by a method not allowed", Case { settings: totp_only(), ..Case::new(with_code()) }, MfaRequired),
        (
            "the same for breakglass",
            Case { settings: totp_only(), breakglass: true, ..Case::new(with_code()) },
            Authenticated,
        ),
        ("breakglass still needs mfa", Case { settings: mfa(), breakglass: true, ..Case::new(link()) }, MfaRequired),
        ("mfa for the enrolled", Case { enrolled: true, ..Case::new(link()) }, MfaRequired),
        (
            "nobody is asked for the same twice",
            Case { settings: mfa(), ..Case::new([with_code(), link()].concat()) },
            Authenticated,
        ),
        ("proven just now", Case { within: Some(5), ..Case::new(link()) }, Authenticated),
        (
            "proven too long ago",
            Case { within: Some(5), ..Case::new(vec![aged(5)]) },
            PrimaryRequired(AuthMethod::ALL.to_vec()),
        ),
        (
            "a second factor proven too long ago",
            Case {
                settings: mfa(),
                within: Some(5),
                ..Case::new(vec![link_to("ada@acme.example"), Factor { kind: FactorType::Totp, ..aged(6) }])
            },
            MfaRequired,
        ),
        (
            "a password proves no address",
            Case { verified: false, ..Case::new(vec![factor(FactorType::Password, DeliveryMethod::Knowledge)]) },
            unproven.clone(),
        ),
        (
            "a link to another address",
            Case { verified: false, ..Case::new(vec![link_to("eve@evil.example")]) },
            unproven.clone(),
        ),
        (
            "a code proves the address",
            Case { verified: false, ..Case::new(vec![code_to("ada@acme.example")]) },
            Authenticated,
        ),
        (
            "a code is no link",
            Case { settings: only(&[AuthMethod::MagicLink]), ..Case::new(vec![code_to("ada@acme.example")]) },
            PrimaryRequired(vec![AuthMethod::MagicLink]),
        ),
        ("an account of the member's", Case::new(vec![account(&Provider::Google, KNOWN, None)]), Authenticated),
        (
            "T-24: an account that is nobody's",
            Case::new(vec![account(&Provider::Github, "another", None)]),
            unproven.clone(),
        ),
        (
            "T-21: an account that proves another address",
            Case::new(vec![account(&Provider::Google, "another", Some("eve@evil.example"))]),
            unproven.clone(),
        ),
        (
            "an account that proves the address",
            Case {
                verified: false,
                ..Case::new(vec![account(&Provider::Google, "another", Some("ada@acme.example"))])
            },
            Authenticated,
        ),
        (
            "a member's account proves no address",
            Case { verified: false, ..Case::new(vec![account(&Provider::Google, KNOWN, None)]) },
            unproven.clone(),
        ),
        (
            "an account that is nobody's, where nothing proves addresses",
            Case {
                settings: only(&[AuthMethod::GithubOauth]),
                ..Case::new(vec![account(&Provider::Github, "another", None)])
            },
            PrimaryRequired(vec![]),
        ),
        (
            "an account without an identity",
            Case::new(vec![factor(FactorType::Oauth, DeliveryMethod::OauthGoogle)]),
            unproven.clone(),
        ),
        ("a link proves the address", Case { verified: false, ..Case::new(link()) }, Authenticated),
        (
            "primary comes before mfa",
            Case { settings: Settings { mfa_policy: MfaPolicy::RequiredForAll, ..sso() }, ..Case::new(link()) },
            PrimaryRequired(vec![AuthMethod::Sso]),
        ),
    ];
    for (name, case, expected) in cases {
        assert_eq!(case.decide(), expected, "{name}");
    }
}

const ORDER: [Rule; 5] = [Rule::NotDeleted, Rule::FirstFactor, Rule::AddressProven, Rule::Passkey, Rule::SecondFactor];

#[test]
fn a_table_of_decisions_about_passkeys() {
    use Decision::*;
    use PasskeyPolicy::*;
    let (all, link) = (PrimaryRequired(AuthMethod::ALL.to_vec()), link_to("ada@acme.example"));
    let with = |passkey_policy, settings: Settings| Settings { passkey_policy, ..settings };
    let mfa = || Settings { mfa_policy: MfaPolicy::RequiredForAll, ..Settings::default() };
    let totp = || factor(FactorType::Totp, DeliveryMethod::AuthenticatorApp);
    let totp_only =
        || Settings { mfa_methods: MfaMethods::Restricted, allowed_mfa_methods: vec![MfaMethod::Totp], ..mfa() };
    let (sso, sso_required) = (|| only(&[AuthMethod::Sso]), PrimaryRequired(vec![AuthMethod::Sso]));
    let of = |settings, factors: &[&Factor]| Case {
        settings,
        ..Case::new(factors.iter().map(|factor| (*factor).clone()).collect())
    };
    let (verified, present) = (passkey(true), passkey(false));
    let old = Factor { last_authenticated_at: Timestamp(NOW.0 - 6 * MINUTE), ..verified.clone() };
    let cases = [
        ("alone, with the person verified", of(Settings::default(), &[&verified]), Authenticated),
        ("alone, with somebody there", of(Settings::default(), &[&present]), all.clone()),
        ("two factors at once", of(mfa(), &[&verified]), Authenticated),
        ("two for the enrolled", Case { enrolled: true, ..Case::new(vec![verified.clone()]) }, Authenticated),
        ("after a link", of(mfa(), &[&link, &present]), Authenticated),
        ("proven too long ago", Case { within: Some(5), ..Case::new(vec![old]) }, all.clone()),
        ("where ways in are restricted", of(sso(), &[&verified]), sso_required.clone()),
        ("where it is allowed all the same", of(with(Allowed, sso()), &[&verified]), Authenticated),
        ("where second factors are restricted", of(totp_only(), &[&verified]), MfaRequired),
        ("the same, with the app", of(totp_only(), &[&verified, &totp()]), Authenticated),
        ("the same, allowed", of(with(Allowed, totp_only()), &[&verified]), Authenticated),
        ("not allowed", of(with(NotAllowed, Settings::default()), &[&verified]), all),
        ("not allowed as a second one", of(with(NotAllowed, mfa()), &[&link, &verified]), MfaRequired),
        ("breakglass is exempt", Case { breakglass: true, ..of(with(NotAllowed, mfa()), &[&verified]) }, Authenticated),
        ("required", of(with(Required, Settings::default()), &[&link]), PasskeyRequired),
        ("required, and the app is none", of(with(Required, mfa()), &[&link, &totp()]), PasskeyRequired),
        ("required, alone", of(with(Required, mfa()), &[&verified]), Authenticated),
        ("required, after a link", of(with(Required, totp_only()), &[&link, &present]), Authenticated),
        ("required, beside SSO", of(with(Required, sso()), &[&verified]), sso_required),
        (
            "required, not of breakglass",
            Case { breakglass: true, ..of(with(Required, mfa()), &[&link, &totp()]) },
            Authenticated,
        ),
        (
            "it proves no address",
            Case { verified: false, ..Case::new(vec![verified]) },
            PrimaryRequired(AuthMethod::EMAIL_VERIFYING.to_vec()),
        ),
    ];
    for (name, case, expected) in cases {
        assert_eq!(case.decide(), expected, "{name}");
    }
}

fn any_case() -> impl Strategy<Value = Case> {
    let factors = proptest::sample::subsequence(every_factor(), 0..=every_factor().len());
    let methods = proptest::sample::subsequence(AuthMethod::ALL.to_vec(), 1..=AuthMethod::ALL.len());
    let second = proptest::sample::subsequence(MfaMethod::ALL.to_vec(), 1..=2);
    let policy = proptest::sample::select(PasskeyPolicy::ALL);
    let flags = proptest::array::uniform7(any::<bool>());
    (factors, methods, second, policy, flags).prop_map(|(factors, methods, second, policy, flags)| {
        let [restricted, mfa_for_all, mfa_restricted, breakglass, enrolled, verified, pending] = flags;
        let mut settings = if restricted { only(&methods) } else { Settings::default() };
        settings.passkey_policy = policy;
        if mfa_for_all {
            settings.mfa_policy = MfaPolicy::RequiredForAll;
        }
        if mfa_restricted {
            settings.mfa_methods = MfaMethods::Restricted;
            settings.allowed_mfa_methods = second;
        }
        let status = if pending { Status::Pending } else { Status::Active };
        Case { settings, status, breakglass, enrolled, verified, ..Case::new(factors) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The property that everything rests on: nobody is in without the factors that the policy asks for.
    #[test]
    fn t39_nobody_is_authenticated_without_the_policys_factors(case in any_case()) {
        if case.decide() == Decision::Authenticated {
            let allowed = |method: AuthMethod| {
                case.breakglass
                    || case.settings.auth_methods == AuthMethods::AllAllowed
                    || case.settings.allowed_auth_methods.contains(&method)
            };
            // An account counts that is the member's, or that proves the address (threats T-21, T-24).
            let is_theirs = |f: &&Factor| {
                f.kind != FactorType::Oauth || f.account() == Some(KNOWN) || f.proves(&email())
            };
            let passkeys = case.settings.passkey_policy;
            let begins = case.breakglass
                || passkeys == PasskeyPolicy::Allowed
                || (passkeys != PasskeyPolicy::NotAllowed && case.settings.auth_methods == AuthMethods::AllAllowed);
            let first = |f: &Factor| match f.primary_method() {
                Some(method) => allowed(method),
                None => begins && f.is_verified_passkey() == Some(true),
            };
            prop_assert!(case.factors.iter().filter(is_theirs).any(first));
            let is_passkey = |f: &Factor| f.is_verified_passkey().is_some();
            let needs_passkey = passkeys == PasskeyPolicy::Required && !case.breakglass;
            prop_assert!(!needs_passkey || case.factors.iter().any(is_passkey));
            let adds = case.breakglass
                || matches!(passkeys, PasskeyPolicy::Allowed | PasskeyPolicy::Required)
                || (passkeys != PasskeyPolicy::NotAllowed && case.settings.mfa_methods == MfaMethods::AllAllowed);
            let proves = |f: &Factor| f.proves(&email()) || f.kind == FactorType::Sso;
            prop_assert!(case.verified || case.factors.iter().any(proves));
            let second = |f: &Factor| match &f.kind {
                FactorType::Otp => may_use(&case.settings, case.breakglass, MfaMethod::SmsOtp),
                FactorType::Totp | FactorType::RecoveryCodes => may_use(&case.settings, case.breakglass, MfaMethod::Totp),
                FactorType::Webauthn => adds && is_passkey(f),
                _ => false,
            };
            let needs_mfa = case.enrolled || case.settings.mfa_policy == MfaPolicy::RequiredForAll;
            prop_assert!(!needs_mfa || case.factors.iter().any(second));
        }
    }

    /// Proving more never takes away what was granted.
    #[test]
    fn another_factor_never_hurts(case in any_case(), extra in 0usize..13) {
        if case.decide() == Decision::Authenticated {
            let mut factors = case.factors.clone();
            factors.push(every_factor()[extra].clone());
            prop_assert_eq!(Case { factors, ..case }.decide(), Decision::Authenticated);
        }
    }

    /// A second factor is asked for only of whom it is asked, once the first suffice, and never where one that counts is there.
    #[test]
    fn t39_a_second_factor_comes_after_the_first(case in any_case()) {
        let asked = case.enrolled || case.settings.mfa_policy == MfaPolicy::RequiredForAll;
        let optional = Settings { mfa_policy: MfaPolicy::Optional, ..case.settings.clone() };
        let without = Case { enrolled: false, settings: optional, ..case.clone() };
        match case.decide() {
            Decision::MfaRequired => {
                prop_assert!(asked);
                prop_assert_eq!(without.decide(), Decision::Authenticated);
                let counts = |f: &Factor| is_usable_second_factor(&case.settings, case.breakglass, f);
                prop_assert!(!case.factors.iter().any(counts));
            }
            // Whether a second factor is asked for makes no difference to the first.
            decision => prop_assert_eq!(without.decide(), decision),
        }
    }

    /// The rules that are told are the reasons: all of them are met where somebody comes in, and else the last one is what
    /// decides.
    #[test]
    fn what_is_told_of_a_decision_is_what_decides(case in any_case(), is_deleted in any::<bool>()) {
        let case = Case { status: if is_deleted { Status::Deleted } else { case.status }, ..case };
        let (decision, rules) = case.weigh();
        let (last, before) = rules.split_last().unwrap();
        prop_assert!(before.iter().all(|(_, is_met)| *is_met));
        prop_assert_eq!(last.1, decision == Decision::Authenticated);
        prop_assert_eq!(before.iter().chain([last]).map(|(rule, _)| *rule).collect::<Vec<_>>(), ORDER[..rules.len()].to_vec());
        let decides = match decision {
            Decision::Refused(Refusal::MemberDeleted) => vec![Rule::NotDeleted],
            Decision::PrimaryRequired(_) => vec![Rule::FirstFactor, Rule::AddressProven],
            Decision::PasskeyRequired => vec![Rule::Passkey],
            Decision::MfaRequired | Decision::Authenticated => vec![Rule::SecondFactor],
        };
        prop_assert!(decides.contains(&last.0), "{:?}", last);
    }

    /// What is asked for is always something the organization allows.
    #[test]
    fn only_allowed_methods_are_asked_for(case in any_case()) {
        if let Decision::PrimaryRequired(methods) = case.decide() {
            let usable = usable_methods(&case.settings, case.breakglass);
            prop_assert!(methods.iter().all(|method| usable.contains(method)));
        }
    }
}
