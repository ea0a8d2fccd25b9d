//! Argon2 (RFC 9106), and its text form.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::cell::RefCell;

/// What a hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters {
    /// Memory, in KiB: at least 8 for each lane.
    pub memory_kib: u32,
    /// How often all of it is gone over.
    pub iterations: u32,
    /// In how many lanes. They are computed one after the other: a server has other logins for its other processors.
    pub lanes: u32,
}

impl Default for Parameters {
    /// What we hash with: the first choice of the OWASP Password Storage Cheat Sheet, 19 MiB and two passes. About 20 ms on
    /// a processor of 2024.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, iterations: 2, lanes: 1 }
    }
}

impl Parameters {
    /// In bytes, what one hash takes.
    pub fn memory(&self) -> u64 {
        u64::from(self.memory_kib) * 1024
    }
}

/// KiB that a thread keeps for its next hash: enough for ours, and not for the largest of other programs.
const KEPT_KIB: usize = 32 * 1024;

thread_local! {
    static BLOCKS: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f` on so many blocks of memory, of a KiB each. What is in them does not matter: each is written before it is read. So a
/// thread that hashes again and again need not have all of it zeroed each time, which is a twentieth of the work.
fn with_blocks<T>(count: usize, f: impl FnOnce(&mut [Block]) -> T) -> T {
    let mut blocks = BLOCKS.take();
    if blocks.len() < count {
        blocks.resize(count, Block::new());
    }
    let result = f(&mut blocks[..count]);
    if blocks.len() <= KEPT_KIB {
        BLOCKS.set(blocks);
    }
    result
}

/// How long the salt of a new hash is: RFC 9106, section 3.1.
pub(crate) const SALT_BYTES: usize = 16;
/// How long a new hash is: RFC 9106, section 4.
pub(crate) const DIGEST_BYTES: usize = 32;
/// How long the salt and the digest in a text may be.
pub(crate) const MAX_FIELD_BYTES: usize = 512;

/// One hash: everything but the password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Argon {
    pub(crate) algorithm: Algorithm,
    pub(crate) version: Version,
    pub(crate) parameters: Parameters,
    pub(crate) salt: Vec<u8>,
    /// How long the digest is, which goes into its computation.
    pub(crate) length: usize,
}

impl Argon {
    /// What a new hash is made with.
    pub(crate) fn new(parameters: Parameters, salt: [u8; SALT_BYTES]) -> Self {
        let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
        Self { algorithm, version, parameters, salt: salt.to_vec(), length: DIGEST_BYTES }
    }

    /// Whether the two differ in nothing but their salts.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.salt.len() == other.salt.len() && *self == Self { salt: self.salt.clone(), ..other.clone() }
    }

    /// The digest; nothing if the parameters make no sense.
    pub(crate) fn derive(&self, password: &[u8]) -> Option<Vec<u8>> {
        let Parameters { memory_kib, iterations, lanes } = self.parameters;
        if !self.is_sound() {
            return None;
        }
        let parameters = Params::new(memory_kib, iterations, lanes, Some(self.length)).ok()?;
        let mut digest = vec![0; self.length];
        let argon = Argon2::new(self.algorithm, self.version, parameters);
        with_blocks(argon.params().block_count(), |blocks| {
            argon.hash_password_into_with_memory(password, &self.salt, &mut digest, blocks)
        })
        .ok()?;
        Some(digest)
    }

    /// Whether the parameters are within what the algorithm knows.
    pub(crate) fn is_sound(&self) -> bool {
        let Parameters { memory_kib, iterations, lanes } = self.parameters;
        // The crate multiplies by eight without looking.
        lanes <= Params::MAX_P_COST
            && Params::new(memory_kib, iterations, lanes, Some(self.length)).is_ok()
            && (argon2::MIN_SALT_LEN..=MAX_FIELD_BYTES).contains(&self.salt.len())
    }

    /// In the text form that Argon2's own library began (`$argon2id$v=19$m=…,t=…,p=…$salt$digest`).
    pub(crate) fn to_text(&self, digest: &[u8]) -> String {
        let Parameters { memory_kib, iterations, lanes } = self.parameters;
        let (name, version) = (self.algorithm.as_str(), u32::from(self.version));
        let (salt, digest) = (STANDARD_NO_PAD.encode(&self.salt), STANDARD_NO_PAD.encode(digest));
        format!("${name}$v={version}$m={memory_kib},t={iterations},p={lanes}${salt}${digest}")
    }

    /// Reads the text form, with the digest in it. Parameters are found by their names: `npm argon2` writes them in an order
    /// of its own. Without a version it is the first (16), as in that library.
    pub(crate) fn parse(text: &str) -> Option<(Self, Vec<u8>)> {
        let mut parts = text.strip_prefix('$')?.split('$');
        let algorithm = Algorithm::new(parts.next()?).ok()?;
        let mut part = parts.next()?;
        let mut version = Version::V0x10;
        if let Some(number) = part.strip_prefix("v=") {
            version = Version::try_from(decimal(number)?).ok()?;
            part = parts.next()?;
        }
        let parameters = parameters(part)?;
        let (salt, digest) = (bytes(parts.next()?)?, bytes(parts.next()?)?);
        let argon = Self { algorithm, version, parameters, salt, length: digest.len() };
        (parts.next().is_none() && argon.is_sound()).then_some((argon, digest))
    }
}

/// `m=…,t=…,p=…`, each once.
fn parameters(text: &str) -> Option<Parameters> {
    let (mut memory, mut iterations, mut lanes) = (None, None, None);
    for pair in text.split(',') {
        let (name, value) = pair.split_once('=')?;
        let place = match name {
            "m" => &mut memory,
            "t" => &mut iterations,
            "p" => &mut lanes,
            // A key identifier or associated data: whoever used them has a key that we do not.
            _ => return None,
        };
        if place.replace(decimal(value)?).is_some() {
            return None;
        }
    }
    Some(Parameters { memory_kib: memory?, iterations: iterations?, lanes: lanes? })
}

/// A number in the only way to write it.
pub(crate) fn decimal(text: &str) -> Option<u32> {
    let canonical = text == "0" || !text.starts_with(['0', '+']);
    if canonical { text.parse().ok() } else { None }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    (text.len() <= MAX_FIELD_BYTES).then(|| STANDARD_NO_PAD.decode(text).ok()).flatten()
}
