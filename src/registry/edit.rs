//! Edits of a record that keep its comments, its order and its formatting. Pure: [`edited`] takes a text and gives one; what
//! an edit is made of are changes of the parsed document.
//!
//! A dotted key lies in a table: `reached.alpha`.

use toml_edit::{
    Array, ArrayOfTables, DocumentMut, InlineTable, Item, RawString, Table, TableLike, Value,
};

use super::kep::{Fact, FactKey};
use crate::terms::{Date, Instant};

/// The keys of a record that come before its tables, in the order in which the documentation shows them.
const ORDER: &[&str] = &[
    "number",
    "id",
    "title",
    "kind",
    "status",
    "stage",
    "target",
    "enabled-by-default",
    "owners",
    "feature-gates",
    "assignees",
    "triage",
    "shepherds",
    "milestone",
    "issue",
    "repository",
    "former-issues",
    "related-issues",
    "pull-requests",
    "links",
    "runtime-support",
    "guessed",
    "upstream-seen",
];

/// A text that is to be edited is no TOML, so that it is left alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no TOML any more")]
pub struct NoToml(#[from] toml_edit::TomlError);

/// The text after an edit, and what the edit gives. A byte order mark stays, and so do line ends: those of Windows if every
/// line has them, else plain ones. An edit that gives nothing has no text.
pub fn edited<T, E: From<NoToml>>(
    text: &str,
    edit: impl FnOnce(&mut DocumentMut) -> Result<Option<T>, E>,
) -> Result<Option<(String, T)>, E> {
    const MARK: char = '\u{feff}';
    let bare = text.strip_prefix(MARK).unwrap_or(text);
    let mut document: DocumentMut = bare.parse().map_err(NoToml)?;
    let Some(done) = edit(&mut document)? else {
        return Ok(None);
    };
    let mut new = document.to_string();
    let lines = bare.matches('\n').count();
    if lines > 0 && bare.matches("\r\n").count() == lines {
        new = new.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    if bare.len() < text.len() {
        new.insert(0, MARK);
    }
    Ok(Some((new, done)))
}

/// A date as TOML has it.
pub fn date(date: Date) -> Value {
    let toml: Result<toml_edit::Datetime, _> = date.to_string().parse();
    toml.map_or_else(|_| Value::from(date.to_string()), Value::from)
}

/// An instant as TOML has it.
pub fn instant(instant: Instant) -> Value {
    let toml: Result<toml_edit::Datetime, _> = instant.to_string().parse();
    toml.map_or_else(|_| Value::from(instant.to_string()), Value::from)
}

/// A list of texts.
pub fn list(all: Vec<String>) -> Value {
    Value::Array(Array::from_iter(all))
}

/// A value as text, the same for every spelling of it.
pub fn plain(value: Option<&Value>) -> Option<String> {
    value.map(|value| normal(value).to_string())
}

/// The value without comments and white space, so that two spellings of it are equal.
fn normal(value: &Value) -> Value {
    match value {
        Value::Array(array) => Value::Array(array.iter().map(normal).collect()),
        Value::String(text) => Value::from(text.value().as_str()),
        Value::Integer(number) => Value::from(*number.value()),
        other => other.clone().decorated("", ""),
    }
}

/// The value of a key, as [`plain`] text.
pub fn get(document: &DocumentMut, key: &str) -> Option<String> {
    let item = match key.split_once('.') {
        Some((table, key)) => document.get(table)?.get(key)?,
        None => document.get(key)?,
    };
    plain(item.as_value())
}

/// Gives a key a value. A new key goes where the documentation shows it, a comment behind an old value stays there.
pub fn set(document: &mut DocumentMut, key: &str, value: Value) {
    let Some((name, key)) = key.split_once('.') else {
        set_in(document.as_table_mut(), key, value, ORDER);
        return;
    };
    let entry = document
        .entry(name)
        .or_insert_with(|| Item::Table(Table::new()));
    if let Some(table) = entry.as_table_like_mut()
        && !replace(table.get_mut(key), &value)
    {
        table.insert(key, Item::Value(value));
    }
}

/// The keys of a runtime's facts, in the order in which the documentation shows them.
const RUNTIME_ORDER: &[&str] = &["state", "release", "kubernetes", "evidence", "branches"];

/// The keys of a part, in the order in which the documentation shows them.
const PART_ORDER: &[&str] = &[
    "name",
    "needed-for",
    "state",
    "release",
    "kubernetes",
    "evidence",
];

/// Gives a fact of a runtime a value. A runtime, or a part, that is not there stays away.
pub fn set_fact(document: &mut DocumentMut, runtime: &str, key: &FactKey, value: Value) {
    let runtimes = document.get_mut("runtimes");
    let runtimes = runtimes.and_then(Item::as_table_like_mut);
    let Some(facts) = runtimes.and_then(|runtimes| runtimes.get_mut(runtime)) else {
        return;
    };
    if let Some(index) = key.part {
        if let Some(part) = part_mut(facts, index) {
            set_in_like(part, key.fact, value, PART_ORDER);
        }
    } else if let Some(facts) = like_mut(facts) {
        set_in_like(facts, key.fact, value, RUNTIME_ORDER);
    }
}

/// A table of either kind: one with a head of its own keeps the order of its keys.
enum Like<'a> {
    Table(&'a mut Table),
    Inline(&'a mut dyn TableLike),
}

fn like_mut(item: &mut Item) -> Option<Like<'_>> {
    match item {
        Item::Table(table) => Some(Like::Table(table)),
        other => other.as_table_like_mut().map(Like::Inline),
    }
}

/// A part, in a list of tables or of inline tables.
fn part_mut(facts: &mut Item, index: usize) -> Option<Like<'_>> {
    match facts.as_table_like_mut()?.get_mut("parts")? {
        Item::ArrayOfTables(parts) => parts.get_mut(index).map(Like::Table),
        parts => {
            let part = parts.as_array_mut()?.get_mut(index)?;
            part.as_inline_table_mut()
                .map(|part| Like::Inline(part as &mut dyn TableLike))
        }
    }
}

fn set_in_like(table: Like<'_>, fact: Fact, value: Value, order: &[&str]) {
    let (key, value) = match fact {
        Fact::State => ("state", value),
        Fact::Release => ("release", value),
        Fact::Evidence => ("evidence", value),
        Fact::Branch(minor) => {
            let minor = minor.to_string();
            let table: &mut dyn TableLike = match table {
                Like::Table(table) => {
                    if table.get("branches").is_none() {
                        let branches = InlineTable::from_iter([(minor, value)]);
                        set_in(table, "branches", Value::InlineTable(branches), order);
                        return;
                    }
                    table
                }
                Like::Inline(table) => table,
            };
            let entry = table
                .entry("branches")
                .or_insert_with(|| Item::Value(Value::InlineTable(InlineTable::new())));
            if let Some(branches) = entry.as_table_like_mut()
                && !replace(branches.get_mut(&minor), &value)
            {
                branches.insert(&minor, Item::Value(value));
            }
            return;
        }
    };
    match table {
        Like::Table(table) => set_in(table, key, value, order),
        Like::Inline(table) => {
            if !replace(table.get_mut(key), &value) {
                table.insert(key, Item::Value(value));
            }
        }
    }
}

/// A key that somebody decided is no guess any more.
pub fn is_decided(document: &mut DocumentMut, key: &str) {
    const GUESSED: &str = "guessed";
    let before = texts(document, GUESSED);
    if !before.iter().any(|guess| guess == key) {
        return;
    }
    let left: Vec<String> = before.into_iter().filter(|guess| guess != key).collect();
    match left.is_empty() {
        true => unset(document, GUESSED),
        false => set(document, GUESSED, list(left)),
    }
}

/// Gives a key of a table a value. A new key goes behind those that come before it in an order, a comment behind an old value
/// stays there.
pub fn set_in(table: &mut Table, key: &str, value: Value, order: &[&str]) {
    if replace(table.get_mut(key), &value) {
        return;
    }
    let rank = |key: &str| order.iter().position(|known| *known == key);
    let before: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    let after = before
        .iter()
        .rposition(|other| rank(other).is_some_and(|other| Some(other) < rank(key)));
    table.insert(key, Item::Value(value));
    let Some(after) = after else { return };
    // What was there keeps its place; the new key comes behind the last of those that it should follow.
    let place = |other: &str| match before.iter().position(|known| known == other) {
        Some(index) => 2 * index,
        None => 2 * after + 1,
    };
    table.sort_values_by(|left, _, right, _| place(left.get()).cmp(&place(right.get())));
}

/// A list of tables of a document, which is made if there is none; absent: it is written in another way.
///
/// An empty list says as much as none. What stands above it, or alone in the file, goes to the head of the file.
pub fn tables<'a>(document: &'a mut DocumentMut, key: &str) -> Option<&'a mut ArrayOfTables> {
    let is_empty = |item: &Item| item.as_array().is_some_and(Array::is_empty);
    let mut above = String::new();
    if document.get(key).is_some_and(is_empty)
        && let Some((name, _)) = document.remove_entry(key)
    {
        let prefix = name.leaf_decor().prefix().and_then(RawString::as_str);
        above = prefix.unwrap_or_default().to_owned();
    } else if document.is_empty() {
        above = document.trailing().as_str().unwrap_or_default().to_owned();
        document.set_trailing("");
    }
    let above = above.trim_end_matches('\n');
    if !above.is_empty() {
        document.decor_mut().set_prefix(format!("{above}\n\n"));
    }
    let entry = document
        .entry(key)
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    entry.as_array_of_tables_mut()
}

