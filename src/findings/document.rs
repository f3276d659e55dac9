//! TOML text as a tree: values for the schema, spans for people.
//!
//! [`parse`] reads a document and reports every independent syntax error. [`to_json`] gives the tree that JSON Schema
//! judges. [`Located`] finds where places stand.
//! Nothing here knows what a record is.

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::findings::diagnostic::{Place, Pointer};
use crate::findings::syntax::{self, Mistake};
use crate::terms::spelling::DATE_MARK;
use crate::text::source::{SourceFile, Span};

/// Parses a document. With errors, the tree holds what could be read.
pub fn parse(file: &SourceFile) -> (Spanned<DeTable<'_>>, Vec<Mistake>) {
    let (table, errors) = DeTable::parse_recoverable(&file.text);
    (table, syntax::mistakes(file, errors))
}

/// The tree as JSON; dates and times become strings that begin with [`DATE_MARK`].
pub fn to_json(table: &DeTable<'_>) -> Value {
    Value::Object(
        table
            .iter()
            .map(|(key, value)| (key.get_ref().to_string(), value_to_json(value.get_ref())))
            .collect(),
    )
}

fn value_to_json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::String(number.to_string()), Value::from),
        DeValue::Float(number) => number
            .as_str()
            .parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map_or_else(|| Value::String(number.to_string()), Value::Number),
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(instant) => Value::String(format!("{DATE_MARK}{instant}")),
        DeValue::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| value_to_json(item.get_ref()))
                .collect(),
        ),
        DeValue::Table(table) => to_json(table),
    }
}

/// A parsed document that answers where a place stands; parsed once, asked often.
pub struct Located<'f> {
    file: &'f SourceFile,
    table: Spanned<DeTable<'f>>,
}

impl<'f> Located<'f> {
    /// Parses the file once more: only files with findings are ever asked.
    pub fn of(file: &'f SourceFile) -> Self {
        let (table, _) = DeTable::parse_recoverable(&file.text);
        Self { file, table }
    }

    /// Where a place stands. One that is not there falls back to the nearest one around it.
    pub fn span_of(&self, place: &Place) -> Span {
        span_of(self.file, &self.table, place)
    }
}

/// Where a place stands in a parsed document.
pub fn span_of(file: &SourceFile, table: &Spanned<DeTable<'_>>, place: &Place) -> Span {
    let (pointer, wants_key) = match place {
        Place::Span(span) => return file.clamp(*span),
        Place::Item(pointer) => return file.clamp(item(file, table, pointer)),
        Place::Key(pointer) => (pointer, true),
        Place::Value(pointer) => (pointer, false),
        Place::Whole(pointer) => return file.clamp(locate(file, table, pointer, false)),
    };
    file.clamp(file.first_line_of(locate(file, table, pointer, wants_key)))
}

fn locate(
    file: &SourceFile,
    root: &Spanned<DeTable<'_>>,
    pointer: &Pointer,
    wants_key: bool,
) -> Span {
    let mut found = Span::default();
    let mut node: Option<&Spanned<DeValue<'_>>> = None;
    for step in pointer.steps() {
        let (key, next) = match node.map(Spanned::get_ref) {
            None => entry(root.get_ref(), &step),
            Some(DeValue::Table(table)) => entry(table, &step),
            Some(DeValue::Array(items)) => (
                None,
                step.parse::<usize>()
                    .ok()
                    .and_then(|index| items.get(index)),
            ),
            Some(_) => (None, None),
        };
        let Some(next) = next else { return found };
        let value = Span::from(next.span());
        found = match key {
            Some(key) if wants_key || is_spread_out(next.get_ref(), file, value) => key,
            _ => value,
        };
        node = Some(next);
    }
    found
}

/// An item of a list with its separator: up to the next item, or from the one before it if it is the last. Comments that
/// stand between them go too.
fn item(file: &SourceFile, root: &Spanned<DeTable<'_>>, pointer: &Pointer) -> Span {
    let whole = locate(file, root, pointer, false);
    let steps: Vec<String> = pointer.steps().collect();
    let Some((index, list)) = steps.split_last().and_then(|(last, list)| {
        let list = list
            .iter()
            .fold(Pointer::root(), |list, step| list.key(step));
        Some((last.parse::<usize>().ok()?, list))
    }) else {
        return whole;
    };
    let at = |index: usize| locate(file, root, &list.clone().index(index), false);
    let (before, after) = (index.checked_sub(1).map(at), at(index + 1));
    // Where there is no such item, the list itself is found.
    if after.start >= whole.end {
        Span {
            end: after.start,
            ..whole
        }
    } else if let Some(before) = before {
        Span {
            start: before.end,
            ..whole
        }
    } else {
        whole
    }
}

