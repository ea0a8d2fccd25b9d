use super::*;
use proptest::prelude::*;
use std::time::Duration;

const BCRYPT: &str = "$2b$10$abcdefghijklmnopqrstuuydOTSfIH0d5oUHpsygqV5X9xJLQc6eW";
const ARGON: &str = "$argon2id$v=19$m=64,t=2,p=1$ME16TVBUdjhxeVRQb3BRWQ$KZPeDQtAMmgEUQcuJhrtsWYm5cTwOwZkPjtGEwZP3Fc";
const HEXADECIMAL: &str = "5f4dcc3b5aa765d61d8327deb882cf99";
const BASE64: &str = "SgkbuoQlrgfjZjz8w4CbfA==";
const SCRYPT: &str = "$scrypt$ln=4,r=8,p=1$C0Ho/f9fi7GWMmbsPQcghA$UPLg9123dU+ENCUliwmhF+sMdx7aDiJfVYCYPcYv0Rw";
const FIREBASE: &str = "$fbscrypt$v=1,n=4,r=8,p=1,ss=Bw==,sk=SgkbuoQlrgfjZjz8w4CbfA==$C0Ho$SgkbuoQlrgfjZjz8w4CbfA==";
const DJANGO: &str = "pbkdf2_sha256$50$seasalt$Q0d1Zc1wAPvhEeZ6VOLLATpPfCMYlOVUqtOcGkwhrvU=";
const IDENTITY: &str = "AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw";
const PHPASS: &str = "$P$5JwpqxWsqP4WfnQoxTzJPtHapTKPxW1";

const SALTS: Salts<'_> = Salts { prepend_salt: "", append_salt: "" };
const ARGON_CONFIG: Argon2Config<'_> =
    Argon2Config { salt: "saltsalt", iteration_amount: 2, memory: 64, threads: 2, key_length: 16 };
const SCRYPT_CONFIG: ScryptConfig<'_> =
    ScryptConfig { salt: "c2FsdA==", n_parameter: 16, r_parameter: 8, p_parameter: 1, key_length: 16 };
const PBKDF2_CONFIG: Pbkdf2Config<'_> =
    Pbkdf2Config { salt: "c2FsdA==", iteration_amount: 50, key_length: 16, algorithm: "" };

fn refusal(foreign: &Foreign<'_>) -> Option<Reason> {
    import(foreign, &Limits::default()).err().map(|refused| refused.reason)
}

fn text(hash_type: HashType, hash: &str) -> Option<Reason> {
    refusal(&Foreign::new(hash_type, hash))
}

fn argon(hash: &str, config: Argon2Config<'_>) -> Option<Reason> {
    refusal(&Foreign { argon_2_config: Some(config), ..Foreign::new(HashType::Argon2id, hash) })
}

fn scrypt(hash: &str, config: ScryptConfig<'_>) -> Option<Reason> {
    refusal(&Foreign { scrypt_config: Some(config), ..Foreign::new(HashType::Scrypt, hash) })
}

fn pbkdf2(hash: &str, config: Pbkdf2Config<'_>) -> Option<Reason> {
    refusal(&Foreign { pbkdf_2_config: Some(config), ..Foreign::new(HashType::Pbkdf2, hash) })
}

