//! What a document costs, reckoned before it runs as GitHub does.
//! <https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api>
//!
//! It reads the document only, never the world.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::Value;
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use apollo_compiler::response::JsonMap;

/// "Individual calls cannot request more than 500,000 total nodes."
const MOST_NODES: u64 = 500_000;
/// Bounds fragments that multiply each other; GitHub would time out.
const MOST_FIELDS: u32 = 100_000;

/// Points and nodes of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    /// Requests to fill each connection, divided by 100 and rounded, at least 1.
    pub points: u64,
    pub nodes: u64,
}

struct Count<'a> {
    document: &'a ExecutableDocument,
    variables: &'a JsonMap,
    requests: u64,
    nodes: u64,
    fields: u32,
}

/// The cost, or type and message of the refusal.
pub(super) fn of(
    document: &ExecutableDocument,
    operation: &Operation,
    variables: &JsonMap,
) -> Result<Cost, (&'static str, String)> {
    let mut count = Count {
        document,
        variables,
        requests: 0,
        nodes: 0,
        fields: 0,
    };
    count.visit(&operation.selection_set, 1)?;
    if count.nodes > MOST_NODES {
        return Err((
            "MAX_NODE_LIMIT_EXCEEDED",
            format!(
                "This query requests up to {} possible nodes which exceeds the maximum limit of {MOST_NODES}.",
                count.nodes
            ),
        ));
    }
    Ok(Cost {
        points: (count.requests.saturating_add(50) / 100).max(1),
        nodes: count.nodes,
    })
}

impl Count<'_> {
    fn visit(&mut self, set: &SelectionSet, parents: u64) -> Result<(), (&'static str, String)> {
        for selection in &set.selections {
            self.fields = self.fields.saturating_add(1);
            if self.fields > MOST_FIELDS {
                let message = "This query is too complex.".to_owned();
                return Err(("RESOURCE_LIMITS_EXCEEDED", message));
            }
            match selection {
                Selection::Field(field) => {
                    let mut below = parents;
                    if is_connection(field) {
                        let size = size(field, self.variables);
                        below = parents.saturating_mul(size);
                        self.requests = self.requests.saturating_add(parents);
                        self.nodes = self.nodes.saturating_add(below);
                    }
                    self.visit(&field.selection_set, below)?;
                }
                Selection::InlineFragment(inline) => self.visit(&inline.selection_set, parents)?,
                Selection::FragmentSpread(spread) => {
                    let document = self.document;
                    if let Some(fragment) = document.fragments.get(&spread.fragment_name) {
                        self.visit(&fragment.selection_set, parents)?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn is_connection(field: &Field) -> bool {
    field.ty().inner_named_type().ends_with("Connection")
}

/// How many nodes are asked for; a refusal comes later, from the field itself.
fn size(field: &Field, variables: &JsonMap) -> u64 {
    field
        .arguments
        .iter()
        .filter(|argument| argument.name == "first" || argument.name == "last")
        .filter_map(|argument| match argument.value.as_ref() {
            Value::Int(number) => number.try_to_i32().ok().and_then(|n| u64::try_from(n).ok()),
            Value::Variable(name) => variables.get(name.as_str())?.as_u64(),
            _ => None,
        })
        .next()
        .unwrap_or(1)
        .clamp(1, 100)
}
