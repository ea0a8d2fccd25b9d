//! An operation, as its place in the reference shows it.

use super::example::Examples;
use super::fields::{Tables, list};
use serde_json::{Value, json};

/// An operation of the description, with what it stands under.
#[derive(Clone, Copy)]
pub(super) struct Operation<'a> {
    pub(super) path: &'a str,
    pub(super) method: &'a str,
    pub(super) said: &'a Value,
}

impl<'a> Operation<'a> {
    /// Every operation, in the order of the description.
    pub(super) fn all(openapi: &'a Value) -> impl Iterator<Item = Self> {
        let paths = openapi["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(move |(method, said)| Self { path, method, said })
        })
    }

    /// The group that it stands in.
    pub(super) fn subject(&self) -> &'a str {
        self.said["tags"][0].as_str().unwrap_or_default()
    }

    pub(super) fn id(&self) -> &'a str {
        self.said["operationId"].as_str().unwrap_or_default()
    }

    /// The types of errors that it can be answered with, and their statuses, besides those of all.
    pub(super) fn errors(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        error_types(self.said)
    }

    /// Whether it has all these words, in its name, its path or what is said of it.
    pub(super) fn has(&self, words: &[String]) -> bool {
        let said =
            [self.id(), self.method, self.path, &self.title(), self.said["description"].as_str().unwrap_or_default()];
        let said = said.join(" ").to_lowercase();
        words.iter().all(|word| said.contains(word))
    }

    fn title(&self) -> String {
        self.said["summary"].as_str().unwrap_or_default().to_owned()
    }

    fn is_of_browser(&self) -> bool {
        self.path.starts_with("/sdk/")
    }

    /// As a list has it.
    pub(super) fn line(&self) -> Value {
        let of_oneself = self.id().split('.').any(|part| part == "self");
        json!({
            "id": self.id(), "title": self.title(), "method": self.method.to_uppercase(), "path": self.path,
            "group": self.subject(), "side": if self.is_of_browser() { "browser" } else { "backend" }, "of_oneself": of_oneself,
        })
    }

    /// All of it.
    pub(super) fn show(&self, tables: &mut Tables<'a>, examples: &Examples<'_>) -> Value {
        let errors: Vec<_> =
            self.errors().map(|(status, word)| json!({ "status": status, "error_type": word })).collect();
        let mut shown = self.line();
        shown["description"] = self.said["description"].clone();
        shown["caller"] = self.caller().into();
        shown["requires"] = self.said["x-requires"].clone();
        shown["parameters"] = self.parameters(tables).into();
        shown["answer"] = self.answer(tables).into();
        shown["errors"] = errors.into();
        shown["example"] = examples.show(self.id(), &self.method.to_uppercase()).into();
        shown
    }

    fn caller(&self) -> &'static str {
        let has = |scheme: &str| list(&self.said["security"]).any(|way| way.get(scheme).is_some());
        match (self.is_of_browser(), has("memberSession"), has("project") || has("publicToken")) {
            (_, _, false) => "anybody, without a credential",
            (true, ..) => "a page, with the public token",
            (false, true, _) => "the backend, with the secret; also on behalf of a member",
            (false, false, _) => "the backend, with the secret",
        }
    }

    fn parameters(&self, tables: &mut Tables<'a>) -> Vec<Value> {
        let told = |parameter: &'a Value, tables: &mut Tables<'a>| {
            let mut row = tables.row(&parameter["schema"], false, 0);
            row["name"] = parameter["name"].clone();
            row["required"] = parameter["required"].clone();
            row["location"] = parameter["in"].clone();
            row["description"] = parameter["description"].clone();
            row
        };
        let mut rows: Vec<_> = list(&self.said["parameters"]).map(|parameter| told(parameter, tables)).collect();
        rows.extend(tables.rows(&self.said["requestBody"]["content"]["application/json"]["schema"], false));
        rows
    }

    fn answer(&self, tables: &mut Tables<'a>) -> Vec<Value> {
        let responses = self.said["responses"].as_object().into_iter().flatten();
        let success = responses.into_iter().find(|(status, _)| status.starts_with('2')).map(|(_, response)| response);
        let Some(success) = success else { return Vec::new() };
        let schema = &success["content"]["application/json"]["schema"];
        let schema = schema.get("properties").map_or(schema, |properties| &properties["data"]);
        tables.rows(&schema["allOf"][1], true)
    }
}

/// The types of errors that something lists, and their statuses.
pub(super) fn error_types(said: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let by_status = said["x-error-types"].as_object().into_iter().flatten();
    by_status.flat_map(|(status, words)| list(words).map(move |word| (status.as_str(), word)))
}
