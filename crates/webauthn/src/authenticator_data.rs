use crate::{Refusal, cbor};

/// The most that an authenticator writes, keys of any kind included.
pub(crate) const MOST: usize = 8 * 1024;

// Flags (section 6.1).
const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// What an authenticator says (section 6.1), whole.
pub(crate) struct AuthenticatorData<'a> {
    pub(crate) relying_party_hash: [u8; 32],
    pub(crate) is_user_present: bool,
    pub(crate) is_user_verified: bool,
    pub(crate) is_backed_up: bool,
    pub(crate) count: u32,
    /// A credential that was made.
    pub(crate) made: Option<Made<'a>>,
}

/// A credential that an authenticator has made (section 6.5.1).
pub(crate) struct Made<'a> {
    pub(crate) model: [u8; 16],
    pub(crate) id: &'a [u8],
    /// The key, as it is written (COSE).
    pub(crate) key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Refusal> {
        Self::read(bytes).ok_or(Refusal::AuthenticatorData)
    }

    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (relying_party_hash, rest) = bytes.split_first_chunk::<32>()?;
        let ([flags], rest) = rest.split_first_chunk::<1>()?;
        let (count, mut rest) = rest.split_first_chunk::<4>()?;
        let has = |flag: u8| flags & flag != 0;
        // What cannot be backed up never is.
        if has(BACKED_UP) && !has(BACKUP_ELIGIBLE) {
            return None;
        }
        let mut made = None;
        if has(HAS_CREDENTIAL) {
            let (model, after) = rest.split_first_chunk::<16>()?;
            let (length, after) = after.split_first_chunk::<2>()?;
            let (id, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            let (_, left) = cbor::read_map(after)?;
            made = Some(Made { model: *model, id, key: after.get(..after.len() - left.len())? });
            rest = left;
        }
        if has(HAS_EXTENSIONS) {
            rest = cbor::read_map(rest)?.1;
        }
        rest.is_empty().then(|| Self {
            relying_party_hash: *relying_party_hash,
            is_user_present: has(USER_PRESENT),
            is_user_verified: has(USER_VERIFIED),
            is_backed_up: has(BACKED_UP),
            count: u32::from_be_bytes(*count),
            made,
        })
    }
}
