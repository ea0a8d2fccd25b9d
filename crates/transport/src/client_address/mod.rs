//! The client's address behind proxies.
//!
//! A proxy says whom it speaks for in `X-Forwarded-For` or `Forwarded` (RFC 7239). Anybody can send these headers, so
//! they are read only from a peer that the operator has listed, and from the right: the last hop was added by the peer,
//! the one before by that hop, and so on. Where the first hop stands that is not listed, the walk ends: that is the client,
//! and what stands to its left is what the client says.
//!
//! Whatever is doubtful ends the walk at the last listed proxy, so that nobody is taken for somebody else: a hop that is
//! no address (`unknown`, `_hidden`, an empty element, an address with a zone, rubbish), more than 32 hops, an element
//! of more than 256 bytes. When both headers are there, both have to lead to the same address; otherwise it is the peer's.
//!
//! This is about addresses and nothing else. The host and the scheme of a request never come from these headers (threat
//! T-37).

mod hops;
mod network;
mod node;

use http::HeaderMap;
use http::header::{FORWARDED, HeaderName};
use network::Network;
use std::net::IpAddr;
use std::str::FromStr;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Hops that are looked at. No chain of proxies is as long.
const MOST_HOPS: usize = 32;

/// The proxies that an operator trusts to say whom they speak for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Network>);

/// A list of proxies that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part:?} in the list of proxies: {problem}")]
pub struct InvalidProxies {
    part: String,
    problem: String,
}

impl FromStr for Proxies {
    type Err = InvalidProxies;

    /// Addresses, networks such as `10.0.0.0/8` and `fd00::/8`, and `loopback`, with commas or spaces between them.
    fn from_str(list: &str) -> Result<Self, InvalidProxies> {
        let mut networks = Vec::new();
        for part in list.split([',', ' ', '\t', '\n']).filter(|part| !part.is_empty()) {
            match part {
                "loopback" => networks.extend(network::LOOPBACK),
                _ => networks.push(part.parse().map_err(|problem| InvalidProxies { part: part.to_owned(), problem })?),
            }
        }
        Ok(Self(networks))
    }
}

impl Proxies {
    /// Whether this is one of them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(address))
    }

    /// Whom a request comes from, as far as is certain. An IPv4 address never comes as one of IPv6.
    #[must_use]
    pub fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.contains(peer) {
            return peer;
        }
        let of = |name: HeaderName| headers.get_all(name).iter().rev().map(|line| line.as_bytes());
        let listed = of(X_FORWARDED_FOR).flat_map(hops::of_x_forwarded_for);
        let forwarded = of(FORWARDED).flat_map(hops::of_forwarded);
        match (headers.contains_key(X_FORWARDED_FOR), headers.contains_key(FORWARDED)) {
            (false, false) => peer,
            (true, false) => self.walk(peer, listed),
            (false, true) => self.walk(peer, forwarded),
            (true, true) => {
                let client = self.walk(peer, listed);
                if self.walk(peer, forwarded) == client { client } else { peer }
            }
        }
    }

    /// From the peer on, to the first that is not listed, or to the last before one that is no address.
    fn walk(&self, peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>) -> IpAddr {
        let mut last = peer;
        for hop in hops.take(MOST_HOPS) {
            let Some(hop) = hop else { break };
            last = hop;
            if !self.contains(hop) {
                break;
            }
        }
        last
    }
}

#[cfg(test)]
mod tests;
