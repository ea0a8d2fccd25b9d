//! The request for tokens (RFC 6749, sections 4.1.3 and 6; RFC 7636, section 4.5).

use crate::client_authentication::Proof;
use url::form_urlencoded::Serializer;

/// What tokens are got for.
#[derive(Clone, Copy)]
pub enum Grant<'a> {
    /// The code that a browser has brought.
    Code {
        /// The code.
        code: &'a str,
        /// The same that the browser was sent with.
        redirect_uri: &'a str,
        /// What the challenge of the login was made of.
        code_verifier: Option<&'a str>,
    },
    /// A refresh token of before.
    Refresh {
        /// The token.
        refresh_token: &'a str,
    },
}

/// A POST to the token endpoint, with `Content-Type: application/x-www-form-urlencoded` and `Accept: application/json`.
pub struct TokenRequest {
    /// The `Authorization` header, if there is to be one. Secret.
    pub authorization: Option<String>,
    /// The body. Secret.
    pub body: String,
}

/// Writes the request of a client.
pub fn write(client_id: &str, proof: Proof<'_>, grant: Grant<'_>) -> TokenRequest {
    let mut form = Serializer::new(String::new());
    match grant {
        Grant::Code { code, redirect_uri, code_verifier } => {
            form.append_pair("grant_type", "authorization_code");
            form.append_pair("code", code).append_pair("redirect_uri", redirect_uri);
            if let Some(verifier) = code_verifier {
                form.append_pair("code_verifier", verifier);
            }
        }
        Grant::Refresh { refresh_token } => {
            form.append_pair("grant_type", "refresh_token").append_pair("refresh_token", refresh_token);
        }
    }
    proof.write(client_id, &mut form);
    TokenRequest { authorization: proof.header(client_id), body: form.finish() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: Grant<'_> =
        Grant::Code { code: "a/b", redirect_uri: "https://auth.example/c", code_verifier: Some("v") };
    const BODY: &str =
        "grant_type=authorization_code&code=a%2Fb&redirect_uri=https%3A%2F%2Fauth.example%2Fc&code_verifier=v";

    #[test]
    fn a_secret_stands_in_the_header_or_in_the_body() {
        let basic = write("my app:1", Proof::Basic { secret: "s%é:" }, CODE);
        assert_eq!(basic.body, BODY);
        // my+app%3A1:s%25%C3%A9%3A
        assert_eq!(basic.authorization.as_deref(), Some("Basic bXkrYXBwJTNBMTpzJTI1JUMzJUE5JTNB"));

        let post = write("my app:1", Proof::Post { secret: "s&t" }, CODE);
        assert_eq!(post.body, format!("{BODY}&client_id=my+app%3A1&client_secret=s%26t"));
        assert_eq!(post.authorization, None);

        let assertion = write("me", Proof::Assertion { assertion: "a.b.c" }, CODE);
        let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        let expected = format!("{BODY}&client_id=me&client_assertion_type={kind}&client_assertion=a.b.c");
        assert_eq!((assertion.body, assertion.authorization), (expected, None));
    }

    #[test]
    fn tokens_are_refreshed() {
        let request = write("me", Proof::Post { secret: "s" }, Grant::Refresh { refresh_token: "r+" });
        assert_eq!(request.body, "grant_type=refresh_token&refresh_token=r%2B&client_id=me&client_secret=s");
    }
}