#[test]
fn texts_that_are_no_hashes() {
    use HashType::*;
    let long = "a".repeat(MAX_TEXT + 1);
    for (hash_type, hash, reason) in [
        (Bcrypt, "", Reason::Hash),
        (Md5, long.as_str(), Reason::Hash),
        (Bcrypt, "secret", Reason::BcryptHash),
        (Bcrypt, &BCRYPT[..59], Reason::BcryptHash),
        (Bcrypt, &format!("{BCRYPT}a"), Reason::BcryptHash),
        (Bcrypt, &BCRYPT.replace("2b", "2c"), Reason::BcryptHash),
        (Bcrypt, &BCRYPT.replace("ab", "a!"), Reason::BcryptHash),
        (Bcrypt, &BCRYPT.replace("abc", "aé"), Reason::BcryptHash),
        (Bcrypt, &format!("$wp{}", BCRYPT.replace("2b", "2x")), Reason::BcryptHash),
        (Bcrypt, &BCRYPT.replace("$10$", "$03$"), Reason::BcryptCost),
        (Bcrypt, &BCRYPT.replace("$10$", "$32$"), Reason::BcryptCost),
        (Bcrypt, &BCRYPT.replace("$10$", "$+9$"), Reason::BcryptCost),
        (Bcrypt, &BCRYPT.replace("$10$", "$9$"), Reason::BcryptCost),
        (Argon2id, "$argon2id$", Reason::Hash),
        (Argon2i, ARGON, Reason::Hash),
        (Argon2id, &ARGON.replace("m=64", "m=064"), Reason::Hash),
        (Argon2id, &ARGON.replace("t=2", "t=2,t=2"), Reason::Hash),
        (Argon2id, &ARGON.replace("p=1", "p=9"), Reason::Hash),
        (Argon2id, &ARGON.replace("p=1", "p=4294967295"), Reason::Hash),
        (Argon2id, &ARGON.replace("p=1", "p=1,keyid=aaaa"), Reason::Hash),
        (Argon2id, &ARGON.replace("v=19", "v=17"), Reason::Hash),
        (Argon2id, &ARGON[..59], Reason::Argon2KeyLength),
        (Argon2id, HEXADECIMAL, Reason::Hash),
        (Scrypt, "$scrypt$ln=4", Reason::Hash),
        (Scrypt, &SCRYPT.replace("ln=4", "ln=0"), Reason::ScryptParameters),
        (Scrypt, &SCRYPT.replace("r=8", "r=0"), Reason::ScryptParameters),
        (Scrypt, &SCRYPT.replace("C0Ho/f9fi7GWMmbsPQcghA", ""), Reason::ScryptSaltLength),
        (Scrypt, &SCRYPT[..50], Reason::ScryptHash),
        (Scrypt, BASE64, Reason::ScryptHash),
        (Scrypt, &FIREBASE.replace(",sk=", ",sx="), Reason::Hash),
        (Scrypt, &FIREBASE.replace(",p=1", ""), Reason::Hash),
        (Scrypt, "scrypt:1023:8:1$salt$5f4dcc3b5aa765d61d8327deb882cf99", Reason::Hash),
        (Pbkdf2, BASE64, Reason::Pbkdf2Hash),
        (Pbkdf2, &DJANGO.replace("$50$", "$0$"), Reason::Pbkdf2Hash),
        (Pbkdf2, &DJANGO.replace("sha256", "md5"), Reason::Pbkdf2Hash),
        (Pbkdf2, &DJANGO.replace("seasalt", ""), Reason::Pbkdf2Salt),
        (Pbkdf2, "AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4A=", Reason::Pbkdf2Hash),
        (Phpass, BCRYPT, Reason::PhpassHashPrefix),
        (Phpass, &PHPASS[..33], Reason::PhpassHashFormat),
        (Phpass, &PHPASS.replace("$5", "$4"), Reason::PhpassHashFormat),
        (Phpass, &PHPASS.replace("$5", "$T"), Reason::PhpassHashFormat),
        (Phpass, &PHPASS.replace('J', "é"), Reason::PhpassHashFormat),
        (Md5, &HEXADECIMAL[1..], Reason::Md5Hash),
        (Md5, "5f4dcc3b5aa765d61d8327deb882cf9g", Reason::Md5Hash),
        (Sha1, HEXADECIMAL, Reason::Sha1Hash),
        (Sha512, HEXADECIMAL, Reason::Sha512Hash),
    ] {
        assert_eq!(text(hash_type, hash), Some(reason), "{hash}");
    }
    assert_eq!(HashType::parse("md5").map_err(|refused| refused.reason), Err(Reason::HashType));
}

