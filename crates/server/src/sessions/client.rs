//! Where a session began, for the person whose it is.

use foundation::cx::{Cx, Via};
use serde::{Deserialize, Serialize};

/// The longest name of a browser that is kept, in bytes.
const LONGEST: usize = 300;

/// What is known of the client that began a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Client {
    /// Its address.
    pub(crate) ip_address: String,
    /// What it calls itself.
    user_agent: String,
}

impl Client {
    /// The browser of a request; a backend says nothing of the person.
    pub(crate) fn of(cx: &Cx) -> Option<Self> {
        let user_agent = cx.user_agent.clone().unwrap_or_default();
        let cut = (0..=LONGEST.min(user_agent.len())).rev().find(|at| user_agent.is_char_boundary(*at)).unwrap_or(0);
        (cx.via == Via::Browser).then(|| Self {
            ip_address: cx.ip_address.map(|address| address.to_string()).unwrap_or_default(),
            user_agent: user_agent[..cut].to_owned(),
        })
    }

    /// The browser and the system, as people call them; empty where they are none that we know.
    pub(crate) fn device(&self) -> String {
        let find = |known: &[(&str, &'static str)]| {
            known.iter().find(|(word, _)| self.user_agent.contains(word)).map(|(_, name)| *name)
        };
        let named: Vec<_> = [find(BROWSERS), find(SYSTEMS)].into_iter().flatten().collect();
        named.join(", ")
    }
}

/// By a word that they call themselves, in this order: each also says the words of those below it.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_as_people_call_them() {
        for (user_agent, device) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36 Edg/142.0", "Edge, Windows"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Safari/604.1", "Safari, iPhone"),
            ("curl/8.14", ""),
            ("", ""),
        ] {
            let client = Client { user_agent: user_agent.to_owned(), ..Client::default() };
            assert_eq!(client.device(), device);
        }
    }
}
