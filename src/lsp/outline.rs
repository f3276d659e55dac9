//! Which key or value stands where in a text that somebody is typing, however broken it is: what a cursor is in.
//!
//! Of broken text a parser says what is wrong; this says what is meant. A list or an inline table that is not closed ends where a line
//! begins like a new statement. What the file means is none of its business.

use std::collections::BTreeMap;

use toml_parser::Source;
use toml_parser::lexer::{Token, TokenKind};

use crate::findings::diagnostic::Pointer;
use crate::text::source::Span;

/// A step from a document into it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// To the value of a key.
    Key(String),
    /// To an item of a list, or to one of several tables of a name.
    Item(usize),
}

/// A way from a document to something in it.
pub(super) type Path = Vec<Step>;

/// The way as a rule says it.
pub(super) fn pointer(path: &[Step]) -> Pointer {
    path.iter().fold(Pointer::root(), |at, step| match step {
        Step::Key(key) => at.key(key),
        Step::Item(index) => at.index(*index),
    })
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The name of a table, in a header.
    Header,
    /// A key without a value.
    Bare,
    /// A string, number, date or truth value.
    Scalar,
    /// A list.
    List,
    /// An inline table.
    Table,
}

/// Something that stands in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// The way to it.
    pub(super) path: Path,
    /// Its key; an item of a list has none.
    pub(super) key: Option<Span>,
    /// Its value, brackets included; where a value is missing, the room for it.
    pub(super) value: Option<Span>,
    /// What it is.
    pub(super) kind: Kind,
}

/// What a cursor is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot {
    /// A key, or the room for one.
    Key {
        /// The table that it is of.
        table: Path,
        /// What is there of it.
        span: Span,
        /// Where it stands.
        of: KeyOf,
    },
    /// A value, or the room for one.
    Value {
        /// The way to it.
        path: Path,
        /// What is there of it.
        span: Span,
    },
    /// A comment, or what lies behind a value.
    Nowhere,
}

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyOf {
    /// At the beginning of a line.
    Line,
    /// In an inline table.
    Inline,
    /// Between the brackets of a header; the span of all of it.
    Header(Span),
}

/// What stands where in a text.
#[derive(Debug)]
pub(super) struct Outline<'t> {
    text: &'t str,
    /// All that stands there, in its order.
    pub(super) nodes: Vec<Node>,
    /// Where each table begins that has a header, and where that ends.
    headers: Vec<(Span, Path)>,
    comments: Vec<Span>,
}

