//! Anchors of headings, as code hosts make them, so that links work in both places.

use std::collections::HashMap;

#[derive(Default)]
pub(super) struct Slugs(HashMap<String, usize>);

impl Slugs {
    /// The anchor of the next heading of a page: one that is there already gets a number.
    pub(super) fn of(&mut self, heading: &str) -> String {
        let kept = heading.to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let slug: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let times = self.0.entry(slug.clone()).and_modify(|times| *times += 1).or_insert(0);
        if *times == 0 { slug } else { format!("{slug}-{times}") }
    }
}

#[cfg(test)]
mod tests {
    use super::Slugs;

    #[test]
    fn anchors_are_those_of_code_hosts() {
        let mut slugs = Slugs::default();
        let anchors = ["What a project can decide", "1. Everybody signs in", "`a_b` & c", "Passwords", "Passwords"];
        let made: Vec<_> = anchors.iter().map(|heading| slugs.of(heading)).collect();
        assert_eq!(made, ["what-a-project-can-decide", "1-everybody-signs-in", "a_b--c", "passwords", "passwords-1"]);
    }
}