#[test]
fn configurations_that_make_no_sense() {
    let long = "a".repeat(MAX_TEXT + 1);
    let salted = |salts| refusal(&Foreign { md_5_config: Some(salts), ..Foreign::new(HashType::Md5, HEXADECIMAL) });
    assert_eq!(salted(Salts { prepend_salt: &long, ..SALTS }), Some(Reason::PrependSalt));
    assert_eq!(salted(Salts { append_salt: &long, ..SALTS }), Some(Reason::AppendSalt));

    assert_eq!(argon(HEXADECIMAL, ARGON_CONFIG), None);
    for (config, reason) in [
        (Argon2Config { salt: "saltsal", ..ARGON_CONFIG }, Reason::Argon2Salt),
        (Argon2Config { salt: &long, ..ARGON_CONFIG }, Reason::Argon2Salt),
        (Argon2Config { iteration_amount: 0, ..ARGON_CONFIG }, Reason::Argon2IterationAmount),
        (Argon2Config { iteration_amount: i64::MAX, ..ARGON_CONFIG }, Reason::Argon2IterationAmount),
        (Argon2Config { memory: 15, ..ARGON_CONFIG }, Reason::Argon2Memory),
        (Argon2Config { memory: -1, ..ARGON_CONFIG }, Reason::Argon2Memory),
        (Argon2Config { threads: 0, ..ARGON_CONFIG }, Reason::Argon2Threads),
        (Argon2Config { threads: i64::from(u32::MAX), ..ARGON_CONFIG }, Reason::Argon2Threads),
        (Argon2Config { key_length: 15, ..ARGON_CONFIG }, Reason::Argon2KeyLengthMismatch),
    ] {
        assert_eq!(argon(HEXADECIMAL, config), Some(reason), "{config:?}");
    }
    assert_eq!(argon("5f4dcc3b", Argon2Config { key_length: 4, ..ARGON_CONFIG }), Some(Reason::Argon2KeyLength));

    assert_eq!(scrypt(BASE64, SCRYPT_CONFIG), None);
    for (config, reason) in [
        (ScryptConfig { salt: "!", ..SCRYPT_CONFIG }, Reason::ScryptSalt),
        (ScryptConfig { salt: "", ..SCRYPT_CONFIG }, Reason::ScryptSaltLength),
        (ScryptConfig { n_parameter: 1, ..SCRYPT_CONFIG }, Reason::ScryptNParameter),
        (ScryptConfig { n_parameter: 17, ..SCRYPT_CONFIG }, Reason::ScryptNParameter),
        (ScryptConfig { n_parameter: 1 << 19, ..SCRYPT_CONFIG }, Reason::ScryptNParameter),
        (ScryptConfig { r_parameter: 0, ..SCRYPT_CONFIG }, Reason::ScryptParameters),
        (ScryptConfig { p_parameter: i64::MAX, ..SCRYPT_CONFIG }, Reason::ScryptParameters),
        (ScryptConfig { p_parameter: 1 << 30, ..SCRYPT_CONFIG }, Reason::ScryptParameters),
        (ScryptConfig { key_length: 32, ..SCRYPT_CONFIG }, Reason::ScryptKeyLengthMismatch),
    ] {
        assert_eq!(scrypt(BASE64, config), Some(reason), "{config:?}");
    }
    assert_eq!(scrypt("not base64", SCRYPT_CONFIG), Some(Reason::ScryptHash));

    assert_eq!(pbkdf2(BASE64, PBKDF2_CONFIG), None);
    for (config, reason) in [
        (Pbkdf2Config { salt: "!", ..PBKDF2_CONFIG }, Reason::Pbkdf2Salt),
        (Pbkdf2Config { salt: "", ..PBKDF2_CONFIG }, Reason::Pbkdf2Salt),
        (Pbkdf2Config { iteration_amount: 0, ..PBKDF2_CONFIG }, Reason::Pbkdf2IterationAmount),
        (Pbkdf2Config { iteration_amount: 1 << 32, ..PBKDF2_CONFIG }, Reason::Pbkdf2IterationAmount),
        (Pbkdf2Config { key_length: 32, ..PBKDF2_CONFIG }, Reason::Pbkdf2KeyLengthMismatch),
        (Pbkdf2Config { algorithm: "sha1", ..PBKDF2_CONFIG }, Reason::Pbkdf2Algorithm),
    ] {
        assert_eq!(pbkdf2(BASE64, config), Some(reason), "{config:?}");
    }
    assert_eq!(pbkdf2("not base64", PBKDF2_CONFIG), Some(Reason::Pbkdf2Hash));
}

#[test]
fn t43_what_would_take_too_long_or_too_much_memory_is_refused() {
    let too_much = Some(Reason::ValidationTimeout);
    for (cost, refused) in [("14", None), ("15", too_much), ("31", too_much)] {
        assert_eq!(text(HashType::Bcrypt, &BCRYPT.replace("$10$", &format!("${cost}$"))), refused, "{cost}");
    }
    for (parameters, refused) in [
        // The second choice of RFC 9106, PHP's usual one, the first choice of RFC 9106.
        ("m=65536,t=3,p=4", None),
        ("m=65536,t=4,p=1", None),
        ("m=2097152,t=1,p=4", too_much),
        ("m=65536,t=4294967295,p=1", too_much),
        ("m=4294967295,t=4294967295,p=1", too_much),
    ] {
        assert_eq!(text(HashType::Argon2id, &ARGON.replace("m=64,t=2,p=1", parameters)), refused, "{parameters}");
    }
    for (parameters, refused) in [
        ("ln=18,r=8,p=1", None),
        ("ln=17,r=8,p=1", None),
        ("ln=19,r=8,p=1", too_much),
        ("ln=14,r=8,p=1000", too_much),
        ("ln=40,r=4294967295,p=1", Some(Reason::ScryptParameters)),
        ("ln=40,r=1000,p=1", too_much),
        ("ln=1,r=1,p=1073741823", too_much),
    ] {
        assert_eq!(text(HashType::Scrypt, &SCRYPT.replace("ln=4,r=8,p=1", parameters)), refused, "{parameters}");
    }
    for (iterations, refused) in [("1200000", None), ("4294967295", too_much)] {
        assert_eq!(
            text(HashType::Pbkdf2, &DJANGO.replace("$50$", &format!("${iterations}$"))),
            refused,
            "{iterations}"
        );
    }
    // 30 is S, 23 is L.
    assert_eq!(text(HashType::Phpass, &PHPASS.replace("$5", "$S")), too_much);
    assert_eq!(text(HashType::Phpass, &PHPASS.replace("$5", "$L")), None);

    let little = Limits { memory: 1 << 20, time: Duration::from_millis(1) };
    let refused = import(&Foreign::new(HashType::Bcrypt, BCRYPT), &little).unwrap_err();
    assert!(refused.message.contains("ms is the most"), "{refused}");
    let refused = import(&Foreign::new(HashType::Scrypt, &SCRYPT.replace("ln=4", "ln=10")), &little).unwrap_err();
    assert_eq!(refused.message, "verifying this hash takes 2 MiB of memory, and 1 MiB is the most");
}

