//! Holds a recorded exchange to GitHub's published interface.
//!
//! REST goes by the OpenAPI description next to the tests, GraphQL by the schema that the sandbox embeds.
//! It must not know what a test is about, and must not be lenient for the sandbox's sake: every exception
//! is named here with its reason.

use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use jsonschema::Validator;
use kepherd::sandbox::Exchange;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

const OPENAPI: &str = include_str!("../interface/github-rest-issues.openapi.json");
const SCHEMA: &str = include_str!("../../src/sandbox/github.graphql");

/// Checks one exchange.
pub fn check(exchange: &Exchange) -> Result<(), String> {
    let result = if exchange.path == "/graphql" {
        graphql(exchange)
    } else {
        rest(exchange)
    };
    result.map_err(|problem| format!("{} {}: {problem}", exchange.method, exchange.path))
}

fn rest(exchange: &Exchange) -> Result<(), String> {
    let (template, operation) = operation(&exchange.method, &exchange.path)
        .ok_or("no such operation in GitHub's description")?;
    for (name, _) in &exchange.query {
        if !takes(operation, name) {
            return Err(format!("no query parameter {name:?}"));
        }
    }
    // What GitHub refuses as malformed or invalid is the sender's mistake, and may be a test's intent.
    if !matches!(exchange.status, 400 | 401 | 422) {
        request_body(exchange, &template, operation)?;
    }
    response_body(exchange, &template, operation)
}

fn request_body(
    exchange: &Exchange,
    template: &str,
    operation: &'static Value,
) -> Result<(), String> {
    let described = &operation["requestBody"];
    let schema = &described["content"]["application/json"]["schema"];
    match (&exchange.request, schema) {
        (None, _) if described["required"] == true => Err("a body is required".to_owned()),
        (None, _) => Ok(()),
        (Some(Value::Null), Value::Null) => Ok(()),
        (Some(_), Value::Null) => Err("no body is described".to_owned()),
        (Some(body), schema) => {
            let mut closed = schema.clone();
            close(&mut closed);
            valid(
                &format!("{} {template} request", exchange.method),
                &closed,
                body,
            )
            .map_err(|problem| format!("request: {problem}"))
        }
    }
}

fn response_body(
    exchange: &Exchange,
    template: &str,
    operation: &'static Value,
) -> Result<(), String> {
    let status = exchange.status;
    let documented = &operation["responses"][status.to_string()];
    let response = if documented.is_null() {
        undocumented(status, operation)
            .ok_or_else(|| format!("status {status} is not described"))?
    } else {
        resolve(documented)
    };
    let schema = &response["content"]["application/json"]["schema"];
    match (&exchange.response, schema) {
        (None, Value::Null) => Ok(()),
        (None, _) => Err(format!("status {status} comes with a body")),
        (Some(_), Value::Null) => Err(format!("status {status} comes without a body")),
        (Some(body), schema) => {
            // Of what an error says, the description requires almost nothing; clients rely on the message.
            if status >= 300 && !body["message"].is_string() {
                return Err("an error without a message".to_owned());
            }
            valid(
                &format!("{} {template} {status}", exchange.method),
                schema,
                body,
            )
            .map_err(|problem| format!("response {status}: {problem}"))
        }
    }
}

/// Answers that GitHub gives and the description leaves out.
fn undocumented(status: u16, operation: &Value) -> Option<&'static Value> {
    let shared = |name: &str| Some(&openapi()["components"]["responses"][name]);
    let documents_errors = operation["responses"]
        .as_object()
        .is_some_and(|responses| responses.keys().any(|status| status.as_str() >= "400"));
    match status {
        // Whatever is asked for, with no or a wrong token.
        401 => shared("requires_authentication"),
        // Wherever the address names something that is not there.
        404 => shared("not_found"),
        // Wherever there is a body that is not JSON.
        400 if !operation["requestBody"].is_null() => shared("bad_request"),
        // Some operations, such as those on assignees, describe success alone.
        301 if !documents_errors => shared("moved_permanently"),
        403 if !documents_errors => shared("forbidden"),
        410 if !documents_errors => shared("gone"),
        422 if !documents_errors => shared("validation_failed"),
        _ => None,
    }
}

