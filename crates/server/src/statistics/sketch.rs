//! How many different members there were, in four kilobytes, however many: a HyperLogLog (Flajolet, Fusy, Gandouet and Meunier,
//! 2007). Sketches of several servers and several days can be put together. Nobody can be read out of one.

use foundation::id::MemberId;

/// Bits of a mark that choose a register.
const CHOOSING: u32 = 12;
const REGISTERS: usize = 1 << CHOOSING;

/// What a sketch is told of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark(u64);

impl Mark {
    pub(crate) fn of(member: &MemberId) -> Self {
        let (high, low) = member.uuid().as_u64_pair();
        Self(mixed(high ^ mixed(low)))
    }
}

/// Spreads what differs in few bits over all of them (SplitMix64).
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A sketch.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Sketch(Vec<u8>);

impl Default for Sketch {
    fn default() -> Self {
        Self(vec![0; REGISTERS])
    }
}

impl Sketch {
    /// What is stored; `None` where a newer program has stored something else.
    pub(super) fn read(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() == REGISTERS).then_some(Self(bytes))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn add(&mut self, Mark(mark): Mark) {
        let register = (mark >> (u64::BITS - CHOOSING)) as usize;
        let rest = (mark << CHOOSING) | (1 << (CHOOSING - 1));
        let rank = rest.leading_zeros() as u8 + 1;
        if let Some(known) = self.0.get_mut(register) {
            *known = (*known).max(rank);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own = (*own).max(*other));
    }

    /// How many there were. Few are told nearly exactly, many to some two in a hundred.
    pub(super) fn estimate(&self) -> u64 {
        let count = REGISTERS as f64;
        let sum: f64 = self.0.iter().map(|rank| 0.5_f64.powi((*rank).into())).sum();
        let raw = 0.7213 / (1.0 + 1.079 / count) * count * count / sum;
        let empty = self.0.iter().filter(|rank| **rank == 0).count();
        let estimate = if raw <= 2.5 * count && empty > 0 { count * (count / empty as f64).ln() } else { raw };
        estimate.round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foundation::id::Environment;

    #[test]
    fn as_many_are_told_as_there_were() {
        for many in [0, 1, 2, 10, 100, 5_000, 12_000, 200_000_u64] {
            let mut sketch = Sketch::default();
            for n in 0..many {
                let member =
                    MemberId::from_uuid(Environment::Live, uuid::Uuid::from_u128(u128::from(n + 1_000_000) << 3));
                sketch.add(Mark::of(&member));
                sketch.add(Mark::of(&member));
            }
            let (estimate, exact) = (sketch.estimate() as f64, many as f64);
            assert!((estimate - exact).abs() <= (exact * 0.05).max(0.5), "{estimate} of {exact}");
        }
    }

    #[test]
    fn sketches_put_together_tell_of_all_and_of_none_twice() {
        let mut parts = [Sketch::default(), Sketch::default()];
        let mut whole = Sketch::default();
        for n in 0..3_000 {
            let mark = Mark(mixed(n));
            whole.add(mark);
            parts[(n % 2) as usize].add(mark);
            parts[(n % 3 % 2) as usize].add(mark);
        }
        let [mut first, second] = parts;
        first.merge(&second);
        assert!(first == whole);
        assert!(Sketch::read(first.bytes().to_vec()).is_some_and(|read| read == whole));
        assert!(Sketch::read(vec![0; 3]).is_none());
    }
}
