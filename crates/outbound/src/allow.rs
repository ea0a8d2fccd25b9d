//! What the operator allows besides the public Internet.

use crate::{
    address::{Reach, Special, special},
    network::Network,
};
use std::net::IpAddr;
use url::{Host, Url};

/// Networks and hosts that may be asked although their addresses are not public.
///
/// - `10.20.0.0/16`, `fd12::/16`, `10.1.2.3`: a network or one address, by whatever name and port.
/// - `idp.internal:8443`, `10.1.2.3:8443`, `[fd12::3]:8443`: exactly this host of a URL at this port. Whatever its name
///   resolves to counts, as long as it is loopback, private, or shared by a provider's customers: not the link-local
///   and other odd addresses, which only a network allows.
///
/// Where clouds hand out credentials (`169.254.169.254` and its like) is allowed only by an entry for that one address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allow {
    networks: Vec<Network>,
    hosts: Vec<(Host<String>, u16)>,
}

impl Allow {
    /// Reads the entries. The error is a sentence for the operator.
    pub fn parse<I>(entries: I) -> Result<Self, String>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut allow = Self::default();
        for entry in entries {
            let entry = entry.as_ref().trim();
            // A bare IPv6 address has colons as well.
            let is_of_addresses = |c: char| c.is_ascii_hexdigit() || c == '.' || c == ':';
            let is_network = entry.split_once('/').is_some_and(|(address, _)| address.chars().all(is_of_addresses));
            if is_network || entry.parse::<IpAddr>().is_ok() {
                allow.networks.push(Network::parse(entry)?);
            } else {
                allow.hosts.push(host_and_port(entry)?);
            }
        }
        Ok(allow)
    }

    /// Whether this address of this host may be connected to; otherwise, what it is.
    pub(crate) fn admit(&self, host: &Host<String>, port: u16, address: IpAddr) -> Result<(), &'static Special> {
        let Some(special) = special(address) else { return Ok(()) };
        let counts = |network: &&Network| special.reach != Reach::Credentials || network.is_single();
        let by_network = self.networks.iter().filter(counts).any(|network| network.contains(address));
        let by_host = || self.hosts.iter().any(|(allowed, at)| allowed == host && *at == port);
        match by_network || special.reach == Reach::Internal && by_host() {
            true => Ok(()),
            false => Err(special),
        }
    }
}

/// Reads a host as URLs do, so that both have one spelling.
fn host_and_port(entry: &str) -> Result<(Host<String>, u16), String> {
    let wrong =
        || format!("{entry:?} is neither a network like 10.20.0.0/16 nor a host with its port like idp.internal:8443");
    if entry.contains("://")
        && let Ok(url) = Url::parse(entry)
        && let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default())
    {
        return Err(format!("{entry:?} is a URL; write only its host and port, {host}:{port}"));
    }
    let (host, port) = entry.rsplit_once(':').ok_or_else(wrong)?;
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let port = port.parse().ok().filter(|port| digits && *port != 0).ok_or_else(wrong)?;
    if host.contains(|c: char| c.is_whitespace() || "/\\?#@*".contains(c)) {
        return Err(wrong());
    }
    let host = Url::parse(&format!("https://{host}/")).ok().and_then(|url| url.host().map(|host| host.to_owned()));
    Ok((host.ok_or_else(wrong)?, port))
}

#[cfg(test)]
#[path = "allow_tests.rs"]
mod tests;
