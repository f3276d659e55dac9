//! One request and its answer, over HTTP: the way out of the program. hyper brings connections, and rustls TLS.
//!
//! Reads are repeated after failures that pass, and anything after a limit, as `patience.rs` says; a write of which nobody
//! knows whether it was carried out is not: only what a connection never began to send is sent again by itself. Redirects are not
//! followed. The secret goes into one header and nowhere else; errors are made from answers, never from
//! requests.

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LINK, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderValue, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use jiff::Timestamp;
use serde_json::Value;

use super::budget::Spending;
use super::nodes::Unusable;
use super::patience::{self, Patience, Throttle};
use crate::sync::remote::{Error, Problem};
use crate::terms::links::Site;
use crate::text::words::{counted, duration, printable};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// An answer is a page of 100 issues of 64 KiB at most, and its JSON around it.
const MAX_ANSWER_BYTES: usize = 64 << 20;
/// <https://docs.github.com/en/rest/about-the-rest-api/api-versions>
const API_VERSION: &str = "2022-11-28";

/// Sends requests, one after the other, each with the secret that it is given.
pub(super) struct Wire {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    address: Address,
    pub(super) throttle: Throttle,
    timeout: Duration,
    usage: Usage,
}

/// What a run has cost so far.
#[derive(Debug, Default)]
struct Usage {
    queries: AtomicUsize,
    reads: AtomicUsize,
    writes: AtomicUsize,
    points: AtomicUsize,
}

/// What a run has cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// GraphQL requests.
    pub queries: usize,
    /// REST requests that read.
    pub reads: usize,
    /// REST requests that write.
    pub writes: usize,
    /// GraphQL points.
    pub points: usize,
}

/// Where the API is: GitHub's own, or that of an Enterprise server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Scheme and authority, as everybody writes them: in lower case, without the port that goes without saying.
    origin: String,
    host: String,
    /// What REST's paths begin with: `/api/v3` on an Enterprise server.
    rest: String,
    /// GraphQL's path.
    graphql: String,
}

impl Address {
    /// From the address of the REST API, as `GITHUB_API_URL` has it; `None`: it is none. Without TLS it may be on this machine
    /// only, for whoever listens between would get the secret.
    ///
    /// GraphQL is beside it: <https://docs.github.com/en/enterprise-server@latest/graphql/guides/managing-enterprise-accounts>.
    pub fn of(api: &str) -> Option<Self> {
        let uri: Uri = api.trim_end_matches('/').parse().ok()?;
        let (scheme, authority) = (uri.scheme_str()?.to_lowercase(), uri.authority()?);
        let usual = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        if authority.as_str().contains('@') || uri.query().is_some() || authority.host().is_empty()
        {
            return None;
        }
        let host = authority.host().to_lowercase();
        let port = match authority.port_u16() {
            Some(port) if port != usual => format!(":{port}"),
            None if authority.as_str().len() > host.len() => return None,
            _ => String::new(),
        };
        let rest = uri.path().trim_end_matches('/').to_owned();
        let graphql = match rest.strip_suffix("/v3") {
            Some(api) => format!("{api}/graphql"),
            None => format!("{rest}/graphql"),
        };
        let address = Self {
            origin: format!("{scheme}://{host}{port}"),
            host,
            rest,
            graphql,
        };
        (scheme == "https" || address.is_loopback()).then_some(address)
    }

    /// The host, as `gh` calls it.
    pub fn host(&self) -> &str {
        self.host.strip_prefix("api.").unwrap_or(&self.host)
    }

    /// Where people look at what is there. A stand-in on this machine stands in for GitHub.
    pub fn site(&self) -> Site {
        match self.is_loopback() {
            true => Site::github(),
            false => Site::at(&self.origin.replacen("://api.", "://", 1)),
        }
    }

    /// Scheme, host and port: the same for the same server.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether it is on this machine: a stand-in for GitHub.
    pub fn is_loopback(&self) -> bool {
        matches!(self.host.as_str(), "127.0.0.1" | "localhost" | "[::1]")
    }

    /// The whole address of a request, by REST's path.
    fn uri(&self, path: &str) -> String {
        let Self {
            origin,
            host: _,
            rest,
            graphql,
        } = self;
        match path {
            GRAPHQL => format!("{origin}{graphql}"),
            path => format!("{origin}{rest}{path}"),
        }
    }

