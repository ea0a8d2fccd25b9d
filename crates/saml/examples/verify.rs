//! How many signed responses are verified in a second, on one processor: decoding the form field, scanning, parsing, the
//! digest, the signature, and reading who it is.
//!
//! ```sh
//! cargo run --release -p saml --example verify
//! ```

#![expect(clippy::unwrap_used, reason = "a measurement fails by panicking")]

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/saml/idp.rs"]
mod idp;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::time::{Duration, Instant};

/// For how long each kind is repeated.
const TIME: Duration = Duration::from_secs(2);

fn main() {
    let assertion = idp::sign(&idp::response(), "_assertion");
    let response = idp::sign(&idp::response(), "_response");
    let both = idp::sign(&assertion, "_response");
    let encrypted = idp::encrypt(&assertion, idp::Encryption::default());
    for (name, xml) in [
        ("assertion signed", assertion),
        ("response signed", response),
        ("both signed", both),
        ("signed and encrypted", encrypted),
    ] {
        let field = STANDARD.encode(&xml);
        let started = Instant::now();
        let mut times = 0_u32;
        while started.elapsed() < TIME {
            for _ in 0..100 {
                saml::verify(&saml::from_form(&field).unwrap(), &idp::expected()).unwrap();
            }
            times += 100;
        }
        let each = started.elapsed() / times;
        println!(
            "{name}: {} bytes, {:.1} µs each, {:.0} a second",
            xml.len(),
            each.as_secs_f64() * 1e6,
            1.0 / each.as_secs_f64()
        );
    }
}
