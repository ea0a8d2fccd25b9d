//! Forms with files (RFC 7578), as browsers and programs send them. A file is text; what it is called is not looked at.

use crate::input::put;
use crate::schema::InputSchema;
use foundation::error::{ApiError, Error, Result};
use serde_json::{Map, Value};

const MEDIA_TYPE: &str = "multipart/form-data";
/// Characters of a boundary (RFC 2046, section 5.1.1).
const LONGEST_BOUNDARY: usize = 70;
/// Bytes of the headers of a part.
const LONGEST_HEAD: usize = 2048;

/// The boundary between the parts of a body of this media type; `None` where it is another type.
pub(crate) fn boundary(content_type: &str) -> Option<&str> {
    let (media_type, parameters) = content_type.split_once(';')?;
    if !media_type.trim().eq_ignore_ascii_case(MEDIA_TYPE) {
        return None;
    }
    parameter(parameters, "boundary").filter(|value| (1..=LONGEST_BOUNDARY).contains(&value.len()))
}

/// The value of a parameter of a header: a word, or what stands in quotation marks (RFC 9110, section 5.6.6).
fn parameter<'a>(mut parameters: &'a str, wanted: &str) -> Option<&'a str> {
    while let Some((name, rest)) = parameters.split_once('=') {
        let (value, rest) = match rest.trim_start().strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => rest.split_at(rest.find(';').unwrap_or(rest.len())),
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value.trim());
        }
        parameters = rest.split_once(';').map_or("", |(_, rest)| rest);
    }
    None
}

/// A form's fields.
///
/// # Errors
/// `bad_request` when it is none, when a field is there twice, or holds what is no text (UTF-8).
pub(crate) fn multipart(body: &[u8], boundary: &str, schema: &InputSchema) -> Result<Map<String, Value>> {
    let mut object = Map::new();
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(&delimiter.as_bytes()[2..]).ok_or_else(malformed)?;
    loop {
        if rest.starts_with(b"--") {
            return Ok(object);
        }
        let part = rest.strip_prefix(b"\r\n").ok_or_else(malformed)?;
        let end = find(part, delimiter.as_bytes()).ok_or_else(malformed)?;
        let (name, value) = field(&part[..end])?;
        put(&mut object, schema, &name, &value)?;
        rest = &part[end + delimiter.len()..];
    }
}

/// The name and the text of a part.
fn field(part: &[u8]) -> Result<(String, String)> {
    let end = find(part, b"\r\n\r\n").filter(|end| *end <= LONGEST_HEAD).ok_or_else(malformed)?;
    let head = std::str::from_utf8(&part[..end]).map_err(|_| malformed())?;
    let disposition = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    });
    let name = disposition.and_then(named).ok_or_else(malformed)?;
    let text = std::str::from_utf8(&part[end + 4..])
        .map_err(|_| ApiError::BadRequest.because(format!("{name} is no text: it is not UTF-8.")))?;
    // Some programs begin a file with what says that it is UTF-8.
    Ok((name, text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()))
}

/// What a part is called. Browsers write a quotation mark in a name as `%22`.
fn named(disposition: &str) -> Option<String> {
    let (kind, parameters) = disposition.split_once(';')?;
    let is_field = kind.trim().eq_ignore_ascii_case("form-data");
    is_field.then(|| parameter(parameters, "name"))?.map(|name| name.replace("%22", "\""))
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn malformed() -> Error {
    ApiError::BadRequest.because("The form is not written as multipart/form-data is (RFC 7578).")
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemars::JsonSchema;

    #[derive(JsonSchema)]
    struct Input {
        #[expect(dead_code, reason = "only its schema is asked for")]
        action: String,
    }

    fn read(body: &str) -> Result<Map<String, Value>> {
        multipart(body.as_bytes(), "b", &InputSchema::of::<Input>())
    }

    const ACTION: &str = "--b\r\nContent-Disposition: form-data; name=\"action\"\r\n\r\nmetadata";

    #[test]
    fn fields_and_files_are_read_as_text() {
        let file = "\r\n--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a; name=x.xml\"\r\nContent-Type: text/xml\
                    \r\n\r\n\u{feff}<a>\r\n--c\r\n</a>";
        let empty = "\r\n--b\r\nContent-Disposition: form-data; name=\"none\"; filename=\"\"\r\n\r\n";
        let fields = read(&format!("{ACTION}{file}{empty}\r\n--b--\r\n")).unwrap();
        assert_eq!(
            Value::Object(fields),
            serde_json::json!({ "action": "metadata", "file": "<a>\r\n--c\r\n</a>", "none": "" })
        );
        assert!(read("--b--").unwrap().is_empty());
    }

    #[test]
    fn names_are_read_with_and_without_quotation_marks_in_any_order() {
        for disposition in [
            "form-data; name=action",
            "form-data; name=\"action\"",
            "Form-Data; filename=\"x; name=y\" ; Name = \"action\"",
            "form-data; name=action; filename=a.xml; filename*=utf-8''a.xml",
            "form-data; filename=a.xml; name=action",
        ] {
            let fields = read(&format!("--b\r\nContent-Disposition: {disposition}\r\n\r\nx\r\n--b--")).unwrap();
            assert_eq!(Value::Object(fields), serde_json::json!({ "action": "x" }), "{disposition}");
        }
    }

    #[test]
    fn what_is_no_form_is_refused_and_nothing_else_happens() {
        let twice = format!("{ACTION}\r\n{ACTION}\r\n--b--");
        let long = format!("--b\r\n{}: x\r\n\r\n\r\n--b--", "h".repeat(LONGEST_HEAD));
        for body in [
            "",
            "x",
            "--b",
            "--b\r\n",
            "--c--",
            ACTION,
            "--b\r\n\r\nx\r\n--b--",
            "--b\r\nname=x\r\n\r\nx\r\n--b--",
            &twice,
            &long,
        ] {
            assert_eq!(read(body).unwrap_err().api(), Some(ApiError::BadRequest), "{body}");
        }
        let bytes = b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\r\n--b--";
        assert!(multipart(bytes, "b", &InputSchema::of::<Input>()).is_err());
        // However it is cut off.
        let whole = format!("{ACTION}\r\n--b--");
        for end in 0..whole.len() - 1 {
            assert!(read(&whole[..end]).is_err() || end < 1, "{end}");
        }
    }

    #[test]
    fn the_boundary_stands_in_the_media_type() {
        for (content_type, expected) in [
            ("multipart/form-data; boundary=x", Some("x")),
            ("Multipart/Form-Data;charset=utf-8; Boundary=\"a b\"", Some("a b")),
            ("multipart/form-data; boundary=\"a;b=c\"; charset=utf-8", Some("a;b=c")),
            ("multipart/form-data", None),
            ("multipart/form-data; boundary=", None),
            ("multipart/mixed; boundary=x", None),
            ("application/x-www-form-urlencoded", None),
        ] {
            assert_eq!(boundary(content_type), expected, "{content_type}");
        }
        assert_eq!(boundary(&format!("multipart/form-data; boundary={}", "x".repeat(71))), None);
    }
}
