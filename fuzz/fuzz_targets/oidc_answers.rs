//! Nothing that a provider of OpenID Connect answers makes a reader panic, and what is read has what it promises.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oidc::callback::Callback;
use oidc::key_set::KeySet;
use oidc::{discovery, endpoint, token_response};

const ISSUER: &str = "https://idp.example";

fuzz_target!(|bytes: &[u8]| {
    match discovery::parse(ISSUER, bytes) {
        Ok(metadata) => {
            assert_eq!(metadata.issuer.trim_end_matches('/'), ISSUER);
            assert!(!metadata.id_token_algorithms.is_empty());
            for url in [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri] {
                assert!(endpoint::check(url).is_ok());
            }
        }
        Err(refused) => assert!(refused.to_string().len() < 16 * 1024),
    }
    if let Err(refused) = KeySet::parse(bytes) {
        assert!(refused.to_string().len() < 16 * 1024);
    }
    match token_response::read(200, bytes) {
        Ok(tokens) => assert!(tokens.access_token.bytes().all(|byte| (b' '..=b'~').contains(&byte))),
        Err(refused) => assert!(refused.to_string().len() < 16 * 1024),
    }
    let Ok(query) = std::str::from_utf8(bytes) else { return };
    let Ok(callback) = Callback::parse(query) else { return };
    if callback.code(ISSUER, true).is_ok() {
        assert_eq!(callback.issuer.as_deref().map(|issuer| issuer.trim_end_matches('/')), Some(ISSUER));
        assert!(callback.error.is_none());
    }
});
