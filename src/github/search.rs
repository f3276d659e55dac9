//! GitHub's search: which issues of a repository have words in their titles. It is behind what was written by seconds to minutes, so that
//! nothing is ever permitted by what it does not find. Pure.

use serde_json::{Value, json};

use super::authors::Authors;
use super::nodes::{ISSUE_FIELDS, Page, PageInfo, Unusable, issue, page};
use super::queries::Request;
use crate::sync::observed::ObservedIssue;
use crate::sync::remote::TitleSearch;

/// How many issues of one search a page holds, where many searches share a request.
const SOME: usize = 20;
/// GitHub finds no more than a thousand, so that no more pages follow: <https://docs.github.com/en/rest/search/search>.
pub(super) const MAX_PAGES: usize = 10;

/// The request for the first issues that each of these searches finds: as many as a page takes of each.
pub(super) fn request(searches: &[TitleSearch]) -> Request {
    let mut declared = Vec::new();
    let mut variables = serde_json::Map::new();
    let mut body = String::from("rateLimit { cost remaining }");
    for (index, search) in searches.iter().enumerate() {
        declared.push(format!("$q{index}: String!"));
        variables.insert(format!("q{index}"), json!(query(search)));
        body.push_str(&format!(
            " s{index}: search(query: $q{index}, type: ISSUE, first: {SOME}) {{ nodes {{ ...found }} pageInfo {{ hasNextPage endCursor }} }}"
        ));
    }
    document(&declared, &body, variables)
}

/// The request for a page of all that one search finds.
pub(super) fn all(search: &TitleSearch, after: Option<&str>) -> Request {
    let mut variables = serde_json::Map::new();
    variables.insert("q0".to_owned(), json!(query(search)));
    variables.insert("after".to_owned(), json!(after));
    let declared = ["$q0: String!".to_owned(), "$after: String".to_owned()];
    let body = "rateLimit { cost remaining } s0: search(query: $q0, type: ISSUE, first: 100, after: $after) \
        { nodes { ...found } pageInfo { hasNextPage endCursor } }";
    document(&declared, body, variables)
}

fn document(declared: &[String], body: &str, variables: serde_json::Map<String, Value>) -> Request {
    Request {
        document: format!(
            "query({}) {{ {body} }} fragment found on SearchResultItem {{ __typename ... on Issue {{ {ISSUE_FIELDS} }} }}",
            declared.join(", ")
        ),
        variables: Value::Object(variables),
    }
}

/// A search in GitHub's words. Nothing in it is anybody's but ours: a name of a repository has no spaces.
fn query(search: &TitleSearch) -> String {
    let TitleSearch {
        repository,
        word,
        is_open,
    } = search;
    let state = if *is_open { " is:open" } else { "" };
    format!("repo:{repository} is:issue{state} in:title {word}")
}

/// The issues that one search of an answer found, and where the next page begins.
pub(super) fn found(
    answer: &Value,
    index: usize,
    authors: &Authors,
) -> Result<(Vec<ObservedIssue>, Option<String>), Unusable> {
    let errors = answer.get("errors").and_then(Value::as_array);
    if let Some(error) = errors.and_then(|errors| errors.first()) {
        let message = error.get("message").and_then(Value::as_str);
        let message = message.unwrap_or("an error without a message");
        return Err(Unusable::Errors(message.to_owned()));
    }
    let Page {
        nodes,
        page_info: PageInfo {
            has_next_page,
            end_cursor,
        },
    }: Page<Value> = page(answer.pointer(&format!("/data/s{index}")))?;
    let is_issue = |node: &Value| node.get("__typename").and_then(Value::as_str) == Some("Issue");
    let nodes = nodes.iter().flatten().filter(|node| is_issue(node));
    let issues: Result<Vec<ObservedIssue>, Unusable> =
        nodes.map(|node| issue(node, authors)).collect();
    Ok((issues?, end_cursor.filter(|_| has_next_page)))
}
