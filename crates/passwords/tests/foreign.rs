//! Hashes that other programs made (`vectors/`), from import to the first login.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use passwords::foreign::{Argon2Config, Foreign, HashType, Limits, Pbkdf2Config, Salts, ScryptConfig, import};
use passwords::{Parameters, PasswordHash};
use serde_json::Value;

/// As little as there can be, so that every vector can be tried.
const FEW: Parameters = Parameters { memory_kib: 8, iterations: 1, lanes: 1 };

fn vectors() -> Vec<Value> {
    let files = [
        include_str!("vectors/node.json"),
        include_str!("vectors/php.json"),
        include_str!("vectors/published.json"),
        include_str!("vectors/python.json"),
    ];
    let all: Vec<Value> = files.iter().flat_map(|file| serde_json::from_str::<Vec<Value>>(file).unwrap()).collect();
    assert!(all.len() > 400, "{}", all.len());
    all
}

fn foreign(vector: &Value) -> Foreign<'_> {
    fn text<'a>(config: &'a Value, key: &str) -> &'a str {
        config[key].as_str().unwrap()
    }
    let number = |config: &Value, key: &str| config[key].as_i64().unwrap();
    let salts = |key: &str| {
        vector.get(key).map(|config| Salts {
            prepend_salt: text(config, "prepend_salt"),
            append_salt: text(config, "append_salt"),
        })
    };
    Foreign {
        md_5_config: salts("md_5_config"),
        sha_1_config: salts("sha_1_config"),
        sha_512_config: salts("sha_512_config"),
        argon_2_config: vector.get("argon_2_config").map(|config| Argon2Config {
            salt: text(config, "salt"),
            iteration_amount: number(config, "iteration_amount"),
            memory: number(config, "memory"),
            threads: number(config, "threads"),
            key_length: number(config, "key_length"),
        }),
        scrypt_config: vector.get("scrypt_config").map(|config| ScryptConfig {
            salt: text(config, "salt"),
            n_parameter: number(config, "n_parameter"),
            r_parameter: number(config, "r_parameter"),
            p_parameter: number(config, "p_parameter"),
            key_length: number(config, "key_length"),
        }),
        pbkdf_2_config: vector.get("pbkdf_2_config").map(|config| Pbkdf2Config {
            salt: text(config, "salt"),
            iteration_amount: number(config, "iteration_amount"),
            key_length: number(config, "key_length"),
            algorithm: text(config, "algorithm"),
        }),
        ..Foreign::new(HashType::parse(text(vector, "hash_type")).unwrap(), text(vector, "hash"))
    }
}

/// The password, but for its first letter: what comes after 72 bytes does not count for bcrypt.
fn wrong(password: &str) -> String {
    let first = if password.starts_with('w') { 'v' } else { 'w' };
    std::iter::once(first).chain(password.chars().skip(1)).collect()
}

#[test]
fn hashes_of_other_programs_are_verified() {
    for vector in vectors() {
        let password = vector["password"].as_str().unwrap();
        let hash =
            import(&foreign(&vector), &Limits::default()).unwrap_or_else(|refused| panic!("{refused}: {vector}"));
        for hash in [hash.clone(), hash.strengthen(&FEW).unwrap()] {
            let stored = PasswordHash::parse(&hash.to_text()).unwrap();
            assert_eq!(stored, hash, "{vector}");
            assert!(stored.verify(password), "{vector}");
            // WordPress trims.
            if password.trim() == password {
                assert!(!stored.verify(&wrong(password)), "{vector}");
            }
            assert!(!stored.verify(""), "{vector}");
            assert!(!stored.is_current(&FEW));
        }
    }
}

/// As the npm package `@phc/pbkdf2` 1.1.14 writes them, and the first as the Rust crate `pbkdf2` does, with the length of the hash.
#[test]
fn pbkdf2_in_the_phc_format() {
    for hash in [
        "$pbkdf2-sha256$i=1000$wfYWzXqrDj7DAPp+bYlXJw$+CyaopIWpHqDo847HlmmPiAyegq1yvMJqXA7nVLb0d8",
        "$pbkdf2-sha256$i=1000,l=32$wfYWzXqrDj7DAPp+bYlXJw$+CyaopIWpHqDo847HlmmPiAyegq1yvMJqXA7nVLb0d8",
        "$pbkdf2-sha512$i=1000$4esUITtY2tLnZtuW0fNA+Q$A7KBy1WJm8Qfwze/lSH1adHdO94OWW9FH6qVW/6CiHUpEcNAMkM3B1XIDjPWeDuasaqviMx/vdsKmk80/KUFMw",
    ] {
        let hash = import(&Foreign::new(HashType::Pbkdf2, hash), &Limits::default()).unwrap();
        assert!(hash.verify("correct horse") && !hash.verify("correct house"));
    }
    for hash in [
        "$pbkdf2-sha256$i=$wfYWzXqrDj7DAPp+bYlXJw$+CyaopIWpHqDo847",
        "$pbkdf2-sha256$t=1$wfYWzXqrDj7DAPp+bYlXJw$+CyaopIWpHqDo847",
    ] {
        assert!(import(&Foreign::new(HashType::Pbkdf2, hash), &Limits::default()).is_err());
    }
}

#[test]
fn t43_a_weak_hash_is_hashed_once_more() {
    let parameters = Parameters::default();
    let weak = import(&Foreign::new(HashType::Md5, "5f4dcc3b5aa765d61d8327deb882cf99"), &Limits::default()).unwrap();
    let strong = weak.strengthen(&parameters).unwrap();
    assert_eq!(strong.memory(), parameters.memory());
    assert!(!strong.to_text().contains("X03MO1qnZdYdgyfeuILPmQ"));
    assert!(strong.verify("password"));
    assert!(!strong.verify("passwort"));

    let costly = "$2b$12$abcdefghijklmnopqrstuuydOTSfIH0d5oUHpsygqV5X9xJLQc6eW";
    let costly = import(&Foreign::new(HashType::Bcrypt, costly), &Limits::default()).unwrap();
    assert_eq!(costly.clone().strengthen(&parameters).unwrap(), costly);
}