/// Takes a table out of a list of tables, with the comment right above it. What stands above an empty line belongs to what is
/// around it, and stays.
pub fn remove_table(tables: &mut ArrayOfTables, index: usize) {
    if index >= tables.len() {
        return;
    }
    let removed = tables.remove(index);
    let prefix = |table: &Table| {
        let prefix = table.decor().prefix().and_then(RawString::as_str);
        prefix.unwrap_or_default().to_owned()
    };
    let above = prefix(&removed);
    let apart = above.rfind("\n\n").map_or(0, |at| at + 2);
    if let Some(next) = tables.get_mut(index)
        && !above[..apart].trim().is_empty()
    {
        let own = prefix(next);
        let text = format!("{}{}", &above[..apart], own.trim_start_matches('\n'));
        next.decor_mut().set_prefix(text);
    } else if index == 0
        && let Some(next) = tables.get_mut(0)
    {
        let own = prefix(next);
        next.decor_mut().set_prefix(own.trim_start_matches('\n'));
    }
}

/// Puts a table into a list of tables, in the place of the one that has this index. What stands above the first one belongs to
/// the file, up to the last empty line.
pub fn insert_table(tables: &mut ArrayOfTables, index: usize, mut table: Table) {
    if index == 0
        && let Some(first) = tables.get_mut(0)
    {
        let prefix = first.decor().prefix().and_then(RawString::as_str);
        let prefix = prefix.unwrap_or_default().to_owned();
        let head = prefix.rfind("\n\n").map_or(0, |at| at + 2);
        table.decor_mut().set_prefix(&prefix[..head]);
        first
            .decor_mut()
            .set_prefix(format!("\n{}", &prefix[head..]));
    }
    tables.insert(index, table);
}

