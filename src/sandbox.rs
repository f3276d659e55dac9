//! An embedded, stateful stand-in for the part of GitHub that kepherd uses, on loopback.
//!
//! It lets anybody see the whole loop without an account, and lets tests assert on state instead of
//! canned replies. A request passes `faults`, then `rest` or `graphql`, which translate between HTTP
//! and `world`; `wire` knows GitHub's JSON, `store` the state file.
//!
//! It must not know what kepherd does with GitHub, bind anything but loopback, or call out.
#![allow(clippy::disallowed_methods)]

mod apps;
pub mod faults;
mod graphql;
mod http;
mod limits;
mod rest;
pub mod seed;
mod store;
mod wire;
pub mod world;

use crate::clock::Clock;
pub use apps::App;
pub use faults::Faults;
use jiff::Timestamp;
pub use limits::Limits;
use serde_json::Value;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use world::World;

/// How a sandbox is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// 0: any free port.
    pub port: u16,
    /// Saved after each write, before its response is sent. A file that exists wins over the given world.
    pub state_file: Option<PathBuf>,
    /// Keep every exchange for [`Sandbox::exchanges`].
    pub record: bool,
    /// The most that one page of a list or connection holds, whatever was asked for: 100 at GitHub.
    pub page_size_limit: usize,
    /// Requests an hour, and as many GraphQL points: 5,000 at GitHub. They are counted, and refused with
    /// [`Options::limits`].
    pub rate_limit: u64,
    /// Refuse what is over these, and over the limit of an hour.
    pub limits: Option<Limits>,
    /// The time that limits and tokens go by.
    pub clock: Clock,
    /// A GitHub App that may sign in.
    pub app: Option<App>,
    /// Faults to show.
    pub faults: Faults,
    /// How many writes search is behind: GitHub's finds what was written after seconds to minutes (reported).
    pub search_lag: i64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            port: 0,
            state_file: None,
            record: false,
            page_size_limit: 100,
            rate_limit: 5_000,
            limits: None,
            clock: Clock::default(),
            app: None,
            faults: Faults::default(),
            search_lag: 10,
        }
    }
}

/// One request and what was answered. Bodies that are empty or not JSON are `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    pub method: String,
    /// As sent, still percent-encoded.
    pub path: String,
    /// Decoded, in the order sent.
    pub query: Vec<(String, String)>,
    pub request: Option<Value>,
    /// 0 if a fault took the place of the answer.
    pub status: u16,
    pub response: Option<Value>,
}

/// A running sandbox. Dropping it stops the server, [`Sandbox::stop`] also waits for it.
#[derive(Debug)]
pub struct Sandbox {
    shared: Arc<Shared>,
    shutdown: Option<oneshot::Sender<()>>,
    server: JoinHandle<io::Result<()>>,
}

impl Sandbox {
    /// Serves a world on 127.0.0.1. The world of an existing state file takes the place of the given one.
    pub async fn start(world: World, options: Options) -> io::Result<Sandbox> {
        let lock = match &options.state_file {
            Some(path) => Some(store::Lock::take(path)?),
            None => None,
        };
        let world = match &options.state_file {
            Some(path) => match store::load(path)? {
                // A registry may have got people and repositories since.
                Some(mut saved) => {
                    saved.learn(&world);
                    saved
                }
                None => {
                    store::save(path, &world)?;
                    world
                }
            },
            None => world,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let shared = Arc::new(Shared {
            address: listener.local_addr()?,
            _lock: lock,
            state: Mutex::new(State {
                started: world.clock,
                world,
                exchanges: Vec::new(),
                core: Budget::default(),
                graphql: Budget::default(),
                log: limits::Log::default(),
                tokens: apps::Tokens::default(),
            }),
            options,
        });
        let (shutdown, stopped) = oneshot::channel::<()>();
        let service = rest::router(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            axum::serve(listener, service)
                .with_graceful_shutdown(async move {
                    // An error means that the sandbox was dropped, which stops the server too.
                    let _ = stopped.await;
                })
                .await
        });
        Ok(Sandbox {
            shared,
            shutdown: Some(shutdown),
            server,
        })
    }

    /// `http://127.0.0.1:PORT`, for `GITHUB_API_URL`.
    pub fn url(&self) -> String {
        self.shared.url()
    }

    /// Looks at the world or edits it, as a person at the web site would. Such an edit reaches the state
    /// file with the next request that writes.
    pub fn with_world<T>(&self, visit: impl FnOnce(&mut World) -> T) -> T {
        visit(&mut self.shared.state().world)
    }

    /// The exchanges so far, in the order of their commits. Empty unless [`Options::record`] is set.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.shared.state().exchanges.clone()
    }

    /// Stops the server and waits until it has answered what it had begun.
    pub async fn stop(mut self) {
        if let Some(shutdown) = self.shutdown.take() {
            // Nobody listens if the server has ended by itself.
            let _ = shutdown.send(());
        }
        // The server's own failure has been seen by its clients; there is nothing to add.
        let _ = (&mut self.server).await;
    }
}

/// What every request sees.
#[derive(Debug)]
struct Shared {
    address: SocketAddr,
    _lock: Option<store::Lock>,
    options: Options,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    world: World,
    /// Logical time when the sandbox started: what is older search knows.
    started: i64,
    exchanges: Vec<Exchange>,
    core: Budget,
    graphql: Budget,
    log: limits::Log,
    tokens: apps::Tokens,
}

/// A primary rate limit.
/// <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>
#[derive(Debug, Clone, Copy, Default)]
struct Budget {
    used: u64,
    /// Unix seconds.
    reset: u64,
}

impl Shared {
    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while the lock was held cannot have left a world half changed: operations check first.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budget {
    /// Spends points, in a new window if the last one is over.
    fn spend(&mut self, points: u64, now: Timestamp) {
        let now = u64::try_from(now.as_second()).unwrap_or_default();
        if now >= self.reset {
            *self = Budget {
                used: 0,
                reset: now.saturating_add(3_600),
            };
        }
        self.used = self.used.saturating_add(points);
    }

    fn remaining(&self, limit: u64) -> u64 {
        limit.saturating_sub(self.used)
    }
}
