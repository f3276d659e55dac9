//! HTTP in, world, HTTP out: what is true of every request, and the table of REST operations.
//!
//! Authentication, rate limits, saving and recording happen here once; the operations themselves are in
//! [`operations`]. Rules about issues belong to the world, shapes to `wire`.

mod body;
mod operations;

use super::apps::{App, INSTALLATION};
use super::faults::{Answered, Effect};
use super::http::{Incoming, Reply};
use super::wire::Wire;
use super::world::{ApiError, World};
use super::{Budget, Exchange, Shared, State, graphql, store};
use crate::text::percent;
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Query, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// No request of a reconciler comes near: a body has 65,536 characters.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// The service: every path leads to one place, so that an unknown one is answered like GitHub does.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(move |request: Request| {
        let shared = Arc::clone(&shared);
        async move { serve(&shared, request).await }
    })
}

async fn serve(shared: &Shared, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // Too long, or broken off: it never counts as a request without a body.
    let Ok(body) = to_bytes(body, MOST_BYTES).await else {
        let body = json!({ "message": "Payload Too Large", "status": "413" });
        let core = shared.state().core;
        return respond(shared, Reply::json(413, body), ("core", core));
    };
    let (path, base) = on_this_server(shared, parts.uri.path());
    let incoming = Incoming {
        method: parts.method.to_string(),
        base,
        segments: path.split('/').skip(1).map(decode).collect(),
        query: Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map(|Query(query)| query)
            .unwrap_or_default(),
        authorization: parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
        body,
        path,
    };
    let (answered, budget, latency) = {
        let mut state = shared.state();
        let effect = shared.options.faults.effect(&mut state.world, &incoming);
        let latency = effect.latency;
        let (answered, budget) = answer(shared, &mut state, incoming, effect);
        (answered, budget, latency)
    };
    if latency > 0 {
        tokio::time::sleep(Duration::from_millis(latency)).await;
    }
    match answered {
        Answered::With(reply) => respond(shared, reply, budget),
        Answered::Never => std::future::pending().await,
        // Cut and partial answers are made where the true one is known.
        Answered::Reset | Answered::Truncated | Answered::Partial => {
            Response::new(axum::body::Body::new(Broken))
        }
    }
}

/// A path as GitHub has it, and what addresses begin with: an Enterprise server serves the same below `/api/v3`, and GraphQL
/// beside it. <https://docs.github.com/en/enterprise-server@latest/rest/using-the-rest-api/getting-started-with-the-rest-api>
fn on_this_server(shared: &Shared, path: &str) -> (String, String) {
    match (path.strip_prefix("/api/v3"), path) {
        (_, "/api/graphql") => ("/graphql".to_owned(), shared.url()),
        (Some(rest), _) if rest.starts_with('/') => {
            (rest.to_owned(), format!("{}/api/v3", shared.url()))
        }
        _ => (path.to_owned(), shared.url()),
    }
}

/// A body that breaks off at once, and the connection with it.
struct Broken;

impl axum::body::HttpBody for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())))
    }
}