#[test]
fn t43_bcrypt_reads_72_bytes_and_we_no_more_of_its_hashes() {
    let long = "é".repeat(36);
    // PHP 8.2: password_hash(str_repeat("é", 40), PASSWORD_BCRYPT, ["cost" => 4]), and what comes behind is nothing to it.
    let made = Bcrypt::derive_of(&format!("{long}éééé"));
    assert_eq!(made, Bcrypt::derive_of(&long));
    assert_ne!(made, Bcrypt::derive_of(&long[..70]));
}

struct Bcrypt;

impl Bcrypt {
    fn derive_of(password: &str) -> Option<Vec<u8>> {
        let hash = BCRYPT.replace("$10$", "$04$");
        bcrypt::read(&hash).unwrap().scheme.derive(password.as_bytes())
    }
}

#[test]
fn trims_as_php_does() {
    let read = bcrypt::read(&format!("$wp{}", BCRYPT.replace("$10$", "$04$"))).unwrap().scheme;
    assert_eq!(read.derive(b" \t\r\n\x0bx y\t "), read.derive(b"x y"));
    // A non-breaking space and a form feed are not trimmed.
    assert_ne!(read.derive("\u{a0}x y".as_bytes()), read.derive(b"x y"));
    assert_ne!(read.derive(b"\x0cx y"), read.derive(b"x y"));
    assert!(read.derive(b" ").is_some());
}

/// A text that is nearly a hash.
fn nearly() -> impl Strategy<Value = String> {
    const KNOWN: &[&str] = &[BCRYPT, ARGON, HEXADECIMAL, BASE64, SCRYPT, FIREBASE, DJANGO, IDENTITY, PHPASS];
    let edit = (0..150_usize, 0..20_usize, "[$,=:0-9a-z+/.éA\u{0}]{0,4}");
    let edited = (prop::sample::select(KNOWN), prop::collection::vec(edit, 0..3)).prop_map(|(hash, edits)| {
        edits.iter().fold(hash.to_owned(), |hash, (at, delete, insert)| {
            let before = hash.chars().take(*at);
            let after = hash.chars().skip(at + delete);
            before.chain(insert.chars()).chain(after).collect()
        })
    });
    prop_oneof![4 => edited, 1 => any::<String>()]
}

fn any_number() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), Just(16), Just(1 << 18), 1..100_i64, any::<i64>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn t43_no_text_is_too_odd(
        hash in nearly(),
        salt in "[A-Za-z0-9+/=é]{0,12}",
        numbers in prop::array::uniform4(any_number()),
        configured: bool,
        password: String,
    ) {
        let [a, b, c, d] = numbers;
        for hash_type in HashType::ALL {
            let foreign = Foreign {
                argon_2_config: configured.then_some(
                    Argon2Config { salt: &salt, iteration_amount: a, memory: b, threads: c, key_length: d }
                ),
                scrypt_config: configured.then_some(
                    ScryptConfig { salt: &salt, n_parameter: a, r_parameter: b, p_parameter: c, key_length: d }
                ),
                pbkdf_2_config: configured.then_some(
                    Pbkdf2Config { salt: &salt, iteration_amount: a, key_length: b, algorithm: "" }
                ),
                ..Foreign::new(hash_type, &hash)
            };
            // What is read is stored and read again, and can be verified against.
            let cheap = Limits { memory: 1 << 20, time: Duration::from_micros(200) };
            if let Ok(read) = import(&foreign, &cheap) {
                prop_assert_eq!(PasswordHash::parse(&read.to_text()).unwrap(), read.clone());
                read.verify(&password);
            }
        }
    }

    #[test]
    fn t74_no_stored_text_is_too_odd(hash in nearly(), prefix in "(foreign:|strengthened:)?(scrypt|bcrypt|argon2id|pbkdf2|phpass|md5|)[,:]?[a-z]{0,3}=?[0-9]{0,3}") {
        let _ = PasswordHash::parse(&hash);
        let _ = PasswordHash::parse(&(prefix + &hash));
    }
}