    /// The path of an address that GitHub gave, if it leads to the same place.
    fn path_of(&self, address: &str) -> Option<String> {
        let below = address.strip_prefix(&self.origin)?;
        let path = below.strip_prefix(&self.rest)?;
        path.starts_with('/').then(|| path.to_owned())
    }
}

/// The path of GraphQL, whatever it is on this server.
pub(super) const GRAPHQL: &str = "/graphql";

/// A request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    /// `GET`, `POST` or `PATCH`.
    pub(super) method: &'static str,
    /// REST's path, with its query.
    pub(super) path: &'a str,
    pub(super) body: Option<&'a Value>,
    /// What it counts as.
    pub(super) spending: Spending,
    pub(super) repeatable: Repeatable,
}

/// Whether a request may be repeated although nobody knows whether it was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeatable {
    /// It reads.
    Yes,
    /// It reads, and where GitHub gave up on it, half of it may do.
    UnlessTooLarge,
    /// It writes.
    No,
}

/// An answer that is a success.
pub(super) struct Answer {
    request: String,
    pub(super) body: Value,
    /// The path of the next page of a REST list.
    pub(super) next: Option<String>,
}

impl Answer {
    pub(super) fn unusable(self, why: Unusable) -> Error {
        Error {
            request: self.request,
            problem: match why {
                Unusable::Errors(message) => Problem::GraphQl(message),
                Unusable::Malformed(message) => Problem::Malformed(message),
            }
            .printable(),
        }
    }

    pub(super) fn parse<T: serde::de::DeserializeOwned>(self) -> Result<T, Error> {
        serde_json::from_value(self.body).map_err(|error| Error {
            request: self.request,
            problem: Problem::Malformed(error.to_string()).printable(),
        })
    }
}

