//! From a template, a language and a few names to a mail.

use std::{collections::BTreeMap, path::Path};

use minijinja::{Environment, UndefinedBehavior, Value, context};

use super::{
    embedded::{self, Files},
    escape,
    expiry::in_words,
    locale::Locale,
    message::{Code, Context, Message, Template},
    one_line::one_line,
    phrases::Phrases,
    unlinked::unlinked,
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

        let names = names(context, phrases);
        let words = phrases.say(template, &self.engine, &names).map_err(|error| in_file(locale.name(), &error))?;
        let values = context! {
            lang => locale.name(),
            link,
            login_link => context.login_link.as_deref().unwrap_or_default(),
            code => context.code.as_ref().map(|code| &code.digits),
            words => Value::from_pairs(words),
            ..names
        };
        let digits = context.code.as_ref().map(|code| &*code.digits).unwrap_or_default();
        // Beside a link a code is a convenience, which a template may leave out.
        let must_have = if context.link.is_some() { ("link", link) } else { ("code", digits) };
        let html = self.part(&format!("{name}.html"), (must_have.0, &escape::html(must_have.1)), values.clone())?;
        let text = self.part(&format!("{name}.txt"), must_have, values)?;

        let (subject, text) = split_subject(&text).ok_or_else(|| {
            format!("mail template {name}.txt must begin with a line \"Subject: …\" that is not empty")
        })?;
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

/// The values that phrases and templates may name. Tenants choose the names of organizations and members, so each is
/// held to one line, and is no link: in the plain part nothing else keeps a name from posing as a paragraph of ours. The
/// project's name is the operator's own.
fn names(context: &Context, phrases: &Phrases) -> Value {
    let optional = |name: &Option<String>| {
        name.as_deref().map(|name| one_line(&unlinked(&one_line(name)))).filter(|name| !name.is_empty())
    };
    let project_name = one_line(&context.project_name);
    let organization_name = optional(&context.organization_name);
    context! {
        place => organization_name.clone().unwrap_or_else(|| project_name.clone()),
        project_name,
        organization_name,
        member_name => optional(&context.member_name),
        expires_in => in_words(context.expires_in_minutes, &phrases.units),
        code_expires_in => context.code.as_ref().map(|code| in_words(code.expires_in_minutes, &phrases.units)),
    }
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

/// What a template is tried with: all that it may be given.
fn samples(template: Template) -> Vec<Context> {
    match template.is_of_code() {
        true => vec![Context { link: None, login_link: None, ..sample() }],
        false => vec![
            sample(),
            Context { code: None, ..sample() },
            Context { link: None, login_link: None, code: None, ..sample() },
        ],
    }
}

/// The ampersand makes sure that the HTML part escapes the link.
fn sample() -> Context {
    Context {
        project_name: "Project".to_owned(),
        organization_name: Some("Organization".to_owned()),
        member_name: Some("Member".to_owned()),
        link: Some("https://mail.example/continue?token=sample&kind=sample".to_owned()),
        login_link: Some("https://mail.example/continue?token=other&kind=sample".to_owned()),
        expires_in_minutes: 60,
        code: Some(Code { digits: "012345".to_owned(), expires_in_minutes: 10 }),
    }
}

#[cfg(test)]
#[path = "templates_tests.rs"]
mod tests;
