//! What operators do who act in a member's place.

use super::resource;

/// Whether it is done in a member's place: looking, saying what somebody or something is called and looks like, and ending sessions.
/// All else would outlast the operator's session, because somebody gets in by it, or somebody does no more (threat T-50). What
/// is not listed here is not done. Of resources of the app's own, the app decides.
#[must_use]
pub fn is_done_in_their_place(resource: &str, action: &str) -> bool {
    let done: &[&str] = match resource {
        resource::ORGANIZATION => &["update.info.name", "update.info.logo-url", "update.info.colors"],
        resource::MEMBER => {
            &["search", "update.info.name", "update.info.untrusted-metadata", "revoke-sessions", "get.connected-apps"]
        }
        resource::SELF => {
            &["update.info.name", "update.info.untrusted-metadata", "revoke-sessions", "get.connected-apps"]
        }
        resource::SSO | resource::SCIM | resource::CUSTOM_ORG_ROLES => &["get"],
        other if resource::ALL.contains(&other) => &[],
        _ => return true,
    };
    done.contains(&action)
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, complete};
    use super::*;

    #[test]
    fn nobody_is_let_in_or_kept_out_in_a_members_place() {
        for known in complete(Policy::default()).resources {
            for action in known.actions.iter().map(String::as_str).chain(["*"]) {
                let describes = action.starts_with("update.info.") || action.starts_with("get");
                let is_harmless = describes || ["search", "revoke-sessions"].contains(&action);
                assert!(is_harmless || !is_done_in_their_place(&known.resource_id, action), "{action}");
            }
        }
        assert!(is_done_in_their_place("documents", "write"));
    }

    #[test]
    fn what_is_done_is_an_action_that_there_is() {
        let policy = complete(Policy::default());
        let count = |id: &str| {
            let known = policy.resources.iter().find(|known| known.resource_id == id).unwrap();
            known.actions.iter().filter(|action| is_done_in_their_place(id, action)).count()
        };
        assert_eq!(resource::ALL.iter().map(|id| count(id)).collect::<Vec<_>>(), [3, 5, 4, 1, 1, 1]);
    }
}