impl Wire {
    pub(super) fn new(address: Address, patience: Patience) -> Result<Self, Error> {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_nodelay(true);
        // TLS is for the connector around it.
        connector.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Self {
            client,
            address,
            timeout: patience.timeout,
            throttle: Throttle::new(patience),
            usage: Usage::default(),
        })
    }

    /// Where people look at what is there.
    pub(super) fn site(&self) -> Site {
        self.address.site()
    }

    /// What the run has cost so far.
    pub(super) fn cost(&self) -> Cost {
        let Usage {
            queries,
            reads,
            writes,
            points,
        } = &self.usage;
        Cost {
            queries: queries.load(Ordering::Relaxed),
            reads: reads.load(Ordering::Relaxed),
            writes: writes.load(Ordering::Relaxed),
            points: points.load(Ordering::Relaxed),
        }
    }

    /// Waits until what was sent at a moment can no longer be carried out.
    pub(super) async fn settled(&self, sent: Timestamp) -> Result<(), Error> {
        let settled = self.throttle.settled(sent).await;
        settled.map_err(|held| held.error("looking for new issues".to_owned()))
    }

    /// A request with a secret, and more of it where it may be repeated.
    pub(super) async fn send(&self, call: Call<'_>, secret: &HeaderValue) -> Result<Answer, Error> {
        self.repeated(call, || self.once(call, secret)).await
    }

    /// More of a request where it may be repeated.
    pub(super) async fn repeated<F: Future<Output = Result<Answer, Error>>>(
        &self,
        call: Call<'_>,
        send: impl Fn() -> F,
    ) -> Result<Answer, Error> {
        let again = |error: &Error| match call.repeatable {
            Repeatable::Yes => true,
            Repeatable::No => false,
            Repeatable::UnlessTooLarge => !error.is_too_large(),
        };
        let mut tried = 0;
        loop {
            let error = match send().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let goes_on = self
                .throttle
                .before_next(&error, tried, again(&error))
                .await;
            if !goes_on {
                // Somebody who stops a wait is told so, and not what was waited for.
                return Err(match self.throttle.is_stopped() {
                    true => call.fails(Problem::Stopped),
                    false => error,
                });
            }
            tried += 1;
        }
    }

    /// A request when its turn has come.
    pub(super) async fn once(&self, call: Call<'_>, secret: &HeaderValue) -> Result<Answer, Error> {
        let turn = self.throttle.turn(call.spending).await;
        turn.map_err(|held| held.error(call.request()))?;
        self.throttle.spend(call.spending);
        let count = match call.spending {
            Spending::Query => &self.usage.queries,
            Spending::Read => &self.usage.reads,
            Spending::Creation | Spending::Change => &self.usage.writes,
        };
        count.fetch_add(1, Ordering::Relaxed);
        let began = self.throttle.now();
        let exchange = self.exchange(call, secret);
        let (answer, seen) = match tokio::time::timeout(self.timeout, exchange).await {
            Ok(exchanged) => exchanged,
            Err(_) => {
                let late = format!("none came within {}", duration(self.timeout));
                (Err(call.fails(Problem::Unreachable(late))), Seen::default())
            }
        };
        let took = self.throttle.now().duration_since(began).as_millis();
        self.usage.points.fetch_add(seen.points, Ordering::Relaxed);
        match &answer {
            Ok(_) => tracing::debug!("{} → {seen}, {took} ms", call.request()),
            Err(Error { problem, .. }) => {
                tracing::debug!("{} → {seen}, {took} ms: {problem}", call.request());
            }
        }
        answer
    }

    async fn exchange(
        &self,
        call: Call<'_>,
        secret: &HeaderValue,
    ) -> (Result<Answer, Error>, Seen) {
        let mut seen = Seen::default();
        if let Some(body) = call
            .body
            .filter(|_| tracing::enabled!(tracing::Level::TRACE))
        {
            // A secret is in no body that is sent.
            tracing::trace!("{} ← {}", call.request(), printable(&body.to_string()));
        }
        let answer = self.exchanged(call, secret, &mut seen).await;
        (answer, seen)
    }

    async fn exchanged(
        &self,
        call: Call<'_>,
        secret: &HeaderValue,
        seen: &mut Seen,
    ) -> Result<Answer, Error> {
        let fail = |problem| call.fails(problem);
        let mut request = http::Request::builder()
            .method(call.method)
            .uri(self.address.uri(call.path))
            .header(USER_AGENT, concat!("kepherd/", env!("CARGO_PKG_VERSION")))
            .header(AUTHORIZATION, secret.clone())
            .header(ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", API_VERSION);
        if call.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request
            .body(Full::from(
                call.body.map(Value::to_string).unwrap_or_default(),
            ))
            .map_err(|error| fail(Problem::Unreachable(error.to_string())))?;
        let sent = self.client.request(request).await;
        let response = sent.map_err(|error| fail(Problem::Unreachable(short(&error))))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        seen.status = status;
        seen.remaining = patience::remaining(&headers);
        self.throttle.learn(call.spending.resource(), &headers);
        let bytes = http_body_util::Limited::new(response.into_body(), MAX_ANSWER_BYTES)
            .collect()
            .await
            .map_err(|error| fail(Problem::Unreachable(error.to_string())))?
            .to_bytes();
        seen.bytes = bytes.len();
        let bytes = without(secret, &bytes);
        let mut body: Option<Value> = serde_json::from_slice(&bytes).ok();
        // JSON can spell a secret in other bytes.
        if let Some(body) = body.as_mut().filter(|_| bytes.contains(&b'\\')) {
            forget(secret, body);
        }
        let message = message(body.as_ref());
        if let Some(wait) = patience::limit(status, &headers, &message, self.throttle.now()) {
            return Err(fail(Problem::Limited { message, wait }));
        }
        match (status, body) {
            (200..=299, Some(body)) => match graphql_limit(&body) {
                Some(message) => {
                    let wait = None;
                    Err(fail(Problem::Limited { message, wait }))
                }
                None => {
                    let cost = body.pointer("/data/rateLimit/cost").and_then(Value::as_u64);
                    let points = usize::try_from(cost.unwrap_or_default());
                    seen.points = points.unwrap_or_default();
                    Ok(Answer {
                        request: call.request(),
                        body,
                        next: self.next_page(&headers).map_err(fail)?,
                    })
                }
            },
            (200..=299, None) if bytes.is_empty() => Ok(Answer {
                request: call.request(),
                body: Value::Null,
                next: None,
            }),
            (200..=299, None) => Err(fail(Problem::Malformed("it is not JSON".to_owned()))),
            (401, _) => Err(fail(Problem::Unauthorized(message))),
            (_, body) => Err(fail(Problem::Refused {
                status,
                message,
                codes: codes(body.as_ref()),
                location: headers
                    .get(LOCATION)
                    .map(|value| without(secret, value.as_bytes()))
                    .and_then(|value| String::from_utf8(value.into_owned()).ok()),
            })),
        }
    }

    /// The path of an address that GitHub gave, if it leads to the same API.
    pub(super) fn path_of(&self, address: &str) -> Option<String> {
        self.address.path_of(address)
    }

    /// The next page of a list: GitHub's own address is followed, not built, and only to where the secret may go.
    /// <https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api>
    fn next_page(&self, headers: &HeaderMap) -> Result<Option<String>, Problem> {
        let links = headers.get(LINK).and_then(|value| value.to_str().ok());
        let next = links
            .into_iter()
            .flat_map(|links| links.split(','))
            .find(|part| part.contains("rel=\"next\""));
        let Some(next) = next else {
            return Ok(None);
        };
        let address = next
            .split_once('<')
            .and_then(|(_, rest)| rest.split_once('>'))
            .map(|(address, _)| address);
        let path = address.and_then(|address| self.address.path_of(address));
        match path {
            Some(path) => Ok(Some(path)),
            None => Err(Problem::Malformed(
                "its next page is not an address of this API".to_owned(),
            )),
        }
    }
}

