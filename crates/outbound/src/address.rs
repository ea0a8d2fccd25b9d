//! Which addresses are not the public Internet (threat T-65).
//!
//! The source is IANA's registries of special-purpose addresses for IPv4 and IPv6 (RFC 6890) as of November 2026, with
//! the address spaces of multicast and of IPv6. Where a registry calls a part of a special network reachable
//! (`192.0.0.9/32`, `2001:20::/28`), the whole stays closed: anycast of protocols and hashes of keys serve no HTTP.
//!
//! IPv6 is closed but for what may be assigned to machines, `2000::/3`, without the special networks in it. So
//! networks that are yet to be defined are closed as well.

use crate::network::Network;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network that is not public.
#[derive(Debug)]
pub(crate) struct Special {
    network: Network,
    pub(crate) reach: Reach,
    /// What it is for, to complete "is an address …".
    pub(crate) purpose: &'static str,
}

/// What it takes to be allowed there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Where an operator's own services live: a rule for the host or for the network.
    Internal,
    /// Where no service is expected: a rule for the network.
    Odd,
    /// Where clouds hand out credentials to whoever asks: a rule for that one address, so that nobody who allows
    /// `100.64.0.0/10` or `::/0` allows this along with it.
    Credentials,
}

use Reach::{Credentials, Internal, Odd};

const fn v4(first: [u8; 4], prefix: u32, reach: Reach, purpose: &'static str) -> Special {
    Special { network: Network::v4(first, prefix), reach, purpose }
}

const fn v6(first: [u16; 8], prefix: u32, reach: Reach, purpose: &'static str) -> Special {
    Special { network: Network::v6(first, prefix), reach, purpose }
}

/// The first that contains an address counts.
const SPECIAL: &[Special] = &[
    // The metadata of Alibaba Cloud, Azure, Oracle Cloud; those of most others are link-local.
    v4([100, 100, 100, 200], 32, Credentials, "of a cloud's metadata"),
    v4([168, 63, 129, 16], 32, Credentials, "of a cloud's metadata"),
    v4([192, 0, 0, 192], 32, Credentials, "of a cloud's metadata"),
    v4([169, 254, 0, 0], 16, Credentials, "of the local link, where clouds have their metadata"),
    v4([0, 0, 0, 0], 8, Odd, "of this machine"),
    v4([10, 0, 0, 0], 8, Internal, "of a private network"),
    v4([100, 64, 0, 0], 10, Internal, "of a provider's shared network"),
    v4([127, 0, 0, 0], 8, Internal, "of this machine"),
    v4([172, 16, 0, 0], 12, Internal, "of a private network"),
    v4([192, 0, 0, 0], 24, Odd, "for protocols"),
    v4([192, 0, 2, 0], 24, Odd, "for documentation"),
    v4([192, 88, 99, 0], 24, Odd, "of 6to4 relays"),
    v4([192, 168, 0, 0], 16, Internal, "of a private network"),
    v4([198, 18, 0, 0], 15, Odd, "for benchmarks"),
    v4([198, 51, 100, 0], 24, Odd, "for documentation"),
    v4([203, 0, 113, 0], 24, Odd, "for documentation"),
    v4([224, 0, 0, 0], 4, Odd, "of many machines (multicast)"),
    v4([255, 255, 255, 255], 32, Odd, "of all machines (broadcast)"),
    v4([240, 0, 0, 0], 4, Odd, "that is reserved"),
    // Amazon's (metadata, credentials of containers), Google's, Scaleway's.
    v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0], 32, Credentials, "of a cloud's metadata"),
    v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128, Credentials, "of a cloud's metadata"),
    v6([0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42], 128, Credentials, "of a cloud's metadata"),
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128, Internal, "of this machine"),
    v6([0, 0, 0, 0, 0, 0, 0, 0], 128, Odd, "of this machine"),
    v6([0, 0, 0, 0, 0, 0, 0, 0], 96, Odd, "that stands for an IPv4 address"),
    v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96, Odd, "that stands for an IPv4 address"),
    v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96, Odd, "that stands for an IPv4 address"),
    // RFC 8215 leaves open where in it the IPv4 address stands, so it cannot be looked at.
    v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48, Odd, "of a local translation to IPv4"),
    v6([0x100, 0, 0, 0, 0, 0, 0, 0], 63, Odd, "that discards"),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, Odd, "of a tunnel (Teredo)"),
    // Benchmarks, ORCHID, drones, anycast of protocols.
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, Odd, "for protocols"),
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, Odd, "for documentation"),
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, Odd, "of a tunnel (6to4)"),
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, Odd, "for documentation"),
    v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16, Odd, "of segment routing"),
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, Internal, "of a private network"),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, Odd, "of the local link"),
    v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, Odd, "of a private network (site-local)"),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, Odd, "of many machines (multicast)"),
];

/// What IANA gives out for machines.
const GLOBAL_UNICAST: Network = Network::v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// RFC 6052: a network without IPv4 reaches IPv4 by it, so every public IPv4 host has such an address there.
const TRANSLATED: Network = Network::v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);

const UNASSIGNED: Special = v6([0, 0, 0, 0, 0, 0, 0, 0], 0, Odd, "that is reserved");

/// What the address is instead of public.
pub(crate) fn special(address: IpAddr) -> Option<&'static Special> {
    let listed = SPECIAL.iter().find(|special| special.network.contains(address));
    let IpAddr::V6(v6) = address else { return listed };
    let inner = embedded(v6).and_then(|inner| special(inner.into()));
    match inner {
        Some(credentials) if credentials.reach == Credentials => Some(credentials),
        translated if TRANSLATED.contains(address) => translated,
        _ if GLOBAL_UNICAST.contains(address) => listed,
        _ => Some(listed.unwrap_or(&UNASSIGNED)),
    }
}

/// The IPv4 address that one in IPv6 leads to, if there is a gateway or a tunnel: compatible and mapped (RFC 4291),
/// translated (RFC 2765, RFC 6052), 6to4 (RFC 3056), Teredo (RFC 4380).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [.., low_1, low_0] = address.segments();
    let joined = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => {
            Some(joined(low_1, low_0))
        }
        [0x2002, high, low, ..] => Some(joined(high, low)),
        [0x2001, 0, ..] => Some(joined(!low_1, !low_0)),
        _ => None,
    }
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
