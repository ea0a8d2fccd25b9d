use crate::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The longest id of a credential, in bytes (Web Authentication, section 4).
const LONGEST_ID: usize = 1023;

/// The bytes of base64url without padding, so many at most.
pub(crate) fn decode(text: &str, most: usize) -> Result<Vec<u8>, Refusal> {
    // Four characters are three bytes.
    if text.len() > most.div_ceil(3) * 4 {
        return Err(Refusal::Size);
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Encoding)?;
    if bytes.len() > most { Err(Refusal::Size) } else { Ok(bytes) }
}

/// The id of a credential, which is given twice (threat T-41).
pub(crate) fn id(kind: &str, id: &str, raw_id: &str) -> Result<Vec<u8>, Refusal> {
    if kind != "public-key" {
        return Err(Refusal::Kind);
    }
    if id != raw_id {
        return Err(Refusal::Id);
    }
    let id = decode(id, LONGEST_ID)?;
    if id.is_empty() { Err(Refusal::Id) } else { Ok(id) }
}
