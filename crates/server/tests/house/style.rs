//! How the sources are written, and what may know what.

use crate::sources::{every_crate, is_of, is_test, sources, without_tests};
use crate::tree::circles;
use regex::Regex;

#[test]
fn no_module_imports_itself_by_way_of_others() {
    // What a macro writes is not what it imports.
    for folder in every_crate().into_iter().filter(|folder| !folder.ends_with("endpoint-macro")) {
        let found = circles(&folder.join("src"));
        assert_eq!(found, Vec::<Vec<String>>::new(), "{}: these import each other", folder.display());
    }
}

#[test]
fn the_frame_knows_no_subject() {
    let subjects = ["organization_id", "member_id", "magic_link", "discovery", "session_token", "session_jwt"];
    for (path, text) in sources().into_iter().filter(|(path, _)| is_of(path, "frame")) {
        for subject in subjects {
            assert!(!without_tests(&text).contains(subject), "{} knows {subject}", path.display());
        }
    }
}

#[test]
fn only_what_faces_the_network_knows_http() {
    let faces = ["frame/src", "server/src/pages", "server/src/serve", "server/src/projects/identify.rs"];
    for (path, text) in sources().into_iter().filter(|(path, _)| is_of(path, "server") || is_of(path, "foundation")) {
        let listed = is_test(&path) || faces.iter().any(|face| path.to_string_lossy().contains(face));
        assert!(listed || !text.contains("axum::"), "{} knows HTTP", path.display());
    }
}

/// A line of JSON has these keys already.
#[test]
fn no_line_of_the_log_has_a_key_twice() {
    let call = Regex::new(r#"tracing::(?:error|warn|info|debug|trace)!\(([^"]*)"#).unwrap();
    let taken = Regex::new(r"(?:^|[,(\s%?])(message|level|timestamp|target)\s*(?:=|,|$)").unwrap();
    let mut seen = 0;
    for (path, text) in sources().into_iter().filter(|(path, _)| !is_test(path)) {
        for fields in call.captures_iter(&text) {
            seen += 1;
            assert!(!taken.is_match(&fields[1]), "{}: {}", path.display(), &fields[1]);
        }
    }
    assert!(seen > 15, "the log lines were not found");
}

/// A twin's tests set its clock, and may have its chance replayed: whoever takes either from elsewhere is not in it.
#[test]
fn time_and_chance_come_from_one_place() {
    let places = [
        ("system_now()", &["foundation/src/time/mod.rs", "foundation/src/twin.rs", "guildhall/src"][..]),
        ("Timestamp::now()", &["foundation/src/time/mod.rs"]),
        // What is numbered by these is seen in logs, or by nobody.
        ("Uuid::new_v4()", &["foundation/src/random.rs", "foundation/src/fingerprint.rs", "frame/src/head.rs"]),
        ("Uuid::now_v7()", &["foundation/src/random.rs"]),
    ];
    let ours = ["foundation", "frame", "server", "guildhall"];
    for (path, text) in sources().into_iter().filter(|(path, _)| ours.iter().any(|folder| is_of(path, folder))) {
        for (taken, listed) in places {
            let is_listed = is_test(&path) || listed.iter().any(|place| path.to_string_lossy().contains(place));
            assert!(is_listed || !without_tests(&text).contains(taken), "{} takes {taken}", path.display());
        }
    }
}

#[test]
fn files_are_short() {
    for (path, text) in sources() {
        let lines = without_tests(&text).lines().count();
        assert!(lines <= 500, "{} is {lines} lines long", path.display());
    }
}

#[test]
fn no_unwrap_where_input_could_reach_it() {
    for (path, text) in sources().into_iter().filter(|(path, _)| !is_test(path)) {
        for (number, line) in without_tests(&text).lines().enumerate() {
            let constant = line.trim_start().starts_with("const ");
            let found =
                (line.contains(".unwrap()") || line.contains(".expect(")) && !line.trim_start().starts_with("//");
            assert!(constant || !found, "{}:{}: {line}", path.display(), number + 1);
        }
    }
}