/// Which budget a request was charged to.
type Charged = (&'static str, Budget);

/// Answers a request, records the exchange, and lets the faults have their way with both.
fn answer(
    shared: &Shared,
    state: &mut State,
    mut incoming: Incoming,
    effect: Effect,
) -> (Answered, Charged) {
    let Effect {
        instead,
        after,
        latency: _,
        stale,
        dropped,
    } = effect;
    let request: Option<Value> = serde_json::from_slice(&incoming.body).ok();
    if !dropped.is_empty()
        && let Some(Value::Object(mut body)) = request.clone()
    {
        dropped.iter().for_each(|key| {
            body.remove(*key);
        });
        incoming.body = Value::Object(body).to_string().into();
    }
    let budget = |state: &State| match incoming.path.as_str() {
        "/graphql" => ("graphql", state.graphql),
        _ => ("core", state.core),
    };
    let is_spoiled = instead.is_some() || after.is_some();
    let answered = match instead {
        Some(instead) => instead,
        None => {
            let present = stale.map(|stale| std::mem::replace(&mut state.world, stale));
            let reply = truly(shared, state, &incoming);
            if let Some(present) = present {
                state.world = present;
            }
            altered(reply, after)
        }
    };
    let charged = budget(state);
    if shared.options.record {
        let (status, response) = match &answered {
            Answered::With(reply) if !is_spoiled => (reply.status, reply.body.clone()),
            // Not what GitHub describes: it is held to no interface.
            _ => (0, None),
        };
        state.exchanges.push(Exchange {
            request,
            method: incoming.method,
            path: incoming.path,
            query: incoming.query,
            status,
            response,
        });
    }
    (answered, charged)
}

/// What becomes of a true answer.
fn altered(reply: Reply, fault: Option<Answered>) -> Answered {
    let text = || {
        reply
            .body
            .as_ref()
            .map(Value::to_string)
            .unwrap_or_default()
    };
    match fault {
        None => Answered::With(reply),
        Some(Answered::Truncated) => {
            let text = text();
            let half: String = text.chars().take(text.chars().count() / 2).collect();
            Answered::With(Reply {
                raw: Some(half),
                ..reply
            })
        }
        Some(Answered::Partial) => Answered::With(Reply {
            body: reply.body.map(without_a_part),
            ..reply
        }),
        Some(other) => other,
    }
}

/// GraphQL's answer with the first part of its first repository missing, as a query that took too long has it.
fn without_a_part(mut body: Value) -> Value {
    let data = body.get_mut("data").and_then(Value::as_object_mut);
    let lost = data.and_then(|data| {
        let (repository, parts) = data
            .iter_mut()
            .find_map(|(key, value)| Some((key.clone(), value.as_object_mut()?)))
            .filter(|(key, _)| key != "viewer" && key != "rateLimit")?;
        let (part, value) = parts.iter_mut().find(|(_, value)| value.is_object())?;
        *value = Value::Null;
        Some((repository, part.clone()))
    });
    let path = lost.map_or_else(Vec::new, |(repository, part)| vec![repository, part]);
    body["errors"] = json!([{
        "message": "Something went wrong while executing your query.",
        "path": path,
    }]);
    body
}

/// The answer without faults.
fn truly(shared: &Shared, state: &mut State, incoming: &Incoming) -> Reply {
    let now = shared.options.clock.now();
    let refuse = |state: &State, error: &ApiError| {
        let wire = Wire {
            base: &incoming.base,
            world: &state.world,
        };
        let (body, location) = wire.error(error);
        Reply {
            location,
            ..Reply::json(error.status, body)
        }
    };
    let person = match authenticate(shared, state, incoming, now) {
        Ok(person) => person,
        Err(error) => return refuse(state, &error),
    };
    if let Some(reply) = over_a_limit(shared, state, incoming, now) {
        return reply;
    }
    let is_graphql = incoming.path == "/graphql";
    // Asking for the limits is free: <https://docs.github.com/en/rest/rate-limit/rate-limit>
    let free = is_graphql || incoming.path == "/rate_limit";
    state.core.spend(u64::from(!free), now);
    state.graphql.spend(0, now);
    let done = match (person, is_graphql, incoming.method.as_str()) {
        (Identity::App(app), ..) => as_app(&app, state, incoming, now),
        (Identity::Person(person), true, "POST") => parse(incoming).map(|body| {
            let State {
                world,
                graphql,
                started,
                ..
            } = &mut *state;
            let run = |world: &mut World| {
                let behind = world.clock.saturating_sub(shared.options.search_lag);
                let indexed_until = behind.max(*started);
                graphql::execute(
                    world,
                    graphql,
                    &shared.options,
                    indexed_until,
                    body.as_ref(),
                )
            };
            Reply::json(200, as_person(world, person.as_deref(), run))
        }),
        (_, true, _) => Err(ApiError::not_found()),
        (Identity::Person(person), false, "GET") => {
            rest(shared, state, incoming, person.as_deref())
        }
        (Identity::Person(person), false, _) => commit(shared, state, incoming, person.as_deref()),
    };
    done.unwrap_or_else(|error| refuse(state, &error))
}

/// What a request over a limit is answered with.
fn over_a_limit(
    shared: &Shared,
    state: &mut State,
    incoming: &Incoming,
    now: Timestamp,
) -> Option<Reply> {
    let limits = shared.options.limits?;
    let is_graphql = incoming.path == "/graphql";
    let budget = if is_graphql {
        &mut state.graphql
    } else {
        &mut state.core
    };
    budget.spend(0, now);
    if budget.remaining(shared.options.rate_limit) == 0 {
        let message = "API rate limit exceeded";
        return Some(if is_graphql {
            let error = json!({ "type": "RATE_LIMITED", "message": message });
            Reply::json(200, json!({ "errors": [error] }))
        } else {
            Reply::json(403, json!({ "message": message }))
        });
    }
    state.log.admit(limits, incoming, now)
}

/// What an App may ask for with its signed statement: its installation, and a token for it.
fn as_app(
    app: &App,
    state: &mut State,
    incoming: &Incoming,
    now: Timestamp,
) -> Result<Reply, ApiError> {
    let segments: Vec<&str> = incoming.segments.iter().map(String::as_str).collect();
    match (incoming.method.as_str(), segments.as_slice()) {
        ("GET", ["repos", owner, name, "installation"]) => {
            state.world.repository(&format!("{owner}/{name}"))?;
            let wire = Wire {
                base: &incoming.base,
                world: &state.world,
            };
            let account = wire.user(owner);
            Ok(Reply::json(200, app.installation(&incoming.base, &account)))
        }
        ("POST", ["app", "installations", id, "access_tokens"])
            if *id == INSTALLATION.to_string() =>
        {
            Ok(Reply::json(201, app.token(&mut state.tokens, now)))
        }
        _ => Err(ApiError::not_found()),
    }
}

/// A write: with a state file, nothing has happened unless it is saved.
fn commit(
    shared: &Shared,
    state: &mut State,
    incoming: &Incoming,
    person: Option<&str>,
) -> Result<Reply, ApiError> {
    let Some(path) = &shared.options.state_file else {
        return rest(shared, state, incoming, person);
    };
    let before = state.world.clone();
    let reply = rest(shared, state, incoming, person)?;
    if let Err(error) = store::save(path, &state.world) {
        state.world = before;
        return Err(ApiError::new(500, error.to_string()));
    }
    Ok(reply)
}

fn rest(
    shared: &Shared,
    state: &mut State,
    incoming: &Incoming,
    person: Option<&str>,
) -> Result<Reply, ApiError> {
    if incoming.method == "GET" && incoming.path == "/rate_limit" {
        return Ok(Reply::json(200, rate_limits(shared, state)));
    }
    let body = parse(incoming)?;
    let body = body::Body::new(body.as_ref())?;
    as_person(&mut state.world, person, |world| {
        operations::Call {
            incoming,
            body,
            base: &incoming.base,
            page_size_limit: shared.options.page_size_limit.clamp(1, 100),
            world,
        }
        .route()
    })
}

/// Does something as another account than the one that the sandbox's token belongs to.
fn as_person<T>(world: &mut World, person: Option<&str>, act: impl FnOnce(&mut World) -> T) -> T {
    let Some(person) = person else {
        return act(world);
    };
    world.add_user(person);
    let viewer = std::mem::replace(&mut world.viewer, person.to_owned());
    let done = act(world);
    world.viewer = viewer;
    done
}

/// Who asks.
enum Identity {
    /// The account that the sandbox belongs to, or this one instead.
    Person(Option<String>),
    /// An App, by its signed statement.
    App(App),
}

/// Any token works: only its absence, the word "bad", and tokens of Apps that were not given out or have expired are refused.
/// A token `as:octocat` speaks for octocat.
/// <https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api>
fn authenticate(
    shared: &Shared,
    state: &State,
    incoming: &Incoming,
    now: Timestamp,
) -> Result<Identity, ApiError> {
    let token = incoming
        .authorization
        .as_deref()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| {
            scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token")
        })
        .map(|(_, token)| token.trim());
    let bad = || ApiError::new(401, "Bad credentials");
    match (token, &shared.options.app) {
        (None | Some(""), _) => Err(ApiError::new(401, "Requires authentication")),
        (Some("bad"), _) => Err(bad()),
        (Some(token), app) if token.matches('.').count() == 2 => {
            let app = app
                .clone()
                .or_else(|| App::of_statement(token))
                .ok_or_else(bad)?;
            app.check(token, now).map(|()| Identity::App(app))
        }
        (Some(token), app) if token.starts_with("ghs_") => {
            let login = app
                .as_ref()
                .map_or_else(|| "kepherd-app[bot]".to_owned(), App::login);
            match state.tokens.is_valid(token, now) {
                true => Ok(Identity::Person(Some(login))),
                false => Err(bad()),
            }
        }
        (Some(token), _) => {
            let plain = |login: &&str| {
                !login.is_empty()
                    && login
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            };
            let login = token.strip_prefix("as:").filter(plain);
            Ok(Identity::Person(login.map(str::to_owned)))
        }
    }
}