impl<'t> Outline<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut reader = Reader {
            text,
            tokens: Source::new(text).lex().collect(),
            at: 0,
            outline: Self {
                text,
                nodes: Vec::new(),
                headers: Vec::new(),
                comments: Vec::new(),
            },
            counts: BTreeMap::new(),
            depth: 0,
        };
        reader.document();
        reader.outline
    }

    /// What a cursor is in.
    pub(super) fn spot(&self, offset: usize) -> Spot {
        let touches = |span: Span| span.start <= offset && offset <= span.end;
        let inside = |span: &Span| span.start < offset && offset <= span.end;
        if self.comments.iter().any(inside) {
            return Spot::Nowhere;
        }
        let keys = self
            .nodes
            .iter()
            .filter(|node| node.key.is_some_and(touches));
        if let Some((node, span)) = keys.filter_map(|node| Some((node, node.key?))).next_back() {
            // One of several tables of a name has its number behind that.
            let own = match node.path.last() {
                Some(Step::Item(_)) => 2,
                _ => 1,
            };
            let table = node.path[..node.path.len().saturating_sub(own)].to_vec();
            return Spot::Key {
                table,
                span,
                of: self.key_of(span.start),
            };
        }
        let values = self.nodes.iter();
        let values = values.filter_map(|node| Some((node, node.value?)));
        let is_scalar = |node: &Node| matches!(node.kind, Kind::Scalar | Kind::Bare);
        let mut scalars = values.clone().filter(|(node, _)| is_scalar(node));
        if let Some((node, span)) = scalars.find(|(_, span)| touches(*span)) {
            return Spot::Value {
                path: node.path.clone(),
                span,
            };
        }
        let mut around = values.filter(|(node, span)| {
            let is_open = !self.slice(*span).ends_with([']', '}']);
            !is_scalar(node) && span.start < offset && offset < span.end + usize::from(is_open)
        });
        let here = Span {
            start: offset,
            end: offset,
        };
        if let Some((node, _)) = around.next_back() {
            if node.kind == Kind::Table {
                return Spot::Key {
                    table: node.path.clone(),
                    span: here,
                    of: KeyOf::Inline,
                };
            }
            // Behind an item a comma comes first.
            let before = self.text.get(..offset).unwrap_or_default().trim_end();
            if !before.ends_with(['[', ',']) {
                return Spot::Nowhere;
            }
            let is_before = |item: &&Node| {
                item.path.len() == node.path.len() + 1
                    && item.path.starts_with(&node.path)
                    && item.key.is_none()
                    && item.value.is_some_and(|value| value.start < offset)
            };
            let index = self.nodes.iter().filter(is_before).count();
            let mut path = node.path.clone();
            path.push(Step::Item(index));
            return Spot::Value { path, span: here };
        }
        if let Some((header, _)) = self.headers.iter().find(|(span, _)| inside(span)) {
            // Behind the closing bracket is nothing.
            if self.slice(*header).ends_with(']') && offset >= header.end {
                return Spot::Nowhere;
            }
            return Spot::Key {
                table: Path::new(),
                span: here,
                of: KeyOf::Header(*header),
            };
        }
        let line = self.text[..offset.min(self.text.len())]
            .rfind('\n')
            .map_or(0, |at| at + 1);
        let before = self.text.get(line..offset).unwrap_or_default();
        if !before.trim().is_empty() {
            return Spot::Nowhere;
        }
        Spot::Key {
            table: self.table_at(offset),
            span: here,
            of: KeyOf::Line,
        }
    }

    fn key_of(&self, offset: usize) -> KeyOf {
        let mut headers = self.headers.iter();
        let is_in = |span: &Span| span.start <= offset && offset <= span.end;
        if let Some((span, _)) = headers.find(|(span, _)| is_in(span)) {
            return KeyOf::Header(*span);
        }
        let mut tables = self.nodes.iter().filter(|node| node.kind == Kind::Table);
        match tables.any(|node| node.value.is_some_and(|span| is_in(&span))) {
            true => KeyOf::Inline,
            false => KeyOf::Line,
        }
    }

    /// The table whose keys stand at a place, by the headers before it.
    fn table_at(&self, offset: usize) -> Path {
        let mut above = self.headers.iter().rev();
        let above = above.find(|(span, _)| span.end <= offset);
        above.map_or_else(Path::new, |(_, path)| path.clone())
    }

    /// The names of the keys that a table has.
    pub(super) fn keys_of(&self, table: &[Step]) -> Vec<&str> {
        let keys = self.nodes.iter().filter_map(|node| {
            let rest = node.path.strip_prefix(table)?;
            match rest.first() {
                Some(Step::Key(key)) => Some(key.as_str()),
                _ => None,
            }
        });
        keys.collect()
    }

    /// What stands at the end of a way.
    pub(super) fn at(&self, path: &[Step]) -> Option<&Node> {
        self.nodes.iter().find(|node| node.path == path)
    }

    pub(super) fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The value of a node as people say it: without its quotes.
    pub(super) fn said(&self, node: &Node) -> &'t str {
        unquoted(node.value.map_or("", |span| self.slice(span)))
    }
}

/// A value without its quotes, the closing one of which may not be there yet.
pub(super) fn unquoted(text: &str) -> &str {
    let text = text.trim();
    ["\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find_map(|quote| {
            let inner = text.strip_prefix(quote)?;
            Some(inner.strip_suffix(quote).unwrap_or(inner))
        })
        .unwrap_or(text)
}

struct Reader<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    outline: Outline<'t>,
    /// How many tables of a name there are so far.
    counts: BTreeMap<Pointer, usize>,
    /// How many lists and tables there are around what is read.
    depth: usize,
}

/// What lies deeper than this is passed over: no registry has it, and whoever sends it wants the stack to end.
const DEEPEST: usize = 32;

