use super::*;
use crate::factors::DeliveryMethod;
use crate::oauth_providers::Provider;
use crate::organizations::{AuthMethods, MfaMethod};
use foundation::id::{EmailId, Environment};
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
        decide(&Question {
            settings: &self.settings,
            member: Subject {
                status: self.status,
                is_breakglass: self.breakglass,
                mfa_enrolled: self.enrolled,
                email: &email(),
                email_verified: self.verified,
                accounts: &known_accounts(),
            },
            factors: &self.factors,
            now: NOW,
            within: self.within,
        })
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

fn any_case() -> impl Strategy<Value = Case> {
    let factors = proptest::sample::subsequence(every_factor(), 0..=13);
    let methods = proptest::sample::subsequence(AuthMethod::ALL.to_vec(), 1..=10);
    let second = proptest::sample::subsequence(MfaMethod::ALL.to_vec(), 1..=2);
    let flags = proptest::array::uniform7(any::<bool>());
    (factors, methods, second, flags).prop_map(|(factors, methods, second, flags)| {
        let [restricted, mfa_for_all, mfa_restricted, breakglass, enrolled, verified, pending] = flags;
        let mut settings = if restricted { only(&methods) } else { Settings::default() };
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
            prop_assert!(case.factors.iter().filter(is_theirs).filter_map(Factor::primary_method).any(allowed));
            let proves = |f: &Factor| f.proves(&email()) || f.kind == FactorType::Sso;
            prop_assert!(case.verified || case.factors.iter().any(proves));
            let second = |f: &Factor| match &f.kind {
                FactorType::Otp => may_use(&case.settings, case.breakglass, MfaMethod::SmsOtp),
                FactorType::Totp | FactorType::RecoveryCodes => may_use(&case.settings, case.breakglass, MfaMethod::Totp),
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

    /// What is asked for is always something the organization allows.
    #[test]
    fn only_allowed_methods_are_asked_for(case in any_case()) {
        if let Decision::PrimaryRequired(methods) = case.decide() {
            let usable = usable_methods(&case.settings, case.breakglass);
            prop_assert!(methods.iter().all(|method| usable.contains(method)));
        }
    }
}