fn parse(incoming: &Incoming) -> Result<Option<Value>, ApiError> {
    if incoming.body.is_empty() {
        return Ok(None);
    }
    serde_json::from_slice(&incoming.body)
        .map(Some)
        .map_err(|_| ApiError::new(400, "Problems parsing JSON"))
}

fn rate_limits(shared: &Shared, state: &State) -> Value {
    let limit = shared.options.rate_limit;
    let shape = |budget: &Budget| {
        json!({
            "limit": limit,
            "used": budget.used,
            "remaining": budget.remaining(limit),
            "reset": budget.reset,
        })
    };
    let core = shape(&state.core);
    json!({
        "resources": {
            "core": core,
            "graphql": shape(&state.graphql),
            // Not served, but always listed.
            "search": { "limit": 30, "used": 0, "remaining": 30, "reset": state.core.reset },
        },
        "rate": core,
    })
}

fn respond(shared: &Shared, reply: Reply, (resource, budget): Charged) -> Response {
    let limit = shared.options.rate_limit;
    let mut response = Response::new(match (&reply.raw, &reply.body) {
        (Some(raw), _) => raw.clone().into(),
        (None, Some(body)) => body.to_string().into(),
        (None, None) => axum::body::Body::empty(),
    });
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if reply.body.is_some() {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        );
    }
    for (name, value) in [
        ("x-ratelimit-limit", limit),
        ("x-ratelimit-remaining", budget.remaining(limit)),
        ("x-ratelimit-used", budget.used),
        ("x-ratelimit-reset", budget.reset),
    ] {
        headers.insert(name, HeaderValue::from(value));
    }
    headers.insert("x-ratelimit-resource", HeaderValue::from_static(resource));
    for (name, value) in [
        (header::LINK, reply.link),
        (header::LOCATION, reply.location),
    ] {
        // Both are made of encoded parts, so they are always valid header values.
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    response
}

