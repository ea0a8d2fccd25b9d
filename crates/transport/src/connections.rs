//! The connections that are open, and room for more.

use crate::accept_errors::Occasional;
use crate::state::{Order, State};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Of all places, the part that is made free at once when there is none: to look for whom to close takes a look at
/// everybody.
const PART: usize = 64;

/// All connections of a server.
pub(crate) struct Connections {
    places: usize,
    per_peer: Option<usize>,
    open: Mutex<Open>,
    /// One has ended.
    pub(crate) left: Notify,
    /// Requests that no service has seen.
    unread: Mutex<Occasional>,
}

#[derive(Default)]
struct Open {
    last: u64,
    states: HashMap<u64, Arc<State>>,
    /// How many a peer has, while that is bounded.
    of_peers: HashMap<IpAddr, usize>,
}

/// Why there is no place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoPlace {
    /// All are taken.
    Full,
    /// This peer has all that it may have.
    OfPeer,
}

impl Connections {
    pub(crate) fn new(places: usize, per_peer: Option<usize>) -> Self {
        Self { places: places.max(1), per_peer, open: Mutex::default(), left: Notify::new(), unread: Mutex::default() }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn count(&self) -> usize {
        self.open().states.len()
    }

    /// Takes a place until it is dropped.
    pub(crate) fn enter(self: &Arc<Self>, peer: IpAddr, state: &Arc<State>) -> Result<Place, NoPlace> {
        let mut open = self.open();
        if open.states.len() >= self.places {
            return Err(NoPlace::Full);
        }
        let peer = network(peer);
        if let Some(bound) = self.per_peer {
            let of_peer = open.of_peers.entry(peer).or_default();
            if *of_peer >= bound {
                return Err(NoPlace::OfPeer);
            }
            *of_peer += 1;
        }
        open.last += 1;
        let number = open.last;
        open.states.insert(number, state.clone());
        drop(open);
        Ok(Place { connections: self.clone(), number, peer })
    }

    /// Closes those who only wait for their clients, the longest first.
    pub(crate) fn make_room(&self) {
        let open = self.open();
        let mut waiting: Vec<_> = open
            .states
            .values()
            .filter_map(|state| {
                let (since, _) = state.gives_way(state.times().clock.now())?;
                Some((since, state))
            })
            .collect();
        let part = (self.places / PART).max(1);
        if waiting.len() > part {
            waiting.select_nth_unstable_by_key(part, |(since, _)| *since);
        }
        for (_, state) in waiting.into_iter().take(part) {
            state.order(Order::GiveWay);
        }
    }

    /// Orders the same of all.
    pub(crate) fn order(&self, order: Order) {
        for state in self.open().states.values() {
            state.order(order);
        }
    }

    /// Until nobody is there.
    pub(crate) async fn empty(&self) {
        while self.count() > 0 {
            self.left.notified().await;
        }
    }
}

/// Who is one peer: whoever has an address of IPv6 has the 2^64 beside it.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

/// A connection's place among others.
pub(crate) struct Place {
    connections: Arc<Connections>,
    number: u64,
    peer: IpAddr,
}

impl Place {
    /// Says in the log that no service has seen a request, from time to time: anybody can bring it about.
    pub(crate) fn tell_unread(&self, why: &dyn std::fmt::Display) {
        let due = self.connections.unread.lock().unwrap_or_else(PoisonError::into_inner).is_due();
        if let Some(times) = due {
            tracing::info!(peer = %self.peer, times, "a request could not be read: {why}");
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.open();
        open.states.remove(&self.number);
        if let Some(of_peer) = open.of_peers.get_mut(&self.peer) {
            *of_peer -= 1;
            if *of_peer == 0 {
                open.of_peers.remove(&self.peer);
            }
        }
        drop(open);
        self.connections.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::state::Times;

    fn state() -> Arc<State> {
        Arc::new(State::new(Arc::new(Times::of(&Limits::default()))))
    }

    #[test]
    fn places_are_given_back() {
        let connections = Arc::new(Connections::new(2, None));
        let peer = IpAddr::from([192, 0, 2, 1]);
        let first = connections.enter(peer, &state()).unwrap();
        let _second = connections.enter(peer, &state()).unwrap();
        assert_eq!(connections.enter(peer, &state()).err(), Some(NoPlace::Full));
        drop(first);
        assert_eq!(connections.count(), 1);
        assert!(connections.enter(peer, &state()).is_ok());
    }

    #[test]
    fn a_peer_is_an_address_or_a_network_of_ipv6() {
        let connections = Arc::new(Connections::new(9, Some(1)));
        let enter = |peer: &str| connections.enter(peer.parse().unwrap(), &state());
        let first = enter("192.0.2.1").unwrap();
        assert_eq!(enter("192.0.2.1").err(), Some(NoPlace::OfPeer));
        assert_eq!(enter("::ffff:192.0.2.1").err(), Some(NoPlace::OfPeer));
        let _other = enter("192.0.2.2").unwrap();
        let _network = enter("2001:db8:0:1::1").unwrap();
        assert_eq!(enter("2001:db8:0:1:ffff::2").err(), Some(NoPlace::OfPeer));
        let _beside = enter("2001:db8:0:2::1").unwrap();
        drop(first);
        assert!(enter("192.0.2.1").is_ok());
    }
}
