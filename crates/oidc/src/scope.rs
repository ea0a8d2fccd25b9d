//! Scopes (RFC 6749, section 3.3).

/// What is asked for where nobody says anything else.
pub const DEFAULT: &str = "openid email profile";
/// Without it there is no ID token.
const OPENID: &str = "openid";
/// How long the text may be, in bytes.
pub const LONGEST: usize = 2000;

/// A text that is no list of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "scopes are words of printable ASCII without quotes and backslashes, with spaces between them, {LONGEST} bytes in all at most"
)]
pub struct BadScope;

/// The scopes of a login: those of the connection, or the usual ones if it has none, and those that are added for this
/// login. `openid` is always among them, and none is there twice.
///
/// # Errors
/// One of the texts is not a list of scopes, or together they are too long.
pub fn of_login(connection: &str, added: &str) -> Result<String, BadScope> {
    let connection = if connection.trim().is_empty() { DEFAULT } else { connection };
    let mut scopes = vec![OPENID];
    for scope in connection.split(' ').chain(added.split(' ')).filter(|scope| !scope.is_empty()) {
        if !is_scope(scope) {
            return Err(BadScope);
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    let scopes = scopes.join(" ");
    if scopes.len() > LONGEST { Err(BadScope) } else { Ok(scopes) }
}

fn is_scope(scope: &str) -> bool {
    scope.len() <= LONGEST && scope.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openid_is_always_asked_for() {
        let cases = [
            ("", "", "openid email profile"),
            ("  ", "", "openid email profile"),
            ("email", "", "openid email"),
            ("groups openid", "", "openid groups"),
            ("", "offline_access email", "openid email profile offline_access"),
            ("a  b a", "b c", "openid a b c"),
            ("api://guid/read", "", "openid api://guid/read"),
        ];
        for (connection, added, scopes) in cases {
            assert_eq!(of_login(connection, added).as_deref(), Ok(scopes));
        }
        let many: Vec<_> = (0..LONGEST / 2).map(|number| number.to_string()).collect();
        for bad in ["a\"", "a\\", "a\tb", "a\nb", "é", &"a".repeat(LONGEST + 1), &many.join(" ")] {
            assert_eq!(of_login(bad, ""), Err(BadScope), "{bad}");
            assert_eq!(of_login("", bad), Err(BadScope), "{bad}");
        }
    }
}
