use super::*;
use crate::{Mailer, Message, SendError};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// What was said in each conversation: commands, and a dot for each mail that was taken.
type Heard = Arc<Mutex<Vec<Vec<String>>>>;
/// The answer to a command for the mail with that number of its conversation, where it is not as usual; "" ends it.
type Answer = fn(usize, &str) -> Option<&'static str>;

async fn server(answer: Answer) -> (Mailer, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mailer = Mailer::new(&format!("smtp://{}", listener.local_addr().unwrap()), "no-reply@acme.example").unwrap();
    let heard = Heard::default();
    let writing = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            writing.lock().unwrap().push(Vec::new());
            let number = writing.lock().unwrap().len() - 1;
            tokio::spawn(converse(stream, answer, writing.clone(), number));
        }
    });
    (mailer, heard)
}

async fn converse(mut stream: TcpStream, answer: Answer, heard: Heard, number: usize) {
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    let (mut mails, mut in_data) = (0, false);
    write.write_all(b"220 ready\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line.split([' ', ':']).next().unwrap_or_default();
        if in_data && verb != "." {
            continue;
        }
        mails += usize::from(verb == "MAIL");
        in_data = verb == "DATA";
        let usual = if in_data { "354 go on" } else { "250 fine" };
        let said = answer(mails, verb).unwrap_or(usual);
        heard.lock().unwrap()[number].push(verb.to_owned());
        if said.is_empty() || write.write_all(format!("{said}\r\n").as_bytes()).await.is_err() {
            break;
        }
    }
}

fn mail() -> Message {
    let (to, subject) = ("ada@acme.example".to_owned(), "Hello".to_owned());
    Message { to, subject, html: "<p>Hello</p>".to_owned(), text: "Hello".to_owned() }
}

fn count(heard: &Heard, verb: &str) -> Vec<usize> {
    let heard = heard.lock().unwrap();
    heard.iter().map(|said| said.iter().filter(|one| *one == verb).count()).collect()
}

/// Nobody waits for the answer to QUIT, which this server never gives.
#[tokio::test]
async fn the_mails_of_a_burst_share_conversations() {
    let (mailer, heard) = server(|_, verb| (verb == "QUIT").then_some("")).await;
    for _ in 0..25 {
        mailer.send(&mail()).await.unwrap();
    }
    assert_eq!(count(&heard, "."), [10, 10, 5]);
    assert_eq!(count(&heard, "EHLO"), [1, 1, 1]);
}

#[tokio::test]
async fn what_is_refused_in_a_kept_conversation_is_taken_in_another() {
    let answers: [Answer; 4] = [
        |mails, verb| (mails == 2 && verb == "MAIL").then_some(""),
        |mails, verb| (mails == 2 && verb == "MAIL").then_some("421 that is enough"),
        |mails, verb| (mails == 2 && verb == "RCPT").then_some("550 that is enough"),
        // It is over before the next mail comes.
        |_, verb| (verb == ".").then_some("250 taken\r\n421 bye"),
    ];
    for answer in answers {
        let (mailer, heard) = server(answer).await;
        for _ in 0..3 {
            mailer.send(&mail()).await.unwrap();
        }
        assert_eq!(count(&heard, "."), [1, 1, 1]);
    }
}

#[tokio::test]
async fn a_mail_that_may_have_been_taken_is_not_sent_again() {
    let (mailer, heard) = server(|mails, verb| (mails == 2 && verb == ".").then_some("")).await;
    mailer.send(&mail()).await.unwrap();
    assert!(matches!(mailer.send(&mail()).await, Err(SendError::Transient(_))));
    assert_eq!(count(&heard, "DATA"), [2]);
    mailer.send(&mail()).await.unwrap();
    assert_eq!(count(&heard, "DATA"), [2, 1]);
}

#[tokio::test]
async fn a_conversation_ends_when_no_mail_comes() {
    let (mailer, heard) = server(|_, _| None).await;
    mailer.send(&mail()).await.unwrap();
    assert_eq!(count(&heard, "QUIT"), [0]);
    tokio::time::pause();
    while count(&heard, "QUIT") != [1] {
        sleep(Duration::from_millis(10)).await;
    }
    tokio::time::resume();
    mailer.send(&mail()).await.unwrap();
    assert_eq!(count(&heard, "."), [1, 1]);
}
