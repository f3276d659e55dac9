//! Messages on a stream: each with the length of its content, as the base protocol has them
//! (<https://microsoft.github.io/language-server-protocol/specifications/lsp/3.18/specification/#baseProtocol>).
//!
//! What is no message is answered and passed over as long as it is plain where the next one begins; a header that does not say so ends
//! the stream. No length that somebody names is believed: room is made for what comes, up to [`MOST_BYTES`].

use std::io::{self, BufRead, Read, Write};

use gen_lsp_types::ErrorCodes;
use gen_lsp_types::json_rpc::{Error, Id, ResponseObject};
use serde::Serialize;
use serde_json::Value;

/// The largest message that is read, in bytes. A file of a registry has up to 1 MiB, and up to six times that as JSON.
pub const MOST_BYTES: u64 = 32 << 20;

/// The largest header that is read, in bytes; it has some sixty.
const MOST_HEADER_BYTES: u64 = 4 << 10;

/// A message that came in.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// Wants an answer.
    Request {
        /// By which the answer is told.
        id: Id,
        /// What is asked.
        method: String,
        /// With what.
        params: Value,
    },
    /// Wants none.
    Notification {
        /// What is said.
        method: String,
        /// With what.
        params: Value,
    },
    /// An answer to something that was asked.
    Response {
        /// Of which question.
        id: Id,
        /// What is answered; nothing, where it was refused.
        result: Value,
    },
    /// No message: what is answered.
    Refused(ResponseObject),
}

impl Incoming {
    fn refused(id: Id, code: ErrorCodes, message: impl Into<String>) -> Self {
        Self::Refused(ResponseObject::from_error(
            id,
            Error {
                code,
                message: message.into(),
                data: None,
            },
        ))
    }

    /// The message in some bytes.
    fn of(bytes: &[u8]) -> Self {
        let value: Value = match serde_json::from_slice(bytes) {
            Ok(value) => value,
            Err(error) => {
                let message = format!("the message is not JSON: {error}");
                return Self::refused(Id::Null, ErrorCodes::ParseError, message);
            }
        };
        let Value::Object(mut fields) = value else {
            let message = "the message is not an object";
            return Self::refused(Id::Null, ErrorCodes::InvalidRequest, message);
        };
        let id = fields.remove("id");
        let id = id.map(|id| serde_json::from_value(id).unwrap_or(Id::Null));
        let method = match fields.remove("method") {
            Some(Value::String(method)) => Some(method),
            Some(_) => {
                let message = "`method` is not a string";
                let id = id.unwrap_or(Id::Null);
                return Self::refused(id, ErrorCodes::InvalidRequest, message);
            }
            None => None,
        };
        let params = fields.remove("params").unwrap_or_default();
        match (id, method) {
            // Without an id that can be repeated there is nobody to answer.
            (Some(Id::Null), Some(_)) => Self::refused(
                Id::Null,
                ErrorCodes::InvalidRequest,
                "`id` is neither a number nor a string",
            ),
            (Some(id), Some(method)) => Self::Request { id, method, params },
            (None, Some(method)) => Self::Notification { method, params },
            (Some(id), None) => Self::Response {
                id,
                result: fields.remove("result").unwrap_or_default(),
            },
            (None, None) => Self::refused(
                Id::Null,
                ErrorCodes::InvalidRequest,
                "the message has neither `method` nor `id`",
            ),
        }
    }
}

/// Why nothing more can be read from a stream.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// A header has no length, so that nobody knows where the next message begins.
    #[error("a message has no `Content-Length`")]
    NoLength,
    /// A length is no number.
    #[error("`Content-Length: {0}` is no number of bytes")]
    NoNumber(String),
    /// A header has no end.
    #[error("a header has more than {MOST_HEADER_BYTES} bytes")]
    Endless,
    /// The stream ends inside of a message.
    #[error("the client went away in the middle of a message")]
    CutOff,
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads the next message; `None`: the stream has ended.
///
/// # Errors
///
/// Where the next message begins is not known.
pub fn read(stream: &mut impl BufRead) -> Result<Option<Incoming>, Broken> {
    let Some(length) = header(stream)? else {
        return Ok(None);
    };
    if length > MOST_BYTES {
        let passed_over = io::copy(&mut stream.take(length), &mut io::sink())?;
        if passed_over < length {
            return Err(Broken::CutOff);
        }
        let message = format!("the message has {length} bytes; at most {MOST_BYTES} are read");
        let refused = Incoming::refused(Id::Null, ErrorCodes::InvalidRequest, message);
        return Ok(Some(refused));
    }
    let mut content = Vec::new();
    stream.take(length).read_to_end(&mut content)?;
    if (content.len() as u64) < length {
        return Err(Broken::CutOff);
    }
    Ok(Some(Incoming::of(&content)))
}

/// Reads a header; gives the length of what follows it.
fn header(stream: &mut impl BufRead) -> Result<Option<u64>, Broken> {
    let mut header = stream.take(MOST_HEADER_BYTES);
    let mut length = None;
    let mut is_first = true;
    loop {
        let mut line = Vec::new();
        header.read_until(b'\n', &mut line)?;
        if !line.ends_with(b"\n") {
            return match (header.limit(), is_first && line.is_empty()) {
                (0, _) => Err(Broken::Endless),
                (_, true) => Ok(None),
                (_, false) => Err(Broken::CutOff),
            };
        }
        is_first = false;
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() {
            return length.ok_or(Broken::NoLength).map(Some);
        }
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            let value = value.trim();
            let number = value
                .parse()
                .map_err(|_| Broken::NoNumber(value.to_owned()));
            length = Some(number?);
        }
    }
}