/// Puts a value in the place of an old one, if there is one.
pub fn replace(old: Option<&mut Item>, value: &Value) -> bool {
    let Some(old) = old.and_then(Item::as_value_mut) else {
        return false;
    };
    let decor = old.decor().clone();
    *old = value.clone();
    *old.decor_mut() = decor;
    true
}

/// What became of an edit of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// It was made.
    Edited,
    /// It was not: there are comments inside, and nobody knows beside which text each belongs.
    Commented,
}

/// Takes a text out of a list, compared without case. A list without any text left goes away.
pub fn take_from_list(document: &mut DocumentMut, key: &str, gone: &str) -> Listed {
    let Some(list) = document.get_mut(key).and_then(Item::as_array_mut) else {
        return Listed::Edited;
    };
    if has_comments(list) {
        return Listed::Commented;
    }
    let first = list.get(0).map(|value| value.decor().clone());
    list.retain(|text| {
        !text
            .as_str()
            .is_some_and(|text| text.eq_ignore_ascii_case(gone))
    });
    // The space before the first text is not that between two.
    if let (Some(decor), Some(value)) = (first, list.get_mut(0)) {
        *value.decor_mut() = decor;
    }
    if list.is_empty() {
        unset(document, key);
    }
    Listed::Edited
}

/// The texts of a list.
pub fn texts(document: &DocumentMut, key: &str) -> Vec<String> {
    let list = document.get(key).and_then(Item::as_array);
    let texts = list.into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

/// Adds a text at the end of a list, which is made if there is none.
pub fn add_to_list(document: &mut DocumentMut, key: &str, new: &str) -> Listed {
    match document.get_mut(key).and_then(Item::as_array_mut) {
        Some(list) => push_text(list, new),
        None => {
            set(document, key, self::list(vec![new.to_owned()]));
            Listed::Edited
        }
    }
}

/// Adds evidence to a runtime's facts, or to a part of them. A runtime that is not there begins with a state.
pub fn add_evidence(
    document: &mut DocumentMut,
    runtime: &str,
    (part, state): (Option<usize>, &str),
    new: &str,
) -> Listed {
    let entry = document.entry("runtimes").or_insert_with(|| {
        let mut runtimes = Table::new();
        runtimes.set_implicit(true);
        Item::Table(runtimes)
    });
    let is_inline = entry.is_inline_table();
    let Some(runtimes) = entry.as_table_like_mut() else {
        return Listed::Edited;
    };
    if runtimes.get(runtime).is_none() {
        let facts = match is_inline {
            true => Item::Value(Value::InlineTable(InlineTable::new())),
            false => Item::Table(Table::new()),
        };
        runtimes.insert(runtime, facts);
        if let Some(facts) = runtimes.get_mut(runtime).and_then(Item::as_table_like_mut) {
            facts.insert("state", Item::Value(state.into()));
        }
    }
    let Some(facts) = runtimes.get_mut(runtime) else {
        return Listed::Edited;
    };
    let (table, order) = match part {
        Some(index) => (part_mut(facts, index), PART_ORDER),
        None => (like_mut(facts), RUNTIME_ORDER),
    };
    let Some(mut table) = table else {
        return Listed::Edited;
    };
    let known = match &mut table {
        Like::Table(table) => table.get_mut("evidence"),
        Like::Inline(table) => table.get_mut("evidence"),
    };
    if let Some(list) = known.and_then(Item::as_array_mut) {
        return push_text(list, new);
    }
    set_in_like(table, Fact::Evidence, list(vec![new.to_owned()]), order);
    Listed::Edited
}

/// The pull requests of a record, as it has them.
pub fn pull_requests(document: &DocumentMut) -> Vec<String> {
    let id = |table: &dyn toml_edit::TableLike| {
        let id = table.get("id").and_then(Item::as_str);
        id.map(str::to_owned)
    };
    match document.get("pull-requests") {
        Some(Item::ArrayOfTables(tables)) => tables.iter().filter_map(|table| id(table)).collect(),
        Some(Item::Value(Value::Array(list))) => {
            let tables = list.iter().filter_map(Value::as_inline_table);
            tables.filter_map(|table| id(table)).collect()
        }
        _ => Vec::new(),
    }
}

/// Adds a number at the end of a list, which is made if there is none.
pub fn add_number(document: &mut DocumentMut, key: &str, new: i64) -> Listed {
    match document.get_mut(key).and_then(Item::as_array_mut) {
        Some(list) => push(list, new.into()),
        None => {
            set(document, key, Value::Array(Array::from_iter([new])));
            Listed::Edited
        }
    }
}

/// Adds a pull request at the end of those of a record.
pub fn add_pull_request(document: &mut DocumentMut, id: &str) -> Listed {
    let mut entry = InlineTable::new();
    entry.insert("id", id.into());
    match document.get_mut("pull-requests") {
        Some(Item::ArrayOfTables(tables)) => {
            tables.push(entry.into_table());
            Listed::Edited
        }
        Some(Item::Value(Value::Array(list))) => push(list, entry.into()),
        _ => {
            set(
                document,
                "pull-requests",
                Value::Array(Array::from_iter([entry])),
            );
            Listed::Edited
        }
    }
}

/// Adds a text at the end of a list.
fn push_text(list: &mut Array, new: &str) -> Listed {
    push(list, new.into())
}

/// Adds a value at the end of a list.
fn push(list: &mut Array, new: Value) -> Listed {
    if has_comments(list) {
        return Listed::Commented;
    }
    let last = list.iter().last().map(|value| value.decor().clone());
    let is_only = list.len() == 1;
    // Without a comma behind the last text, the line's end is its own, and comes behind the new one.
    let end = last.as_ref().and_then(|decor| decor.suffix()?.as_str());
    if let Some(end) = end.filter(|end| end.contains('\n')).map(str::to_owned) {
        if let Some(value) = list.get_mut(list.len() - 1) {
            value.decor_mut().set_suffix("");
        }
        list.set_trailing(end);
    }
    list.push(new);
    // On a line of its own, if the others are.
    if let Some(decor) = last
        && let Some(value) = list.get_mut(list.len() - 1)
        && (!is_only
            || decor
                .prefix()
                .and_then(|text| text.as_str())
                .is_some_and(|text| text.contains('\n')))
    {
        *value.decor_mut() = decor;
        value.decor_mut().set_suffix("");
    }
    Listed::Edited
}

fn has_comments(list: &Array) -> bool {
    let has = |text: Option<&RawString>| {
        text.and_then(RawString::as_str)
            .is_some_and(|text| text.contains('#'))
    };
    let mut values = list.iter();
    let inside = values.any(|value| has(value.decor().prefix()) || has(value.decor().suffix()));
    inside || has(Some(list.trailing()))
}

/// The comments that belong to a key, and that go with it: right above it, and behind its value.
pub fn comments_of(document: &DocumentMut, key: &str) -> Vec<String> {
    let (table, name): (Option<&dyn TableLike>, &str) = match key.split_once('.') {
        Some((table, name)) => (document.get(table).and_then(Item::as_table_like), name),
        None => (Some(document.as_table()), key),
    };
    let Some((key, item)) = table.and_then(|table| table.get_key_value(name)) else {
        return Vec::new();
    };
    let above = key.leaf_decor().prefix().and_then(RawString::as_str);
    let above = above.unwrap_or_default();
    // What stands above an empty line, or above the first key, belongs to what is around it.
    let apart = above.rfind("\n\n").map_or(0, |at| at + 2);
    let behind = item
        .as_value()
        .and_then(|value| value.decor().suffix()?.as_str());
    let own = above[apart..]
        .lines()
        .chain(behind.unwrap_or_default().lines());
    let comments = own.map(str::trim).filter(|line| line.starts_with('#'));
    comments.map(str::to_owned).collect()
}

/// Takes a key out, with the comment right above it. What stands above an empty line belongs to what is around it, and stays.
pub fn unset(document: &mut DocumentMut, key: &str) {
    match key.split_once('.') {
        Some((table, key)) => {
            if let Some(table) = document.get_mut(table).and_then(Item::as_table_like_mut) {
                table.remove(key);
            }
        }
        None => unset_at_top(document, key),
    }
}

fn unset_at_top(document: &mut DocumentMut, key: &str) {
    let keys: Vec<String> = document.iter().map(|(key, _)| key.to_owned()).collect();
    let Some(at) = keys.iter().position(|other| other == key) else {
        return;
    };
    let above = document.key(key).and_then(|key| {
        let prefix = key.leaf_decor().prefix().and_then(RawString::as_str);
        prefix.map(str::to_owned)
    });
    let above = above.unwrap_or_default();
    // What stands above the first key belongs to the file, not to the key.
    let apart = match at {
        0 => above.len(),
        _ => above.rfind("\n\n").map_or(0, |at| at + 2),
    };
    document.remove(key);
    if above[..apart].trim().is_empty() && at > 0 {
        return;
    }
    let next = keys.get(at + 1);
    if let Some(table) = next.and_then(|next| document.get_mut(next)?.as_table_mut()) {
        let own = table.decor().prefix().and_then(RawString::as_str);
        let text = format!("{}{}", &above[..apart], own.unwrap_or("\n"));
        table.decor_mut().set_prefix(text);
    } else if let Some(next) = next
        && let Some(mut next) = document.key_mut(next)
    {
        let own = next.leaf_decor().prefix().and_then(RawString::as_str);
        let text = format!("{}{}", &above[..apart], own.unwrap_or_default());
        next.leaf_decor_mut().set_prefix(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, edit: impl Fn(&mut DocumentMut)) -> String {
        let done = super::edited(text, |document| {
            edit(document);
            Ok::<_, NoToml>(Some(()))
        });
        done.unwrap().unwrap().0
    }

    #[test]
    fn line_ends_and_a_byte_order_mark_stay() {
        let one = |document: &mut DocumentMut| set(document, "b", 2.into());
        assert_eq!(
            edited("\u{feff}a = 1\r\n", one),
            "\u{feff}a = 1\r\nb = 2\r\n"
        );
        assert_eq!(edited("a = 1\n", one), "a = 1\nb = 2\n");
        assert_eq!(edited("", one), "b = 2\n");
        assert_eq!(edited("a = 1\r\nc = 3\n", one), "a = 1\nc = 3\nb = 2\n");
    }

    #[test]
    fn what_is_no_toml_or_gives_nothing_is_not_edited() {
        let nothing = super::edited("a = 1", |document| {
            set(document, "a", 2.into());
            Ok::<Option<()>, NoToml>(None)
        });
        assert_eq!(nothing, Ok(None));
        let refused = super::edited("a = ", |_| Ok::<_, NoToml>(Some(())));
        assert_eq!(refused.unwrap_err().to_string(), "it is no TOML any more");
    }

    #[test]
    fn a_new_key_goes_where_the_documentation_shows_it() {
        let text = "\
#:schema x
number = 1
title = \"a\" # short
# why
triage = \"accepted\"
owners = []
upstream-seen = 2026-07-24

[reached]
alpha = \"1.37\"
";
        let text = edited(text, |document| set(document, "issue", 7.into()));
        insta::assert_snapshot!(text, @r#"
        #:schema x
        number = 1
        title = "a" # short
        # why
        triage = "accepted"
        owners = []
        issue = 7
        upstream-seen = 2026-07-24

        [reached]
        alpha = "1.37"
        "#);
    }

    #[test]
    fn a_key_that_stands_nowhere_goes_to_the_end_of_the_values() {
        let text = edited("a = 1\n[t]\nb = 2\n", |document| {
            set(document, "other", 7.into())
        });
        assert_eq!(text, "a = 1\nother = 7\n[t]\nb = 2\n");
    }

    #[test]
    fn lists_lose_and_gain_texts_in_place() {
        let text = "a = [\"Mike\", \"sam\"] # who\nb = 1\n";
        let less = edited(text, |document| {
            take_from_list(document, "a", "mike");
        });
        assert_eq!(less, "a = [\"sam\"] # who\nb = 1\n");
        let more = edited(text, |document| {
            add_to_list(document, "a", "new");
        });
        assert_eq!(more, "a = [\"Mike\", \"sam\", \"new\"] # who\nb = 1\n");
        let lines = "a = [\n  \"x\",\n  \"y\",\n]\n";
        let longer = edited(lines, |document| {
            add_to_list(document, "a", "z");
        });
        assert_eq!(longer, "a = [\n  \"x\",\n  \"y\",\n  \"z\",\n]\n");
        let open = edited("a = [\n  \"x\",\n  \"y\"\n]\n", |document| {
            add_to_list(document, "a", "z");
        });
        assert_eq!(open, "a = [\n  \"x\",\n  \"y\",\n  \"z\"\n]\n");
        let mut commented: DocumentMut = "a = [\"x\", # the first\n]\n".parse().unwrap();
        assert_eq!(take_from_list(&mut commented, "a", "x"), Listed::Commented);
        assert_eq!(add_to_list(&mut commented, "a", "z"), Listed::Commented);
        let first = edited("#:schema x\n\na = 1\nb = 2\n", |document| {
            unset(document, "a")
        });
        assert_eq!(first, "#:schema x\n\nb = 2\n");
        let empty = edited("a = [\"x\"]\nb = 1\n", |document| {
            take_from_list(document, "a", "X");
        });
        assert_eq!(empty, "b = 1\n");
    }

    #[test]
    fn a_value_that_is_replaced_keeps_its_comment() {
        let text = edited("issue = 1 # ours\n", |document| {
            set(document, "issue", 7.into())
        });
        assert_eq!(text, "issue = 7 # ours\n");
        let text = edited("[reached]\nalpha = \"1.1\" # x\n", |document| {
            set(document, "reached.alpha", "1.2".into())
        });
        assert_eq!(text, "[reached]\nalpha = \"1.2\" # x\n");
    }

    #[test]
    fn a_key_takes_the_comment_right_above_it_along_and_no_other() {
        let text = "a = 1\n\n### about all\n\n# about b\nb = 2\nc = 3\n";
        let gone = edited(text, |document| unset(document, "b"));
        assert_eq!(gone, "a = 1\n\n### about all\n\nc = 3\n");
        let text = "a = 1\n\n# about all\n\nb = 2\n\n# about t\n[t]\nx = 1\n";
        let gone = edited(text, |document| unset(document, "b"));
        assert_eq!(gone, "a = 1\n\n# about all\n\n\n# about t\n[t]\nx = 1\n");
    }

    #[test]
    fn tables_come_and_go_beside_the_comments_of_others() {
        let text = "# the file\n\n# one\n[[t]]\na = 1\n\n# ---- group ----\n\n# two\n[[t]]\na = 2\n\n[[t]]\na = 3\n";
        let tables = |text: &str, edit: &dyn Fn(&mut ArrayOfTables)| {
            edited(text, |document| {
                edit(document["t"].as_array_of_tables_mut().unwrap());
            })
        };
        let without = |index| {
            tables(text, &|tables: &mut ArrayOfTables| {
                remove_table(tables, index)
            })
        };
        assert_eq!(
            without(0),
            "# the file\n\n# ---- group ----\n\n# two\n[[t]]\na = 2\n\n[[t]]\na = 3\n"
        );
        assert_eq!(
            without(1),
            "# the file\n\n# one\n[[t]]\na = 1\n\n# ---- group ----\n\n[[t]]\na = 3\n"
        );
        let first = tables(text, &|tables: &mut ArrayOfTables| {
            let mut table = Table::new();
            table.insert("a", Item::Value(0.into()));
            insert_table(tables, 0, table);
        });
        assert!(
            first.starts_with("# the file\n\n[[t]]\na = 0\n\n# one\n[[t]]\na = 1\n"),
            "{first}"
        );
    }
}
