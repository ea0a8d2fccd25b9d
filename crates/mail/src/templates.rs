//! From a template, a language and a few names to a mail.

use std::{collections::BTreeMap, path::Path};

use minijinja::{Environment, UndefinedBehavior, Value};

use super::{
    check,
    embedded::{self, Files},
    escape,
    locale::Locale,
    message::{Context, Message, Template},
    names,
    one_line::one_line,
    phrases::Phrases,
    sample::samples,
};

/// All mail templates, compiled and known to render in every language.
pub struct Templates {
    engine: Environment<'static>,
    phrases: BTreeMap<&'static str, Phrases>,
}

impl Templates {
    /// Compiles the templates, those in the directory in place of ours, and then tries each in every language.
    ///
    /// What is wrong with a template shows here, when the program starts, and not when a person waits for a mail. Ours
    /// alone are tried by a test, not at every start.
    pub fn new(overrides: Option<&Path>) -> Result<Self, String> {
        let files = embedded::files(overrides)?;
        let templates = Self { engine: engine(&files)?, phrases: phrases(&files)? };
        if overrides.is_some() {
            check::own(&templates.engine, &files)?;
            templates.try_each()?;
        }
        Ok(templates)
    }

    fn try_each(&self) -> Result<(), String> {
        for template in Template::ALL {
            for locale in Locale::ALL {
                for context in samples(template) {
                    self.render("someone@example.com", template, locale, &context)?;
                }
            }
        }
        Ok(())
    }

    /// Writes one mail.
    pub fn render(&self, to: &str, template: Template, locale: Locale, context: &Context) -> Result<Message, String> {
        let link = context.link.as_deref().unwrap_or_default();
        context.link.iter().chain(&context.login_link).try_for_each(|link| check_link(link))?;
        if to.chars().any(char::is_control) {
            return Err("a mail address must not contain control characters".to_owned());
        }
        let name = template.name();
        let phrases = self.phrases.get(locale.name()).ok_or("a language has no phrases")?;

        let names = names::of_phrases(to, context, phrases);
        let file = format!("{}.json", locale.name());
        let words = phrases.say(template, &self.engine, &names).map_err(|error| in_file(&file, &error))?;
        let values = names::of_templates(locale.name(), context, words, names);
        let digits = context.code.as_ref().map(|code| &*code.digits).unwrap_or_default();
        // Beside a link a code is a convenience, which a template may leave out.
        let must_have = if context.link.is_some() { ("link", link) } else { ("code", digits) };
        let html = self.part(&format!("{name}.html"), (must_have.0, &escape::html(must_have.1)), values.clone())?;
        let text = self.part(&format!("{name}.txt"), must_have, values)?;

        let (subject, text) = split_subject(&text).ok_or_else(|| {
            format!("mail template {name}.txt must begin with a line \"Subject: …\" that is not empty")
        })?;
        if template.is_notice() {
            for (part, ending) in [(without_tags(&html), "html"), (text.clone(), "txt")] {
                if part.trim().is_empty() {
                    return Err(format!("mail template {name}.{ending} says nothing, where there is no link"));
                }
            }
        }
        Ok(Message { to: to.to_owned(), subject, html, text })
    }

    fn part(&self, file: &str, (name, must_have): (&str, &str), values: Value) -> Result<String, String> {
        let template = self.engine.get_template(file).map_err(|error| in_file(file, &error))?;
        let part = template.render(values).map_err(|error| in_file(file, &error))?;
        if !part.contains(must_have) {
            return Err(format!("mail template {file} does not contain the {name}: write {{{{ {name} }}}} in it"));
        }
        Ok(part)
    }
}

fn engine(files: &Files) -> Result<Environment<'static>, String> {
    let mut engine = Environment::new();
    // A misspelt variable must fail when the program starts, not leave a hole in a mail.
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_formatter(escape::write_value);
    for (name, text) in files.iter().filter(|(name, _)| !name.ends_with(".json")) {
        engine
            .add_template_owned(name.clone(), text.clone().into_owned())
            .map_err(|error| format!("mail template {name} does not compile: {error:#}"))?;
    }
    Ok(engine)
}

fn phrases(files: &Files) -> Result<BTreeMap<&'static str, Phrases>, String> {
    let read = |locale: Locale| {
        let name = format!("{}.json", locale.name());
        let text = files.get(&name).ok_or_else(|| format!("{name} is missing"))?;
        Ok((locale.name(), Phrases::parse(text).map_err(|error| format!("mail phrases {name}: {error}"))?))
    };
    Locale::ALL.into_iter().map(read).collect()
}

/// A link stands in an attribute and in a line of text, and people click it.
fn check_link(link: &str) -> Result<(), String> {
    if link.is_empty() || link.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("a link in a mail must be one word".to_owned());
    }
    let scheme = link.split(':').next().unwrap_or_default().to_ascii_lowercase();
    if ["javascript", "data", "vbscript"].contains(&scheme.as_str()) {
        return Err(format!("a link in a mail must not be a {scheme} URL"));
    }
    Ok(())
}

fn split_subject(text: &str) -> Option<(String, String)> {
    let (first, rest) = text.split_once('\n')?;
    let subject = one_line(first.strip_prefix("Subject:")?);
    (!subject.is_empty()).then(|| (subject, format!("{}\n", rest.trim())))
}

fn in_file(name: &str, error: &minijinja::Error) -> String {
    format!("mail template {name} does not render: {error:#}")
}

/// What a reader sees of HTML, roughly.
fn without_tags(html: &str) -> String {
    let body = html.split_once("<body").map_or(html, |(_, body)| body);
    body.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text).collect()
}

#[cfg(test)]
#[path = "templates_tests.rs"]
mod tests;
