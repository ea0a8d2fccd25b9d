//! How fast a SAML response is judged: `saml_verify FOLDER SECONDS [RESPONSE]` prints judgements a second on one core, by how
//! many kB the process grew with the first, and the verdict.
//!
//! The folder has `response` (the form field; or another file, if one is named), `certificate.pem`, five keys in
//! `decryption-0.pem` and so on, and in `expected`, a line each, issuer, audience, address, request and time.

use saml::{Certificate, Expected, Legacy, PrivateKey, from_form, verify};
use std::error::Error;
use std::fs::read_to_string;
use std::path::PathBuf;
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn Error>> {
    const USAGE: &str = "saml_verify FOLDER SECONDS [RESPONSE]";
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or(USAGE)?);
    let seconds: f64 = arguments.next().ok_or(USAGE)?.parse()?;
    let name = arguments.next();
    let read = |name: &str| read_to_string(folder.join(name));
    let known = read("expected")?;
    let [issuer, audience, acs_url, request_id, now] = known.lines().collect::<Vec<_>>()[..] else {
        return Err("expected has five lines".into());
    };
    let response = read(name.as_deref().unwrap_or("response"))?;
    let certificates = [Certificate::parse(&read("certificate.pem")?)?];
    let keys = (0..5).map(|number| Ok(PrivateKey::from_pem(&read(&format!("decryption-{number}.pem"))?)?));
    let keys = keys.collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    let expected = Expected {
        issuer,
        certificates: &certificates,
        decryption_keys: &keys,
        audiences: &[audience],
        acs_urls: &[acs_url],
        request_id: Some(request_id),
        now: now.parse()?,
        skew: 120,
        legacy: Legacy::default(),
    };
    let judge = || from_form(&response).and_then(|xml| verify(&xml, &expected));
    let before = resident("VmRSS")?;
    let verdict = judge();
    let grown = resident("VmHWM")?.saturating_sub(before);
    let (began, end) = (Instant::now(), Duration::from_secs_f64(seconds));
    let mut count = 0_u32;
    while began.elapsed() < end {
        for _ in 0..20 {
            drop(judge());
        }
        count += 20;
    }
    println!("{:.1}", f64::from(count) / began.elapsed().as_secs_f64());
    println!("{grown}");
    println!("{}", verdict.map_or_else(|refused| refused.to_string(), |_| "accepted".to_owned()));
    Ok(())
}

/// A figure of this process's memory, in kB.
fn resident(what: &str) -> Result<u64, Box<dyn Error>> {
    let status = read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':')).ok_or("no such figure")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
