//! No metadata makes the reader panic, and what it reads has what it promises.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saml::{Certificate, IdentityProvider};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(provider) = IdentityProvider::parse(bytes) {
        assert!(!provider.certificates.is_empty());
        for certificate in &provider.certificates {
            assert_eq!(Certificate::parse(&certificate.to_pem()).as_ref(), Ok(certificate));
        }
    }
});
