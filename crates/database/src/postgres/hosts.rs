//! An address of several hosts as several addresses, so that each host gets its own time.

use crate::{Error, Result};
use tokio_postgres::{Config, config::Host};

/// The same address once for each host.
pub(crate) fn each_host(all: &Config) -> Result<Vec<Config>> {
    let (names, numbers, ports) = (all.get_hosts(), all.get_hostaddrs(), all.get_ports());
    let count = names.len().max(numbers.len());
    if count == 0 {
        return Err(Error::other("database address: it names no host"));
    }
    let fits = |given: usize| given == 0 || given == count;
    if !fits(names.len()) || !fits(numbers.len()) || !(fits(ports.len()) || ports.len() == 1) {
        return Err(Error::other("database address: hosts, hostaddrs and ports are not equally many"));
    }
    Ok((0..count)
        .map(|i| {
            let mut one = without_hosts(all);
            match names.get(i) {
                Some(Host::Tcp(name)) => {
                    one.host(name);
                }
                #[cfg(unix)]
                Some(Host::Unix(path)) => {
                    one.host_path(path);
                }
                None => {}
            }
            if let Some(number) = numbers.get(i) {
                one.hostaddr(*number);
            }
            if let Some(port) = ports.get(i).or(ports.first()) {
                one.port(*port);
            }
            one
        })
        .collect())
}

fn without_hosts(all: &Config) -> Config {
    let mut one = Config::new();
    if let Some(user) = all.get_user() {
        one.user(user);
    }
    if let Some(password) = all.get_password() {
        one.password(password);
    }
    if let Some(name) = all.get_dbname() {
        one.dbname(name);
    }
    if let Some(options) = all.get_options() {
        one.options(options);
    }
    if let Some(name) = all.get_application_name() {
        one.application_name(name);
    }
    if let Some(timeout) = all.get_connect_timeout() {
        one.connect_timeout(*timeout);
    }
    if let Some(timeout) = all.get_tcp_user_timeout() {
        one.tcp_user_timeout(*timeout);
    }
    one.keepalives(all.get_keepalives()).keepalives_idle(all.get_keepalives_idle());
    if let Some(interval) = all.get_keepalives_interval() {
        one.keepalives_interval(interval);
    }
    if let Some(retries) = all.get_keepalives_retries() {
        one.keepalives_retries(retries);
    }
    one.ssl_mode(all.get_ssl_mode()).ssl_negotiation(all.get_ssl_negotiation());
    one.target_session_attrs(all.get_target_session_attrs()).channel_binding(all.get_channel_binding());
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(url: &str) -> Result<Vec<Config>> {
        each_host(&url.parse().unwrap())
    }

    /// Everything but the host stays; otherwise a setting would be lost as soon as the driver learns a new one.
    #[test]
    fn one_host_is_the_same_address() {
        for url in [
            "postgres://user:secret@db:5433/name?application_name=x&options=-c%20geqo%3Doff&connect_timeout=7",
            "postgres://db/?keepalives=0&keepalives_idle=9&keepalives_interval=8&keepalives_retries=7&sslmode=require",
            "postgres://db/?channel_binding=require&target_session_attrs=read-only&tcp_user_timeout=6",
            "postgres://%2Frun%2Fpostgresql/name?sslnegotiation=direct",
            "postgres://db:1/name?hostaddr=10.0.0.1",
        ] {
            assert!(hosts(url).unwrap() == [url.parse().unwrap()], "{url}");
        }
    }

    #[test]
    fn each_has_its_own_port() {
        let of = |config: &Config| {
            (config.get_hosts().to_vec(), config.get_hostaddrs().to_vec(), config.get_ports().to_vec())
        };
        let found: Vec<_> = hosts("postgres://u@a:1,b,c:3/n").unwrap().iter().map(of).collect();
        let expected = [("a", 1), ("b", 5432), ("c", 3)];
        assert_eq!(found, expected.map(|(name, port)| (vec![Host::Tcp(name.to_owned())], vec![], vec![port])));
        let found: Vec<_> = hosts("postgres:///n?host=a&host=b&port=7").unwrap().iter().map(of).collect();
        assert_eq!(found, ["a", "b"].map(|name| (vec![Host::Tcp(name.to_owned())], vec![], vec![7])));
    }

    #[test]
    fn numbers_must_fit() {
        for url in [
            "postgres:///n",
            "postgres:///n?host=a&host=b&host=c&port=1,2",
            "postgres:///n?host=a&host=b&hostaddr=10.0.0.1",
        ] {
            assert!(hosts(url).is_err(), "{url}");
        }
    }
}
