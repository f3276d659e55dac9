//! The expressions of workflows (`${{ … }}` and `if:`), as far as this repository's workflows use them:
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/expressions>. What is not known here fails the test that meets it.

use serde_json::{Value, json};

/// What an expression comes to.
pub struct Evaluated {
    pub value: Value,
    /// Whether it asks how things went; otherwise `success()` is meant as well.
    pub asks_how_it_went: bool,
}

/// Evaluates an expression. `is_well` is what `success()` gives, and `named` what a name stands for.
pub fn evaluate(text: &str, is_well: bool, named: &dyn Fn(&str) -> Value) -> Evaluated {
    let mut reader = Reader {
        text,
        tokens: tokens(text),
        at: 0,
        is_well,
        named,
        asks_how_it_went: false,
    };
    let value = reader.either();
    assert_eq!(reader.at, reader.tokens.len(), "{text}");
    Evaluated {
        value,
        asks_how_it_went: reader.asks_how_it_went,
    }
}

/// A value as text.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

pub fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// Texts are compared without case, and what is of different kinds as numbers.
fn is_same(left: &Value, right: &Value) -> bool {
    if let (Value::String(left), Value::String(right)) = (left, right) {
        return left.eq_ignore_ascii_case(right);
    }
    number(left) == number(right)
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Null => 0.0,
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        Value::Number(number) => number.as_f64().unwrap_or(f64::NAN),
        Value::String(text) if text.is_empty() => 0.0,
        Value::String(text) => text.parse().unwrap_or(f64::NAN),
        Value::Array(_) | Value::Object(_) => f64::NAN,
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Text(String),
    Number(i64),
    Name(String),
    Sign(&'static str),
}

const SIGNS: [&str; 8] = ["||", "&&", "==", "!=", "!", "(", ")", ","];

fn tokens(text: &str) -> Vec<Token> {
    let mut all = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let length = if let Some(quoted) = rest.strip_prefix('\'') {
            let end = quoted.find('\'').expect("a text ends");
            all.push(Token::Text(quoted[..end].to_owned()));
            end + 2
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(*sign)) {
            all.push(Token::Sign(sign));
            sign.len()
        } else {
            let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
            let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
            assert!(end > 0, "{text}: what is `{rest}`?");
            let word = &rest[..end];
            all.push(match word.parse() {
                Ok(number) => Token::Number(number),
                Err(_) => Token::Name(word.to_owned()),
            });
            end
        };
        rest = rest[length..].trim_start();
    }
    all
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    is_well: bool,
    named: &'a dyn Fn(&str) -> Value,
    asks_how_it_went: bool,
}

impl Reader<'_> {
    fn takes(&mut self, sign: &'static str) -> bool {
        let is_next = self.tokens.get(self.at) == Some(&Token::Sign(sign));
        self.at += usize::from(is_next);
        is_next
    }

    fn either(&mut self) -> Value {
        let mut left = self.both();
        while self.takes("||") {
            let right = self.both();
            if !is_true(&left) {
                left = right;
            }
        }
        left
    }

    fn both(&mut self) -> Value {
        let mut left = self.compared();
        while self.takes("&&") {
            let right = self.compared();
            if is_true(&left) {
                left = right;
            }
        }
        left
    }

    fn compared(&mut self) -> Value {
        let left = self.turned();
        if self.takes("==") {
            let right = self.turned();
            return json!(is_same(&left, &right));
        }
        if self.takes("!=") {
            let right = self.turned();
            return json!(!is_same(&left, &right));
        }
        left
    }

    fn turned(&mut self) -> Value {
        if self.takes("!") {
            let value = self.turned();
            return json!(!is_true(&value));
        }
        self.one()
    }

    fn one(&mut self) -> Value {
        if self.takes("(") {
            let value = self.either();
            assert!(self.takes(")"), "{}", self.text);
            return value;
        }
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        match token {
            Some(Token::Text(text)) => json!(text),
            Some(Token::Number(number)) => json!(number),
            Some(Token::Name(name)) if name == "true" || name == "false" => json!(name == "true"),
            Some(Token::Name(name)) if self.takes("(") => self.call(&name),
            Some(Token::Name(name)) => (self.named)(&name),
            other => panic!("{}: {other:?}", self.text),
        }
    }

    fn call(&mut self, name: &str) -> Value {
        let mut arguments = Vec::new();
        while !self.takes(")") {
            arguments.push(self.either());
            self.takes(",");
        }
        let asks = matches!(name, "always" | "cancelled" | "success" | "failure");
        self.asks_how_it_went |= asks;
        match (name, arguments.as_slice()) {
            ("always", []) => json!(true),
            ("cancelled", []) => json!(false),
            ("success", []) => json!(self.is_well),
            ("failure", []) => json!(!self.is_well),
            ("format", [form, word]) => json!(shown(form).replace("{0}", &shown(word))),
            ("fromJSON", [text]) => serde_json::from_str(&shown(text)).unwrap(),
            _ => panic!("{}: {name} is not known here", self.text),
        }
    }
}

#[test]
fn expressions_come_to_what_github_says() {
    let named = |name: &str| match name {
        "inputs.plan" => Value::Null,
        "a.text" => json!("Words"),
        "a.number" => json!(7),
        other => panic!("{other}"),
    };
    let says = |text: &str| shown(&evaluate(text, true, &named).value);
    for (text, value) in [
        ("inputs.plan || 'keps'", "keps"),
        ("a.text || 'keps'", "Words"),
        ("inputs.plan == '' && 'mine' || inputs.plan", "mine"),
        ("a.text == '' && 'mine' || a.text", "Words"),
        ("format('{0}', inputs.plan) != 'false'", "true"),
        // The trap that `format` is there for: nothing is the same number as false.
        ("inputs.plan != false", "false"),
        ("a.text == 'words' && a.number != 8", "true"),
        ("!cancelled() && (a.number == 8 || a.number == 7)", "true"),
        ("inputs.plan || 1", "1"),
    ] {
        assert_eq!(says(text), value, "{text}");
    }
    assert!(evaluate("!cancelled()", false, &named).asks_how_it_went);
    assert!(!evaluate("a.text", false, &named).asks_how_it_went);
}
