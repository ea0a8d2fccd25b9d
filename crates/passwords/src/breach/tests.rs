use super::*;
use std::fs::File;
use std::io::{Cursor, Seek as _, Write as _};
use std::path::PathBuf;

/// A file that is deleted in the end.
struct Draft(PathBuf);

impl Draft {
    fn new(name: &str) -> (Self, File) {
        let path = std::env::temp_dir().join(format!("guildhall-{}-{name}", std::process::id()));
        let file = File::options().create(true).truncate(true).read(true).write(true).open(&path).unwrap();
        (Self(path), file)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn digits(password: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Lines of the corpus for `word-0` and so on; the number behind a hash is that of the word.
fn corpus(words: u32) -> String {
    let mut lines: Vec<_> = (0..words).map(|word| format!("{}:{word}\r\n", digits(&format!("word-{word}")))).collect();
    lines.sort();
    lines.concat()
}

fn built(name: &str, corpus: &str, options: Options) -> (Draft, Filter, Summary) {
    let (draft, file) = Draft::new(name);
    let summary = build(|| Ok(Cursor::new(corpus)), &file, &options).unwrap();
    let filter = Filter::open(&draft.0).unwrap();
    filter.verify().unwrap();
    (draft, filter, summary)
}

#[test]
fn knows_every_password_of_the_corpus_and_few_others() {
    for (words, bits) in [(0, 16), (1, 16), (129, 24), (20_000, 8), (20_000, 16)] {
        let (_draft, filter, summary) =
            built(&format!("{words}-{bits}"), &corpus(words), Options { at_least: 0, bits });
        assert_eq!(summary.lines, u64::from(words));
        for word in 0..words {
            assert!(filter.contains(&format!("word-{word}")).unwrap(), "{word} of {words}");
        }
        let others = 100_000;
        let mistaken = (0..others).filter(|other| filter.contains(&format!("other-{other}")).unwrap()).count() as f64;
        let expected = filter.false_positives() * f64::from(others);
        assert!(filter.false_positives() <= 0.5_f64.powi(bits as i32));
        // Six standard deviations: the words are always the same, so this is no matter of luck.
        assert!(
            (mistaken - expected).abs() <= 6.0 * expected.sqrt() + 1.0,
            "{mistaken} of {expected} for {words}, {bits}"
        );
        let bits_each = summary.length as f64 * 8.0 / f64::from(words.max(1));
        assert!(words < 1000 || bits_each < f64::from(bits) + 3.0, "{bits_each}");
    }
}

#[test]
fn takes_what_was_seen_often_enough() {
    let (_draft, filter, summary) = built("often", &corpus(1000), Options { at_least: 900, bits: 24 });
    assert_eq!((summary.lines, summary.hashes, filter.hashes(), filter.at_least()), (1000, 100, 100, 900));
    assert!(filter.contains("word-900").unwrap());
    assert!(!filter.contains("word-899").unwrap());
}

#[test]
fn a_file_that_is_cut_off_or_damaged_or_something_else_is_found_out() {
    let (draft, _, summary) = built("damaged", &corpus(1000), Options { at_least: 0, bits: 16 });
    let whole = std::fs::read(&draft.0).unwrap();
    let mut file = File::options().write(true).open(&draft.0).unwrap();
    let mut refusal = |bytes: &[u8]| {
        file.set_len(0).unwrap();
        file.rewind().unwrap();
        file.write_all(bytes).unwrap();
        Filter::open(&draft.0).err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert_eq!(refusal(&whole), "");
    assert!(refusal(b"").ends_with("it is no breach filter"));
    assert!(refusal(&b"word".repeat(100)).ends_with("it is no breach filter"));
    let missing = format!("it has {} bytes and should have {}: copy it again", summary.length - 1, summary.length);
    assert!(refusal(&whole[..whole.len() - 1]).ends_with(&missing));
    let changed = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    assert!(refusal(&changed(8)).contains("of version 0, and this program reads version 1"));
    assert!(refusal(&changed(13)).contains("its beginning is damaged"));
    assert!(refusal(&changed(60)).contains("its beginning is damaged"));
    for at in [64, 100, whole.len() - 1] {
        assert_eq!(refusal(&changed(at)), "");
        let filter = Filter::open(&draft.0).unwrap();
        assert!(filter.verify().unwrap_err().to_string().ends_with("it is damaged: copy or build it anew"));
        // Whatever is asked: an answer or an error.
        for hash in (0..1000).map(|number: u64| number << 54) {
            let _ = filter.has(hash);
        }
    }
    assert!(Filter::open(&draft.0.with_extension("none")).unwrap_err().to_string().contains("No such file"));
}

#[test]
fn lines_that_are_something_else_are_named() {
    let (one, two) = (digits("word-0"), digits("word-1"));
    let (first, second) = if one < two { (one, two) } else { (two, one) };
    let long = format!("{first}:{}", "1".repeat(100));
    for (corpus, says) in [
        ("password\n", "line 1: it is no SHA-1 hash"),
        (&format!("{first}\n{}\n", &second[..39]), "line 2: it is no SHA-1 hash"),
        (&first.replace(&first[39..], "é"), "line 1: it is no SHA-1 hash"),
        (&format!("{second}:1\n{first}:1\n"), "line 2: it should stand before"),
        (&format!("{first}1:2\n"), "line 1: behind the hash"),
        (&format!("{first}:many\n"), "line 1: behind the colon"),
        (&long, "line 1: behind the colon"),
        ("\n", "line 1: it is no SHA-1 hash"),
    ] {
        let (_draft, file) = Draft::new("lines");
        let error = build(|| Ok(Cursor::new(corpus)), &file, &Options { at_least: 1, bits: 16 }).unwrap_err();
        assert!(error.to_string().starts_with(says), "{error} for {corpus}");
    }
    let (_draft, file) = Draft::new("options");
    let options = |bits| Options { at_least: 1, bits };
    assert!(matches!(build(|| Ok(Cursor::new("")), &file, &options(25)), Err(BuildError::Bits)));
    let alike: String = (0..70_000_u64).map(|number| format!("{:016X}{:024}\n", number << 31, 0)).collect();
    assert!(matches!(build(|| Ok(Cursor::new(alike.as_str())), &file, &options(16)), Err(BuildError::Uneven)));
    let mut times = 0;
    let source = || {
        times += 1;
        Ok(Cursor::new(if times == 1 { format!("{first}\n{second}\n") } else { format!("{first}\n") }))
    };
    assert!(matches!(build(source, &file, &options(16)), Err(BuildError::Changed)));
}
