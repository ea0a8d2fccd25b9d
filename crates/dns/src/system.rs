//! Which server this machine asks.

use std::net::{IpAddr, SocketAddr};

/// Where DNS servers listen.
const PORT: u16 = 53;

/// The first server that a `resolv.conf` names; where it names none, this machine itself (resolv.conf(5)).
pub fn server_of(resolv_conf: &str) -> SocketAddr {
    let named = resolv_conf.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let address = words.next().filter(|word| *word == "nameserver").and(words.next())?;
        address.parse::<IpAddr>().ok()
    });
    SocketAddr::new(named.into_iter().next().unwrap_or(IpAddr::from([127, 0, 0, 1])), PORT)
}

#[cfg(test)]
mod tests {
    use super::server_of;

    #[test]
    fn the_first_that_is_named_is_asked() {
        let cases = [
            ("search example.com\nnameserver 10.0.0.2\nnameserver 10.0.0.3\n", "10.0.0.2:53"),
            ("# nameserver 10.0.0.1\nnameserver\nnameserver fd00::1", "[fd00::1]:53"),
            ("options edns0", "127.0.0.1:53"),
        ];
        for (text, server) in cases {
            assert_eq!(server_of(text).to_string(), server);
        }
    }
}
