use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const ISSUER: &str = "https://idp.example/a";

fn document() -> Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://idp.example/a/authorize?tenant=1",
        "token_endpoint": "https://idp.example/a/token",
        "userinfo_endpoint": "https://idp.example/a/userinfo",
        "jwks_uri": "https://keys.example/a",
        "response_types_supported": ["code", "id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["HS256", "ES256", "none", "RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "authorization_response_iss_parameter_supported": true,
    })
}

fn parsed(document: &Value) -> Result<Metadata, Refused> {
    parse(ISSUER, document.to_string().as_bytes())
}

fn with(field: &str, value: Value) -> Result<Metadata, Refused> {
    let mut document = document();
    document[field] = value;
    parsed(&document)
}

#[test]
fn what_a_login_needs_is_read() {
    let metadata = parsed(&document()).unwrap();
    assert_eq!(metadata.authorization_endpoint, "https://idp.example/a/authorize?tenant=1");
    assert_eq!(metadata.userinfo_endpoint.as_deref(), Some("https://idp.example/a/userinfo"));
    assert_eq!(metadata.jwks_uri, "https://keys.example/a");
    assert_eq!(metadata.id_token_algorithms, [Algorithm::Rs256, Algorithm::Es256]);
    assert_eq!(metadata.token_endpoint_auth_methods, ["client_secret_post", "private_key_jwt"]);
    assert!(metadata.takes_pkce && metadata.says_issuer_in_callback);
}

#[test]
fn what_is_not_said_has_its_default() {
    let mut document = document();
    for field in [
        "userinfo_endpoint",
        "response_types_supported",
        "id_token_signing_alg_values_supported",
        "token_endpoint_auth_methods_supported",
        "code_challenge_methods_supported",
        "authorization_response_iss_parameter_supported",
    ] {
        document[field] = Value::Null;
    }
    let metadata = parsed(&document).unwrap();
    assert_eq!(metadata.userinfo_endpoint, None);
    assert_eq!(metadata.id_token_algorithms, [Algorithm::Rs256]);
    assert_eq!(metadata.token_endpoint_auth_methods, ["client_secret_basic"]);
    assert!(metadata.takes_pkce && !metadata.says_issuer_in_callback);
    assert!(!with("code_challenge_methods_supported", json!(["plain"])).unwrap().takes_pkce);
    let text = with("authorization_response_iss_parameter_supported", json!("true")).unwrap();
    assert!(!text.says_issuer_in_callback);
}

#[test]
fn t28_a_document_is_about_the_issuer_that_was_asked() {
    let slash = with("issuer", json!("https://idp.example/a/")).unwrap();
    assert_eq!(slash.issuer, "https://idp.example/a/");
    for issuer in ["https://evil.example/a", "https://idp.example", "https://idp.example/a/../b"] {
        let refused = with("issuer", json!(issuer)).unwrap_err();
        assert!(matches!(&refused, Refused::Issuer { .. }), "{refused}");
        assert!(refused.to_string().contains(issuer) && refused.to_string().contains(ISSUER));
    }
}

#[test]
fn what_no_login_can_be_made_with_is_refused() {
    for field in ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"] {
        for nothing in [Value::Null, json!(""), json!(7), json!(["https://idp.example"])] {
            assert_eq!(with(field, nothing), Err(Refused::Missing { field }));
        }
    }
    for field in ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"] {
        for (url, why) in [
            ("http://idp.example/a", BadUrl::NotSecure),
            ("file:///etc/passwd", BadUrl::NotSecure),
            ("https://a:b@idp.example", BadUrl::Credentials),
        ] {
            assert_eq!(with(field, json!(url)), Err(Refused::Url { field, seen: Seen::text(url), why }));
        }
    }
    assert!(matches!(with("response_types_supported", json!(["id_token"])), Err(Refused::NoCode { .. })));
    for names in [json!([]), json!(["none"]), json!(["HS256"])] {
        let refused = with("id_token_signing_alg_values_supported", names);
        assert!(matches!(refused, Err(Refused::Algorithms { .. })));
    }
}

#[test]
fn a_document_is_bounded() {
    let refused = with("claims_supported", json!("a".repeat(LONGEST)));
    assert!(matches!(refused, Err(Refused::Unreadable(Unreadable::TooLong { .. }))));
    assert_eq!(parse(ISSUER, b"<html>"), Err(Refused::Unreadable(Unreadable::NotJson)));
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(field in "[a-z_]{1,20}", text: String, at in 0_usize..900, byte: u8) {
        let _ = with(&field, json!(text));
        let mut bytes = document().to_string().into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = parse(ISSUER, &bytes);
    }
}