/// An answer without the secret of its request, should a server or a proxy repeat it.
fn without<'a>(secret: &HeaderValue, answer: &'a [u8]) -> Cow<'a, [u8]> {
    let secret = secret.as_bytes();
    let secret = secret.strip_prefix(b"Bearer ").unwrap_or(secret);
    let is_there = |rest: &[u8]| rest.starts_with(secret);
    // Short ones, such as those for a stand-in, are words that may stand there on their own.
    if secret.len() < 8 || !(0..answer.len()).any(|at| is_there(&answer[at..])) {
        return Cow::Borrowed(answer);
    }
    let mut out = Vec::with_capacity(answer.len());
    let mut at = 0;
    while at < answer.len() {
        if is_there(&answer[at..]) {
            out.extend(b"***");
            at += secret.len();
        } else {
            out.push(answer[at]);
            at += 1;
        }
    }
    Cow::Owned(out)
}

/// Takes the secret of a request out of what an answer says.
fn forget(secret: &HeaderValue, value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(bytes) = without(secret, text.as_bytes()) {
                *text = String::from_utf8_lossy(&bytes).into_owned();
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|one| forget(secret, one)),
        Value::Object(all) => all.values_mut().for_each(|one| forget(secret, one)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What is told of a request at `-v`.
#[derive(Debug, Default)]
struct Seen {
    /// 0: there was no answer.
    status: u16,
    bytes: usize,
    points: usize,
    remaining: Option<u64>,
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.status {
            0 => f.write_str("no answer")?,
            status => write!(f, "{status}, {} bytes", self.bytes)?,
        }
        if self.points > 0 {
            write!(f, ", {}", counted(self.points, "point"))?;
        }
        match self.remaining {
            Some(remaining) => write!(f, ", {remaining} left"),
            None => Ok(()),
        }
    }
}

impl Call<'_> {
    /// Method and path, as errors name it.
    fn request(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn fails(&self, problem: Problem) -> Error {
        Error {
            request: self.request(),
            problem: problem.printable(),
        }
    }
}

/// The words of a limit in an answer that is otherwise a success.
fn graphql_limit(body: &Value) -> Option<String> {
    let errors = body.get("errors")?.as_array()?;
    let limit = errors
        .iter()
        .find(|error| error.get("type").and_then(Value::as_str) == Some("RATE_LIMITED"))?;
    let message = limit.get("message").and_then(Value::as_str);
    Some(message.unwrap_or("RATE_LIMITED").to_owned())
}

/// GitHub's words for a refusal, with the fields that it names.
fn message(body: Option<&Value>) -> String {
    let Some(body) = body else {
        return "an answer that is not JSON".to_owned();
    };
    let text = body
        .get("message")
        .and_then(Value::as_str)
        .map_or("no message", |text| text.trim_end_matches('.'));
    let fields: Vec<String> = body
        .get("errors")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|error| {
            let part = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
            format!("{} {} {}", part("field"), part("code"), part("message"))
                .trim()
                .to_owned()
        })
        .filter(|text| !text.is_empty())
        .collect();
    if fields.is_empty() {
        text.to_owned()
    } else {
        format!("{text} ({})", fields.join("; "))
    }
}

