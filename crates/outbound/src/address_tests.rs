use super::*;
use proptest::prelude::*;

fn is_public(text: &str) -> bool {
    special(text.parse().unwrap()).is_none()
}

/// First and last address of everything that is closed, as the registries have it.
const CLOSED: &[(&str, &str)] = &[
    ("0.0.0.0", "0.255.255.255"),
    ("10.0.0.0", "10.255.255.255"),
    ("100.64.0.0", "100.127.255.255"),
    ("127.0.0.0", "127.255.255.255"),
    ("168.63.129.16", "168.63.129.16"),
    ("169.254.0.0", "169.254.255.255"),
    ("172.16.0.0", "172.31.255.255"),
    ("192.0.0.0", "192.0.0.255"),
    ("192.0.2.0", "192.0.2.255"),
    ("192.88.99.0", "192.88.99.255"),
    ("192.168.0.0", "192.168.255.255"),
    ("198.18.0.0", "198.19.255.255"),
    ("198.51.100.0", "198.51.100.255"),
    ("203.0.113.0", "203.0.113.255"),
    ("224.0.0.0", "255.255.255.255"),
    ("::", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("64:ff9b::1:0:0", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
];

/// The address beside, if there is one.
fn beside(address: IpAddr, step: i8) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => v4.to_bits().checked_add_signed(step.into()).map(|bits| Ipv4Addr::from_bits(bits).into()),
        IpAddr::V6(v6) => v6.to_bits().checked_add_signed(step.into()).map(|bits| Ipv6Addr::from_bits(bits).into()),
    }
}

#[test]
fn t65_what_is_closed_begins_and_ends_where_the_registries_say() {
    for (first, last) in CLOSED {
        let (first, last): (IpAddr, IpAddr) = (first.parse().unwrap(), last.parse().unwrap());
        for address in [first, last] {
            assert!(special(address).is_some(), "{address} is open");
        }
        // 64:ff9b:: is translated 0.0.0.0, and open from the first public IPv4 address on.
        for address in [beside(first, -1), beside(last, 1)].into_iter().flatten() {
            let translated = address == IpAddr::V6("64:ff9b::".parse().unwrap())
                || address == IpAddr::V6("64:ff9b::ffff:ffff".parse().unwrap());
            assert_eq!(special(address).is_some(), translated, "{address}");
        }
    }
}

#[test]
fn t65_every_row_closes_its_first_and_last_address() {
    for row in SPECIAL {
        let text = row.network.to_string();
        let (first, prefix) = text.split_once('/').unwrap();
        let (first, prefix): (IpAddr, u32) = (first.parse().unwrap(), prefix.parse().unwrap());
        let last: IpAddr = match first {
            IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() | u32::MAX.checked_shr(prefix).unwrap_or(0)).into(),
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() | u128::MAX.checked_shr(prefix).unwrap_or(0)).into(),
        };
        for address in [first, last] {
            assert!(special(address).is_some(), "{address} of {text}");
        }
    }
}

