//! Markdown as HTML, and as text in sections.

use super::links::address;
use super::slugs::Slugs;
use super::source::IMAGES;
use mail::escape;
use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use serde::Serialize;

/// What the server says at these addresses, no file does: where a text names them as code, that is a link.
const OWN: [&str; 4] = ["/docs", "/reference", "/errors", "/openapi.json"];

/// A page as HTML, without its title.
pub(super) struct Text {
    pub(super) html: String,
    /// The headings of its parts.
    pub(super) headings: Vec<Heading>,
}

#[derive(Serialize)]
pub(super) struct Heading {
    pub(super) anchor: String,
    pub(super) text: String,
}

/// What stands under one heading.
pub(super) struct Section {
    pub(super) heading: Heading,
    pub(super) text: String,
}

fn parser(text: &str) -> impl Iterator<Item = Event<'_>> {
    // What is written as HTML is for the tests, or for code hosts.
    Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS)
        .filter(|event| !matches!(event, Event::Html(_) | Event::InlineHtml(_)))
}

/// Makes a page of a file at this place in the repository.
pub(super) fn render(text: &str, path: &str) -> Text {
    let (mut slugs, mut headings) = (Slugs::default(), Vec::new());
    let mut events: Vec<Event<'_>> = Vec::new();
    // Where the heading begins that is being read, and whether links that are open lead somewhere.
    let (mut heading, mut leads, mut drawn) = (0, Vec::new(), false);
    for event in parser(text) {
        let made = match event {
            Event::Start(Tag::Heading { .. }) => {
                heading = events.len();
                continue;
            }
            Event::End(TagEnd::Heading(level)) => {
                let inside = events.split_off(heading);
                let text = plain(&inside);
                let anchor = slugs.of(&text);
                // The title stands in the template.
                if level == HeadingLevel::H1 {
                    continue;
                }
                let (open, close) = (
                    format!("<{level} id=\"{anchor}\"><a class=\"anchor\" href=\"#{anchor}\">"),
                    format!("</a></{level}>\n"),
                );
                events.push(Event::Html(open.into()));
                events.extend(inside);
                if level == HeadingLevel::H2 {
                    headings.push(Heading { anchor, text });
                }
                Event::Html(close.into())
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language,
                    CodeBlockKind::Indented => CowStr::Borrowed(""),
                };
                // What scrolls has to be reached by keys, too.
                let open = format!(
                    "<div class=\"code\"><pre tabindex=\"0\"><code class=\"language-{}\">",
                    escape::html(&language)
                );
                Event::Html(open.into())
            }
            Event::End(TagEnd::CodeBlock) => Event::Html("</code></pre></div>\n".into()),
            Event::Start(Tag::Table(alignment)) => {
                events.push(Event::Html("<div class=\"scroll\" tabindex=\"0\">".into()));
                Event::Start(Tag::Table(alignment))
            }
            Event::End(TagEnd::Table) => {
                events.push(Event::End(TagEnd::Table));
                Event::Html("</div>\n".into())
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                let address = address(&dest_url, path);
                leads.push(address.is_some());
                match address {
                    Some(address) => Event::Html(format!("<a href=\"{}\">", escape::html(&address)).into()),
                    None => continue,
                }
            }
            Event::End(TagEnd::Link) => match leads.pop() {
                Some(true) => Event::Html("</a>".into()),
                _ => continue,
            },
            Event::Start(Tag::Image { dest_url, .. }) => {
                let (address, size) = (address(&dest_url, path).unwrap_or_default(), size(&dest_url));
                drawn = true;
                Event::Html(format!("<img src=\"{}\"{size} loading=\"lazy\" alt=\"", escape::html(&address)).into())
            }
            Event::End(TagEnd::Image) => {
                drawn = false;
                Event::Html("\">".into())
            }
            // A list to go through, not a form.
            Event::TaskListMarker(_) => Event::InlineHtml("<span class=\"todo\">☐</span> ".into()),
            Event::Text(text) if drawn => Event::Html(escape::html(&text).into()),
            Event::Code(code) if OWN.contains(&&*code) => {
                Event::InlineHtml(format!("<a href=\"{code}\"><code>{code}</code></a>").into())
            }
            event => event,
        };
        events.push(made);
    }
    let mut written = String::with_capacity(text.len() * 2);
    html::push_html(&mut written, events.into_iter());
    Text { html: written, headings }
}

