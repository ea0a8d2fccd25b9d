use super::*;
use proptest::prelude::*;
use std::collections::HashMap;

fn request<'a>(endpoint: &'a str, added: &'a [(String, String)]) -> Request<'a> {
    Request {
        endpoint,
        client_id: "a client&id",
        redirect_uri: "https://auth.example/v1/b2b/sso/callback/oidc-connection-1",
        scope: "openid email",
        state: "the-state",
        nonce: Some("the-nonce"),
        code_verifier: Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        added,
    }
}

fn added(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn pairs(url: &Url) -> Vec<(String, String)> {
    url.query_pairs().into_owned().collect()
}

#[test]
fn a_request_is_written_out() {
    let added = added(&[("prompt", "select_account"), ("login_hint", "a+b@c.example")]);
    let url = request("https://idp.example/authorize?p=policy&scope=evil&STATE=evil", &added).url().unwrap();
    assert_eq!(
        url.as_str(),
        "https://idp.example/authorize?p=policy&response_type=code&client_id=a+client%26id\
         &redirect_uri=https%3A%2F%2Fauth.example%2Fv1%2Fb2b%2Fsso%2Fcallback%2Foidc-connection-1&scope=openid+email\
         &state=the-state&nonce=the-nonce&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
         &code_challenge_method=S256&prompt=select_account&login_hint=a%2Bb%40c.example"
    );
    let without = Request { code_verifier: None, ..request("https://idp.example/authorize", &[]) }.url().unwrap();
    assert!(!without.as_str().contains("code_challenge"));
}

#[test]
fn t28_nobody_who_begins_a_login_says_what_is_ours() {
    for name in OURS.iter().copied().chain(["STATE", " nonce", "redirect_uri ", "", "p"]) {
        let added = added(&[(name, "evil")]);
        let refused = request("https://idp.example/authorize?p=policy", &added).url();
        assert_eq!(refused, Err(Refused::Reserved { seen: Seen::text(name) }));
    }
    let twice = added(&[("prompt", "none"), ("prompt", "login")]);
    assert!(request("https://idp.example", &twice).url().is_err());
}

#[test]
fn what_is_added_is_bounded() {
    let many: Vec<_> = (0..=MOST).map(|number| (number.to_string(), String::new())).collect();
    assert_eq!(request("https://idp.example", &many).url(), Err(Refused::TooMuch));
    let long = added(&[("a", &"b".repeat(LONGEST))]);
    assert_eq!(request("https://idp.example", &long).url(), Err(Refused::TooMuch));
    assert!(matches!(request("http://idp.example", &[]).url(), Err(Refused::Url { .. })));
}

proptest! {
    #[test]
    fn t28_whatever_is_added_ours_is_as_we_say(name: String, value: String, query: String) {
        let added = vec![(name, value)];
        let endpoint = format!("https://idp.example/authorize?{}", url::form_urlencoded::byte_serialize(query.as_bytes()).collect::<String>());
        if let Ok(url) = request(&endpoint, &added).url() {
            let ours: HashMap<_, _> = pairs(&url).into_iter().filter(|(name, _)| is_ours(name)).collect();
            let plain = request("https://idp.example/authorize", &[]).url().unwrap();
            prop_assert_eq!(&ours, &pairs(&plain).into_iter().collect::<HashMap<_, _>>());
            prop_assert_eq!(pairs(&url).iter().filter(|(name, _)| is_ours(name)).count(), ours.len());
            prop_assert_eq!(url.host_str(), Some("idp.example"));
        }
    }
}
