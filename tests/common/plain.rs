//! A client that knows nothing of GitHub: requests as they are put together, answers as they come.
#![allow(dead_code)]

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// An answer.
pub struct Plainly {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

/// A client of one server.
#[derive(Clone)]
pub struct Plain {
    client: Client<HttpConnector, Full<Bytes>>,
    server: String,
    token: Option<String>,
}

impl Plain {
    pub fn new(server: &str, token: Option<&str>) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            server: server.to_owned(),
            token: token.map(str::to_owned),
        }
    }

    /// Sends a request; the error says that there was no answer.
    pub async fn send(&self, method: &str, path: &str, body: String) -> Result<Plainly, String> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.server))
            .header("user-agent", "plain");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(Full::from(body)).unwrap();
        let answer = self
            .client
            .request(request)
            .await
            .map_err(|error| error.to_string())?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer
            .into_body()
            .collect()
            .await
            .map_err(|error| error.to_string())?;
        Ok(Plainly {
            status,
            headers,
            text: String::from_utf8(body.to_bytes().to_vec()).unwrap(),
        })
    }
}
