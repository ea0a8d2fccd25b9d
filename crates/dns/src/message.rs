//! Queries, and what is read of their answers.

/// Bytes of a name, and of one of its labels (RFC 1035, section 2.3.4).
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;

const TXT: u16 = 16;
const INTERNET: u16 = 1;

/// Why an answer cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("it ends in the middle")]
    Short,
    #[error("it answers another question")]
    Other,
    #[error("a name in it has no end")]
    Name,
}

/// What a server says of a question (RFC 1035, section 4.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    Fine,
    /// There is no such name.
    NoName,
    /// It cannot or does not want to tell.
    Failed(u8),
}

/// An answer, as far as text records are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) code: Code,
    /// Whether it was too long for its packet.
    pub(crate) is_truncated: bool,
    /// Each record, its parts put together.
    pub(crate) texts: Vec<String>,
}

/// The question for the text records of a name; `None` for what is no name.
pub(crate) fn query(id: u16, name: &str) -> Option<Vec<u8>> {
    let name = name.trim_end_matches('.');
    if name.is_empty() || name.len() > LONGEST_NAME {
        return None;
    }
    // One question, to be resolved wholly (RD).
    let mut message = Vec::with_capacity(name.len() + 18);
    message.extend(id.to_be_bytes());
    message.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.split('.') {
        let is_label = (1..=LONGEST_LABEL).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_graphic());
        message.push(u8::try_from(label.len()).ok().filter(|_| is_label)?);
        message.extend(label.bytes());
    }
    message.push(0);
    message.extend(TXT.to_be_bytes());
    message.extend(INTERNET.to_be_bytes());
    Some(message)
}

/// Where something is read.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let end = self.at.checked_add(length).ok_or(Malformed::Short)?;
        let taken = self.bytes.get(self.at..end).ok_or(Malformed::Short)?;
        self.at = end;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        self.take(1)?.first().copied().ok_or(Malformed::Short)
    }

    fn number(&mut self) -> Result<u16, Malformed> {
        Ok(u16::from_be_bytes([self.byte()?, self.byte()?]))
    }

    /// Skips a name, which may end in a pointer to where it goes on (section 4.1.4).
    fn name(&mut self) -> Result<(), Malformed> {
        loop {
            match self.byte()? {
                0 => return Ok(()),
                length if length & 0xc0 == 0xc0 => return self.byte().map(drop),
                length if usize::from(length) <= LONGEST_LABEL => drop(self.take(usize::from(length))?),
                _ => return Err(Malformed::Name),
            }
        }
    }
}

/// Reads the answer to a question.
pub(crate) fn read(bytes: &[u8], question: &[u8]) -> Result<Answer, Malformed> {
    let mut reader = Reader { bytes, at: 0 };
    let (id, flags) = (reader.number()?, reader.number()?);
    let (questions, answers) = (reader.number()?, reader.number()?);
    reader.take(4)?;
    let asked = question.get(12..).ok_or(Malformed::Other)?;
    let is_answer = flags & 0x8000 != 0;
    if question.get(..2) != Some(&id.to_be_bytes()) || !is_answer {
        return Err(Malformed::Other);
    }
    let code = match (flags & 0xf) as u8 {
        0 => Code::Fine,
        3 => Code::NoName,
        code => Code::Failed(code),
    };
    // Some that fail do not repeat the question.
    if questions == 1 {
        if !reader.take(asked.len())?.eq_ignore_ascii_case(asked) {
            return Err(Malformed::Other);
        }
    } else if code == Code::Fine {
        return Err(Malformed::Other);
    }
    let is_truncated = flags & 0x0200 != 0;
    let mut texts = Vec::new();
    for _ in 0..answers {
        match record(&mut reader) {
            Ok(text) => texts.extend(text),
            Err(Malformed::Short) if is_truncated => break,
            Err(why) => return Err(why),
        }
    }
    Ok(Answer { code, is_truncated, texts })
}

/// The text of the next record, if it is one of texts.
fn record(reader: &mut Reader) -> Result<Option<String>, Malformed> {
    reader.name()?;
    let (kind, class) = (reader.number()?, reader.number()?);
    reader.take(4)?;
    let length = reader.number()?;
    let data = reader.take(usize::from(length))?;
    if (kind, class) != (TXT, INTERNET) {
        return Ok(None);
    }
    let (mut parts, mut text) = (Reader { bytes: data, at: 0 }, Vec::new());
    while parts.at < data.len() {
        let length = parts.byte()?;
        text.extend(parts.take(usize::from(length))?);
    }
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An answer to a question, with these flags, and these records: kind and data, each of the name that was asked for.
    fn answer(question: &[u8], flags: u16, records: &[(u16, &[u8])]) -> Vec<u8> {
        let mut message = question.to_vec();
        message[2..4].copy_from_slice(&flags.to_be_bytes());
        message[6..8].copy_from_slice(&(records.len() as u16).to_be_bytes());
        for (kind, data) in records {
            message.extend([0xc0, 12]);
            message.extend(kind.to_be_bytes());
            message.extend([0, 1, 0, 0, 0, 60]);
            message.extend((data.len() as u16).to_be_bytes());
            message.extend(*data);
        }
        message
    }

    #[test]
    fn what_is_no_name_is_not_asked_for() {
        assert!(query(1, "_guildhall-challenge.example.com").is_some());
        for name in ["", ".", "a..b", "a b.example", &"a".repeat(64), &"a.".repeat(200)] {
            assert!(query(1, name).is_none(), "{name}");
        }
    }

    #[test]
    fn texts_are_read_whole_and_others_skipped() {
        let question = query(7, "example.com").unwrap();
        let alias = [1, b'x', 0xc0, 12];
        let records: [(u16, &[u8]); 3] = [(5, &alias), (16, b"\x03one\x04 two"), (16, b"\x00")];
        let read = read(&answer(&question, 0x8180, &records), &question).unwrap();
        assert_eq!(
            read,
            Answer { code: Code::Fine, is_truncated: false, texts: vec!["one two".into(), String::new()] }
        );
    }

    #[test]
    fn refusals_and_answers_to_others_are_told_apart() {
        let question = query(7, "example.com").unwrap();
        let code = |flags| read(&answer(&question, flags, &[]), &question).map(|answer| answer.code);
        assert_eq!(code(0x8183), Ok(Code::NoName));
        assert_eq!(code(0x8182), Ok(Code::Failed(2)));
        assert_eq!(code(0x0100), Err(Malformed::Other));
        let other = query(7, "example.org").unwrap();
        assert_eq!(read(&answer(&other, 0x8180, &[]), &question), Err(Malformed::Other));
        let another = query(8, "example.com").unwrap();
        assert_eq!(read(&answer(&another, 0x8180, &[]), &question), Err(Malformed::Other));
        let cut = answer(&question, 0x8380, &[(16, b"\x03one")]);
        assert!(read(&cut[..cut.len() - 2], &question).unwrap().is_truncated);
        assert_eq!(read(&cut[..20], &question), Err(Malformed::Short));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes: Vec<u8>, tail: Vec<u8>) {
            let question = query(7, "example.com").unwrap();
            let _ = read(&bytes, &question);
            let _ = read(&[answer(&question, 0x8180, &[(16, b"\x03one")]), tail].concat(), &question);
        }
    }
}