/// The width and height of an embedded PNG (its IHDR chunk stands first), so that nothing moves when it arrives.
fn size(link: &str) -> String {
    let name = link.rsplit('/').next().unwrap_or_default();
    let bytes = IMAGES.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, bytes)| bytes);
    let number = |at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes);
    match (number(16), number(20)) {
        (Some(width), Some(height)) => format!(" width=\"{width}\" height=\"{height}\""),
        _ => String::new(),
    }
}

fn plain(events: &[Event<'_>]) -> String {
    let texts = events.iter().map(|event| match event {
        Event::Text(text) | Event::Code(text) => text,
        _ => "",
    });
    texts.collect()
}

/// The text of a page, heading by heading; what stands above the second one goes with the title.
pub(super) fn sections(text: &str) -> Vec<Section> {
    let mut slugs = Slugs::default();
    let mut sections: Vec<Section> = Vec::new();
    let mut heading: Option<String> = None;
    for event in parser(text) {
        match (event, &mut heading, sections.last_mut()) {
            (Event::Start(Tag::Heading { .. }), _, _) => heading = Some(String::new()),
            (Event::End(TagEnd::Heading(level)), Some(text), _) => {
                let text = std::mem::take(text);
                let mut anchor = slugs.of(&text);
                if level == HeadingLevel::H1 {
                    anchor.clear();
                }
                sections.push(Section { heading: Heading { anchor, text }, text: String::new() });
                heading = None;
            }
            (Event::Text(text) | Event::Code(text), Some(heading), _) => heading.push_str(&text),
            (Event::Text(text) | Event::Code(text), None, Some(section)) => section.text.push_str(&text),
            // What stands on lines, or in cells, of its own.
            (
                Event::SoftBreak
                | Event::HardBreak
                | Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell | TagEnd::CodeBlock),
                None,
                Some(section),
            ) => section.text.push(' '),
            _ => (),
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::{render, sections};

    const TEXT: &str = "# Title\n\nFirst *words*.\n\n<!-- not run: why -->\n```sh\necho <1>\n```\n\n## A `b`\n\n\
                        [x](rbac.md) [y](../LICENSE) `/reference`\n\n| a | b |\n|---|---|\n| c | d |\n";

    #[test]
    fn a_file_becomes_a_page() {
        let text = render(TEXT, "docs/page.md");
        let expected = [
            "<p>First <em>words</em>.</p>",
            "<div class=\"code\"><pre tabindex=\"0\"><code class=\"language-sh\">echo &lt;1&gt;\n</code></pre></div>",
            "<h2 id=\"a-b\"><a class=\"anchor\" href=\"#a-b\">A <code>b</code></a></h2>",
            "<a href=\"/docs/rbac\">x</a> y <a href=\"/reference\"><code>/reference</code></a>",
            "<div class=\"scroll\" tabindex=\"0\"><table>",
        ];
        for part in expected {
            assert!(text.html.contains(part), "{part} is not in {}", text.html);
        }
        assert!(!text.html.contains("Title") && !text.html.contains("not run"), "{}", text.html);
        assert_eq!(text.headings.len(), 1);
    }

    #[test]
    fn a_file_has_sections() {
        let made: Vec<_> = sections(TEXT).into_iter().map(|s| (s.heading.anchor, s.heading.text, s.text)).collect();
        let expected = [("", "Title", "First words. echo <1>\n "), ("a-b", "A b", "x y /reference a b c d ")];
        assert_eq!(
            made,
            expected.map(|(anchor, heading, text)| (anchor.to_owned(), heading.to_owned(), text.to_owned()))
        );
    }
}
