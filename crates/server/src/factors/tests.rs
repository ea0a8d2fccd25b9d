use super::*;
use foundation::id::Environment;
use serde_json::{Value, json};

fn read(json: Value) -> Factor {
    serde_json::from_value(json).unwrap()
}

fn stored(kind: &str, delivery_method: &str, more: Value) -> Value {
    let mut factor = json!({
        "type": kind,
        "delivery_method": delivery_method,
        "last_authenticated_at": "2026-01-01T00:00:00Z",
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "sequence_order": "PRIMARY",
    });
    factor.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    factor
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn link_to(text: &str) -> Factor {
    Factor::magic_link(EmailId::new(Environment::Test), address(text), Timestamp(0))
}

#[test]
fn what_the_protocol_has_is_read_and_written_as_it_is() {
    let link = link_to("ada@acme.example");
    assert_eq!(read(serde_json::to_value(&link).unwrap()), link);
    let (account, sso) =
        (json!({ "id": "o", "provider_subject": "s" }), json!({ "id": "r", "provider_id": "c", "external_id": "e" }));
    for (kind, delivery_method, more) in [
        ("password", "knowledge", json!({})),
        ("otp", "sms", json!({ "phone_number_factor": { "phone_id": "p", "phone_number": "+14155550123" } })),
        ("totp", "authenticator_app", json!({ "authenticator_app_factor": { "totp_id": "t" } })),
        ("recovery_codes", "recovery_code", json!({ "recovery_code_factor": { "totp_recovery_code_id": "r" } })),
        ("oauth", "oauth_google", json!({ "google_oauth_factor": account })),
        ("oauth", "oauth_hubspot", json!({ "hubspot_oauth_factor": account })),
        (
            "oauth",
            "sso_oidc",
            json!({ "oidc_oauth_factor": { "provider_name": "acme", "id": "o", "provider_subject": "s" } }),
        ),
        ("sso", "sso_saml", json!({ "saml_sso_factor": sso })),
        (
            "impersonated",
            "impersonation",
            json!({ "impersonated_factor": {
                "impersonator_id": "operator-live-019f0000-0000-7000-8000-000000000000",
                "impersonator_email_address": "ops@example.com",
            } }),
        ),
    ] {
        let json = stored(kind, delivery_method, more);
        let factor = read(json.clone());
        assert_eq!(serde_json::to_value(&factor).unwrap(), json);
        assert_ne!(factor.kind, FactorType::Other(kind.into()));
        assert_ne!(factor.delivery_method, DeliveryMethod::Other(delivery_method.into()));
        assert_eq!(factor.identity.is_none(), kind == "password", "{factor:?}");
    }
}

#[test]
fn t68_what_a_newer_program_has_written_stays_and_proves_nothing() {
    let json = stored("passkey", "webauthn", json!({ "passkey_factor": { "id": "k" }, "sequence_order": "TERTIARY" }));
    let factor = read(json.clone());
    assert_eq!(serde_json::to_value(&factor).unwrap(), json);
    assert_eq!((factor.primary_method(), factor.second_method()), (None, None));
    assert!(!factor.counts_elsewhere(&address("ada@acme.example")) && !factor.proves(&address("ada@acme.example")));
    // Nor does an address in a factor that is no proof of it.
    let email = json!({ "email_factor": { "email_id": "email-test-1", "email_address": "ada@acme.example" } });
    let mut known = serde_json::to_value(link_to("ada@acme.example")).unwrap();
    known["type"] = json!("passkey");
    assert!(!read(known).proves(&address("ada@acme.example")), "{email}");
}

#[test]
fn the_same_thing_proven_again_replaces_the_older_proof() {
    let older = vec![link_to("ada@acme.example")];
    let again = Factor { last_authenticated_at: Timestamp(9), created_at: Timestamp(9), ..older[0].clone() };
    let merged = merge(older.clone(), vec![again]);
    assert_eq!((merged.len(), merged[0].created_at, merged[0].last_authenticated_at), (1, Timestamp(0), Timestamp(9)));
    assert_eq!(merge(older, vec![link_to("eve@evil.example")]).len(), 2);
}

#[test]
fn accounts_at_different_connections_and_different_numbers_are_different_things() {
    let sso = |connection: &str, subject: &str| {
        let account = json!({ "id": "r", "provider_id": connection, "external_id": subject });
        read(stored("sso", "sso_oidc", json!({ "oidc_sso_factor": account })))
    };
    let phone = |number: &str| {
        read(stored("otp", "sms", json!({ "phone_number_factor": { "phone_id": "p", "phone_number": number } })))
    };
    let all = [sso("c1", "ada"), sso("c2", "ada"), sso("c1", "eve"), phone("+14155550123"), phone("+14155550124")];
    let merged = all.iter().fold(Vec::new(), |merged, factor| merge(merged, vec![factor.clone()]));
    assert_eq!(merged.len(), all.len());
    assert_eq!(merge(merged, all.to_vec()).len(), all.len());
}

#[test]
fn of_too_many_the_oldest_go() {
    let link =
        |n: usize| Factor { last_authenticated_at: Timestamp(n as i64), ..link_to(&format!("a{n}@acme.example")) };
    let merged = merge((0..MOST).map(link).collect(), vec![link(MOST), link(MOST + 1)]);
    let times: Vec<_> = merged.iter().map(|factor| factor.last_authenticated_at.0).collect();
    assert_eq!(times, (2..MOST as i64 + 2).collect::<Vec<_>>());
}

#[test]
fn a_proof_grows_old() {
    let minute = 60_000_000;
    let factor = link_to("ada@acme.example");
    assert!(factor.is_within(5, Timestamp(5 * minute - 1)));
    assert!(!factor.is_within(5, Timestamp(5 * minute)));
}

#[test]
fn an_address_is_proven_by_a_proof_of_it_only() {
    let factors = [link_to("ada@acme.example"), read(stored("password", "knowledge", json!({})))];
    assert!(ProvenAddress::among(&factors, &address("ada@acme.example")).is_some());
    assert!(ProvenAddress::among(&factors, &address("eve@acme.example")).is_none());
    assert!(ProvenAddress::among(&factors[1..], &address("ada@acme.example")).is_none());
}
