//! GraphQL over the world: documents are parsed, validated and executed by a library, against GitHub's
//! own schema. Here is the request around it: variables, cost, and errors in GitHub's form.
//!
//! It only reads. A field of the schema that the sandbox does not have is refused by name.

mod connection;
mod cost;
mod objects;

use super::world::World;
use super::{Budget, Options};
use apollo_compiler::parser::Parser;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::resolvers::{Execution, FieldError, ResolveInfo};
use apollo_compiler::response::{GraphQLError, JsonMap};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::sync::OnceLock;

const SCHEMA: &str = include_str!("github.graphql");
/// Deeper documents are refused; the library walks them by recursion.
const DEEPEST: usize = 64;
/// What the library puts before the message of a resolver.
const RESOLVER: &str = "resolver error: ";

/// What every resolver sees.
struct Scene<'w> {
    world: &'w World,
    cost: cost::Cost,
    budget: Budget,
    limit: u64,
    page_size_limit: usize,
    /// The moment up to which search knows what was written.
    indexed_until: i64,
    /// Type and message of each refusal. GitHub's errors have a `type` beside the message, the library's
    /// have not: a resolver therefore fails with the index of its refusal, exchanged at the end.
    refusals: RefCell<Vec<(&'static str, String)>>,
}

/// The refusal of a field that GitHub has and the sandbox has not.
fn unsupported(scene: &Scene<'_>, type_name: &str, info: &ResolveInfo<'_>) -> FieldError {
    scene.refuse(
        "SANDBOX_UNSUPPORTED",
        format!(
            "The sandbox does not support the field {type_name}.{}.",
            info.field_name()
        ),
    )
}

impl Scene<'_> {
    fn refuse(&self, kind: &'static str, message: String) -> FieldError {
        let mut refusals = self.refusals.borrow_mut();
        refusals.push((kind, message));
        FieldError {
            message: (refusals.len() - 1).to_string(),
        }
    }
}

/// Answers a request body. The HTTP status is always 200: GitHub puts what goes wrong into `errors`.
pub(super) fn execute(
    world: &World,
    budget: &mut Budget,
    options: &Options,
    indexed_until: i64,
    request: Option<&Value>,
) -> Value {
    let (answer, points) = match prepare(request) {
        Ok((document, variables, operation)) => {
            let caught = (options, indexed_until);
            run(world, budget, caught, &document, &variables, operation)
        }
        Err(errors) => (json!({ "errors": errors }), 1),
    };
    budget.spend(points, options.clock.now());
    answer
}

type Prepared<'r> = (Valid<ExecutableDocument>, JsonMap, Option<&'r str>);

/// Document, variables and name of the operation, or the errors of the request.
fn prepare(request: Option<&Value>) -> Result<Prepared<'_>, Value> {
    let plain = |message: &str| json!([{ "message": message }]);
    let field = |key: &str| request.and_then(|request| request.get(key));
    let query = field("query")
        .and_then(Value::as_str)
        .ok_or_else(|| plain("A query attribute must be specified and must be a string."))?;
    let variables = match field("variables") {
        None | Some(Value::Null) => JsonMap::new(),
        Some(variables) => serde_json::from_value(variables.clone())
            .map_err(|_| plain("Variables must be an object."))?,
    };
    let schema = schema().as_ref().map_err(|error| plain(error))?;
    let refused = |errors: apollo_compiler::validation::DiagnosticList| {
        errors
            .iter()
            .map(|diagnostic| shape(&diagnostic.to_json(), &[]))
            .collect::<Value>()
    };
    let document = Parser::new()
        .recursion_limit(DEEPEST)
        .parse_executable(schema, query, "query")
        .map_err(|invalid| refused(invalid.errors))?
        .validate(schema)
        .map_err(|invalid| refused(invalid.errors))?;
    Ok((
        document,
        variables,
        field("operationName").and_then(Value::as_str),
    ))
}

fn run(
    world: &World,
    budget: &Budget,
    (options, indexed_until): (&Options, i64),
    document: &Valid<ExecutableDocument>,
    variables: &JsonMap,
    name: Option<&str>,
) -> (Value, u64) {
    let plain = |message: &str| json!({ "errors": [{ "message": message }] });
    let schema = match schema() {
        Ok(schema) => schema,
        Err(error) => return (plain(error), 1),
    };
    let coerced = document.operations.get(name).and_then(|operation| {
        Ok((
            operation,
            coerce_variable_values(schema, operation, variables)?,
        ))
    });
    let (operation, variables) = match coerced {
        Ok(coerced) => coerced,
        Err(error) => {
            let error = shape(&error.to_graphql_error(&document.sources), &[]);
            return (json!({ "errors": [error] }), 1);
        }
    };
    let cost = match cost::of(document, operation, &variables) {
        Ok(cost) => cost,
        Err((kind, message)) => {
            return (
                json!({ "errors": [{ "type": kind, "message": message }] }),
                1,
            );
        }
    };
    let mut after = *budget;
    after.spend(cost.points, options.clock.now());
    let scene = Scene {
        world,
        cost,
        budget: after,
        limit: options.rate_limit,
        page_size_limit: options.page_size_limit.clamp(1, 100),
        indexed_until,
        refusals: RefCell::default(),
    };
    let root = objects::root(&scene, operation.is_mutation());
    let result = Execution::new(schema, document)
        .operation(operation)
        .coerced_variable_values(&variables)
        .enable_schema_introspection(true)
        .execute_sync(&root);
    let answer = match result {
        Ok(response) => {
            let refusals = scene.refusals.borrow();
            let errors: Vec<Value> = response
                .errors
                .iter()
                .map(|error| shape(error, &refusals))
                .collect();
            let mut answer = Map::new();
            answer.insert(
                "data".to_owned(),
                serde_json::to_value(&response.data).unwrap_or(Value::Null),
            );
            if !errors.is_empty() {
                answer.insert("errors".to_owned(), errors.into());
            }
            Value::Object(answer)
        }
        Err(error) => {
            let error = shape(&error.to_graphql_error(&document.sources), &[]);
            json!({ "errors": [error] })
        }
    };
    (answer, cost.points)
}

/// An error as GitHub writes it.
fn shape(error: &GraphQLError, refusals: &[(&'static str, String)]) -> Value {
    let refusal = error
        .message
        .strip_prefix(RESOLVER)
        .and_then(|index| refusals.get(index.parse::<usize>().ok()?));
    let mut shape = Map::new();
    let message = match refusal {
        Some((kind, message)) => {
            shape.insert("type".to_owned(), json!(kind));
            message
        }
        None => &error.message,
    };
    shape.insert("message".to_owned(), json!(message));
    if !error.path.is_empty() {
        shape.insert("path".to_owned(), json!(error.path));
    }
    if !error.locations.is_empty() {
        shape.insert("locations".to_owned(), json!(error.locations));
    }
    Value::Object(shape)
}

/// Parsed once for all: it has a thousand lines.
fn schema() -> &'static Result<Valid<Schema>, String> {
    static PARSED: OnceLock<Result<Valid<Schema>, String>> = OnceLock::new();
    PARSED.get_or_init(|| {
        Schema::parse_and_validate(SCHEMA, "github.graphql")
            .map_err(|invalid| invalid.errors.to_string())
    })
}
