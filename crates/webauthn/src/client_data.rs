use crate::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The most that a browser writes; nearly all of it is our challenge.
pub(crate) const MOST: usize = 8 * 1024;

pub(crate) const CREATE: &str = "webauthn.create";
pub(crate) const GET: &str = "webauthn.get";

/// What the browser says of the page on which something was made (section 5.8.1). The authenticator signs a hash of it.
pub(crate) struct ClientData {
    pub(crate) ceremony: String,
    pub(crate) challenge: Vec<u8>,
    pub(crate) origin: String,
    pub(crate) is_cross_origin: bool,
}

impl ClientData {
    pub(crate) fn parse(json: &[u8]) -> Result<Self, Refusal> {
        let read: Value = serde_json::from_slice(json).map_err(|_| Refusal::ClientData)?;
        let text = |name: &str| read.get(name).and_then(Value::as_str).ok_or(Refusal::ClientData);
        let is_cross_origin = match read.get("crossOrigin") {
            None | Some(Value::Null | Value::Bool(false)) => false,
            Some(Value::Bool(true)) => true,
            Some(_) => return Err(Refusal::ClientData),
        };
        let challenge = URL_SAFE_NO_PAD.decode(text("challenge")?).map_err(|_| Refusal::ClientData)?;
        Ok(Self { ceremony: text("type")?.to_owned(), challenge, origin: text("origin")?.to_owned(), is_cross_origin })
    }
}
