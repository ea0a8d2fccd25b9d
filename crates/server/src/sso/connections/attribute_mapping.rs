//! Where an identity provider's attributes and claims go.

use super::AttributeMapping;
use foundation::error::{ApiError, Result};
use foundation::text;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

/// The six names that mean something, and as many keys as trusted metadata has.
const MOST: usize = 26;

text! {
    /// What is wanted.
    Wanted: Line { length: 1..=128 };
    /// What the identity provider calls it.
    Attribute: Line { length: 0..=512 };
}

/// What the API description says of it.
pub(super) fn schema(_: &mut SchemaGenerator) -> Schema {
    let mut attribute = Attribute::FORM.schema();
    attribute.insert("type".into(), Value::from(vec!["string", "null"]));
    json_schema!({
        "type": ["object", "null"],
        "maxProperties": MOST,
        "propertyNames": Wanted::FORM.schema(),
        "additionalProperties": attribute,
        "description": "From `email`, `full_name`, `first_name`, `last_name`, `groups`, `idp_user_id` or a key of trusted metadata \
                        to the name of the attribute or claim. Replaces what there was; an empty one takes it away.",
    })
}

/// The mapping that a request gives. An empty name of an attribute is none.
///
/// # Errors
/// `saml_connection_no_nested_keys_in_attribute_mapping`; `invalid_argument` when it is too much.
pub(super) fn read(given: &Map<String, Value>) -> Result<AttributeMapping> {
    if given.len() > MOST {
        return Err(ApiError::InvalidArgument.because(format!("attribute_mapping has at most {MOST} keys.")));
    }
    let mut mapping = AttributeMapping::new();
    for (wanted, attribute) in given {
        let attribute = match attribute {
            Value::Null => continue,
            Value::String(attribute) => attribute.trim(),
            Value::Array(_) | Value::Object(_) => return Err(ApiError::SamlConnectionNestedMapping.into()),
            Value::Bool(_) | Value::Number(_) => {
                return Err(
                    ApiError::InvalidArgument.because("The values of attribute_mapping are names of attributes.")
                );
            }
        };
        if !Wanted::fits(wanted) || !Attribute::fits(attribute) {
            let message =
                "The keys of attribute_mapping have 1 to 128 characters, the names of attributes at most 512.";
            return Err(ApiError::InvalidArgument.because(message));
        }
        if !attribute.is_empty() {
            mapping.insert(wanted.clone(), attribute.to_owned());
        }
    }
    Ok(mapping)
}

/// What can be wrong with the mapping of a SAML connection.
pub(super) const SAML: &[ApiError] = &[
    ApiError::SamlConnectionNestedMapping,
    ApiError::SamlConnectionEmailMappingRequired,
    ApiError::SamlConnectionNameMappingRequired,
    ApiError::SamlConnectionMissingGroupsKey,
];

/// Whether a SAML connection can do with it: without an address and a name there are no members, and no groups without what
/// says them.
///
/// # Errors
/// What is missing, of [`SAML`].
pub(super) fn check_saml(mapping: &AttributeMapping, gives_groups_roles: bool) -> Result<()> {
    let has = |wanted: &str| mapping.contains_key(wanted);
    if gives_groups_roles && !has("groups") {
        return Err(ApiError::SamlConnectionMissingGroupsKey.into());
    }
    if mapping.is_empty() {
        return Ok(());
    }
    if !has("email") {
        return Err(ApiError::SamlConnectionEmailMappingRequired.into());
    }
    let has_name = has("full_name") || has("first_name") && has("last_name");
    if has_name { Ok(()) } else { Err(ApiError::SamlConnectionNameMappingRequired.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foundation::error::Error;
    use serde_json::json;

    fn told<T>(result: Result<T>) -> Result<T, ApiError> {
        result.map_err(|error: Error| error.told())
    }

    fn mapping(value: &Value) -> Result<AttributeMapping, ApiError> {
        told(read(value.as_object().unwrap()))
    }

    #[test]
    fn a_mapping_is_from_names_to_names() {
        let read = mapping(&json!({ "email": " NameID ", "full_name": "", "plan": null })).unwrap();
        assert_eq!(read, AttributeMapping::from([("email".to_owned(), "NameID".to_owned())]));
        let many: Map<_, _> = (0..=MOST).map(|number| (number.to_string(), "a".into())).collect();
        let cases = [
            (json!({ "email": {} }), ApiError::SamlConnectionNestedMapping),
            (json!({ "email": ["NameID"] }), ApiError::SamlConnectionNestedMapping),
            (json!({ "email": 1 }), ApiError::InvalidArgument),
            (json!({ "": "a" }), ApiError::InvalidArgument),
            (json!({ "a": "a".repeat(513) }), ApiError::InvalidArgument),
            (json!({ "a".repeat(129): "a" }), ApiError::InvalidArgument),
            (Value::Object(many), ApiError::InvalidArgument),
        ];
        for (given, error) in cases {
            assert_eq!(mapping(&given), Err(error), "{given}");
        }
    }

    #[test]
    fn a_saml_connection_needs_an_address_and_a_name() {
        let cases = [
            (json!({}), false, Ok(())),
            (json!({}), true, Err(ApiError::SamlConnectionMissingGroupsKey)),
            (json!({ "email": "a", "full_name": "b" }), false, Ok(())),
            (json!({ "email": "a", "first_name": "b", "last_name": "c" }), false, Ok(())),
            (json!({ "email": "a", "first_name": "b" }), false, Err(ApiError::SamlConnectionNameMappingRequired)),
            (json!({ "email": "a" }), false, Err(ApiError::SamlConnectionNameMappingRequired)),
            (json!({ "full_name": "a" }), false, Err(ApiError::SamlConnectionEmailMappingRequired)),
            (json!({ "email": "a", "full_name": "b" }), true, Err(ApiError::SamlConnectionMissingGroupsKey)),
            (json!({ "email": "a", "full_name": "b", "groups": "c" }), true, Ok(())),
        ];
        for (given, gives_groups_roles, expected) in cases {
            assert_eq!(told(check_saml(&mapping(&given).unwrap(), gives_groups_roles)), expected, "{given}");
        }
    }
}
