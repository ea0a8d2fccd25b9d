//! When and for whom an assertion is valid (core, section 2.5).

use super::clock::Clock;
use super::envelope::owned;
use crate::expected::Expected;
use crate::names::ASSERTION;
use crate::refused::Refused;
use crate::xml::{Children, excerpt, is, time_attribute, trimmed};
use roxmltree::Node;

/// Until when it is valid, if it says so.
///
/// # Errors
/// If it is not valid now, or not for us, or under a condition that we do not understand: such a one may not be passed over
/// (section 2.5.1.1).
pub(super) fn check(conditions: Node<'_, '_>, expected: &Expected<'_>, clock: &Clock) -> Result<Option<i64>, Refused> {
    if let Some(begin) = time_attribute(conditions, "NotBefore")? {
        clock.has_begun("NotBefore of the Conditions", begin)?;
    }
    let end = time_attribute(conditions, "NotOnOrAfter")?;
    if let Some(end) = end {
        clock.is_not_over("NotOnOrAfter of the Conditions", end)?;
    }
    let mut restrictions = 0;
    let mut children = Children::of(conditions)?;
    while let Some(condition) = children.any() {
        if is(condition, ASSERTION, "AudienceRestriction") {
            check_audience(condition, expected)?;
            restrictions += 1;
        } else if !is(condition, ASSERTION, "OneTimeUse") && !is(condition, ASSERTION, "ProxyRestriction") {
            // Those two ask for what we do anyway: nothing is used twice, and no assertions are made from others.
            let seen = format!("the condition {}", excerpt(condition.tag_name().name()));
            return Err(Refused::NotUnderstood { seen });
        }
    }
    match restrictions {
        // Profiles, section 4.1.4.2: there has to be one, and what is for everybody is not for us.
        0 => Err(Refused::Audience { seen: Vec::new(), expected: owned(expected.audiences) }),
        _ => Ok(end),
    }
}

/// Each restriction holds by itself, so each of them has to name us (section 2.5.1.4).
fn check_audience(restriction: Node<'_, '_>, expected: &Expected<'_>) -> Result<(), Refused> {
    let mut children = Children::of(restriction)?;
    let audiences = children.repeated(ASSERTION, "Audience");
    children.end()?;
    let audiences = audiences.into_iter().map(trimmed).collect::<Result<Vec<_>, _>>()?;
    match audiences.iter().any(|audience| !audience.is_empty() && expected.audiences.contains(audience)) {
        true => Ok(()),
        false => {
            let seen = audiences.into_iter().take(5).map(excerpt).collect();
            Err(Refused::Audience { seen, expected: owned(expected.audiences) })
        }
    }
}