fn entry<'t, 'i>(
    table: &'t DeTable<'i>,
    key: &str,
) -> (Option<Span>, Option<&'t Spanned<DeValue<'i>>>) {
    table
        .iter()
        .find(|(candidate, _)| candidate.get_ref() == key)
        .map_or((None, None), |(key, value)| {
            (Some(key.span().into()), Some(value))
        })
}

/// Whether underlining the value would underline a block: a table under its own header is best shown by its key.
fn is_spread_out(value: &DeValue<'_>, file: &SourceFile, span: Span) -> bool {
    let text = file.slice(span);
    match value {
        DeValue::Table(_) => !text.starts_with('{') || text.contains('\n'),
        DeValue::Array(_) => !text.starts_with('['),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SourceFile {
        SourceFile::new("a.toml", text)
    }

    fn text_at<'f>(file: &'f SourceFile, place: &Place) -> &'f str {
        file.slice(Located::of(file).span_of(place))
    }

    #[test]
    fn places_are_found_by_pointer() {
        let file = file(
            "number = 1\nshepherds = [\"a\", \"b\"]\n[runtimes.containerd]\nstate = \"none\"\n[[allow]]\nrule = \"x\"\n",
        );
        let shepherd = Pointer::to("shepherds").index(1);
        assert_eq!(text_at(&file, &Place::Value(shepherd)), "\"b\"");
        assert_eq!(text_at(&file, &Place::Key(Pointer::to("number"))), "number");
        let state = Pointer::to("runtimes").key("containerd").key("state");
        assert_eq!(text_at(&file, &Place::Value(state.clone())), "\"none\"");
        assert_eq!(text_at(&file, &Place::Key(state)), "state");
        let allow = Pointer::to("allow").index(0).key("rule");
        assert_eq!(text_at(&file, &Place::Value(allow)), "\"x\"");
    }

    #[test]
    fn an_item_of_a_list_goes_with_its_separator() {
        let file = file("a = [\"x\", \"y\", \"z\"]\nb = [\n  1,\n  2,\n]\n");
        let item = |key: &str, index| text_at(&file, &Place::Item(Pointer::to(key).index(index)));
        assert_eq!(item("a", 0), "\"x\", ");
        assert_eq!(item("a", 1), "\"y\", ");
        assert_eq!(item("a", 2), ", \"z\"");
        assert_eq!(item("b", 0), "1,\n  ");
        assert_eq!(item("b", 1), ",\n  2");
    }

    #[test]
    fn a_table_with_a_header_is_shown_by_its_key() {
        let file = file("[runtimes.containerd]\nstate = \"none\"\n");
        let table = Pointer::to("runtimes").key("containerd");
        assert_eq!(text_at(&file, &Place::Value(table)), "containerd");
    }

    #[test]
    fn a_place_that_is_not_there_falls_back_to_what_is_around_it() {
        let file = file("[reached]\nalpha = \"1.30\"\n");
        let missing = Pointer::to("reached").key("beta");
        assert_eq!(text_at(&file, &Place::Value(missing)), "reached");
        assert_eq!(
            Located::of(&file).span_of(&Place::Value(Pointer::to("nothing"))),
            Span::default()
        );
    }

    #[test]
    fn independent_syntax_errors_are_each_reported_once() {
        let file = file("a = \nb = 1\nc = \"open\nd = 2\n");
        let (_, errors) = parse(&file);
        let lines: Vec<usize> = errors
            .iter()
            .map(|error| file.position(error.span.start).line)
            .collect();
        assert_eq!(lines, [1, 3], "{errors:?}");
    }

    #[test]
    fn a_list_that_is_not_closed_is_one_mistake() {
        let file = file("a = [\"x\"\nb = [\"y\"]\nc = 1\n[d]\ne = 2\n");
        let (_, errors) = parse(&file);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(file.position(errors[0].span.start).line, 1);
        let (_, errors) = parse(&SourceFile::new("a.toml", "a = [1 2]\nb = =\n"));
        assert_eq!(
            errors.len(),
            2,
            "a comma that is missing swallows nothing: {errors:?}"
        );
    }

    #[test]
    fn dates_are_told_from_strings() {
        let file = file("a = 2026-04-30\nb = \"2026-04-30\"\n");
        let (table, errors) = parse(&file);
        assert!(errors.is_empty());
        let json = to_json(table.get_ref());
        assert_eq!(json["a"], "\u{1}2026-04-30");
        assert_eq!(json["b"], "2026-04-30");
    }
}