#[test]
fn t65_what_is_closed_has_a_name_and_needs_the_right_permission() {
    for (address, reach, purpose) in [
        ("127.0.0.1", Internal, "of this machine"),
        ("::1", Internal, "of this machine"),
        ("0.0.0.0", Odd, "of this machine"),
        ("::", Odd, "of this machine"),
        ("10.1.2.3", Internal, "of a private network"),
        ("172.31.0.1", Internal, "of a private network"),
        ("192.168.1.1", Internal, "of a private network"),
        ("fd12:3456::1", Internal, "of a private network"),
        ("100.64.0.1", Internal, "of a provider's shared network"),
        ("169.254.169.254", Credentials, "of the local link, where clouds have their metadata"),
        ("169.254.170.2", Credentials, "of the local link, where clouds have their metadata"),
        ("100.100.100.200", Credentials, "of a cloud's metadata"),
        ("168.63.129.16", Credentials, "of a cloud's metadata"),
        ("192.0.0.192", Credentials, "of a cloud's metadata"),
        ("fd00:ec2::254", Credentials, "of a cloud's metadata"),
        ("fd00:ec2::23", Credentials, "of a cloud's metadata"),
        ("fd20:ce::254", Credentials, "of a cloud's metadata"),
        ("fd00:42::42", Credentials, "of a cloud's metadata"),
        ("::ffff:169.254.169.254", Credentials, "of the local link, where clouds have their metadata"),
        ("64:ff9b::169.254.169.254", Credentials, "of the local link, where clouds have their metadata"),
        ("2002:a9fe:a9fe::1", Credentials, "of the local link, where clouds have their metadata"),
        ("64:ff9b::10.0.0.1", Internal, "of a private network"),
        ("64:ff9b:1::8.8.8.8", Odd, "of a local translation to IPv4"),
        ("::ffff:8.8.8.8", Odd, "that stands for an IPv4 address"),
        ("::8.8.8.8", Odd, "that stands for an IPv4 address"),
        ("::ffff:0:8.8.8.8", Odd, "that stands for an IPv4 address"),
        ("255.255.255.255", Odd, "of all machines (broadcast)"),
        ("240.0.0.1", Odd, "that is reserved"),
        ("239.1.1.1", Odd, "of many machines (multicast)"),
        ("ff02::1", Odd, "of many machines (multicast)"),
        ("fe80::1", Odd, "of the local link"),
        ("fec0::1", Odd, "of a private network (site-local)"),
        ("100::1", Odd, "that discards"),
        ("100:0:0:1::1", Odd, "that discards"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", Odd, "of a tunnel (Teredo)"),
        ("2001:2::1", Odd, "for protocols"),
        ("2001:20::1", Odd, "for protocols"),
        ("2002:808:808::1", Odd, "of a tunnel (6to4)"),
        ("5f00::1", Odd, "of segment routing"),
        ("4000::1", Odd, "that is reserved"),
    ] {
        let special = special(address.parse().unwrap()).unwrap();
        assert_eq!((special.reach, special.purpose), (reach, purpose), "{address}");
    }
}

#[test]
fn public_hosts_are_open() {
    for address in [
        "1.1.1.1",
        "8.8.8.8",
        "93.184.216.34",
        "192.31.196.1",
        "192.52.193.1",
        "192.175.48.1",
        "2606:4700:4700::1111",
        "2a00:1450:4001:830::200e",
        "2620:4f:8000::1",
        "64:ff9b::8.8.8.8",
    ] {
        assert!(is_public(address), "{address}");
    }
}

/// All ways in which an IPv6 address leads to an IPv4 address.
fn embeddings(v4: Ipv4Addr) -> [(&'static str, Ipv6Addr); 7] {
    let bits = u128::from(v4.to_bits());
    [
        ("compatible", Ipv6Addr::from_bits(bits)),
        ("mapped", v4.to_ipv6_mapped()),
        ("translated, RFC 2765", Ipv6Addr::from_bits(0xffff << 48 | bits)),
        ("translated, RFC 6052", Ipv6Addr::from_bits(0x64_ff9b << 96 | bits)),
        ("translated, RFC 8215", Ipv6Addr::from_bits(0x64_ff9b_0001 << 80 | bits)),
        ("6to4", Ipv6Addr::from_bits(0x2002 << 112 | bits << 80 | 1)),
        ("Teredo", Ipv6Addr::from_bits(0x2001_0000 << 96 | 0x4136_e378 << 64 | u128::from(!v4.to_bits()))),
    ]
}

#[test]
fn the_tunnels_are_built_as_the_standards_say() {
    let found = embeddings(Ipv4Addr::new(192, 0, 2, 45)).map(|(_, address)| address.to_string());
    let expected = [
        "::192.0.2.45",
        "::ffff:192.0.2.45",
        "::ffff:0:192.0.2.45",
        "64:ff9b::192.0.2.45",
        "64:ff9b:1::192.0.2.45",
        "2002:c000:22d::1",
        // RFC 4380, section 4: the client's address with its bits turned over.
        "2001:0:4136:e378::3fff:fdd2",
    ];
    assert_eq!(found, expected.map(|text| text.parse::<Ipv6Addr>().unwrap().to_string()));
}

/// What the standard library knows to be special, by other code than ours.
fn known_to_the_standard_library(v4: Ipv4Addr) -> bool {
    v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_broadcast()
        || v4.is_documentation()
        || v4.is_multicast()
        || v4.is_unspecified()
}

fn any_closed_v4() -> impl Strategy<Value = Ipv4Addr> {
    let ranges = CLOSED.iter().filter_map(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    let ranges: Vec<(Ipv4Addr, Ipv4Addr)> = ranges.collect();
    proptest::sample::select(ranges)
        .prop_flat_map(|(first, last)| (first.to_bits()..=last.to_bits()).prop_map(Ipv4Addr::from_bits))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn t65_no_closed_ipv4_address_is_reached_by_way_of_ipv6(v4 in any_closed_v4()) {
        prop_assert!(special(v4.into()).is_some(), "{v4}");
        for (how, address) in embeddings(v4) {
            prop_assert!(special(address.into()).is_some(), "{v4} {how}: {address}");
        }
    }

    #[test]
    fn t65_of_all_ipv4_addresses_only_public_ones_pass_in_ipv6(bits: u32) {
        let v4 = Ipv4Addr::from_bits(bits);
        let closed = special(v4.into()).is_some();
        prop_assert!(closed || !known_to_the_standard_library(v4), "{v4}");
        for (how, address) in embeddings(v4) {
            let open = !closed && how == "translated, RFC 6052";
            prop_assert_eq!(special(address.into()).is_none(), open, "{} {}: {}", v4, how, address);
        }
    }

    #[test]
    fn t65_of_all_ipv6_addresses_only_global_unicast_passes(bits: u128) {
        let v6 = Ipv6Addr::from_bits(bits);
        let outside = v6.segments()[0] & 0xe000 != 0x2000;
        prop_assert!(special(v6.into()).is_some() || !outside, "{v6}");
    }
}
