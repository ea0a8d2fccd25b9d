//! What is inflated is never more than a message may be.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some(xml) = saml::from_redirect(text) {
        assert!(xml.len() <= 256 * 1024);
    }
});
