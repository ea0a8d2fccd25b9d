//! What we say of passwords, beside what the library of browsers says (`vectors/zxcvbn.tsv`).

use passwords::strength::zxcvbn;

/// Without passwords that have years or dates in them: those depend on the year that it is, and the library of browsers knows
/// none after 2019. Warnings are left out too: where two words of a password are as long, either may be the one to warn of.
#[test]
fn scores_as_the_library_of_browsers_does() {
    let (mut compared, mut different) = (0, Vec::new());
    for line in include_str!("vectors/zxcvbn.tsv").lines() {
        let [password, score, _] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let ours = zxcvbn(password, &[]).score;
        compared += 1;
        if ours.to_string() != score {
            different.push((password, score, ours));
        }
    }
    assert!(compared > 150, "{compared}");
    assert_eq!(different, []);
}