fn codes(body: Option<&Value>) -> Vec<String> {
    body.and_then(|body| body.get("errors")?.as_array())
        .into_iter()
        .flatten()
        .filter_map(|error| error.get("code")?.as_str())
        .map(str::to_owned)
        .collect()
}

/// The innermost cause, in one line: those around it say no more than that something failed.
fn short(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause
        .to_string()
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_of_an_enterprise_server_has_graphql_beside_rest() {
        let address = |text| Address::of(text).unwrap();
        let own = address("https://api.github.com/");
        assert_eq!(own.uri("/user"), "https://api.github.com/user");
        assert_eq!(own.uri(GRAPHQL), "https://api.github.com/graphql");
        assert_eq!(own.host(), "github.com");
        assert!(!own.is_loopback() && !address("https://localhost.example.com").is_loopback());
        assert!(
            address("http://127.0.0.1:8080").is_loopback()
                && address("http://localhost").is_loopback()
        );
        let server = address("https://git.example.com:8443/api/v3");
        assert_eq!(
            server.uri("/user"),
            "https://git.example.com:8443/api/v3/user"
        );
        assert_eq!(
            server.uri(GRAPHQL),
            "https://git.example.com:8443/api/graphql"
        );
        assert_eq!(server.host(), "git.example.com");
        let tenant = address("https://api.octo.ghe.com");
        assert_eq!(tenant.uri(GRAPHQL), "https://api.octo.ghe.com/graphql");
        assert_eq!(tenant.host(), "octo.ghe.com");
        let sites = [&own, &address("http://[::1]:9108"), &server, &tenant].map(Address::site);
        assert_eq!(
            sites,
            [
                "https://github.com",
                "https://github.com",
                "https://git.example.com:8443",
                "https://octo.ghe.com"
            ]
            .map(Site::at)
        );
        let odd = address("HTTPS://Git.Example.com:443/api/v3#x");
        assert_eq!(odd, address("https://git.example.com/api/v3"));
        let six = address("http://[::1]:9108");
        assert_eq!(
            (six.host(), six.origin(), six.is_loopback()),
            ("[::1]", "http://[::1]:9108", true)
        );
        assert!(address("http://[::1]").is_loopback());
        for wrong in [
            "",
            "github.com",
            "ftp://x",
            "https://u:p@x",
            "https://",
            "https://x?y",
            "http://git.example.com/api/v3",
            "http://127.0.0.1.example.com",
        ] {
            assert_eq!(Address::of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_secret_that_an_answer_repeats_is_taken_out() {
        let secret = HeaderValue::from_static("Bearer ghp_0123456789");
        let answer = without(
            &secret,
            b"{\"message\": \"bad: ghp_0123456789, ghp_0123456789\"}",
        );
        assert_eq!(&*answer, b"{\"message\": \"bad: ***, ***\"}");
        assert_eq!(&*without(&secret, b"ghp_012345678"), b"ghp_012345678");
        assert_eq!(
            &*without(&HeaderValue::from_static("Bearer any"), b"any"),
            b"any"
        );
        // Spelt in other bytes it is the same secret.
        let mut answer = serde_json::from_str(
            r#"{"message": "bad \u0067hp_0123456789", "errors": [{"code": "ghp_\u0030123456789"}]}"#,
        )
        .unwrap();
        forget(&secret, &mut answer);
        let said = r#"{"message":"bad ***","errors":[{"code":"***"}]}"#;
        assert_eq!(answer.to_string(), said);
    }

    #[test]
    fn the_secret_follows_links_to_the_same_api_only() {
        let server = Address::of("https://git.example.com/api/v3").unwrap();
        let path = "https://git.example.com/api/v3/repositories/7/milestones?page=2";
        assert_eq!(
            server.path_of(path).unwrap(),
            "/repositories/7/milestones?page=2"
        );
        for elsewhere in [
            "https://git.example.com.evil/api/v3/x",
            "https://evil/api/v3/x",
            "http://git.example.com/api/v3/x",
            "https://git.example.com/api/v3",
            "https://git.example.com/api/v33/x",
        ] {
            assert_eq!(server.path_of(elsewhere), None, "{elsewhere}");
        }
    }
}
