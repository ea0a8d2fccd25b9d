//! How fast a SAML response is verified: `saml_verify FOLDER SECONDS` prints verifications a second on one core, and how many
//! microseconds of it one takes.
//!
//! The folder has `response` (the form field), `certificate.pem`, and in `expected`, a line each, issuer, audience, address, request
//! and time.

use saml::{Certificate, Expected, Legacy, from_form, verify};
use std::error::Error;
use std::fs::read_to_string;
use std::path::PathBuf;
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("saml_verify FOLDER SECONDS")?);
    let seconds: f64 = arguments.next().ok_or("saml_verify FOLDER SECONDS")?.parse()?;
    let read = |name: &str| read_to_string(folder.join(name));
    let known = read("expected")?;
    let [issuer, audience, acs_url, request_id, now] = known.lines().collect::<Vec<_>>()[..] else {
        return Err("expected has five lines".into());
    };
    let response = read("response")?;
    let certificates = [Certificate::parse(&read("certificate.pem")?)?];
    let expected = Expected {
        issuer,
        certificates: &certificates,
        decryption_keys: &[],
        audiences: &[audience],
        acs_urls: &[acs_url],
        request_id: Some(request_id),
        now: now.parse()?,
        skew: 120,
        legacy: Legacy::default(),
    };
    let (began, end) = (Instant::now(), Duration::from_secs_f64(seconds));
    let mut count = 0_u32;
    while began.elapsed() < end {
        for _ in 0..100 {
            verify(&from_form(&response)?, &expected)?;
        }
        count += 100;
    }
    println!("{:.1}", f64::from(count) / began.elapsed().as_secs_f64());
    Ok(())
}
