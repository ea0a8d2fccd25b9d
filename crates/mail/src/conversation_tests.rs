use super::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

fn mail(text: &str) -> Message {
    let sender = "no-reply@acme.example".parse().unwrap();
    Message::builder().from(sender).to("ada@acme.example".parse().unwrap()).body(text.to_owned()).unwrap()
}

/// What is written in two parts comes in two: the server reads once.
#[tokio::test]
async fn a_mail_and_its_end_arrive_together() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = SmtpUrl::parse(&format!("smtp://{}", listener.local_addr().unwrap())).unwrap();
    let server_side = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = vec![0; 1 << 16];
        for answer in ["220 ready", "250 fine", "250 fine", "250 fine", "354 go on"] {
            stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            let count = stream.read(&mut buffer).await.unwrap();
            buffer.truncate(count);
            if answer.starts_with("354") {
                stream.write_all(b"250 taken\r\n").await.unwrap();
                break;
            }
            buffer.resize(1 << 16, 0);
        }
        String::from_utf8(buffer).unwrap()
    });
    let tls = TlsParameters::new("localhost".to_owned()).unwrap();
    let mut conversation = Conversation::open(&server, &ClientId::default(), &tls).await.unwrap();
    assert!(conversation.give(&mail("Hello\r\n.\r\n..\r\nthe end.")).await.is_ok());
    let read = server_side.await.unwrap();
    assert!(read.starts_with("From: ") && read.ends_with("\r\n\r\nHello\r\n..\r\n...\r\nthe end.\r\n.\r\n"), "{read}");
}

#[test]
fn a_mail_that_ends_with_a_line_gets_no_other() {
    assert!(content(&mail("Hello\r\n")).is_ok_and(|content| content.ends_with("\r\n\r\nHello\r\n.\r\n")));
}

/// Where "localhost" is two addresses, nobody listens at the first.
#[tokio::test]
async fn what_is_sent_is_not_held_back() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stream = reach("localhost", listener.local_addr().unwrap().port()).await.unwrap();
    assert!(stream.nodelay().unwrap());
}
