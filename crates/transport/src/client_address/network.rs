//! Networks: an address, and how many of its bits count.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A network of either kind: its first address, whose bits after the prefix are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    first: IpAddr,
    prefix: u32,
}

/// This machine.
pub(super) const LOOPBACK: [Network; 2] = [
    Network { first: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), prefix: 8 },
    Network { first: IpAddr::V6(Ipv6Addr::LOCALHOST), prefix: Ipv6Addr::BITS },
];

/// An IPv4 address in one of IPv6 is its last 32 bits (RFC 4291, 2.5.5.2).
const BEFORE_MAPPED: u32 = Ipv6Addr::BITS - Ipv4Addr::BITS;

impl Network {
    /// Whether an address, of IPv4 if it can be, is in it.
    pub(super) fn contains(self, address: IpAddr) -> bool {
        address.is_ipv4() == self.first.is_ipv4() && first(address, self.prefix) == self.first
    }
}

fn bits(address: IpAddr) -> u32 {
    if address.is_ipv4() { Ipv4Addr::BITS } else { Ipv6Addr::BITS }
}

/// The first address of the network with this prefix that an address is in.
fn first(address: IpAddr, prefix: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(Ipv4Addr::BITS.saturating_sub(prefix)).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(Ipv6Addr::BITS.saturating_sub(prefix)).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let Ok(given) = address.parse::<IpAddr>() else {
            return Err("not an IP address; give addresses, networks like 10.0.0.0/8, or loopback".to_owned());
        };
        let most = bits(given);
        let prefix = match prefix {
            // Not what u32 takes beyond digits.
            Some(digits) if digits.starts_with('+') => None,
            Some(digits) => digits.parse().ok().filter(|prefix| *prefix <= most),
            None => Some(most),
        };
        let Some(mut prefix) = prefix else { return Err(format!("after the / stands a number from 1 to {most}")) };
        let address = given.to_canonical();
        if bits(address) != most {
            if prefix < BEFORE_MAPPED {
                return Err("the network is of IPv4 and IPv6; give one for each".to_owned());
            }
            prefix -= BEFORE_MAPPED;
        }
        if prefix == 0 {
            return Err("everybody would be trusted to say who they are".to_owned());
        }
        let first = first(address, prefix);
        if first != address {
            return Err(format!("the network with this prefix is {first}/{prefix}"));
        }
        Ok(Self { first, prefix })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn networks_contain_their_addresses_and_no_others() {
        for (of, inside, outside) in [
            ("10.0.0.0/8", vec!["10.0.0.0", "10.255.255.255"], vec!["9.255.255.255", "11.0.0.0", "::a00:1"]),
            ("192.0.2.7", vec!["192.0.2.7"], vec!["192.0.2.6", "192.0.2.8"]),
            ("192.0.2.6/31", vec!["192.0.2.6", "192.0.2.7"], vec!["192.0.2.5", "192.0.2.8"]),
            ("0.0.0.0/1", vec!["127.255.255.255"], vec!["128.0.0.0"]),
            ("::ffff:10.0.0.0/104", vec!["10.1.2.3"], vec!["11.0.0.0", "::1"]),
            ("::ffff:192.0.2.7", vec!["192.0.2.7"], vec!["192.0.2.8"]),
            ("fd00::/8", vec!["fd00::", "fdff::1"], vec!["fc00::", "fe00::", "253.0.0.0"]),
            ("2001:db8::/127", vec!["2001:db8::", "2001:db8::1"], vec!["2001:db8::2"]),
            ("::1", vec!["::1"], vec!["::", "::2", "0.0.0.1"]),
        ] {
            let network = network(of);
            for address in inside {
                assert!(network.contains(address.parse().unwrap()), "{address} in {of}");
            }
            for address in outside {
                assert!(!network.contains(address.parse().unwrap()), "{address} not in {of}");
            }
        }
    }

    #[test]
    fn this_machine_is_what_the_words_say() {
        assert_eq!(LOOPBACK, [network("127.0.0.0/8"), network("::1/128")]);
    }

    #[test]
    fn what_is_doubtful_is_refused() {
        for text in [
            "",
            "/",
            "/8",
            "10",
            "10.0.0",
            "010.0.0.1",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0.0/+8",
            "10.0.0.0/8/8",
            "10.0.0.1/8",
            "::1/64",
            "0.0.0.0/0",
            "::/0",
            "::/129",
            "::ffff:0.0.0.0/96",
            "::ffff:0:0/64",
            "fe80::1%1",
            "[::1]",
            "10.0.0.1:80",
            "localhost",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        assert_eq!("10.0.0.1/8".parse::<Network>(), Err("the network with this prefix is 10.0.0.0/8".to_owned()));
    }
}
