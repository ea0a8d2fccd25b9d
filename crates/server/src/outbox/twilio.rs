//! Text messages through Twilio's API: <https://www.twilio.com/docs/messaging/api/message-resource>.

use ::mail::SendError;
use foundation::credentials::{basic, without_credentials};
use outbound::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use outbound::{Request, Response, StatusCode};
use serde::Deserialize;
use url::form_urlencoded;

/// What a URL of it begins with; the rest is one of http or https.
pub(super) const PREFIX: &str = "twilio+";

/// What is said of one that is written otherwise.
pub(super) const FORM: &str =
    "a URL of Twilio is written twilio+https://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com?from=NUMBER_OR_SERVICE_SID";

/// The request that hands a message over. The URL names the account and its token, and the sender: a number, or a messaging
/// service (`MG…`), which chooses one.
pub(super) fn request(url: &str, to: &str, body: &str) -> Result<Request, String> {
    let (mut url, account, token) = without_credentials(url)?;
    let sender = url.query_pairs().find(|(name, _)| name == "from").map(|(_, sender)| sender.trim().to_owned());
    let sender = sender.filter(|sender| !sender.is_empty());
    let is_one = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (Some(sender), true, false) = (sender, is_one(&account), token.is_empty()) else { return Err(FORM.to_owned()) };
    let path = format!("{}/2010-04-01/Accounts/{account}/Messages.json", url.path().trim_end_matches('/'));
    url.set_path(&path);
    url.set_query(None);
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("To", to).append_pair("Body", body);
    match sender.starts_with("MG") {
        true => form.append_pair("MessagingServiceSid", &sender),
        // A plus sign in a query stands for a space.
        false if sender.starts_with(|first: char| first.is_ascii_digit()) => {
            form.append_pair("From", &format!("+{sender}"))
        }
        false => form.append_pair("From", &sender),
    };
    let request = Request::post(url.as_str(), form.finish()).map_err(|refused| refused.to_string())?.allow_http();
    let media_type = HeaderValue::from_static("application/x-www-form-urlencoded");
    Ok(request.header(CONTENT_TYPE, media_type).header(AUTHORIZATION, basic(&account, &token)?))
}

/// What is refused, as far as it is read.
#[derive(Deserialize)]
struct Refusal {
    code: i64,
}

/// What an answer means for the message. Of a refusal its number is told, and not its words, which repeat the recipient.
pub(super) fn meaning(answer: &Response) -> Result<(), SendError> {
    if answer.status.is_success() {
        return Ok(());
    }
    let code = serde_json::from_slice::<Refusal>(&answer.body).map(|refusal| refusal.code).unwrap_or_default();
    let why = match code {
        21211 | 21614 => ": the number takes no text messages",
        21408 => ": the account may not send to this country",
        21610 => ": the recipient has unsubscribed",
        20003 => ": the account or its token is not right",
        _ => "",
    };
    let told = format!("Twilio answered {}, error {code}{why}", answer.status.as_u16());
    match answer.status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Err(SendError::Transient(told)),
        status if status.is_client_error() => Err(SendError::Permanent(told)),
        _ => Err(SendError::Transient(told)),
    }
}

#[cfg(test)]
mod tests {
    use super::Request;

    fn request(url: &str) -> Result<Request, String> {
        super::request(url, "+14155550123", "123456 & more")
    }

    #[test]
    fn t75_only_a_whole_url_is_taken_and_none_is_repeated() {
        for url in [
            "https://AC1:hush@api.twilio.com?from=+14155550100",
            "https://AC1:hush@api.twilio.com/?from=MG1",
            "http://AC1:hush@127.0.0.1:9/base/?from=Acme",
        ] {
            let request = request(url).unwrap();
            assert!(!format!("{request:?}").contains("hush"));
        }
        for url in [
            "https://api.twilio.com?from=MG1",
            "https://AC1:hush@api.twilio.com",
            "https://AC1:hush@api.twilio.com?from=",
            "https://AC1@api.twilio.com?from=hush",
            "https://..%2fhush:hush@api.twilio.com?from=MG1",
            "hush",
        ] {
            assert!(!request(url).unwrap_err().contains("hush"), "{url}");
        }
    }
}
