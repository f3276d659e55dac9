//! What is wrong, where, why it matters and what to write instead.
//!
//! A rule names a *place in the document* ([`Place`]: "the value of `/shepherds/0`"), never bytes, and says a [`Finding`].
//! Whoever runs the rules adds what no rule can know, and makes a [`Diagnostic`] of it, which names bytes. Renderers live in
//! `render/`; nothing here prints.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::sources::FileId;
use crate::text::source::Span;

/// The name of a rule: part of the interface, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RuleId(pub &'static str);

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

/// How loud a rule speaks.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Fails the check.
    Error,
    /// Is shown and counted, and lets the check pass.
    Warning,
    /// Is shown as background.
    Note,
    /// Is not looked at.
    Off,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
            Self::Off => "off",
        })
    }
}

/// A JSON pointer (RFC 6901) into a TOML document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pointer(String);

impl Pointer {
    /// The document itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// The pointer to a key of the document.
    pub fn to(key: &str) -> Self {
        Self::root().key(key)
    }

    /// This pointer, one key further down.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.0.push('/');
        self.0.push_str(&key.replace('~', "~0").replace('/', "~1"));
        self
    }

    /// This pointer, one array item further down.
    #[must_use]
    pub fn index(self, index: usize) -> Self {
        self.key(&index.to_string())
    }

    /// From its RFC 6901 spelling.
    pub fn parse(pointer: &str) -> Self {
        Self(pointer.to_owned())
    }

    /// The keys and indexes, unescaped, outermost first.
    pub fn steps(&self) -> impl Iterator<Item = String> + '_ {
        self.0
            .split('/')
            .skip(1)
            .map(|step| step.replace("~1", "/").replace("~0", "~"))
    }

    /// The first step: the top-level key that everything below belongs to.
    pub fn top(&self) -> Option<String> {
        self.steps().next()
    }

    /// The RFC 6901 spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A place in a document, as a rule names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The key, as written.
    Key(Pointer),
    /// The value; of a table, its header or its braces.
    Value(Pointer),
    /// The value, all of its lines: what an edit replaces.
    Whole(Pointer),
    /// An item of a list, with what keeps it apart from its neighbours: what goes when the item goes.
    Item(Pointer),
    /// Known already, from the parser.
    Span(Span),
}

/// A place in a file, with what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label<P> {
    /// The file.
    pub file: FileId,
    /// Where in the file.
    pub place: P,
    /// What is said there; may be empty.
    pub text: String,
}

/// A change that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit<P> {
    /// The file.
    pub file: FileId,
    /// What is replaced.
    pub place: P,
    /// What stands there afterwards, as TOML.
    pub replacement: String,
    /// Whether it is the answer, or only looks like it.
    pub certainty: Certainty,
}

/// How sure a remedy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// There is no other: `--fix` writes it.
    Sure,
    /// It looks like what was meant, and a person has to say so.
    Guess,
}

/// A remedy: words, and how to write it where that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help<P> {
    /// What to do.
    pub text: String,
    /// How to write it.
    pub edit: Option<Edit<P>>,
    /// The path below the registry's root that the file of the finding belongs at, if `--fix` moves it there.
    pub rename: Option<String>,
}

/// What a rule says of one mistake. How loud it is, why it matters and whether it is new is for whoever runs the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where.
    pub primary: Label<Place>,
    /// Other places that belong to it.
    pub related: Vec<Label<Place>>,
    /// Facts that help to understand it.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: Vec<Help<Place>>,
    /// Why it matters here.
    pub why: Why,
    /// Whether it is a note, whatever the level of its rule: it says only what is not known.
    pub is_quiet: bool,
    /// Whether no record can accept it with `[[allow]]`: it tells what is new, and not what people decided.
    pub is_news: bool,
}

/// Why a finding matters: the reason of its rule, one of its own, or none, where it goes without saying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// That of the rule.
    OfTheRule,
    /// This one.
    Here(&'static str),
    /// It goes without saying.
    Unsaid,
}

/// A finding, and the rule that it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The rule.
    pub rule: RuleId,
    /// What it says.
    pub finding: Finding,
}

/// A finding as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that found it.
    pub rule: RuleId,
    /// How loud.
    pub level: Level,
    /// Whether the finding was there before the change that is judged.
    pub known: bool,
    /// Whether no record can accept it with `[[allow]]`.
    pub is_news: bool,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where.
    pub primary: Label<Span>,
    /// Other places that belong to it.
    pub related: Vec<Label<Span>>,
    /// Why it matters; absent where that goes without saying.
    pub why: Option<&'static str>,
    /// Facts that help to understand it.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: Vec<Help<Span>>,
    /// What makes it the same finding after its line has moved.
    pub fingerprint: String,
}

