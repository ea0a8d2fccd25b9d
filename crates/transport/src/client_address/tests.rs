//! Whom requests come from, by table and by chance.

use super::*;
use http::HeaderValue;
use proptest::prelude::*;

/// `10.…` is us, `192.0.2.…` and `2001:db8::…` are clients.
fn proxies() -> Proxies {
    "10.0.0.0/8, fd00::/8 loopback".parse().unwrap()
}

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    lines.iter().map(|(name, line)| (HeaderName::from_static(name), HeaderValue::from_str(line).unwrap())).collect()
}

fn client(peer: &str, lines: &[(&'static str, &str)]) -> String {
    proxies().client_address(peer.parse().unwrap(), &headers(lines)).to_string()
}

const LISTED: &str = "x-forwarded-for";
const FORWARDED_: &str = "forwarded";

#[test]
fn a_list_of_proxies_has_names_addresses_and_networks() {
    assert_eq!("".parse(), Ok(Proxies::default()));
    assert_eq!(" , ".parse(), Ok(Proxies::default()));
    assert_eq!("127.0.0.0/8,::1".parse(), "loopback".parse::<Proxies>());
    let error = "10.0.0.0/8, 10.0.0.1/8".parse::<Proxies>().unwrap_err();
    assert_eq!(error.to_string(), "\"10.0.0.1/8\" in the list of proxies: the network with this prefix is 10.0.0.0/8");
    for list in ["Loopback", "localhost", "10.0.0.0/8;::1", "*", "all"] {
        assert!(list.parse::<Proxies>().is_err(), "{list}");
    }
}

#[test]
fn only_listed_peers_are_believed() {
    for line in ["192.0.2.1", "10.0.0.9", "127.0.0.1"] {
        assert_eq!(client("198.51.100.7", &[(LISTED, line)]), "198.51.100.7");
        assert_eq!(client("2001:db8::7", &[(LISTED, line)]), "2001:db8::7");
        let none = Proxies::default().client_address("10.0.0.1".parse().unwrap(), &headers(&[(LISTED, line)]));
        assert_eq!(none.to_string(), "10.0.0.1");
    }
    assert_eq!(client("::ffff:198.51.100.7", &[(LISTED, "192.0.2.1")]), "198.51.100.7");
    assert_eq!(client("::ffff:10.0.0.1", &[(LISTED, "192.0.2.1")]), "192.0.2.1");
    assert_eq!(client("::1", &[(LISTED, "192.0.2.1")]), "192.0.2.1");
}

#[test]
fn the_walk_ends_at_the_first_that_is_not_listed() {
    for (lines, expected) in [
        (vec![], "10.0.0.1"),
        (vec!["192.0.2.1"], "192.0.2.1"),
        (vec!["198.51.100.66, 192.0.2.1"], "192.0.2.1"),
        (vec!["198.51.100.66, 192.0.2.1, 10.0.0.2"], "192.0.2.1"),
        (vec!["192.0.2.1,10.0.0.2,10.0.0.3"], "192.0.2.1"),
        (vec!["198.51.100.66", "192.0.2.1, 10.0.0.2", "10.0.0.3"], "192.0.2.1"),
        (vec!["10.0.0.5, 192.0.2.1"], "192.0.2.1"),
        (vec!["10.0.0.5, 10.0.0.2"], "10.0.0.5"),
        (vec!["192.0.2.1:4711, [fd00::2]:80"], "192.0.2.1"),
        (vec!["2001:db8::1, fd00::2"], "2001:db8::1"),
        (vec!["::ffff:192.0.2.1, ::ffff:10.0.0.2"], "192.0.2.1"),
        // nginx behind a client that sends the header empty.
        (vec![", 192.0.2.1"], "192.0.2.1"),
        (vec!["rubbish, 192.0.2.1"], "192.0.2.1"),
    ] {
        let lines: Vec<_> = lines.into_iter().map(|line| (LISTED, line)).collect();
        assert_eq!(client("10.0.0.1", &lines), expected, "{lines:?}");
    }
}

#[test]
fn what_is_doubtful_ends_the_walk_at_the_last_proxy() {
    for (line, expected) in [
        ("", "10.0.0.1"),
        ("192.0.2.1,", "10.0.0.1"),
        ("192.0.2.1, ,10.0.0.2", "10.0.0.2"),
        ("192.0.2.1, unknown", "10.0.0.1"),
        ("192.0.2.1, unknown, 10.0.0.2", "10.0.0.2"),
        ("192.0.2.1, fe80::1%eth0", "10.0.0.1"),
        ("192.0.2.1, \"192.0.2.2\"", "10.0.0.1"),
        ("192.0.2.1 192.0.2.2", "10.0.0.1"),
        ("192.0.2.1, client.example.com, 10.0.0.2", "10.0.0.2"),
    ] {
        assert_eq!(client("10.0.0.1", &[(LISTED, line)]), expected, "{line}");
    }
    let not_text = HeaderValue::from_bytes(b"192.0.2.1, \xff").unwrap();
    let headers = HeaderMap::from_iter([(X_FORWARDED_FOR, not_text)]);
    assert_eq!(proxies().client_address("10.0.0.1".parse().unwrap(), &headers).to_string(), "10.0.0.1");
}

#[test]
fn forwarded_says_the_same_in_other_words() {
    for (lines, expected) in [
        (vec!["for=192.0.2.1"], "192.0.2.1"),
        (vec!["for=198.51.100.66, For=\"192.0.2.1:80\";proto=https;by=10.0.0.1"], "192.0.2.1"),
        (vec!["for=192.0.2.1", "for=10.0.0.3, for=\"[fd00::2]:_p\""], "192.0.2.1"),
        (vec!["for=\"[2001:db8::1]\""], "2001:db8::1"),
        (vec!["for=192.0.2.1, for=_hidden"], "10.0.0.1"),
        (vec!["for=192.0.2.1, for=unknown, for=10.0.0.2"], "10.0.0.2"),
        (vec!["for=192.0.2.1, proto=https"], "10.0.0.1"),
        (vec!["for=192.0.2.1, for=192.0.2.2;for=192.0.2.3"], "10.0.0.1"),
        (vec!["for=192.0.2.1;host=\"a,b\", for=10.0.0.2;host=\"c,d\""], "192.0.2.1"),
        // A client that leaves its quotes open hides nothing of what the proxy adds, on a line of its own or not.
        (vec!["for=\"", "for=192.0.2.1"], "192.0.2.1"),
        (vec!["for=198.51.100.66;x=\", for=192.0.2.1"], "192.0.2.1"),
        (vec!["for=198.51.100.66;x=\", for=\"[2001:db8::1]:80\";proto=https"], "2001:db8::1"),
        (vec!["192.0.2.1"], "10.0.0.1"),
        (vec![""], "10.0.0.1"),
    ] {
        let lines: Vec<_> = lines.into_iter().map(|line| (FORWARDED_, line)).collect();
        assert_eq!(client("10.0.0.1", &lines), expected, "{lines:?}");
    }
}

#[test]
fn two_headers_have_to_agree() {
    for (listed, forwarded, expected) in [
        ("192.0.2.1", "for=192.0.2.1", "192.0.2.1"),
        ("192.0.2.1, 10.0.0.2", "for=\"192.0.2.1:80\"", "192.0.2.1"),
        ("198.51.100.66, 192.0.2.1", "for=192.0.2.1", "192.0.2.1"),
        // One is the proxy's, the other the client's own.
        ("192.0.2.1", "for=198.51.100.66", "10.0.0.1"),
        ("198.51.100.66", "for=192.0.2.1", "10.0.0.1"),
        ("192.0.2.1, 10.0.0.2", "for=198.51.100.66, for=10.0.0.2", "10.0.0.1"),
        ("192.0.2.1", "", "10.0.0.1"),
        ("", "for=192.0.2.1", "10.0.0.1"),
        ("192.0.2.1", "for=_hidden", "10.0.0.1"),
    ] {
        assert_eq!(client("10.0.0.1", &[(LISTED, listed), (FORWARDED_, forwarded)]), expected, "{listed} {forwarded}");
    }
}

#[test]
fn no_chain_is_longer_than_a_few_hops() {
    let chain = |hops: usize| format!("192.0.2.1{}", ", 10.0.0.7".repeat(hops));
    assert_eq!(client("10.0.0.1", &[(LISTED, &chain(MOST_HOPS - 1))]), "192.0.2.1");
    assert_eq!(client("10.0.0.1", &[(LISTED, &chain(MOST_HOPS))]), "10.0.0.7");
    assert_eq!(client("10.0.0.1", &[(LISTED, &chain(100_000))]), "10.0.0.7");
    let one = chain(1);
    let lines: Vec<_> = std::iter::repeat_n((LISTED, one.as_str()), 500).collect();
    assert_eq!(client("10.0.0.1", &lines), "192.0.2.1");
}

#[test]
fn t37_hosts_do_not_come_from_proxies() {
    let lines = [("x-forwarded-host", "192.0.2.1"), ("x-real-ip", "192.0.2.1"), ("host", "192.0.2.1")];
    assert_eq!(client("10.0.0.1", &lines), "10.0.0.1");
    assert_eq!(client("10.0.0.1", &[(FORWARDED_, "host=192.0.2.1;by=192.0.2.1")]), "10.0.0.1");
}

/// What a hop may look like: the address, if it is one.
fn hop() -> impl Strategy<Value = (String, Option<IpAddr>)> {
    prop_oneof![
        4 => (0u8..4).prop_map(|n| (format!("10.0.0.{n}"), Some(IpAddr::from([10, 0, 0, n])))),
        2 => (0u8..4).prop_map(|n| (format!("192.0.2.{n}"), Some(IpAddr::from([192, 0, 2, n])))),
        1 => any::<u128>().prop_map(|bits| {
            let address = std::net::Ipv6Addr::from_bits(bits);
            (format!("[{address}]:80"), Some(IpAddr::V6(address).to_canonical()))
        }),
        1 => "[a-z_ %\"]{0,6}".prop_map(|text| (text, None)),
    ]
}

proptest! {
    /// The rule, written down once more: as far as hops are listed, from the right; one more if it is an address.
    #[test]
    fn nobody_left_of_a_hop_that_is_not_listed_is_believed(hops in prop::collection::vec(hop(), 0..40)) {
        let list = hops.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(",");
        let peer = IpAddr::from([10, 0, 0, 200]);
        let found = proxies().client_address(peer, &headers(&[(LISTED, &list)]));
        let listed = hops.iter().rev().take(MOST_HOPS).take_while(|(_, a)| a.is_some_and(|a| proxies().contains(a)));
        let listed: Vec<_> = listed.filter_map(|(_, address)| *address).collect();
        let beyond = hops.iter().rev().take(MOST_HOPS).nth(listed.len()).and_then(|(_, address)| *address);
        prop_assert_eq!(found, beyond.or(listed.last().copied()).unwrap_or(peer));
    }

    /// What a client sends does not change what its proxy says of it.
    #[test]
    fn what_a_client_says_changes_nothing(said in "[ -~]{0,60}", form in 0..3) {
        let lines: Vec<(&str, String)> = match form {
            0 => vec![(LISTED, format!("{said}, 192.0.2.1"))],
            1 => vec![(FORWARDED_, format!("{said}, for=\"192.0.2.1:80\";proto=https"))],
            _ => vec![(FORWARDED_, said), (FORWARDED_, "for=192.0.2.1".to_owned())],
        };
        let lines: Vec<_> = lines.iter().map(|(name, line)| (*name, line.as_str())).collect();
        prop_assert_eq!(client("10.0.0.1", &lines), "192.0.2.1");
    }

    /// Any bytes in any number of lines: an answer, which the peer or a line has named.
    #[test]
    fn anything_is_survived(
        peer in any::<u128>(),
        lines in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 0..300)), 0..9),
        trusted in any::<bool>(),
    ) {
        let peer = if trusted { IpAddr::from([10, 0, 0, 1]) } else { std::net::Ipv6Addr::from_bits(peer).into() };
        let lines = lines.into_iter().filter_map(|(forwarded, line)| {
            let name = if forwarded { FORWARDED } else { X_FORWARDED_FOR };
            HeaderValue::from_bytes(&line).ok().map(|line| (name, line))
        });
        let headers: HeaderMap = lines.collect();
        let found = proxies().client_address(peer, &headers);
        prop_assert!(proxies().contains(peer) || found == peer.to_canonical());
        prop_assert_eq!(found, found.to_canonical());
    }

    /// What a list says is what it means, whatever else is in it.
    #[test]
    fn lists_contain_what_they_name(addresses in prop::collection::vec(any::<u32>(), 1..5), rubbish in "[0-9a-f.:/%]{1,20}") {
        let addresses: Vec<_> = addresses.into_iter().map(std::net::Ipv4Addr::from_bits).collect();
        let list = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let proxies: Proxies = list.parse().unwrap();
        prop_assert!(addresses.iter().all(|address| proxies.contains((*address).into())));
        prop_assert!(addresses.iter().all(|address| proxies.contains(address.to_ipv6_mapped().into())));
        // One part that cannot be read is not left out: the operator would believe that it counts.
        if rubbish.parse::<Proxies>().is_err() {
            let all = format!("{list} {rubbish}").parse::<Proxies>();
            prop_assert!(all.is_err());
        }
    }
}
