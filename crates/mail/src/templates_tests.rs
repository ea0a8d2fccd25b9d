use std::{fs, path::PathBuf, process, sync::LazyLock};

use super::super::{
    brand::Brand,
    expiry::in_words,
    message::{Code, Inviter},
};
use super::*;

const LINK: &str = "https://login.acme.example/go?token=abc&slug=x'y\"z";

fn context() -> Context {
    Context {
        project_name: "Acme".to_owned(),
        organization_name: Some("Blue Team".to_owned()),
        member_name: Some("Ada".to_owned()),
        inviter: None,
        brand: Brand::default(),
        link: Some(LINK.to_owned()),
        login_link: None,
        expires_in_minutes: 60,
        code: None,
        connection_name: None,
    }
}

static OURS: LazyLock<Templates> = LazyLock::new(|| Templates::new(None).unwrap());

const CODE: &str = "048213";

/// The mail, with a code in the place of the link where it is about one.
fn render(template: Template, locale: Locale, context: &Context) -> Message {
    let code = Some(Code { digits: CODE.to_owned(), expires_in_minutes: 10 });
    let of_code = Context { link: None, code, ..context.clone() };
    let context = if template.is_of_code() { &of_code } else { context };
    OURS.render("a@b.example", template, locale, context).unwrap()
}

/// A directory with one file in it, gone at the end.
struct Directory(PathBuf);

