use super::grounds::{Entrance, Ground, admit};
use crate::organizations::{
    Admission, AuthMethod, AuthMethods, EmailJitProvisioning, OauthTenantJitProvisioning, OauthTenants, Settings,
    TenantProvider,
};
use foundation::email_domain::EmailDomain;
use foundation::error::ApiError;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn domain(name: &str) -> EmailDomain {
    EmailDomain::parse(name).unwrap()
}

fn tenants(provider: TenantProvider, ids: &[&str]) -> OauthTenants {
    OauthTenants { provider, ids: ids.iter().map(|id| (*id).to_owned()).collect() }
}

fn listing(provider: TenantProvider, ids: &[&str]) -> Settings {
    Settings {
        oauth_tenant_jit_provisioning: OauthTenantJitProvisioning::Restricted,
        allowed_oauth_tenants: BTreeMap::from([(provider.as_str().to_owned(), tenants(provider, ids).ids)]),
        ..Settings::default()
    }
}

fn allowing(name: &str) -> Settings {
    Settings {
        email_jit_provisioning: EmailJitProvisioning::Restricted,
        email_allowed_domains: vec![domain(name)],
        ..Settings::default()
    }
}

fn only(methods: &[AuthMethod], settings: Settings) -> Settings {
    Settings { auth_methods: AuthMethods::Restricted, allowed_auth_methods: methods.to_vec(), ..settings }
}

#[test]
fn a_table_of_who_may_come_in() {
    use ApiError::*;
    use TenantProvider::{Github, Hubspot, Slack};
    let (acme, other) = (domain("acme.example"), domain("other.example"));
    let (known, unknown, none) = (tenants(Github, &["7", "109876"]), tenants(Github, &["7"]), tenants(Github, &[]));
    let at_slack = tenants(Slack, &["109876"]);
    let by = |domain| Ground::Domain { domain, is_vouched: true };
    let found_by = |domain| Ground::Domain { domain, is_vouched: false };
    let sso = |admission, allowed: &[&str]| Settings {
        sso_jit_provisioning: admission,
        sso_jit_provisioning_allowed_connections: allowed.iter().map(|id| (*id).to_owned()).collect(),
        ..Settings::default()
    };
    let both = || Settings { email_allowed_domains: vec![acme.clone()], ..listing(Github, &["109876"]) };
    let entrance = || Entrance::Tenant(Github, "109876".into());
    #[rustfmt::skip]
    let cases = [
        ("nothing is known", Settings::default(), vec![], Err(EmailJitNotAllowed)),
        ("a domain, and no domain may join", Settings::default(), vec![by(&acme)], Err(EmailJitNotAllowed)),
        ("a domain that may join", allowing("acme.example"), vec![by(&acme)], Ok(Entrance::Domain(acme.clone()))),
        ("another domain", allowing("acme.example"), vec![by(&other)], Err(InvalidEmailForJit)),
        ("a domain that nobody in it vouches for", allowing("acme.example"), vec![found_by(&acme)], Err(InvalidEmailForJit)),
        ("a domain listed for invitations only", both(), vec![by(&acme)], Err(EmailJitNotAllowed)),
        ("any connection", sso(Admission::AllAllowed, &[]), vec![Ground::Connection("c")], Ok(Entrance::Connection("c".into()))),
        ("a connection that is listed", sso(Admission::Restricted, &["c"]), vec![Ground::Connection("c")], Ok(Entrance::Connection("c".into()))),
        ("one that is not", sso(Admission::Restricted, &["c"]), vec![Ground::Connection("d")], Err(InvalidConnectionForJit)),
        ("no connection", sso(Admission::NotAllowed, &["c"]), vec![Ground::Connection("c")], Err(InvalidConnectionForJit)),
        ("a connection, where nobody logs in by SSO", only(&[AuthMethod::MagicLink], Settings::default()), vec![Ground::Connection("c")], Err(RestrictedAuthMethod)),
        ("a tenant, and no tenant may join", Settings::default(), vec![Ground::Tenants(&known)], Err(OauthTenantJitNotAllowed)),
        ("a tenant that is listed", listing(Github, &["109876"]), vec![Ground::Tenants(&known)], Ok(entrance())),
        ("one that is not", listing(Github, &["109876"]), vec![Ground::Tenants(&unknown)], Err(InvalidOauthTenantForJit)),
        ("none at all", listing(Github, &["109876"]), vec![Ground::Tenants(&none)], Err(InvalidOauthTenantForJit)),
        ("the same id at another provider", listing(Github, &["109876"]), vec![Ground::Tenants(&at_slack)], Err(InvalidOauthTenantForJit)),
        ("lists of other providers only", listing(Hubspot, &["109876"]), vec![Ground::Tenants(&known)], Err(InvalidOauthTenantForJit)),
        ("an id in another case", listing(Slack, &["t1"]), vec![Ground::Tenants(&at_slack)], Err(InvalidOauthTenantForJit)),
        ("a tenant, where nobody logs in by its provider", only(&[AuthMethod::Sso], listing(Github, &["109876"])), vec![Ground::Tenants(&known)], Err(RestrictedAuthMethod)),
        ("a tenant, where some do", only(&[AuthMethod::GithubOauth], listing(Github, &["109876"])), vec![Ground::Tenants(&known)], Ok(entrance())),
        ("the tenant lets in whom the domain does not", both(), vec![by(&other), Ground::Tenants(&known)], Ok(entrance())),
        ("the domain comes first", Settings { email_jit_provisioning: EmailJitProvisioning::Restricted, ..both() }, vec![by(&acme), Ground::Tenants(&known)], Ok(Entrance::Domain(acme.clone()))),
        ("the reason is of what is open: the tenant", both(), vec![by(&acme), Ground::Tenants(&unknown)], Err(InvalidOauthTenantForJit)),
        ("the reason is of what is open: the domain", allowing("acme.example"), vec![by(&other), Ground::Tenants(&known)], Err(InvalidEmailForJit)),
        ("nothing is open", Settings::default(), vec![by(&acme), Ground::Tenants(&known)], Err(EmailJitNotAllowed)),
    ];
    for (name, settings, grounds, expected) in cases {
        assert_eq!(admit(&settings, &grounds), expected, "{name}");
    }
}