impl Finding {
    /// A finding at a place.
    pub fn new(file: FileId, place: Place, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            primary: Label {
                file,
                place,
                text: String::new(),
            },
            related: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            why: Why::OfTheRule,
            is_quiet: false,
            is_news: false,
        }
    }

    /// As a finding of a rule.
    pub fn of(self, rule: RuleId) -> Found {
        Found {
            rule,
            finding: self,
        }
    }

    /// Says something under the underlined text.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn also(mut self, file: FileId, place: Place, text: impl Into<String>) -> Self {
        self.related.push(Label {
            file,
            place,
            text: text.into(),
        });
        self
    }

    /// Makes it a note, whatever the level of its rule: it says only what is not known.
    #[must_use]
    pub fn quietly(mut self) -> Self {
        self.is_quiet = true;
        self
    }

    /// Says that no record can accept it.
    #[must_use]
    pub fn as_news(mut self) -> Self {
        self.is_news = true;
        self
    }

    /// Says why it matters here.
    #[must_use]
    pub fn because(mut self, why: &'static str) -> Self {
        self.why = Why::Here(why);
        self
    }

    /// Says nothing of why it matters.
    #[must_use]
    pub fn without_why(mut self) -> Self {
        self.why = Why::Unsaid;
        self
    }

    /// Adds a fact that helps to understand it.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds a remedy in words.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(Help {
            text: text.into(),
            edit: None,
            rename: None,
        });
        self
    }

    /// Adds a remedy that replaces the underlined text, if a person agrees.
    #[must_use]
    pub fn replace_with(self, text: impl Into<String>, replacement: impl Into<String>) -> Self {
        let place = self.primary.place.clone();
        self.edit(text, place, replacement, Certainty::Guess)
    }

    /// Adds the remedy that replaces the underlined text: there is no other.
    #[must_use]
    pub fn fix_with(self, text: impl Into<String>, replacement: impl Into<String>) -> Self {
        let place = self.primary.place.clone();
        self.edit(text, place, replacement, Certainty::Sure)
    }

    /// Adds a remedy that replaces what stands at a place.
    #[must_use]
    pub fn edit(
        mut self,
        text: impl Into<String>,
        place: Place,
        replacement: impl Into<String>,
        certainty: Certainty,
    ) -> Self {
        // What is underlined is cut at the end of its line; what is replaced is not.
        let place = match place {
            Place::Value(pointer) => Place::Whole(pointer),
            other => other,
        };
        self.help.push(Help {
            text: text.into(),
            edit: Some(Edit {
                file: self.primary.file,
                place,
                replacement: replacement.into(),
                certainty,
            }),
            rename: None,
        });
        self
    }

    /// Adds the remedy that moves the file to another path below the registry's root; in words alone, unless that is sure.
    #[must_use]
    pub fn renamed_if(
        mut self,
        is_sure: bool,
        text: impl Into<String>,
        path: impl Into<String>,
    ) -> Self {
        self.help.push(Help {
            text: text.into(),
            edit: None,
            rename: is_sure.then(|| path.into()),
        });
        self
    }
}

/// What the one who runs the rules adds to a finding.
#[derive(Debug, Clone)]
pub struct Judged {
    /// How loud the finding is.
    pub level: Level,
    /// Why findings of the rule matter.
    pub why: &'static str,
}

impl Found {
    /// As it is shown, with each place turned into bytes. Whether it was there before, and its fingerprint, are not known yet.
    pub fn located(
        self,
        Judged { level, why }: Judged,
        mut span_of: impl FnMut(FileId, &Place) -> Span,
    ) -> Diagnostic {
        let Self { rule, finding } = self;
        let Finding {
            message,
            primary,
            related,
            notes,
            help,
            why: own,
            is_quiet: _,
            is_news,
        } = finding;
        let mut label = |label: Label<Place>| Label {
            place: span_of(label.file, &label.place),
            file: label.file,
            text: label.text,
        };
        let primary = label(primary);
        let related = related.into_iter().map(&mut label).collect();
        let help = help.into_iter().map(|help| Help {
            text: help.text,
            edit: help.edit.map(|edit| Edit {
                place: span_of(edit.file, &edit.place),
                file: edit.file,
                replacement: edit.replacement,
                certainty: edit.certainty,
            }),
            rename: help.rename,
        });
        Diagnostic {
            rule,
            level,
            known: false,
            is_news,
            message,
            primary,
            related,
            why: match own {
                Why::OfTheRule => Some(why),
                Why::Here(why) => Some(why),
                Why::Unsaid => None,
            },
            notes,
            help: help.collect(),
            fingerprint: String::new(),
        }
    }
}

impl Diagnostic {
    /// All that there is to say, a line each.
    pub fn in_words(&self) -> String {
        let mut lines = vec![self.message.clone()];
        lines.extend(self.why.map(|why| format!("why: {why}")));
        lines.extend(self.notes.iter().map(|note| format!("note: {note}")));
        lines.extend(self.help.iter().map(Help::in_words));
        lines.join("\n")
    }
}

impl<P> Help<P> {
    /// What to write, where the words do not say it: of a mark that is missing they say all, and some name what is to be written.
    pub fn unsaid(&self) -> Option<&str> {
        let new = self.edit.as_ref()?.replacement.trim();
        (new.len() > 1 && !self.text.contains(new)).then_some(new)
    }

    /// What to do, and what to write where that is a word or two.
    fn in_words(&self) -> String {
        let text = &self.text;
        match self.unsaid().filter(|new| !new.contains('\n')) {
            Some(new) => format!("help: {text}: `{new}`"),
            None => format!("help: {text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_escape_and_unescape() {
        let pointer = Pointer::to("a/b").key("c~d").index(3);
        assert_eq!(pointer.as_str(), "/a~1b/c~0d/3");
        assert_eq!(pointer.steps().collect::<Vec<_>>(), ["a/b", "c~d", "3"]);
    }
}
