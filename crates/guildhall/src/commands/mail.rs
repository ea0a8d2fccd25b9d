//! `guildhall mail …`

use super::print;
use crate::terminal::warn;
use clap::{Args, Subcommand};
use mail::{Brand, Color, Context, Locale, NAMES, Template, Templates, WORDS};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Subcommand)]
pub(crate) enum Mail {
    /// List the built-in templates and the names that they may use, print one, or write all into a directory.
    Templates(List),
    /// Render a mail with made-up values, and open it in a browser.
    Preview(Preview),
}

#[derive(Args)]
pub(crate) struct List {
    /// The file to print, such as login.html; without it all are listed
    #[arg(value_name = "FILE", conflicts_with = "directory")]
    file: Option<String>,
    /// Write all of them there; a file that is there already stays as it is
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Preview {
    /// The mail, such as login; `guildhall mail templates` lists them
    #[arg(value_name = "NAME")]
    name: Template,
    /// en, es, pt-br, fr, de, ja, nl or it
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    language: Locale,
    /// A directory of mail templates that replace the built-in ones
    #[arg(long, env = "GUILDHALL_TEMPLATES", value_name = "DIR")]
    templates: Option<PathBuf>,
    /// A logo, as of a project
    #[arg(long, value_name = "URL")]
    logo_url: Option<String>,
    /// The color of the button, as of a project
    #[arg(long, visible_alias = "brand-colour", value_name = "COLOR")]
    brand_color: Option<Color>,
    /// The ground of the head, as of a project
    #[arg(long, visible_alias = "background-colour", value_name = "COLOR")]
    background_color: Option<Color>,
    /// Write the HTML there, and open nothing
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    output: Option<PathBuf>,
    /// Open it in a browser all the same
    #[arg(long, conflicts_with = "text")]
    open: bool,
    /// Print the subject and the plain text
    #[arg(long)]
    text: bool,
}

impl Mail {
    pub(crate) fn run(self) -> Result<(), String> {
        match self {
            Mail::Templates(list) => list.run(),
            Mail::Preview(preview) => preview.run(),
        }
    }
}

impl List {
    fn run(self) -> Result<(), String> {
        match (&self.file, &self.directory) {
            (Some(file), _) => print_file(file),
            (None, Some(directory)) => write_all(directory),
            (None, None) => {
                list();
                Ok(())
            }
        }
    }
}

fn print_file(file: &str) -> Result<(), String> {
    let (_, text) = mail::built_in().find(|(name, _)| *name == file).ok_or_else(|| {
        let known = mail::built_in().map(|(name, _)| name).collect::<Vec<_>>().join(", ");
        format!("no mail template is called {file}; there are {known}")
    })?;
    print(text.trim_end_matches('\n'));
    Ok(())
}

/// Writes what is not there yet: what somebody has changed is theirs.
fn write_all(directory: &Path) -> Result<(), String> {
    let failed = |path: &Path, error| format!("--directory: cannot write {}: {error}", path.display());
    fs::create_dir_all(directory).map_err(|error| failed(directory, error))?;
    let (mut written, mut kept) = (0, 0);
    for (name, text) in mail::built_in() {
        let path = directory.join(name);
        match write_new(&path, text) {
            Ok(()) => written += 1,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => kept += 1,
            Err(error) => return Err(failed(&path, error)),
        }
    }
    let there = directory.display();
    print(&format!("wrote {written} files to {there}; start the server with --templates {there}"));
    if kept > 0 {
        warn(&format!("{kept} files were there already and have not been changed"));
    }
    print("Keep those you change and delete the others: they get better with the program.");
    Ok(())
}

fn list() {
    print(
        "A file of your own takes the place of the built-in one of the same name (guildhall serve --templates DIR).\n",
    );
    let file = |name: &str, words: &str| print(&format!("  {name:<56}{words}"));
    file("layout.html, layout.txt", "what all mails have in common");
    for template in Template::ALL {
        let name = template.name();
        file(&format!("{name}.html, {name}.txt"), template.purpose());
    }
    let languages = Locale::ALL.map(|locale| format!("{}.json", locale.name())).join(", ");
    print(&format!("\nPhrases of the languages: {languages}"));
    let line = |name: &str, words: &str| print(&format!("  {name:<23}{words}"));
    print("\nNames that templates may use, as in {{ place }}:\n");
    NAMES.iter().for_each(|(name, words)| line(name, words));
    print("\nPhrases, as in {{ words.intro }}:\n");
    WORDS.iter().for_each(|(name, words)| line(name, words));
    print(
        "\nguildhall mail templates FILE prints one, --directory DIR writes all of them, guildhall mail preview shows one.",
    );
}

impl Preview {
    fn run(self) -> Result<(), String> {
        let templates = Templates::new(self.templates.as_deref()).map_err(|error| format!("--templates: {error}"))?;
        if let Some(url) = self.logo_url.as_deref().filter(|url| !mail::is_logo_url(url)) {
            return Err(format!("--logo-url {url}: a logo is an https URL without a password in it"));
        }
        let (color, background) = (self.brand_color, self.background_color);
        let brand = Brand { project_logo_url: self.logo_url, color, background, ..Brand::default() };
        let context = Context { brand, ..mail::sample(self.name) };
        let message = templates.render("ada@example.com", self.name, self.language, &context)?;
        if self.text {
            print(&format!("Subject: {}\n\n{}", message.subject, message.text.trim_end()));
            return Ok(());
        }
        let (path, opens) = match self.output {
            Some(path) => {
                fs::write(&path, &message.html)
                    .map_err(|error| format!("--output: cannot write {}: {error}", path.display()))?;
                (path, self.open)
            }
            None => (write_aside(self.name, self.language, &message.html)?, true),
        };
        print(&path.display().to_string());
        if opens && !open(&path) {
            warn("no browser could be started here; open the file yourself");
        }
        Ok(())
    }
}

/// Writes to a new file among the temporary ones: in a directory that everybody may write to, one that is there may be
/// somebody's trap.
fn write_aside(template: Template, language: Locale, html: &str) -> Result<PathBuf, String> {
    let directory = std::env::temp_dir();
    let mut last = String::new();
    for number in 0..100 {
        let id = std::process::id();
        let path = directory.join(format!("guildhall-{}-{}-{id}-{number}.html", template.name(), language.name()));
        match write_new(&path, html) {
            Ok(()) => return Ok(path),
            Err(error) => last = format!("cannot write {}: {error}; give --output FILE", path.display()),
        }
    }
    Err(last)
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// Whether the program that opens files here has taken it.
fn open(path: &Path) -> bool {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let status =
        Command::new(opener).arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
