//! From a name to its addresses.

use std::{
    io,
    net::{IpAddr, ToSocketAddrs as _},
    pin::Pin,
};

/// The addresses of a name, when they are known.
pub type Resolving = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Whoever knows the addresses of names; the answers are checked, so it need not be trusted.
pub trait Resolve: Send + Sync {
    /// The addresses, the better first. `name` is in lower case, in ASCII, and no address.
    ///
    /// It has to end by itself: a request does not wait beyond its time, but its place stays taken until this is over.
    fn resolve(&self, name: String) -> Resolving;
}

/// The resolver of the system, with its hosts file, search domains and order of addresses.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: String) -> Resolving {
        Box::pin(async move {
            let addresses = move || (name.as_str(), 0).to_socket_addrs();
            let found = tokio::task::spawn_blocking(addresses).await.map_err(io::Error::other)??;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}
