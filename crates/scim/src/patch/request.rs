//! From the body of a request to operations.

use super::{Action, Operation, Path};
use crate::error::{Error, ErrorKind, quoted};
use crate::object;
use crate::schema::ResourceType;
use serde_json::{Map, Value};

/// Operations in a request, at most.
pub const MAX_OPERATIONS: usize = 1_000;

/// Reads the operations of a request. Their names are read in any case, as Microsoft Entra writes them.
pub fn read(body: &Map<String, Value>, of: &ResourceType) -> Result<Vec<Operation>, Error> {
    let wrong = |detail: String| ErrorKind::InvalidSyntax.because(detail);
    let operations = match object::get(body, "Operations") {
        Some(Value::Array(operations)) if !operations.is_empty() => operations,
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => return Err(wrong("a PATCH has a list \"Operations\", with one at least".to_owned())),
    };
    if operations.len() > MAX_OPERATIONS {
        return Err(wrong(format!(
            "{} operations are more than the {MAX_OPERATIONS} that are taken at once",
            operations.len()
        )));
    }
    operations.iter().map(|operation| one(operation, of)).collect()
}

fn one(operation: &Value, of: &ResourceType) -> Result<Operation, Error> {
    let wrong = |detail: String| ErrorKind::InvalidSyntax.because(detail);
    let operation = operation.as_object().ok_or_else(|| wrong("an operation is an object".to_owned()))?;
    let Some(Value::String(word)) = object::get(operation, "op") else {
        return Err(wrong("an operation says what it does: \"op\" is add, remove or replace".to_owned()));
    };
    let action = match word.to_ascii_lowercase().as_str() {
        "add" => Action::Add,
        "remove" => Action::Remove,
        "replace" => Action::Replace,
        _ => return Err(wrong(format!("{} is no operation: add, remove and replace are", quoted(word)))),
    };
    let path = match object::get(operation, "path") {
        None | Some(Value::Null) => None,
        Some(Value::String(path)) if path.trim().is_empty() => None,
        Some(Value::String(path)) => Some(Path::parse(path, of)?),
        Some(_) => return Err(ErrorKind::InvalidPath.because("the path of an operation is a text")),
    };
    let value = object::get(operation, "value").cloned().unwrap_or_default();
    match (action, &path, &value) {
        (Action::Remove, None, _) => {
            Err(ErrorKind::NoTarget.because("a remove needs a path: which attribute is to be taken away?"))
        }
        (Action::Add | Action::Replace, None, value) if !value.is_object() => Err(ErrorKind::InvalidValue
            .because("without a path, the value of an operation is an object with the attributes to be set")),
        (Action::Add, Some(path), _) if !operation.keys().any(|key| key.eq_ignore_ascii_case("value")) => {
            Err(ErrorKind::InvalidValue.because(format!("nothing is given that could be added to {path}")))
        }
        _ => Ok(Operation { action, path, value }),
    }
}
