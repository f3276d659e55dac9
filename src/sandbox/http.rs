//! A request that was read, and an answer that is to be sent: what the service, its operations and its faults speak of.

use axum::body::Bytes;
use serde_json::Value;

/// A request, read in full.
#[derive(Debug)]
pub(super) struct Incoming {
    pub method: String,
    /// As sent, without what an Enterprise server has before it.
    pub path: String,
    /// What the addresses in the answer begin with.
    pub base: String,
    /// The path's decoded parts.
    pub segments: Vec<String>,
    pub query: Vec<(String, String)>,
    pub authorization: Option<String>,
    pub body: Bytes,
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub status: u16,
    pub body: Option<Value>,
    pub link: Option<String>,
    pub location: Option<String>,
    /// Sent instead of the body.
    pub raw: Option<String>,
    /// More headers, which win over those of every answer.
    pub headers: Vec<(&'static str, String)>,
}

impl Reply {
    pub(super) fn json(status: u16, body: Value) -> Self {
        Reply {
            body: Some(body),
            ..Reply::empty(status)
        }
    }

    pub(super) fn empty(status: u16) -> Self {
        Reply {
            status,
            body: None,
            link: None,
            location: None,
            raw: None,
            headers: Vec::new(),
        }
    }
}