/// Percent-decodes one part of a path; what is not UTF-8 then names nothing.
fn decode(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Cuts one page out of a list and links to the others. GitHub links by repository id, so that clients
/// follow the addresses instead of building them.
/// <https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api>
fn paginate<T>(
    items: Vec<T>,
    address: &str,
    query: &[(String, String)],
    limit: usize,
) -> (Vec<T>, Option<String>) {
    let number = |key: &str| {
        query
            .iter()
            .find(|(name, _)| name == key)
            .and_then(|(_, value)| value.parse::<usize>().ok())
            .filter(|value| *value > 0)
    };
    let size = number("per_page").unwrap_or(30).min(limit);
    let page = number("page").unwrap_or(1);
    let last = items.len().div_ceil(size).max(1);
    let to = |page: usize, relation: &str| {
        let mut parts: Vec<String> = query
            .iter()
            .filter(|(name, _)| name != "page")
            .map(|(name, value)| format!("{}={}", percent::part(name), percent::part(value)))
            .collect();
        parts.push(format!("page={page}"));
        format!("<{address}?{}>; rel=\"{relation}\"", parts.join("&"))
    };
    let mut links = Vec::new();
    if page > 1 {
        links.push(to(
            page.min(last.saturating_add(1)).saturating_sub(1),
            "prev",
        ));
    }
    if page < last {
        links.push(to(page.saturating_add(1), "next"));
        links.push(to(last, "last"));
    }
    if page > 1 {
        links.push(to(1, "first"));
    }
    let shown = items
        .into_iter()
        .skip(size.saturating_mul(page.saturating_sub(1)))
        .take(size)
        .collect();
    (shown, (!links.is_empty()).then(|| links.join(", ")))
}
