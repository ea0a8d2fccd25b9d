//! Examples: requests and answers that were recorded, of a made-up app on a real server.

use serde_json::{Map, Value, json};

/// One exchange for each operation. `tests/docs/test_reference.py` records them and says how.
const RECORDED: &str = include_str!("examples.json");
/// Where the server was that they were recorded of.
const RECORDED_AT: &str = "http://127.0.0.1:7400";
/// The page's origin in examples.
const ORIGIN: &str = "http://localhost:3000";

/// The recorded exchanges, for as long as a page is made.
pub(super) struct Examples<'a> {
    recorded: Value,
    public_url: &'a str,
}

impl<'a> Examples<'a> {
    pub(super) fn of(public_url: &'a str) -> Self {
        Self { recorded: serde_json::from_str(RECORDED).unwrap_or_default(), public_url }
    }

    /// The example of an operation: the command that asks, and the answer.
    pub(super) fn show(&self, id: &str, method: &str) -> Option<Value> {
        let exchange = self.recorded["exchanges"].get(id)?;
        let answer = self.whole(&exchange["answer"]);
        Some(json!({ "curl": self.here(&curl(exchange, method)), "answer": self.here(&pretty(&answer)) }))
    }

    /// The same with every part in its place.
    fn whole(&self, value: &Value) -> Value {
        match value {
            Value::Array(values) => values.iter().map(|value| self.whole(value)).collect(),
            Value::Object(fields) => match fields.get("$part").and_then(Value::as_str) {
                Some(part) => self.whole(&self.recorded["parts"][part]),
                None => Value::Object(
                    fields.iter().map(|(name, value)| (name.clone(), self.whole(value))).collect::<Map<_, _>>(),
                ),
            },
            other => other.clone(),
        }
    }

    /// As this server would say it.
    fn here(&self, text: &str) -> String {
        text.replace(RECORDED_AT, self.public_url)
    }
}

fn curl(exchange: &Value, method: &str) -> String {
    let path = exchange["path"].as_str().unwrap_or_default();
    let is_of_browser = path.starts_with("/sdk/");
    let who = match (is_of_browser, exchange["session"] == true) {
        (false, _) => "$PROJECT_ID:$SECRET",
        (true, true) => "$PUBLIC_TOKEN:$SESSION_TOKEN",
        (true, false) => "$PUBLIC_TOKEN:$PUBLIC_TOKEN",
    };
    let mut url = format!("{RECORDED_AT}{path}");
    if let Some(query) = exchange["query"].as_object() {
        let pairs = query.iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
        let written = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        url = format!("{url}?{written}");
    }
    let method = if method == "GET" { String::new() } else { format!("-X {method} ") };
    let mut lines = vec![format!("curl {method}'{url}'"), format!("  -u \"{who}\"")];
    if is_of_browser {
        lines.push(format!("  -H 'Origin: {ORIGIN}'"));
    }
    if let Some(body) = exchange.get("body") {
        lines.push("  -H 'Content-Type: application/json'".to_owned());
        lines.push(format!("  -d '{}'", pretty(body).replace('\'', r"'\''")));
    }
    lines.join(" \\\n")
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_a_command_and_its_answer() {
        let example = Examples::of("https://id.example").show("organizations.create", "POST").unwrap();
        let (curl, answer) = (example["curl"].as_str().unwrap(), example["answer"].as_str().unwrap());
        assert!(
            curl.starts_with("curl -X POST 'https://id.example/v1/b2b/organizations' \\\n  -u \"$PROJECT_ID:$SECRET\""),
            "{curl}"
        );
        assert!(curl.contains("\"organization_name\": \"Acme\"") && answer.contains("\"status_code\": 200"));
        assert!(!answer.contains("$part") && !answer.contains(RECORDED_AT), "{answer}");
    }

    #[test]
    fn quotes_do_not_end_the_body() {
        let exchange = json!({ "path": "/sdk/v1/x", "query": { "a": "b c" }, "body": { "name": "Acme's" } });
        let told = curl(&exchange, "POST");
        assert!(told.contains(r"Acme'\''s") && told.contains("/sdk/v1/x?a=b+c'") && told.contains("Origin"), "{told}");
    }
}
