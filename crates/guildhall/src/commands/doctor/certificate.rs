//! What is to be said of the certificate that the server shows.

use super::{Report, Verdict};
use crate::config::Server;
use crate::tls_files::TlsFiles;
use foundation::time::{from_seconds, system_now, to_seconds, to_text};

const CHECK: &str = "certificate";
const DAY: i64 = 24 * 60 * 60;
/// Whoever renews certificates has done so by then, or is about to be too late.
const SOON: i64 = 14 * DAY;

pub(super) fn examine(report: &mut Report, server: &Server, host: Option<&str>) {
    // That only one of the two was given is said by the check of the configuration.
    let Ok(Some(files)) = TlsFiles::given(server) else { return };
    super::permissions(report, files.key());
    let identity = match files.read() {
        Ok(identity) => identity,
        Err(error) => return report.say(CHECK, Verdict::Fail, error),
    };
    if let Some(host) = host.filter(|host| !identity.is_for(host)) {
        let words = format!("it is not for {host}, which --public-url names: browsers will refuse it");
        return report.say(CHECK, Verdict::Fail, words);
    }
    let Some((from, until)) = saml::validity(identity.certificate()) else {
        return report.say(CHECK, Verdict::Fail, "it does not say how long it is valid");
    };
    let (verdict, words) = judged(from, until, to_seconds(system_now()));
    report.say(CHECK, verdict, words);
}

fn judged(from: i64, until: i64, now: i64) -> (Verdict, String) {
    let end = to_text(from_seconds(until));
    // Some live for six days only.
    let soon = SOON.min((until - from) / 4);
    match until - now {
        _ if now < from => (Verdict::Fail, format!("it is valid from {} on", to_text(from_seconds(from)))),
        ..=0 => (Verdict::Fail, format!("it has ended, on {end}; renew it")),
        left if left < soon => (Verdict::Warn, format!("it ends soon, on {end}; see why it was not renewed")),
        _ => (Verdict::Ok, format!("valid until {end}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_in_time_that_a_certificate_ends() {
        for (days_of_life, days_left, verdict) in [
            (90, 60, Verdict::Ok),
            (90, 15, Verdict::Ok),
            (90, 13, Verdict::Warn),
            (365, 13, Verdict::Warn),
            (6, 3, Verdict::Ok),
            (6, 1, Verdict::Warn),
            (90, 0, Verdict::Fail),
            (90, -1, Verdict::Fail),
            (90, 91, Verdict::Fail),
        ] {
            let (from, until) = (0, days_of_life * DAY);
            let (found, words) = judged(from, until, until - days_left * DAY);
            assert!(found == verdict, "{days_of_life} {days_left}: {words}");
        }
    }
}
