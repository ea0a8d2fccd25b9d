//! Where it leads what an operation answers to a proof.

use super::step::More;
use super::visitor::Visitor;
use crate::pages::shown::Shown;
use foundation::error::Result;
use serde_json::{Value, json};

/// A text of an answer; empty where there is none.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// The next page, after a proof.
///
/// # Errors
/// Those of entering the only organization that is open.
pub(super) async fn lead(mut visitor: Visitor, answer: Value) -> Result<Shown> {
    let Some(open) = answer["discovered_organizations"].as_array() else { return Ok(arrived(visitor, &answer)) };
    visitor.keep_login(text(&answer, "intermediate_session_token"));
    let is_member = |open: &Value| open["membership"]["type"] == "active_member";
    match open.as_slice() {
        // Whoever has one organization is not asked which.
        [only] if is_member(only) => {
            let id = only["organization"]["organization_id"].clone();
            let answer = enter(&visitor, &id).await?;
            Ok(arrived(visitor, &answer))
        }
        _ => Ok(visitor.go("/login/step/organizations")),
    }
}

/// Enters an organization with what was proven: in this login, or else in the session.
pub(super) async fn enter(visitor: &Visitor, organization_id: &Value) -> Result<Value> {
    let input = json!({ "organization_id": organization_id, "locale": visitor.locale.name() });
    match visitor.login() {
        Some(_) => visitor.ask_to_go_on("discovery.exchange", input).await,
        None => visitor.ask_in_session("sessions.exchange", input).await,
    }
}

/// The next page, when it is known which organization it is.
pub(super) fn arrived(mut visitor: Visitor, answer: &Value) -> Shown {
    if answer["member_authenticated"] == true {
        visitor.keep_session(text(answer, "session_token"));
        let new_codes = visitor.step.new_codes;
        visitor.step = Default::default();
        visitor.step.new_codes = new_codes;
        return visitor.go("/login/step/done");
    }
    visitor.keep_login(text(answer, "intermediate_session_token"));
    let organization = &answer["organization"];
    visitor.way.organization = Some(text(organization, "organization_slug").to_owned());
    visitor.step.email = text(&answer["member"], "email_address").to_owned();
    let primary = &answer["primary_required"];
    if !primary.is_null() {
        let methods = serde_json::from_value(primary["allowed_auth_methods"].clone()).unwrap_or_default();
        let passkey = primary["passkey_allowed"] == true;
        visitor.step.more = Some(More { slug: text(organization, "organization_slug").to_owned(), methods, passkey });
        return visitor.go("/login");
    }
    let (mfa, step) = (&answer["mfa_required"], &mut visitor.step);
    let allows = |method: &str| {
        let allowed = organization["allowed_mfa_methods"].as_array();
        organization["mfa_methods"] != "RESTRICTED"
            || allowed.is_some_and(|known| known.iter().any(|known| known == method))
    };
    let phone = text(&mfa["member_options"], "mfa_phone_number");
    step.organization_id = text(answer, "organization_id").to_owned();
    step.member_id = text(answer, "member_id").to_owned();
    step.phone = end_of(phone);
    step.has_app = !text(&mfa["member_options"], "totp_registration_id").is_empty();
    step.texted = mfa["secondary_auth_initiated"] == "sms_otp";
    (step.may_text, step.may_app) = (allows("sms_otp"), allows("totp"));
    step.has_passkey = mfa["member_options"]["has_passkey"] == true;
    (step.may_passkey, step.only_passkey) = (mfa["passkey_allowed"] == true, mfa["passkey_required"] == true);
    visitor.go("/login/step/second")
}

/// The last digits of a phone number: enough to know it by.
pub(super) fn end_of(phone: &str) -> String {
    phone.chars().rev().take(2).collect::<Vec<_>>().into_iter().rev().collect()
}