impl Directory {
    fn with(name: &str, text: &str) -> Self {
        let unique = format!("{}-{:?}", process::id(), std::thread::current().id());
        let path = std::env::temp_dir().join(format!("mail-{unique}-{name}"));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join(name), text).unwrap();
        Self(path)
    }

    fn load(&self) -> Result<Templates, String> {
        Templates::new(Some(&self.0))
    }

    fn refusal(&self) -> String {
        self.load().err().unwrap()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn ours_pass_what_those_of_a_directory_have_to() {
    assert_eq!(Templates::new(None).unwrap().try_each(), Ok(()));
}

#[test]
fn every_template_renders_in_every_language() {
    let mut subjects = std::collections::BTreeSet::new();
    for template in Template::ALL {
        for locale in Locale::ALL {
            for (organization_name, member_name) in
                [(None, None), (Some("Blue Team".to_owned()), Some("Ada".to_owned()))]
            {
                let message = render(template, locale, &Context { organization_name, member_name, ..context() });
                if template.is_of_code() {
                    assert!(message.text.lines().any(|line| line == CODE), "{}", message.text);
                    assert_eq!(message.html.matches(CODE).count(), 1, "{}", message.html);
                    assert!(!message.html.contains("href") && !message.subject.contains(CODE));
                } else {
                    assert!(message.text.contains(LINK));
                    assert_eq!(message.html.matches(&escape::html(LINK)).count(), 3, "{}", message.html);
                }
                assert!(message.html.contains(&format!("lang=\"{}\"", locale.name())));
                assert!(message.html.contains("Acme") && message.text.contains("Acme"));
                // For which address it is meant.
                assert!(message.html.contains("a@b.example") && message.text.contains("a@b.example"));
                assert!(!message.text.contains("Subject:") && !message.text.contains("{{"));
                subjects.insert(message.subject);
            }
        }
    }
    assert!(subjects.len() >= Template::ALL.len() * Locale::ALL.len(), "{subjects:?}");
}

#[test]
fn a_mail_has_a_link_and_a_code_and_says_how_long_each_works() {
    let code = Some(Code { digits: CODE.to_owned(), expires_in_minutes: 10 });
    for locale in Locale::ALL {
        let Message { text, html, .. } = render(Template::Login, locale, &Context { code: code.clone(), ..context() });
        let (link, code) = (text.find(LINK).unwrap(), text.find(&format!("\n{CODE}\n")).unwrap());
        let in_words = |minutes| in_words(minutes, &OURS.phrases[locale.name()].units);
        assert!(link < code && text[code..].contains(&in_words(10)) && text[..code].contains(&in_words(60)), "{text}");
        assert!(html.contains(&escape::html(LINK)) && html.contains(CODE), "{html}");
    }
}

#[test]
fn the_expiry_is_in_words() {
    let text =
        |locale, expires_in_minutes| render(Template::Login, locale, &Context { expires_in_minutes, ..context() }).text;
    assert!(text(Locale::En, 60).contains("in 1 hour."));
    assert!(text(Locale::En, 10080).contains("in 7 days."));
    assert!(text(Locale::Es, 60).contains("1 hora"));
    assert!(text(Locale::PtBr, 10080).contains("7 dias"));
    assert!(text(Locale::Fr, 15).contains("15 minutes"));
    assert!(text(Locale::De, 1440).contains("1 Tag gültig") && text(Locale::De, 2880).contains("2 Tage gültig"));
    assert!(text(Locale::Nl, 120).contains("over 2 uur.") && text(Locale::Nl, 1440).contains("over 1 dag."));
    assert!(text(Locale::It, 60).contains("tra 1 ora.") && text(Locale::It, 10080).contains("tra 7 giorni."));
    assert!(text(Locale::Ja, 10080).contains("7 日間です") && text(Locale::Ja, 15).contains("15 分です"));
}

#[test]
fn names_stay_text_in_html_and_are_written_as_they_are_in_the_plain_part() {
    let name = "<b>x</b>\" onmouseover='y' {{ link }}";
    let hostile = Context {
        project_name: name.to_owned(),
        organization_name: Some(name.to_owned()),
        member_name: Some(name.to_owned()),
        inviter: Some(Inviter { name: Some(name.to_owned()), email: "<b>\"@x.example".to_owned() }),
        brand: Brand {
            organization_logo_url: Some("https://x.example/\"onload='y'<b>".to_owned()),
            project_logo_url: None,
            color: Some("#fff".parse().unwrap()),
            background: Some("#000".parse().unwrap()),
        },
        ..context()
    };
    for template in Template::ALL {
        for locale in Locale::ALL {
            let message = render(template, locale, &hostile);
            assert!(!message.html.contains("<b>") && !message.html.contains("x</b>\""), "{}", message.html);
            assert!(
                !message.html.contains("\"onload") && message.html.matches("<img ").count() == 1,
                "{}",
                message.html
            );
            assert!(message.html.contains("&lt;b&gt;x&lt;/b&gt;&quot; onmouseover=&#39;y&#39; {{ link }}"));
            assert!(message.text.contains(name));
        }
    }
}

#[test]
fn a_name_cannot_become_a_link() {
    let name = "You won https://evil.example/x www.evil.example me@evil.example".to_owned();
    let inviter = Some(Inviter { name: Some(name.clone()), email: "www.evil.example/x@evil.example".to_owned() });
    let hostile = Context { organization_name: Some(name.clone()), member_name: Some(name), inviter, ..context() };
    for template in Template::ALL {
        for locale in Locale::ALL {
            let Message { subject, text, html, .. } = render(template, locale, &hostile);
            for part in [&subject, &text.replace(LINK, ""), &html.replace(&escape::html(LINK), "")] {
                for linked in ["://", "evil.example", "www.evil", "@evil"] {
                    assert!(!part.contains(linked), "{part}");
                }
            }
            assert!(text.contains("You won https: //evil. example/x www. evil. example me@ evil. example"), "{text}");
        }
    }
}

#[test]
fn a_name_cannot_add_a_header_or_a_paragraph() {
    let organization_name = Some("Acme\r\nBcc: everyone@acme.example\r\n\r\nYour password is wrong".to_owned());
    for template in Template::ALL {
        let message =
            render(template, Locale::En, &Context { organization_name: organization_name.clone(), ..context() });
        assert!(!message.subject.contains(['\r', '\n']), "{:?}", message.subject);
        assert!(!message.text.lines().any(|line| line.starts_with("Bcc:") || line.starts_with("Your password")));
    }
    let templates = &*OURS;
    let to = "a@b.example\r\nBcc: c@d.example";
    assert!(templates.render(to, Template::Login, Locale::En, &context()).is_err());
    let longest = format!("{}@{}.example", "a".repeat(64), "b.".repeat(90) + "b");
    assert_eq!(templates.render(&longest, Template::Login, Locale::En, &context()).unwrap().to, longest);
}

#[test]
fn a_mail_need_not_have_a_link() {
    let templates = &*OURS;
    for locale in Locale::ALL {
        let message = templates
            .render("a@b.example", Template::EmailChanged, locale, &Context { link: None, ..context() })
            .unwrap();
        assert!(!message.html.contains("href") && !message.text.contains("http"), "{}", message.html);
    }
}

#[test]
fn links_that_are_none_are_refused() {
    let templates = &*OURS;
    for link in
        ["", "https://a.example/\r\nx", "https://a.example/ x", "javascript:alert(1)", "JavaScript:x", "data:,x"]
    {
        let context = Context { link: Some(link.to_owned()), ..context() };
        assert!(templates.render("a@b.example", Template::Login, Locale::En, &context).is_err(), "{link:?}");
    }
}

#[test]
fn a_file_in_the_directory_takes_the_place_of_ours() {
    let directory = Directory::with("login.txt", "Subject: Come in, {{ member_name }}\n\nHere: {{ link }}\n");
    let templates = directory.load().unwrap();
    let message = templates.render("a@b.example", Template::Login, Locale::Fr, &context()).unwrap();
    assert_eq!(message.subject, "Come in, Ada");
    assert_eq!(message.text, format!("Here: {LINK}\n"));
    let other = templates.render("a@b.example", Template::Invite, Locale::En, &context()).unwrap();
    assert_eq!(other.subject, "You are invited to join Blue Team");
}

#[test]
fn a_template_that_cannot_work_is_refused_by_name() {
    for (name, text, complaint) in [
        ("login.html", "<p>{{ link }", "does not compile"),
        ("login.html", "<p>{% if %}", "does not compile"),
        ("invite.html", "<p>Hello</p>", "does not contain the link"),
        ("invite.html", "{{ link|safe }}", "does not contain the link"),
        ("signup.txt", "Subject: Hello\n\nNo way on.\n", "does not contain the link"),
        ("signup.txt", "Hello\n\n{{ link }}\n", "Subject"),
        ("signup.txt", "Subject: \n\n{{ link }}\n", "Subject"),
        ("login_code.html", "<p>Hello</p>", "does not contain the code"),
        (
            "discovery.html",
            "{{ link }}\n{{ organisation_name }}",
            "line 2: there is no name organisation_name; there are place,",
        ),
        ("discovery.txt", "{% if false %}{{ linc }}{% endif %}", "line 1: there is no name linc;"),
        (
            "login.html",
            "{{ link }}\n\n{{ words.headline }}",
            "line 3: there is no name words.headline; there are subject,",
        ),
        (
            "login.html",
            "{% extends \"layout.html\" %}\n{% block itnro %}x{% endblock %}",
            "line 2: layout.html has no block itnro",
        ),
        (
            "login.html",
            "{% extends \"layout.html\" %}\n<p>Hello</p>",
            "line 1: what stands outside of a block is never shown",
        ),
        ("email_changed.txt", "Subject: x\n\n{% if link %}{{ link }}{% endif %}\n", "says nothing"),
        ("email_changed.html", "<body>{% if link %}{{ link }}{% endif %}<br></body>", "says nothing"),
        ("password_changed.html", "", "does not contain the link"),
        ("discovery.html", "{{ link }} {{ link.host }}", "does not render"),
        ("discovery.html", "{% extends \"missing.html\" %}", "does not render"),
    ] {
        let refusal = Directory::with(name, text).refusal();
        assert!(refusal.contains(name) && refusal.contains(complaint), "{refusal}");
    }
}

#[test]
fn a_broken_language_and_a_misspelt_name_are_refused() {
    let italian = embedded::files(None).unwrap()["it.json"].replace("{{ place }}.\"", "{{ luogo }}.\"");
    let refusal = Directory::with("it.json", &italian).refusal();
    assert!(
        refusal.contains("it.json, line ") && refusal.contains("there is no name luogo; there are place,"),
        "{refusal}"
    );
    let broken = italian.replace("{{ luogo }}.\"", "{{ place }.\"");
    assert!(Directory::with("it.json", &broken).refusal().contains("does not compile"));
    assert!(Directory::with("fr.json", "{}").refusal().contains("fr.json"));
    assert!(Directory::with("logn.html", "{{ link }}").refusal().contains("logn.html"));
    assert!(Directory::with("README.md", "Ours.").load().is_ok());
    assert!(Templates::new(Some(Path::new("/nonexistent/mail"))).is_err());
}

#[test]
fn a_link_to_log_in_without_a_password_stands_beside_one_to_set_it() {
    let other = "https://login.acme.example/go?token=def&slug=x";
    for locale in Locale::ALL {
        let both = Context { login_link: Some(other.to_owned()), ..context() };
        let message = render(Template::PasswordReset, locale, &both);
        assert!(message.text.contains(LINK) && message.text.contains(other), "{}", message.text);
        assert_eq!(message.html.matches(&escape::html(other)).count(), 2, "{}", message.html);
        let message = render(Template::PasswordReset, locale, &context());
        assert!(!message.text.contains("token=def"));
    }
    let templates = &*OURS;
    let bad = Context { login_link: Some("javascript:alert(1)".to_owned()), ..context() };
    assert!(templates.render("a@b.example", Template::PasswordReset, Locale::En, &bad).is_err());
}

#[test]
fn templates_may_give_names_of_their_own_and_use_what_the_engine_has() {
    let text = "{% extends \"layout.html\" %}{% set accent = \"#123456\" %}{% macro bold(x) %}<b>{{ x }}</b>{% endmacro %}
        {# {{ nothing }} #}{% block intro %}{% for i in range(2) %}{{ loop.index }}{{ accent }}{% endfor %}{{ bold(place) }}
        {{ super() }}{% endblock %}";
    assert_eq!(Directory::with("login.html", text).load().err(), None);
}

#[test]
fn an_invitation_says_who_invites_whom_to_what() {
    let grace = || Inviter { name: Some("Grace".to_owned()), email: "grace@acme.example".to_owned() };
    for locale in Locale::ALL {
        let by_member = render(Template::Invite, locale, &Context { inviter: Some(grace()), ..context() });
        for part in [&by_member.text, &by_member.html] {
            for name in ["Grace (grace@acme.example)", "Blue Team", "a@b.example", "Acme"] {
                assert!(part.contains(name), "{name} in {part}");
            }
        }
        assert!(by_member.subject.contains("Grace") && by_member.subject.contains("Blue Team"));
        assert!(!by_member.subject.contains('@'), "{}", by_member.subject);
        let nameless = Inviter { name: None, ..grace() };
        let Message { subject, .. } =
            render(Template::Invite, locale, &Context { inviter: Some(nameless), ..context() });
        assert!(subject.contains("grace@acme.example"), "{subject}");
        let Message { text, .. } = render(Template::Invite, locale, &context());
        assert!(text.contains("Blue Team") && text.contains("a@b.example") && !text.contains("Grace"), "{text}");
    }
}

#[test]
fn the_logo_of_the_organization_wins_and_what_cannot_be_shown_is_left_out() {
    let (ours, theirs) = ("https://a.example/acme.png?x=1&y=2", "https://b.example/blue.png");
    let html = |organization: Option<&str>, project: Option<&str>, organization_name: Option<&str>| {
        let brand = Brand {
            organization_logo_url: organization.map(str::to_owned),
            project_logo_url: project.map(str::to_owned),
            ..Brand::default()
        };
        let organization_name = organization_name.map(str::to_owned);
        render(Template::Login, Locale::En, &Context { brand, organization_name, ..context() }).html
    };
    let of_both = html(Some(theirs), Some(ours), Some("Blue \"Team\""));
    assert!(
        of_both.contains("src=\"https://b.example/blue.png\" alt=\"Blue &quot;Team&quot;\" height=\"40\""),
        "{of_both}"
    );
    assert!(of_both.contains("max-width:200px;max-height:40px"));
    let of_project = "src=\"https://a.example/acme.png?x=1&amp;y=2\" alt=\"Acme\"";
    for html in [
        html(None, Some(ours), Some("Blue Team")),
        html(Some("http://b.example/blue.png"), Some(ours), Some("Blue Team")),
        html(Some(theirs), Some(ours), None),
    ] {
        assert!(html.contains(of_project) && html.matches("<img").count() == 1, "{html}");
    }
    assert!(!html(Some("javascript:alert(1)"), Some("http://a.example/x.png"), Some("Blue Team")).contains("<img"));
}

#[test]
fn the_button_has_the_color_of_the_project_and_text_that_is_legible_on_it() {
    let html = |color: &str| {
        let brand = Brand { color: Some(color.parse().unwrap()), ..Brand::default() };
        render(Template::Login, Locale::En, &Context { brand, ..context() }).html
    };
    assert!(html("#fd0").contains("background-color:#ffdd00;") && html("#fd0").contains(";color:#000000;"));
    assert!(html("#7a1fa2").contains("background-color:#7a1fa2;") && html("#7a1fa2").contains(";color:#ffffff;"));
    assert!(html("#ffffff").contains("border:1px solid #767676;"));
}

#[test]
fn the_head_has_the_ground_of_the_brand_and_text_that_is_legible_on_it() {
    let html = |background: Option<&str>| {
        let brand = Brand { background: background.map(|color| color.parse().unwrap()), ..Brand::default() };
        render(Template::Login, Locale::En, &Context { brand, ..context() }).html
    };
    assert!(html(Some("#0b1d3a")).contains("background-color:#0b1d3a;color:#ffffff;"));
    assert!(html(Some("#ffe9d6")).contains("background-color:#ffe9d6;color:#000000;"));
    // Without one the mail program chooses the ground, and the text on it.
    assert!(html(None).contains("<td style=\"padding-bottom:24px;\">"), "{}", html(None));
}

/// A program from before there were logos has written it.
#[test]
fn an_older_context_is_read() {
    let json =
        r#"{"project_name":"Acme","organization_name":null,"member_name":null,"link":null,"expires_in_minutes":5}"#;
    let context: Context = serde_json::from_str(json).unwrap();
    assert!(context.inviter.is_none() && context.brand == Brand::default());
    let newer = serde_json::to_value(context).unwrap();
    assert!(newer.get("inviter").is_none() && newer.get("brand").is_none(), "{newer}");
}
