//! The trace that a request is part of, as the caller says (W3C Trace Context).

/// Whose part a request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    pub(super) trace: [u8; 16],
    pub(super) span: [u8; 8],
    /// Whether the caller records it.
    pub(super) is_recorded: bool,
    /// What tracing systems tell each other.
    pub(super) state: String,
}

/// The most that is passed on of it, in bytes (section 3.3.1.5).
const LONGEST_STATE: usize = 512;

impl Parent {
    /// Reads `traceparent` and `tracestate`; nothing where they say nothing that can be believed (section 3.2).
    pub fn read(traceparent: Option<&str>, tracestate: Option<&str>) -> Option<Self> {
        let mut fields = traceparent?.split('-');
        let [version] = bytes(fields.next()?)?;
        let (trace, span) = (bytes(fields.next()?)?, bytes(fields.next()?)?);
        let [flags] = bytes(fields.next()?)?;
        // A later version may have more to say.
        let is_whole = version != 0xff && (version > 0 || fields.next().is_none());
        let state = tracestate.filter(|state| state.len() <= LONGEST_STATE).unwrap_or_default().to_owned();
        let parent = Self { trace, span, is_recorded: flags & 1 == 1, state };
        (is_whole && trace != [0; 16] && span != [0; 8]).then_some(parent)
    }
}

/// Bytes in hexadecimal, which has lower-case letters only here.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N || !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "b7ad6b7169203331";

    #[test]
    fn what_the_caller_says_is_read() {
        let read = |text: &str| Parent::read(Some(text), None);
        let parent = Parent::read(Some(&format!("00-{TRACE}-{SPAN}-01")), Some("a=b")).unwrap();
        assert_eq!((parent.trace[0], parent.span[7], parent.is_recorded, &*parent.state), (0x0a, 0x31, true, "a=b"));
        assert!(!read(&format!("00-{TRACE}-{SPAN}-00")).unwrap().is_recorded);
        assert!(read(&format!("01-{TRACE}-{SPAN}-03-more")).unwrap().is_recorded);
        let long = "a".repeat(LONGEST_STATE + 1);
        assert_eq!(Parent::read(Some(&format!("00-{TRACE}-{SPAN}-01")), Some(&long)).unwrap().state, "");
        for odd in [
            String::new(),
            "é".repeat(55),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("0-{TRACE}-{SPAN}-01"),
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            format!("00-{}-{SPAN}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("00-{TRACE}x-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-0+"),
        ] {
            assert_eq!(read(&odd), None, "{odd}");
        }
        assert_eq!(Parent::read(None, Some("a=b")), None);
    }
}