/// Writes a message, whole.
///
/// # Errors
///
/// Nobody reads it.
pub fn write(stream: &mut (impl Write + ?Sized), message: &impl Serialize) -> io::Result<()> {
    // Streams that take colours out take this character out too; as an escape it stays, and so does the length.
    let content = serde_json::to_string(message)?.replace('\u{7f}', "\\u007f");
    let mut bytes = format!("Content-Length: {}\r\n\r\n", content.len()).into_bytes();
    bytes.extend(content.into_bytes());
    stream.write_all(&bytes)?;
    stream.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(content: &[u8]) -> Vec<u8> {
        let mut bytes = format!("Content-Length: {}\r\n\r\n", content.len()).into_bytes();
        bytes.extend(content);
        bytes
    }

    /// What is read from a stream up to its end: a line for each message.
    fn all(stream: &[u8]) -> Vec<String> {
        let mut stream = stream;
        let mut said = Vec::new();
        loop {
            match read(&mut stream) {
                Ok(None) => return said,
                Ok(Some(Incoming::Refused(answer))) => {
                    said.push(serde_json::to_string(&answer).unwrap());
                }
                Ok(Some(incoming)) => said.push(format!("{incoming:?}")),
                Err(broken) => {
                    said.push(broken.to_string());
                    return said;
                }
            }
        }
    }

    #[test]
    fn messages_are_told_apart() {
        let mut stream = Vec::new();
        for content in [
            r#"{"jsonrpc":"2.0","id":1,"method":"shutdown"}"#,
            r#"{"jsonrpc":"2.0","id":"x","method":"a","params":[1]}"#,
            r#"{"jsonrpc":"2.0","method":"exit"}"#,
            r#"{"jsonrpc":"2.0","id":7,"result":null}"#,
        ] {
            stream.extend(framed(content.as_bytes()));
        }
        insta::assert_debug_snapshot!(all(&stream), @r#"
        [
            "Request { id: Number(1), method: \"shutdown\", params: Null }",
            "Request { id: String(\"x\"), method: \"a\", params: Array [Number(1)] }",
            "Notification { method: \"exit\", params: Null }",
            "Response { id: Number(7), result: Null }",
        ]
        "#);
    }

    #[test]
    fn what_is_no_message_is_answered_and_the_next_one_is_read() {
        let mut stream = Vec::new();
        for content in [
            &b"{"[..],
            b"\xff\xfe",
            b"[]",
            b"{}",
            br#"{"id":1,"method":2}"#,
            br#"{"id":[],"method":"a"}"#,
            br#"{"method":"exit"}"#,
        ] {
            stream.extend(framed(content));
        }
        insta::assert_debug_snapshot!(all(&stream), @r#"
        [
            "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"the message is not JSON: EOF while parsing an object at line 1 column 1\"},\"id\":null}",
            "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"the message is not JSON: expected value at line 1 column 1\"},\"id\":null}",
            "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"the message is not an object\"},\"id\":null}",
            "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"the message has neither `method` nor `id`\"},\"id\":null}",
            "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"`method` is not a string\"},\"id\":1}",
            "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"`id` is neither a number nor a string\"},\"id\":null}",
            "Notification { method: \"exit\", params: Null }",
        ]
        "#);
    }

    #[test]
    fn a_message_is_as_long_as_it_says_whatever_is_in_it() {
        let mut raw = Vec::new();
        write(&mut raw, &"a\u{7f}b\u{1b}[0m").unwrap();
        let mut stripped = anstream::StripStream::new(Vec::new());
        write(&mut stripped, &"a\u{7f}b\u{1b}[0m").unwrap();
        assert_eq!(
            String::from_utf8(stripped.into_inner()),
            String::from_utf8(raw)
        );
    }

    #[test]
    fn a_header_in_any_case_with_more_in_it_is_read() {
        let stream = b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:17\n\r\n{\"method\":\"exit\"}";
        assert_eq!(all(stream).len(), 1);
        assert!(all(stream)[0].contains("exit"));
    }

    #[test]
    fn a_stream_that_nobody_can_follow_ends() {
        for stream in [
            &b"\r\n{}"[..],
            b"{}\r\n\r\n",
            b"Content-Length: many\r\n\r\n{}",
            b"Content-Length: -1\r\n\r\n{}",
            b"Content-Length: 99999999999999999999999999\r\n\r\n",
            b"Content-Length: 20\r\n\r\n{}",
            b"Content-Length: 2",
        ] {
            assert_eq!(all(stream).len(), 1, "{stream:?}");
        }
        let endless = vec![b'x'; 100_000];
        assert_eq!(all(&endless), ["a header has more than 4096 bytes"]);
    }

    /// A length is not believed: nothing is made ready for it.
    #[test]
    fn what_is_too_large_is_passed_over_and_answered() {
        let mut stream = framed(&vec![b' '; 33 << 20]);
        stream.extend(framed(br#"{"method":"exit"}"#));
        let said = all(&stream);
        assert_eq!(said.len(), 2);
        assert!(said[0].contains("at most 33554432 are read"), "{}", said[0]);
        let liar = b"Content-Length: 18446744073709551615\r\n\r\n{}";
        assert_eq!(all(liar), [Broken::CutOff.to_string()]);
    }
}
