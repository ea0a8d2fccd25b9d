use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

use super::*;

fn message() -> Message {
    Message {
        to: "ada@acme.example".to_owned(),
        subject: "Grüße\r\nBcc: everyone@acme.example".to_owned(),
        html: "<p>Hello</p>".to_owned(),
        text: "Hello".to_owned(),
    }
}

/// A server for one conversation that answers the recipient with `reply`; yields the lines it was sent.
async fn server(reply: &'static str) -> (String, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let conversation = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.split();
        let mut lines = BufReader::new(read).lines();
        let (mut heard, mut in_data) = (Vec::new(), false);
        write.write_all(b"220 ready\r\n").await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                "." => "250 taken",
                _ if in_data => "",
                "RCPT" => reply,
                "DATA" => "354 go on",
                "QUIT" => "221 bye",
                _ => "250 fine",
            };
            in_data = answer.starts_with("354") || (in_data && answer.is_empty());
            heard.push(line);
            if !answer.is_empty() && write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                break;
            }
        }
        heard
    });
    (url, conversation)
}

#[tokio::test]
async fn a_mail_arrives_with_its_headers_and_both_parts() {
    let (url, conversation) = server("250 fine").await;
    let mailer = Mailer::new(&url, "Acme <no-reply@acme.example>").unwrap();
    mailer.send(&message()).await.unwrap();
    drop(mailer);
    let heard = conversation.await.unwrap();
    let has = |start: &str| heard.iter().any(|line| line.starts_with(start));
    assert!(has("MAIL FROM:<no-reply@acme.example>") && has("RCPT TO:<ada@acme.example>"), "{heard:?}");
    assert!(has("Message-ID: <") && has("Date: ") && has("Auto-Submitted: auto-generated"), "{heard:?}");
    assert!(has("Content-Type: multipart/alternative") && has("Content-Type: text/plain"), "{heard:?}");
    assert!(has("Content-Type: text/html"), "{heard:?}");
    assert!(!has("Bcc"), "{heard:?}");
}

#[tokio::test]
async fn an_encoded_word_in_a_name_is_shown_as_it_was_written() {
    let (url, conversation) = server("250 fine").await;
    let mailer = Mailer::new(&url, "no-reply@acme.example").unwrap();
    let subject = "Join =?utf-8?B?ZXZpbA==?=".to_owned();
    mailer.send(&Message { subject, ..message() }).await.unwrap();
    drop(mailer);
    let heard = conversation.await.unwrap();
    let shown = "Subject: =?utf-8?Q?Join=20=3D=3Futf=2D8=3FB=3FZXZpbA=3D=3D=3F=3D?=";
    assert!(heard.iter().any(|line| line == shown), "{heard:?}");
}

#[tokio::test]
async fn a_japanese_subject_is_encoded_in_short_words_and_no_line_is_too_long() {
    let (url, conversation) = server("250 fine").await;
    let mailer = Mailer::new(&url, "no-reply@acme.example").unwrap();
    let subject = "Grace Hopper さんから ブルーチーム株式会社カスタマーサポート部 に招待されました".to_owned();
    let text = "このリンクは 1 回だけ使用できます。".repeat(30);
    mailer.send(&Message { subject: subject.clone(), text, ..message() }).await.unwrap();
    drop(mailer);
    let heard = conversation.await.unwrap();
    let begin = heard.iter().position(|line| line.starts_with("Subject: ")).unwrap();
    let folded = heard[begin + 1..].iter().take_while(|line| line.starts_with(' '));
    let lines: Vec<_> = std::iter::once(&heard[begin]).chain(folded).collect();
    let words: Vec<_> = lines.iter().flat_map(|line| line.split(' ')).filter(|word| word.starts_with("=?")).collect();
    assert!(words.len() > 1 && words.iter().all(|word| word.is_ascii() && word.len() <= 75), "{lines:?}");
    assert!(heard.iter().all(|line| line.is_ascii() && line.len() <= 998), "{heard:?}");
}

/// The server of this test knows no SMTPUTF8.
#[tokio::test]
async fn a_sender_in_an_international_domain_is_written_in_ascii() {
    let (url, conversation) = server("250 fine").await;
    let mailer = Mailer::new(&url, "Bücher <no-reply@bücher.example>").unwrap();
    mailer.send(&message()).await.unwrap();
    drop(mailer);
    let heard = conversation.await.unwrap();
    let has = |text: &str| heard.iter().any(|line| line.contains(text));
    assert!(has("EHLO xn--bcher-kva.example") && has("MAIL FROM:<no-reply@xn--bcher-kva.example>"), "{heard:?}");
    assert!(has("From: =?utf-8?") && has("<no-reply@xn--bcher-kva.example>") && !has("@bücher"), "{heard:?}");
    assert!(Mailer::new(&url, "no-reply@bü cher.example").is_err());
}

/// Whoever stands in between can hide that the server offers encryption.
#[tokio::test]
async fn a_password_does_not_leave_unencrypted() {
    for optional in [false, true] {
        let (url, conversation) = server("250 fine").await;
        let url = url.replace("smtp://", "smtp://user:hush@") + if optional { "?starttls=optional" } else { "" };
        let sent = Mailer::new(&url, "no-reply@acme.example").unwrap().send(&message()).await;
        let SendError::Transient(error) = sent.unwrap_err() else { panic!("it would be lost") };
        assert_eq!(error.contains("does not offer STARTTLS"), !optional, "{error}");
        let heard = conversation.await.unwrap();
        assert!(!heard.iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")), "{heard:?}");
    }
}

#[tokio::test]
async fn refusals_are_told_apart() {
    for (reply, permanent) in [("550 no such user", true), ("451 later", false)] {
        let (url, _conversation) = server(reply).await;
        let error = Mailer::new(&url, "no-reply@acme.example").unwrap().send(&message()).await.unwrap_err();
        assert_eq!(matches!(error, SendError::Permanent(_)), permanent, "{error:?}");
    }
    let closed = Mailer::new("smtp://127.0.0.1:1", "no-reply@acme.example").unwrap();
    assert!(matches!(closed.send(&message()).await, Err(SendError::Transient(_))));
}

#[tokio::test]
async fn an_address_with_a_line_break_is_never_sent() {
    let mailer = Mailer::new("smtp://127.0.0.1:1", "no-reply@acme.example").unwrap();
    for to in ["ada@acme.example\r\nBcc: eve@acme.example", "no address", "a@b.example, c@d.example"] {
        let error = mailer.send(&Message { to: to.to_owned(), ..message() }).await.unwrap_err();
        assert!(matches!(error, SendError::Permanent(_)), "{error:?}");
    }
}

#[test]
fn the_same_mail_keeps_its_identifier() {
    let from: Mailbox = "no-reply@acme.example".parse().unwrap();
    let other = Message { text: "Other".to_owned(), ..message() };
    assert_eq!(message_id(&from, &message()), message_id(&from, &message()));
    assert_ne!(message_id(&from, &message()), message_id(&from, &other));
}

#[test]
fn the_password_is_not_printed() {
    let mailer = Mailer::new("smtps://user:hush@mail.example", "no-reply@acme.example").unwrap();
    assert!(!format!("{mailer:?}").contains("hush"));
    assert!(Mailer::new("smtp://mail.example", "not an address").is_err());
}
