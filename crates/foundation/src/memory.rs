//! What subjects keep in the memory of a process: each its own, under a type of its own, and nobody else names it.

use crate::config::Config;
use std::any::Any;
use std::sync::OnceLock;

/// What a subject remembers. It is made when it is first asked for.
pub trait Memory: Send + Sync + 'static {
    /// With nothing in it yet.
    fn new(config: &Config) -> Self;
}

/// The memories of one process: a list that only grows, so that looking takes no lock.
#[derive(Default)]
pub(crate) struct Memories {
    first: OnceLock<Box<dyn Any + Send + Sync>>,
    others: OnceLock<Box<Memories>>,
}

impl Memories {
    /// The one of this type.
    pub(crate) fn get<T: Memory>(&self, config: &Config) -> &T {
        let mut list = self;
        loop {
            let memory = list.first.get_or_init(|| Box::new(T::new(config)));
            if let Some(memory) = memory.downcast_ref() {
                return memory;
            }
            list = list.others.get_or_init(Box::default);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    struct Visits<const KIND: u8>(AtomicU32);

    impl<const KIND: u8> Memory for Visits<KIND> {
        fn new(_: &Config) -> Self {
            Self(AtomicU32::new(0))
        }
    }

    fn visit<const KIND: u8>(memories: &Memories) -> u32 {
        memories.get::<Visits<KIND>>(&Config::default()).0.fetch_add(1, Ordering::Relaxed)
    }

    #[test]
    fn each_type_has_one_memory() {
        let memories = Memories::default();
        assert_eq!([visit::<1>(&memories), visit::<2>(&memories), visit::<1>(&memories)], [0, 0, 1]);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (visit::<3>(&memories), visit::<4>(&memories), visit::<5>(&memories)));
            }
        });
        assert_eq!([visit::<3>(&memories), visit::<4>(&memories), visit::<5>(&memories)], [8, 8, 8]);
        assert_eq!(visit::<2>(&memories), 1);
    }
}
