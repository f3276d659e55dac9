//! Connections: paging by cursor over a list that is already filtered and in order.
//! <https://docs.github.com/en/graphql/guides/using-pagination-in-the-graphql-api>
//!
//! It does not know what the nodes are.

use super::{Scene, unsupported};
use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};

/// What a list is of.
pub(super) trait Node<'w>: Copy {
    /// It as the value of a field.
    fn resolved<'a>(self, scene: &'a Scene<'a>) -> ResolvedValue<'a>
    where
        'w: 'a;
}

/// One page.
struct Connection<'w, N> {
    scene: &'w Scene<'w>,
    type_name: String,
    total: usize,
    /// The page's nodes with their keys.
    page: Vec<(u64, N)>,
    before: bool,
    after: bool,
}

struct Edge<'w, N> {
    scene: &'w Scene<'w>,
    type_name: String,
    key: u64,
    node: N,
}

struct PageInfo {
    start: Option<u64>,
    end: Option<u64>,
    before: bool,
    after: bool,
}

/// The page of a list that a field's arguments ask for. Keys are unique, and a node keeps its key.
pub(super) fn connect<'a, N: Node<'a> + 'a>(
    scene: &'a Scene<'a>,
    info: &ResolveInfo<'_>,
    items: Vec<(u64, N)>,
) -> Result<ResolvedValue<'a>, FieldError> {
    let (first, last) = bounds(scene, info)?;
    let total = items.len();
    let mut from = 0;
    let mut to = total;
    if let Some(key) = cursor(scene, info, "after")? {
        from = position(scene, &items, key, true)?;
    }
    if let Some(key) = cursor(scene, info, "before")? {
        to = position(scene, &items, key, false)?;
    }
    from = from.min(to);
    if let Some(first) = first {
        to = to.min(from.saturating_add(first.min(scene.page_size_limit)));
    }
    if let Some(last) = last {
        from = from.max(to.saturating_sub(last.min(scene.page_size_limit)));
    }
    Ok(ResolvedValue::object(Connection {
        scene,
        type_name: info.field_definition().ty.inner_named_type().to_string(),
        total,
        page: items.into_iter().take(to).skip(from).collect(),
        before: from > 0,
        after: to < total,
    }))
}

fn bounds(
    scene: &Scene<'_>,
    info: &ResolveInfo<'_>,
) -> Result<(Option<usize>, Option<usize>), FieldError> {
    let name = info.field_name();
    let bound = |key: &str| -> Result<Option<usize>, FieldError> {
        let Some(number) = info.arguments().get(key).and_then(|value| value.as_i64()) else {
            return Ok(None);
        };
        match usize::try_from(number) {
            Ok(size @ 1..=100) => Ok(Some(size)),
            Ok(size @ 101..) => Err(scene.refuse(
                "EXCESSIVE_PAGINATION",
                format!("Requesting {size} records on the `{name}` connection exceeds the `{key}` limit of 100 records."),
            )),
            _ => Err(scene.refuse(
                "EXCESSIVE_PAGINATION",
                format!("`{key}` on the `{name}` connection cannot be less than one."),
            )),
        }
    };
    match (bound("first")?, bound("last")?) {
        (None, None) => Err(scene.refuse(
            "MISSING_PAGINATION_BOUNDARIES",
            format!("You must provide a `first` or `last` value to properly paginate the `{name}` connection."),
        )),
        (Some(_), Some(_)) => Err(scene.refuse(
            "EXCESSIVE_PAGINATION",
            format!("Passing both `first` and `last` to paginate the `{name}` connection is not supported."),
        )),
        bounds => Ok(bounds),
    }
}

/// Opaque to clients, and good for as long as the node lives.
fn encode(key: u64) -> String {
    format!("sandbox:{key:x}")
}

fn cursor(scene: &Scene<'_>, info: &ResolveInfo<'_>, key: &str) -> Result<Option<u64>, FieldError> {
    let Some(text) = info.arguments().get(key).and_then(|value| value.as_str()) else {
        return Ok(None);
    };
    text.strip_prefix("sandbox:")
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .map(Some)
        .ok_or_else(|| invalid_cursor(scene, text))
}

/// Where a page begins after a node, or ends before it. A node that has left the list (closed, say, while
/// only open issues are listed) still has its place, if the list is in the order of the keys.
fn position<N>(
    scene: &Scene<'_>,
    items: &[(u64, N)],
    key: u64,
    past: bool,
) -> Result<usize, FieldError> {
    if let Some(found) = items.iter().position(|(own, _)| *own == key) {
        return Ok(found + usize::from(past));
    }
    if items.is_sorted_by(|(left, _), (right, _)| left < right) {
        return Ok(items.partition_point(|(own, _)| *own < key));
    }
    if items.is_sorted_by(|(left, _), (right, _)| left > right) {
        return Ok(items.partition_point(|(own, _)| *own > key));
    }
    Err(invalid_cursor(scene, &encode(key)))
}

fn invalid_cursor(scene: &Scene<'_>, text: &str) -> FieldError {
    scene.refuse(
        "INVALID_CURSOR_ARGUMENTS",
        format!("`{text}` does not appear to be a valid cursor."),
    )
}

impl<'w, N: Node<'w>> ObjectValue for Connection<'w, N> {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let scene = self.scene;
        Ok(match info.field_name() {
            "totalCount" | "filteredCount" => count(self.total),
            "pageCount" => count(self.page.len()),
            "nodes" => {
                ResolvedValue::list(self.page.iter().map(move |(_, node)| node.resolved(scene)))
            }
            "edges" => {
                let type_name = self.type_name.replace("Connection", "Edge");
                ResolvedValue::list(self.page.iter().map(move |(key, node)| {
                    ResolvedValue::object(Edge {
                        scene,
                        type_name: type_name.clone(),
                        key: *key,
                        node: *node,
                    })
                }))
            }
            "pageInfo" => ResolvedValue::object(PageInfo {
                start: self.page.first().map(|(key, _)| *key),
                end: self.page.last().map(|(key, _)| *key),
                before: self.before,
                after: self.after,
            }),
            _ => return Err(unsupported(scene, self.type_name(), info)),
        })
    }
}

impl<'w, N: Node<'w>> ObjectValue for Edge<'w, N> {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        match info.field_name() {
            "cursor" => Ok(ResolvedValue::leaf(encode(self.key))),
            "node" => Ok(self.node.resolved(self.scene)),
            _ => Err(unsupported(self.scene, self.type_name(), info)),
        }
    }
}

impl ObjectValue for PageInfo {
    fn type_name(&self) -> &str {
        "PageInfo"
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        Ok(match info.field_name() {
            "startCursor" => ResolvedValue::leaf(self.start.map(encode)),
            "endCursor" => ResolvedValue::leaf(self.end.map(encode)),
            "hasPreviousPage" => ResolvedValue::leaf(self.before),
            "hasNextPage" => ResolvedValue::leaf(self.after),
            _ => return Err(self.unknown_field_error(info)),
        })
    }
}

fn count<'a>(number: usize) -> ResolvedValue<'a> {
    ResolvedValue::leaf(u64::try_from(number).unwrap_or(u64::MAX))
}
