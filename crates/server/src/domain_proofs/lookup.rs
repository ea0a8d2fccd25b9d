//! The record of a proof, and looking for it.

use data_encoding::HEXLOWER;
use foundation::app::App;
use foundation::id::OrganizationId;
use foundation::keys::{Keys, Purpose};
use foundation::random;
use std::net::SocketAddr;

/// What stands before the value, so that whoever keeps the domain knows what it is for.
const PREFIX: &str = "guildhall-domain-verification=";
/// Records of a name that are looked at.
const MOST: usize = 100;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding {
    /// The record is there.
    There,
    /// It is not, with a sentence that says what is.
    Missing(String),
    /// It cannot be known, for this reason.
    Unknown(String),
}

/// The name of the record of a domain.
pub(crate) fn record_name(domain: &str) -> String {
    format!("_guildhall-challenge.{domain}")
}

/// Its value. It follows from the organization and the domain, so that nothing secret is stored, and it is the same whenever it is
/// asked for.
pub(crate) fn challenge(keys: &Keys, organization: &OrganizationId, domain: &str) -> String {
    let mac = keys.hash(Purpose::DomainChallenge, format!("{organization}\0{domain}").as_bytes());
    format!("{PREFIX}{}", HEXLOWER.encode(&mac[..16]))
}

/// Looks for it.
pub(super) async fn look(app: &App, organization: &OrganizationId, domain: &str) -> Finding {
    let id = random::bytes::<2>().map(u16::from_be_bytes).unwrap_or_default();
    match dns::texts(server(app), &record_name(domain), id).await {
        Ok(texts) => judge(&texts, &challenge(app.keys(), organization, domain), domain),
        Err(fault) => Finding::Unknown(format!("The record could not be looked for: {fault}.")),
    }
}

/// The server to ask: the operator's, or this machine's.
fn server(app: &App) -> SocketAddr {
    let of_machine = || dns::server_of(&std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default());
    app.config().dns_server.unwrap_or_else(of_machine)
}

fn judge(texts: &[String], expected: &str, domain: &str) -> Finding {
    let name = record_name(domain);
    if texts.iter().take(MOST).any(|text| text.trim() == expected) {
        return Finding::There;
    }
    Finding::Missing(match texts {
        [] => format!("There is no TXT record at {name}. New records may take some minutes, rarely hours, to be seen."),
        [first, ..] if first.trim().starts_with(PREFIX) => {
            format!("The TXT record at {name} has another value. Is it the one of this organization?")
        }
        _ => format!("There is a TXT record at {name}, and none has the value that is shown here."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t26_only_the_whole_value_counts() {
        let expected = "guildhall-domain-verification=00ff";
        let found = |texts: &[&str]| {
            judge(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), expected, "example.com")
        };
        assert_eq!(found(&["v=spf1", expected]), Finding::There);
        assert_eq!(found(&[" guildhall-domain-verification=00ff "]), Finding::There);
        for texts in
            [&[][..], &["00ff"], &["guildhall-domain-verification=00f"], &["guildhall-domain-verification=00ff00"]]
        {
            assert!(matches!(found(texts), Finding::Missing(_)), "{texts:?}");
        }
    }
}
