//! An explanation, as it is told.

use crate::decision::Decision;
use crate::members::Member;
use crate::organizations::AuthMethod;
use foundation::error::{ApiError, Error, Result};
use foundation::id::MemberId;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// What the login would come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// A session.
    Authenticated,
    /// Half a login: another first factor has to be proven.
    PrimaryRequired,
    /// Half a login: a second factor, or a passkey, has to be proven, or set up.
    MfaRequired,
    /// An error.
    Refused,
}

/// Whose a setting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Owner {
    /// This server's, as it was built.
    Server,
    /// The project's.
    Project,
    /// The organization's.
    Organization,
    /// Another organization's.
    OtherOrganization,
    /// The member's.
    Member,
    /// What was proven in the login.
    Login,
}

/// What says so.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Source {
    /// Whose setting it is.
    pub(crate) of: Owner,
    /// The setting, as the API calls it.
    pub(crate) setting: &'static str,
    /// What it is set to; `null` where that is not told.
    pub(crate) value: Value,
}

/// One rule that was looked at.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct ExplainedRule {
    /// The name of the rule.
    pub(crate) rule: &'static str,
    /// Whether it is met. The first that is not decides.
    pub(crate) is_met: bool,
    /// What was found, in a sentence.
    pub(crate) sentence: String,
    pub(crate) source: Source,
    /// What would mend it. Empty where it is met.
    pub(crate) mend: String,
}

/// What a login would come to, and why.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Explanation {
    /// What the login would come to.
    pub(crate) verdict: Verdict,
    /// The same, in a sentence.
    pub(crate) sentence: String,
    /// The error that the app would be answered with, where it is refused by one; else `null`.
    pub(crate) error_type: Option<&'static str>,
    /// The member who would log in; `null` where nobody would, or somebody who is none yet.
    pub(crate) member_id: Option<MemberId>,
    /// Whether the person would become a member by it.
    pub(crate) joins: bool,
    /// For `primary_required`, the ways to log in that would do.
    pub(crate) allowed_auth_methods: Vec<AuthMethod>,
    /// Every rule that is looked at, in the order of a login.
    pub(crate) rules: Vec<ExplainedRule>,
}

/// What was looked at so far.
#[derive(Default)]
pub(super) struct Told {
    rules: Vec<ExplainedRule>,
    refusal: Option<ApiError>,
}

/// A rule before it is known whether it is met.
pub(super) struct Line {
    pub(super) rule: &'static str,
    pub(super) met: String,
    pub(super) unmet: String,
    pub(super) mend: String,
    pub(super) source: Source,
}

impl Line {
    pub(super) fn told(self, is_met: bool) -> ExplainedRule {
        let (sentence, mend) = if is_met { (self.met, String::new()) } else { (self.unmet, self.mend) };
        ExplainedRule { rule: self.rule, is_met, sentence, source: self.source, mend }
    }
}

pub(super) fn source(of: Owner, setting: &'static str, value: impl Into<Value>) -> Source {
    Source { of, setting, value: value.into() }
}

impl Told {
    pub(super) fn note(&mut self, rule: ExplainedRule) {
        self.rules.push(rule);
    }

    /// Asks a function of the login. What it refuses with is the answer to the whole login.
    pub(super) fn ask<T>(&mut self, line: Line, answer: Result<T>) -> Result<Option<T>> {
        match answer {
            Ok(value) => {
                self.note(line.told(true));
                Ok(Some(value))
            }
            Err(Error::Api(error, _) | Error::Kept(error, _)) => {
                self.note(line.told(false));
                self.refuse(error);
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }

    pub(super) fn refuse(&mut self, error: ApiError) {
        self.refusal.get_or_insert(error);
    }

    /// Nobody comes in.
    pub(super) fn refused(self, member: Option<&MemberId>) -> Explanation {
        let why = self.rules.iter().rev().find(|rule| !rule.is_met).map(|rule| rule.sentence.as_str());
        Explanation {
            verdict: Verdict::Refused,
            sentence: format!("The login would be refused. {}", why.unwrap_or_default()),
            error_type: self.refusal.map(ApiError::error_type),
            member_id: member.cloned(),
            joins: false,
            allowed_auth_methods: Vec::new(),
            rules: self.rules,
        }
    }

    /// What the decision has come to.
    pub(super) fn decided(mut self, decision: Decision, member: Option<&Member>) -> Explanation {
        let member_id = member.map(|member| member.member_id.clone());
        let (verdict, allowed_auth_methods) = match decision {
            Decision::Authenticated => (Verdict::Authenticated, Vec::new()),
            Decision::PrimaryRequired(methods) => (Verdict::PrimaryRequired, methods),
            Decision::MfaRequired | Decision::PasskeyRequired => (Verdict::MfaRequired, Vec::new()),
            Decision::Refused(_) => {
                self.refuse(ApiError::MemberNotFound);
                return self.refused(member_id.as_ref());
            }
        };
        let why = self.rules.iter().rev().find(|rule| !rule.is_met).map(|rule| rule.sentence.as_str());
        let sentence = match verdict {
            Verdict::Authenticated if member_id.is_none() => "They would become a member, and be logged in.".to_owned(),
            Verdict::Authenticated => "They would be logged in.".to_owned(),
            Verdict::PrimaryRequired => format!("Another first factor would be asked for. {}", why.unwrap_or_default()),
            _ => format!("A second factor would be asked for. {}", why.unwrap_or_default()),
        };
        let joins = member_id.is_none();
        Explanation { verdict, sentence, error_type: None, member_id, joins, allowed_auth_methods, rules: self.rules }
    }
}