/// What somebody has shown, and may be refused or let in by.
#[derive(Debug, Clone)]
enum Shown {
    Domain(EmailDomain, bool),
    Connection(String),
    Tenants(OauthTenants),
}

impl Shown {
    fn ground(&self) -> Ground<'_> {
        match self {
            Shown::Domain(domain, is_vouched) => Ground::Domain { domain, is_vouched: *is_vouched },
            Shown::Connection(id) => Ground::Connection(id),
            Shown::Tenants(tenants) => Ground::Tenants(tenants),
        }
    }
}

const NAMES: [&str; 3] = ["a.example", "b.example", "c.example"];
const IDS: [&str; 3] = ["1", "2", "3"];

fn some(of: [&'static str; 3]) -> impl Strategy<Value = Vec<String>> {
    proptest::sample::subsequence(of.map(str::to_owned).to_vec(), 0..=3)
}

fn any_shown() -> impl Strategy<Value = Shown> {
    let one = |of: [&'static str; 3]| proptest::sample::select(of.to_vec());
    let provider = proptest::sample::select(TenantProvider::ALL.to_vec());
    prop_oneof![
        (one(NAMES), any::<bool>()).prop_map(|(name, vouched)| Shown::Domain(domain(name), vouched)),
        one(IDS).prop_map(|id| Shown::Connection(id.to_owned())),
        (provider, some(IDS)).prop_map(|(provider, ids)| Shown::Tenants(OauthTenants { provider, ids })),
    ]
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let sso = proptest::sample::select(Admission::ALL.to_vec());
    let methods = proptest::sample::subsequence(AuthMethod::ALL.to_vec(), 1..=AuthMethod::ALL.len());
    let flags = proptest::array::uniform3(any::<bool>());
    (flags, sso, methods, some(NAMES), some(IDS), proptest::array::uniform3(some(IDS))).prop_map(
        |([email, tenant, restricted], sso, methods, domains, connections, lists)| {
            let names = TenantProvider::ALL.iter().map(|provider| provider.as_str().to_owned());
            let settings = Settings {
                email_jit_provisioning: EmailJitProvisioning::ALL[usize::from(email)],
                email_allowed_domains: domains.iter().map(|name| domain(name)).collect(),
                sso_jit_provisioning: sso,
                sso_jit_provisioning_allowed_connections: connections,
                oauth_tenant_jit_provisioning: OauthTenantJitProvisioning::ALL[usize::from(tenant)],
                allowed_oauth_tenants: names.zip(lists).collect(),
                ..Settings::default()
            };
            if restricted { only(&methods, settings) } else { settings }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// What lets somebody in is something that they have shown, and that the organization has opened.
    #[test]
    fn t26_nobody_comes_in_but_by_what_is_shown_and_open(
        settings in any_settings(), shown in proptest::collection::vec(any_shown(), 0..4),
    ) {
        let grounds: Vec<_> = shown.iter().map(Shown::ground).collect();
        let may = |method: AuthMethod| {
            settings.auth_methods == AuthMethods::AllAllowed || settings.allowed_auth_methods.contains(&method)
        };
        match admit(&settings, &grounds) {
            Ok(Entrance::Domain(by)) => {
                let has_shown = |s: &Shown| matches!(s, Shown::Domain(domain, true) if *domain == by);
                prop_assert!(shown.iter().any(has_shown));
                prop_assert_eq!(settings.email_jit_provisioning, EmailJitProvisioning::Restricted);
                prop_assert!(settings.email_allowed_domains.contains(&by));
            }
            Ok(Entrance::Connection(by)) => {
                prop_assert!(shown.iter().any(|s| matches!(s, Shown::Connection(id) if *id == by)));
                prop_assert!(settings.sso_jit_provisioning != Admission::NotAllowed && may(AuthMethod::Sso));
                let is_listed = settings.sso_jit_provisioning_allowed_connections.contains(&by);
                prop_assert!(is_listed || settings.sso_jit_provisioning == Admission::AllAllowed);
            }
            Ok(Entrance::Tenant(at, by)) => {
                let is_of = |t: &OauthTenants| t.provider == at && t.ids.contains(&by);
                prop_assert!(shown.iter().any(|s| matches!(s, Shown::Tenants(tenants) if is_of(tenants))));
                prop_assert_eq!(settings.oauth_tenant_jit_provisioning, OauthTenantJitProvisioning::Restricted);
                prop_assert!(settings.allowed_oauth_tenants[at.as_str()].contains(&by));
                prop_assert!(may(at.method()));
            }
            // Nobody is kept out who has shown something that lets them in by itself.
            Err(_) => prop_assert!(grounds.iter().all(|ground| admit(&settings, &[*ground]).is_err())),
        }
    }

    /// Knowing more of somebody never keeps them out, and in which order it is known never matters.
    #[test]
    fn more_grounds_never_hurt(
        settings in any_settings(), shown in proptest::collection::vec(any_shown(), 1..4), more in any_shown(),
    ) {
        let mut grounds: Vec<_> = shown.iter().map(Shown::ground).collect();
        let before = admit(&settings, &grounds).is_ok();
        grounds.push(more.ground());
        let with_more = admit(&settings, &grounds).is_ok();
        prop_assert!(with_more || !before);
        grounds.reverse();
        prop_assert_eq!(admit(&settings, &grounds).is_ok(), with_more);
    }

    /// An organization that closes every way lets in nobody.
    #[test]
    fn where_all_is_closed_nobody_comes_in(
        settings in any_settings(), shown in proptest::collection::vec(any_shown(), 0..4),
    ) {
        let closed = Settings {
            email_jit_provisioning: EmailJitProvisioning::NotAllowed,
            sso_jit_provisioning: Admission::NotAllowed,
            oauth_tenant_jit_provisioning: OauthTenantJitProvisioning::NotAllowed,
            ..settings
        };
        prop_assert!(admit(&closed, &shown.iter().map(Shown::ground).collect::<Vec<_>>()).is_err());
    }
}