/// The operation for a method and path, with the path's template. Fixed parts win over parameters.
fn operation(method: &str, path: &str) -> Option<(String, &'static Value)> {
    let mut parts: Vec<&str> = path.split('/').skip(1).collect();
    // `Link` addresses name the repository by its id, which no description has.
    if parts.first() == Some(&"repositories") && parts.len() > 1 {
        parts.splice(0..2, ["repos", "owner", "name"]);
    }
    let fits = |template: &str| {
        let template: Vec<&str> = template.split('/').skip(1).collect();
        template.len() == parts.len()
            && template.iter().zip(&parts).all(|(expected, part)| {
                expected == part || (expected.starts_with('{') && !part.is_empty())
            })
    };
    let paths = openapi()["paths"].as_object()?;
    let (template, operations) = paths
        .iter()
        .filter(|(template, _)| fits(template))
        .min_by_key(|(template, _)| template.matches('{').count())?;
    let operation = operations.get(method.to_lowercase())?;
    Some((template.clone(), operation))
}

fn takes(operation: &'static Value, query: &str) -> bool {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters
        .map(resolve)
        .any(|parameter| parameter["in"] == "query" && parameter["name"] == query)
}

fn resolve(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => resolve_pointer(reference),
        None => value,
    }
}

fn resolve_pointer(reference: &str) -> &'static Value {
    openapi()
        .pointer(reference.trim_start_matches('#'))
        .unwrap_or(&Value::Null)
}

/// Refuses unknown keys in objects that declare theirs: GitHub ignores a misspelt key without a word.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(schema) => {
            if schema.contains_key("properties") && !schema.contains_key("additionalProperties") {
                schema.insert("additionalProperties".to_owned(), json!(false));
            }
            schema.values_mut().for_each(close);
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(close),
        _ => {}
    }
}

fn valid(key: &str, schema: &Value, body: &Value) -> Result<(), String> {
    let validator = validator(key, schema)?;
    let problems: Vec<String> = validator
        .iter_errors(body)
        .map(|error| format!("{} at {:?}", error, error.instance_path().to_string()))
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("; "))
    }
}

/// Compiled once per operation and direction: the description is large.
fn validator(key: &str, schema: &Value) -> Result<Arc<Validator>, String> {
    static COMPILED: OnceLock<Mutex<HashMap<String, Arc<Validator>>>> = OnceLock::new();
    let mut compiled = COMPILED
        .get_or_init(Mutex::default)
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(validator) = compiled.get(key) {
        return Ok(Arc::clone(validator));
    }
    // References in the schema point into the description, so it comes along.
    let whole = json!({ "allOf": [schema], "components": openapi()["components"] });
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .build(&whole)
        .map_err(|error| format!("the description does not compile: {error}"))?;
    let validator = Arc::new(validator);
    compiled.insert(key.to_owned(), Arc::clone(&validator));
    Ok(validator)
}

fn openapi() -> &'static Value {
    static PARSED: OnceLock<Value> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(OPENAPI).expect("the OpenAPI description is JSON"))
}

fn graphql(exchange: &Exchange) -> Result<(), String> {
    if exchange.status == 401 {
        return Ok(());
    }
    if exchange.method != "POST" || exchange.status != 200 {
        return Err(format!("GraphQL is POST and 200, not {}", exchange.status));
    }
    let query = exchange
        .request
        .as_ref()
        .and_then(|request| request["query"].as_str())
        .ok_or("no query")?;
    let response = exchange.response.as_ref().ok_or("no response")?;
    if response.get("data").is_none() && response.get("errors").is_none() {
        return Err("neither data nor errors".to_owned());
    }
    document(query)
}

/// Checks a document by itself: it is valid, and every connection is bounded.
pub fn document(query: &str) -> Result<(), String> {
    let document = ExecutableDocument::parse_and_validate(schema(), query, "query.graphql")
        .map_err(|invalid| invalid.errors.to_string())?;
    let fragments = document
        .fragments
        .values()
        .map(|fragment| &fragment.selection_set);
    let operations = document
        .operations
        .iter()
        .map(|operation| &operation.selection_set);
    operations.chain(fragments).try_for_each(bounded)
}

fn bounded(set: &SelectionSet) -> Result<(), String> {
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => {
                if unbounded(field) {
                    return Err(format!(
                        "the connection {} has neither first nor last",
                        field.name
                    ));
                }
                bounded(&field.selection_set)?;
            }
            Selection::InlineFragment(inline) => bounded(&inline.selection_set)?,
            // Fragments are looked at by themselves.
            Selection::FragmentSpread(_) => {}
        }
    }
    Ok(())
}

fn unbounded(field: &Field) -> bool {
    field.ty().inner_named_type().ends_with("Connection")
        && !field
            .arguments
            .iter()
            .any(|argument| argument.name == "first" || argument.name == "last")
}

fn schema() -> &'static Valid<Schema> {
    static PARSED: OnceLock<Valid<Schema>> = OnceLock::new();
    PARSED.get_or_init(|| {
        Schema::parse_and_validate(SCHEMA, "github.graphql").expect("GitHub's schema is valid")
    })
}
