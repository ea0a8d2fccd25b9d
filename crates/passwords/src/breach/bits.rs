//! Numbers in a code of Golomb and Rice, packed into bytes, the lowest bit first.

/// Bits that are written.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    /// How many bits of the last byte are taken.
    taken: u32,
}

impl Writer {
    fn bit(&mut self, bit: bool) {
        if self.taken == 0 {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(bit) << self.taken;
        }
        self.taken = (self.taken + 1) % 8;
    }

    pub(super) fn number(&mut self, value: u64, parameter: u32) {
        for _ in 0..value >> parameter {
            self.bit(true);
        }
        self.bit(false);
        for place in 0..parameter {
            self.bit(value >> place & 1 == 1);
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Bits that are read.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn bit(&mut self) -> Option<bool> {
        let bit = self.bytes.get(self.at / 8)? >> (self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// The next number; nothing when the bytes end before it does.
    pub(super) fn number(&mut self, parameter: u32) -> Option<u64> {
        let mut quotient = 0_u64;
        while self.bit()? {
            quotient += 1;
        }
        let mut value = quotient.checked_shl(parameter)?;
        for place in 0..parameter {
            value |= u64::from(self.bit()?) << place;
        }
        Some(value)
    }
}
