//! The GraphQL documents that look up accounts by their logins, a hundred at once. Pure.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::nodes::Unusable;
use super::queries::{Request, missing};
use crate::sources::maintainers::accounts::Account;
use crate::terms::Handle;

/// The request for a page of logins.
pub(super) fn request(logins: &[Handle]) -> Request {
    let mut declared = Vec::new();
    let mut variables = Map::new();
    let mut body = String::from("rateLimit { cost remaining }");
    for (index, login) in logins.iter().enumerate() {
        declared.push(format!("$u{index}: String!"));
        variables.insert(format!("u{index}"), json!(login.as_str()));
        body.push_str(&format!(
            " u{index}: user(login: $u{index}) {{ login databaseId }}"
        ));
    }
    Request {
        document: format!("query({}) {{ {body} }}", declared.join(", ")),
        variables: Value::Object(variables),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserNode {
    login: String,
    database_id: Option<u64>,
}

/// The accounts of an answer; `None`: there is none of this login.
pub(super) fn read(
    answer: &Value,
    logins: &[Handle],
) -> Result<BTreeMap<Handle, Option<Account>>, Unusable> {
    let missing = missing(answer)?;
    let mut found = BTreeMap::new();
    for (index, login) in logins.iter().enumerate() {
        let key = format!("u{index}");
        if missing.contains(&vec![key.clone()]) {
            found.insert(login.clone(), None);
            continue;
        }
        let node = answer.pointer(&format!("/data/{key}"));
        let node = UserNode::deserialize(node.unwrap_or(&Value::Null))
            .map_err(|error| Unusable::Malformed(error.to_string()))?;
        // An account without an id, or with a name that nobody could have, tells nothing.
        if let (Ok(name), Some(id)) = (node.login.parse(), node.database_id) {
            found.insert(login.clone(), Some(Account { login: name, id }));
        }
    }
    Ok(found)
}