fn span_of(token: &Token) -> Span {
    Span {
        start: token.span().start(),
        end: token.span().end(),
    }
}

impl Reader<'_> {
    fn kind(&self) -> TokenKind {
        self.kind_at(self.at)
    }

    fn kind_at(&self, at: usize) -> TokenKind {
        self.tokens.get(at).map_or(TokenKind::Eof, Token::kind)
    }

    fn span(&self) -> Span {
        let end = Span {
            start: self.text.len(),
            end: self.text.len(),
        };
        self.tokens.get(self.at).map_or(end, span_of)
    }

    fn bump(&mut self) {
        if self.kind() == TokenKind::Comment {
            let span = self.span();
            self.outline.comments.push(span);
        }
        self.at += 1;
    }

    fn skip(&mut self, kinds: &[TokenKind]) {
        while self.kind() != TokenKind::Eof && kinds.contains(&self.kind()) {
            self.bump();
        }
    }

    fn is_key(kind: TokenKind) -> bool {
        use TokenKind::{Atom, BasicString, LiteralString};
        matches!(kind, Atom | BasicString | LiteralString)
    }

    fn document(&mut self) {
        loop {
            use TokenKind::{Comment, Newline, Whitespace};
            self.skip(&[Whitespace, Newline, Comment]);
            match self.kind() {
                TokenKind::Eof => return,
                TokenKind::LeftSquareBracket => self.header(),
                _ => {
                    let table = self.outline.headers.last();
                    let table = table.map_or_else(Path::new, |(_, path)| path.clone());
                    self.statement(&table);
                    self.rest_of_line();
                }
            }
        }
    }

    fn rest_of_line(&mut self) {
        while !matches!(self.kind(), TokenKind::Eof | TokenKind::Newline) {
            self.bump();
        }
    }

    /// The keys up to what is none, each with its place.
    fn keys(&mut self) -> Vec<(String, Span)> {
        let mut keys = Vec::new();
        loop {
            self.skip(&[TokenKind::Whitespace]);
            if !Self::is_key(self.kind()) {
                // Behind a dot is room for one.
                if !keys.is_empty() {
                    let start = self.tokens[self.at - 1].span().end();
                    keys.push((String::new(), Span { start, end: start }));
                }
                return keys;
            }
            let span = self.span();
            // Each of them is a way of its own: what is deeper than anything is passed over.
            if keys.len() < DEEPEST {
                let name = unquoted(self.outline.slice(span)).to_owned();
                keys.push((name, span));
            }
            self.bump();
            self.skip(&[TokenKind::Whitespace]);
            if self.kind() != TokenKind::Dot {
                return keys;
            }
            self.bump();
        }
    }

    fn header(&mut self) {
        let start = self.span().start;
        self.bump();
        let is_of_many = self.kind() == TokenKind::LeftSquareBracket;
        if is_of_many {
            self.bump();
        }
        let keys = self.keys();
        let mut path = Path::new();
        let last = keys.len().saturating_sub(1);
        for (at, (key, span)) in keys.into_iter().enumerate() {
            path.push(Step::Key(key));
            let name = pointer(&path);
            if is_of_many && at == last {
                *self.counts.entry(name.clone()).or_default() += 1;
            }
            if let Some(count) = self.counts.get(&name) {
                path.push(Step::Item(count.saturating_sub(1)));
            }
            self.outline.nodes.push(Node {
                path: path.clone(),
                key: Some(span),
                value: None,
                kind: Kind::Header,
            });
        }
        let mut end = start + 1 + usize::from(is_of_many);
        while !matches!(
            self.kind(),
            TokenKind::Eof | TokenKind::Newline | TokenKind::Comment
        ) {
            if self.kind() != TokenKind::Whitespace {
                end = self.span().end;
            }
            self.bump();
        }
        let keys = self.outline.nodes.last().and_then(|node| node.key);
        let end = keys
            .filter(|key| key.start >= start)
            .map_or(end, |key| end.max(key.end));
        self.outline.headers.push((Span { start, end }, path));
        self.rest_of_line();
    }

    /// A key, and its value if it has one.
    fn statement(&mut self, table: &[Step]) {
        let keys = self.keys();
        let Some(((key, last), above)) =
            keys.split_last().map(|(last, above)| (last.clone(), above))
        else {
            return;
        };
        let mut path = table.to_vec();
        for (key, span) in above {
            path.push(Step::Key(key.clone()));
            self.outline.nodes.push(Node {
                path: path.clone(),
                key: Some(*span),
                value: None,
                kind: Kind::Header,
            });
        }
        path.push(Step::Key(key));
        if self.kind() != TokenKind::Equals {
            self.outline.nodes.push(Node {
                path,
                key: Some(last),
                value: None,
                kind: Kind::Bare,
            });
            return;
        }
        let behind = self.span().end;
        self.bump();
        self.value(path, Some(last), behind);
    }

    /// A value, or the room for one, behind a byte.
    fn value(&mut self, path: Path, key: Option<Span>, behind: usize) {
        self.skip(&[TokenKind::Whitespace]);
        let start = self.span().start;
        let index = self.outline.nodes.len();
        let mut node = Node {
            path: path.clone(),
            key,
            value: None,
            kind: Kind::Scalar,
        };
        self.outline.nodes.push(node.clone());
        match self.kind() {
            TokenKind::LeftSquareBracket if self.depth < DEEPEST => {
                node.kind = Kind::List;
                self.depth += 1;
                let end = self.list(&path);
                self.depth -= 1;
                node.value = Some(Span { start, end });
            }
            TokenKind::LeftCurlyBracket if self.depth < DEEPEST => {
                node.kind = Kind::Table;
                self.depth += 1;
                let end = self.table(&path);
                self.depth -= 1;
                node.value = Some(Span { start, end });
            }
            kind if Self::is_key(kind)
                || matches!(kind, TokenKind::MlBasicString | TokenKind::MlLiteralString) =>
            {
                let mut end = start;
                while Self::is_key(self.kind())
                    || matches!(
                        self.kind(),
                        TokenKind::Dot | TokenKind::MlBasicString | TokenKind::MlLiteralString
                    )
                {
                    end = self.span().end;
                    self.bump();
                }
                node.value = Some(Span { start, end });
            }
            _ => {
                node.kind = Kind::Bare;
                node.value = Some(Span {
                    start: behind,
                    end: start.max(behind),
                });
            }
        }
        self.outline.nodes[index] = node;
    }

    /// Whether a line begins here as a statement of the document does; `indented`: it may stand behind blanks.
    fn begins_anew(&self, indented: bool) -> bool {
        let start = self.span().start;
        let line = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let before = &self.text[line..start];
        if !before.trim().is_empty() || (!indented && !before.is_empty()) {
            return false;
        }
        if self.kind() == TokenKind::LeftSquareBracket {
            return before.is_empty();
        }
        let mut at = self.at;
        loop {
            if !Self::is_key(self.kind_at(at)) {
                return false;
            }
            at += 1;
            while self.kind_at(at) == TokenKind::Whitespace {
                at += 1;
            }
            match self.kind_at(at) {
                TokenKind::Equals => return true,
                TokenKind::Dot => at += 1,
                _ => return false,
            }
        }
    }

    /// Goes to what comes next in a list or a table; whether that is nothing of it, because the text ends or a line begins anew.
    fn is_over(&mut self, indented: bool) -> bool {
        use TokenKind::{Comment, Eof, Newline, Whitespace};
        let mut is_new_line = false;
        while matches!(self.kind(), Whitespace | Newline | Comment) {
            is_new_line |= self.kind() == Newline;
            self.bump();
        }
        self.kind() == Eof || is_new_line && self.begins_anew(indented)
    }

    /// A list; gives where it ends.
    fn list(&mut self, path: &[Step]) -> usize {
        use TokenKind::{Comma, RightSquareBracket};
        let mut end = self.span().end;
        self.bump();
        let mut index = 0;
        let mut is_item_there = false;
        loop {
            if self.is_over(true) {
                return self.end_of_line(end);
            }
            match self.kind() {
                RightSquareBracket => {
                    end = self.span().end;
                    self.bump();
                    return end;
                }
                Comma => {
                    index += usize::from(is_item_there);
                    is_item_there = false;
                    end = self.span().end;
                    self.bump();
                }
                _ => {
                    index += usize::from(is_item_there);
                    let before = self.at;
                    let mut item = path.to_vec();
                    item.push(Step::Item(index));
                    let nodes = self.outline.nodes.len();
                    self.value(item, None, self.span().start);
                    if self.at == before {
                        // What no list has: it is passed over.
                        self.outline.nodes.truncate(nodes);
                        self.bump();
                    } else {
                        is_item_there = true;
                    }
                    end = self.tokens[self.at - 1].span().end();
                }
            }
        }
    }

    /// An inline table; gives where it ends.
    fn table(&mut self, path: &[Step]) -> usize {
        use TokenKind::{Comma, RightCurlyBracket};
        let mut end = self.span().end;
        self.bump();
        loop {
            if self.is_over(false) {
                return self.end_of_line(end);
            }
            match self.kind() {
                RightCurlyBracket => {
                    end = self.span().end;
                    self.bump();
                    return end;
                }
                Comma => {
                    end = self.span().end;
                    self.bump();
                }
                _ => {
                    let before = self.at;
                    self.statement(path);
                    if self.at == before {
                        self.bump();
                    }
                    end = self.tokens[self.at - 1].span().end();
                }
            }
        }
    }

    /// The end of the line that a byte stands in.
    fn end_of_line(&self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        let line = rest.split(['\n', '\r', '#']).next().unwrap_or_default();
        from + line.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a cursor at `|` is in.
    fn spot(text: &str) -> String {
        let offset = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let outline = Outline::of(&text);
        match outline.spot(offset) {
            Spot::Nowhere => "nowhere".to_owned(),
            Spot::Key { table, span, of } => {
                let of = match of {
                    KeyOf::Line => "line",
                    KeyOf::Inline => "inline",
                    KeyOf::Header(_) => "header",
                };
                let keys = outline.keys_of(&table).join(" ");
                let table = pointer(&table);
                format!(
                    "key of `{}` {of} {:?} beside {keys}",
                    table.as_str(),
                    outline.slice(span)
                )
            }
            Spot::Value { path, span } => {
                format!(
                    "value of {} {:?}",
                    pointer(&path).as_str(),
                    outline.slice(span)
                )
            }
        }
    }

    #[test]
    fn a_cursor_knows_what_it_is_in() {
        let all = [
            "number = 1\nta|\n",
            "number = 1\n|\n[reached]\nalpha = \"1.30\"\n",
            "number = 1\n[reached]\nalpha = \"1.30\"\n|",
            "target = |\nissue = 1\n",
            "target = \"1.|\nissue = 1\n",
            "target = \"1.3|8\" # why\n",
            "target = \"1.38\" # wh|y\n",
            "target = \"1.38\" |\n",
            "target = 1.3|8\n",
            "shepherds = [|]\n",
            "shepherds = [\"a\", |]\n",
            "shepherds = [\"a\" |]\n",
            "shepherds = [\"a\", \"b|\", \"c\"]\n",
            "shepherds = [\"a\", |\nissue = 1\n",
            "shepherds = [\n  \"a\",\n  |\n]\n",
            "shepherds = [\n  \"a\",\n  \"b|\n[reached]\n",
            "pull-requests = [{ id = \"a/b#1\", | }]\n",
            "pull-requests = [{ id = \"a/b#1\", kubernetes = \"1|\" }]\n",
            "pull-requests = [{ id = \"a/b#1\" }, { id = |\nissue = 2\n",
            "[runtimes.con|]\n",
            "[run|\n",
            "[runtimes.|\n",
            "runtimes.|\n",
            "[|",
            "[[allow]]\nrule = \"a\"\n[[allow]]\nrule = \"|\"\n",
            "[runtimes.containerd]\nbranches = { \"2.4\" = \"|\" }\n",
            "[[runtimes.cri-o.parts]]\nname = \"x\"\n|",
            "reached.al|pha = \"1.30\"\n",
            "a = \"\"\"\nx|\n\"\"\"\n",
            "= |\n",
            "ta| = \n",
        ];
        let said: Vec<String> = all
            .iter()
            .map(|text| format!("{:60} {}", format!("{text:?}"), spot(text)))
            .collect();
        insta::assert_snapshot!(said.join("\n"), @r#"
        "number = 1\nta|\n"                                          key of `` line "ta" beside number ta
        "number = 1\n|\n[reached]\nalpha = \"1.30\"\n"               key of `` line "" beside number reached reached
        "number = 1\n[reached]\nalpha = \"1.30\"\n|"                 key of `/reached` line "" beside alpha
        "target = |\nissue = 1\n"                                    value of /target " "
        "target = \"1.|\nissue = 1\n"                                value of /target "\"1."
        "target = \"1.3|8\" # why\n"                                 value of /target "\"1.38\""
        "target = \"1.38\" # wh|y\n"                                 nowhere
        "target = \"1.38\" |\n"                                      nowhere
        "target = 1.3|8\n"                                           value of /target "1.38"
        "shepherds = [|]\n"                                          value of /shepherds/0 ""
        "shepherds = [\"a\", |]\n"                                   value of /shepherds/1 ""
        "shepherds = [\"a\" |]\n"                                    nowhere
        "shepherds = [\"a\", \"b|\", \"c\"]\n"                       value of /shepherds/1 "\"b\""
        "shepherds = [\"a\", |\nissue = 1\n"                         value of /shepherds/1 ""
        "shepherds = [\n  \"a\",\n  |\n]\n"                          value of /shepherds/1 ""
        "shepherds = [\n  \"a\",\n  \"b|\n[reached]\n"               value of /shepherds/1 "\"b"
        "pull-requests = [{ id = \"a/b#1\", | }]\n"                  key of `/pull-requests/0` inline "" beside id
        "pull-requests = [{ id = \"a/b#1\", kubernetes = \"1|\" }]\n" value of /pull-requests/0/kubernetes "\"1\""
        "pull-requests = [{ id = \"a/b#1\" }, { id = |\nissue = 2\n" value of /pull-requests/1/id " "
        "[runtimes.con|]\n"                                          key of `/runtimes` header "con" beside con
        "[run|\n"                                                    key of `` header "run" beside run
        "[runtimes.|\n"                                              key of `/runtimes` header "" beside 
        "runtimes.|\n"                                               key of `/runtimes` line "" beside 
        "[|"                                                         key of `` header "" beside 
        "[[allow]]\nrule = \"a\"\n[[allow]]\nrule = \"|\"\n"         value of /allow/1/rule "\"\""
        "[runtimes.containerd]\nbranches = { \"2.4\" = \"|\" }\n"    value of /runtimes/containerd/branches/2.4 "\"\""
        "[[runtimes.cri-o.parts]]\nname = \"x\"\n|"                  key of `/runtimes/cri-o/parts/0` line "" beside name
        "reached.al|pha = \"1.30\"\n"                                key of `/reached` line "alpha" beside alpha
        "a = \"\"\"\nx|\n\"\"\"\n"                                   value of /a "\"\"\"\nx\n\"\"\""
        "= |\n"                                                      nowhere
        "ta| = \n"                                                   key of `` line "ta" beside ta
        "#);
    }

    #[test]
    fn no_text_that_is_cut_off_or_turned_around_stops_it() {
        let text = "number = 1 # x\n[[a.b]]\nc = [1, { d = \"e\", f.g = '''\n''' }, [2]]\n\"q r\" = 2026-01-01T00:00:00Z\r\n[x]\ny = }]\"=,.\n";
        for at in 0..=text.len() {
            for text in [
                text[..at].to_owned(),
                format!("{}{}", &text[at..], &text[..at]),
            ] {
                let outline = Outline::of(&text);
                for offset in 0..=text.len() + 2 {
                    let _ = outline.spot(offset);
                }
                for node in &outline.nodes {
                    for span in [node.key, node.value].into_iter().flatten() {
                        assert!(text.get(span.range()).is_some(), "{text:?} {node:?}");
                    }
                }
            }
        }
    }
}
