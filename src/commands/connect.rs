//! Opens the way to GitHub: the real one as a token's holder or as an App, or an embedded one.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use secrecy::SecretString;
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use super::{Context, Environment, records};
use crate::cli::{Target, Waits};
use crate::github::client::{Address, Client, GITHUB_API};
use crate::github::credentials::Credentials;
use crate::github::patience::{Patience, Stop};
use crate::registry::Registry;
#[cfg(feature = "sandbox")]
use crate::sandbox::{self, Sandbox, seed};
use crate::sync::plan::Options;
use crate::terms::RepositoryName;
use crate::text::words::one_of;

/// Whether the environment says as whom GitHub is to be asked. What the GitHub CLI is signed in with does not count: nobody asked for that.
pub(super) fn is_signed_in(environment: &Environment) -> bool {
    environment.token.is_some() || environment.app_id.is_some()
}

/// A sandbox with its state in a file that is not there holds nothing that a source could tell: its world would be made of the records.
pub(super) fn known_sandbox(
    context: &Context<'_>,
    sandbox: Option<&Option<PathBuf>>,
) -> Result<()> {
    if let Some(Some(file)) = sandbox
        && !context.environment.directory.join(file).exists()
    {
        bail!(
            "--sandbox={}: there is no such file; `kepherd plan --sandbox={}` begins one",
            file.display(),
            file.display()
        );
    }
    Ok(())
}

/// A connection, and the sandbox it may lead to.
pub(super) struct Connection {
    pub(super) client: Client,
    /// The address of the API, or the sandbox's state: numbers mean nothing elsewhere.
    pub(super) api: String,
    sandbox: Option<Embedded>,
    /// Whether it is GitHub, and not something on this machine that stands in for it.
    real: bool,
}

/// With something that stands in for GitHub: it has no limits, carries out at once what it carries out, and whoever wants no
/// pause between writes wants none between tries either.
fn of_stand_in(patience: Patience) -> Patience {
    Patience {
        limits: false,
        settle: Duration::ZERO,
        first: patience.first.min(patience.interval),
        ..patience
    }
}

/// How long a command waits for GitHub.
pub(super) fn patience(waits: &Waits) -> Patience {
    Patience {
        max_wait: Duration::from_secs(waits.max_wait),
        timeout: Duration::from_secs(waits.timeout),
        ..Patience::default()
    }
}

impl Connection {
    /// Connects to GitHub, or to a sandbox with its state in memory or in a file.
    pub(super) async fn open(
        context: &mut Context<'_>,
        sandbox: Option<&Option<PathBuf>>,
        registry: &Registry,
        patience: Patience,
    ) -> Result<Self> {
        Self::open_for(context, sandbox, registry, None, patience).await
    }

    /// The same; an App speaks for its installation in this repository, and not in the registry's first.
    pub(super) async fn open_for(
        context: &mut Context<'_>,
        sandbox: Option<&Option<PathBuf>>,
        registry: &Registry,
        only: Option<&RepositoryName>,
        patience: Patience,
    ) -> Result<Self> {
        let environment = context.environment;
        let bots = &registry.config.value.bots;
        if let Some(state_file) = sandbox {
            let (embedded, api) = embedded(environment, registry, state_file.as_ref()).await?;
            let token = Credentials::token(&SecretString::from("sandbox".to_owned()))?;
            let address = address(&embedded.url())?;
            return Ok(Self {
                client: Client::new(address, token, bots, of_stand_in(patience))?,
                api,
                sandbox: Some(embedded),
                real: false,
            });
        }
        let api = environment
            .api_url
            .as_deref()
            .unwrap_or(GITHUB_API)
            .trim_end_matches('/');
        let address = address(api)?;
        let credentials = credentials(context, &address, registry, only).await?;
        let real = !address.is_loopback();
        let patience = match real {
            true => patience,
            false => of_stand_in(patience),
        };
        let api = address.origin().to_owned();
        Ok(Self {
            client: Client::new(address, credentials, bots, patience)?,
            api,
            sandbox: None,
            real,
        })
    }

    pub(super) fn is_sandbox(&self) -> bool {
        self.sandbox.is_some()
    }

    /// Whether something on this machine stands in for GitHub.
    pub(super) fn is_stand_in(&self) -> bool {
        !self.real
    }

    /// What it means that nothing could be read.
    pub(super) fn unread(&self) -> String {
        format!("nothing is planned, for {} could not be read", self.api)
    }

    pub(super) async fn close(self) {
        drop(self.client);
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
    }
}

fn address(api: &str) -> Result<Address> {
    // Not repeated here: it may hold a password.
    let is_visible = api.bytes().all(|byte| byte.is_ascii_graphic());
    Address::of(api).filter(|_| is_visible).context(
        "GITHUB_API_URL is not an address like https://github.example.com/api/v3: with TLS, unless it is on this machine, and \
         without user and password",
    )
}

/// A token, an App, or what the GitHub CLI is signed in with.
async fn credentials(
    context: &mut Context<'_>,
    address: &Address,
    registry: &Registry,
    only: Option<&RepositoryName>,
) -> Result<Credentials> {
    let Environment {
        token,
        app_id,
        app_private_key,
        ..
    } = context.environment;
    match (app_id, app_private_key) {
        (Some(id), Some(key)) => {
            if token.is_some() {
                tracing::debug!(
                    "KEPHERD_APP_ID is set: it acts as the App, and the token is not used"
                );
            }
            let repository = only.or_else(|| registry.config.value.default_repository());
            let repository = repository.context("`registry.toml` lists no repository")?;
            let app = Credentials::app(id, key, repository.clone());
            return app.context("KEPHERD_APP_ID and KEPHERD_APP_PRIVATE_KEY do not name an App");
        }
        (Some(_), None) => {
            bail!("KEPHERD_APP_ID is set, and KEPHERD_APP_PRIVATE_KEY is not: an App needs both")
        }
        (None, Some(_)) => {
            bail!("KEPHERD_APP_PRIVATE_KEY is set, and KEPHERD_APP_ID is not: an App needs both")
        }
        (None, None) => {}
    }
    if let Some(token) = token {
        return Ok(Credentials::token(token)?);
    }
    if let Some(token) = token_of_gh(address.host()).await {
        if !context.global.quiet {
            writeln!(context.log, "signed in as `gh` is: no GITHUB_TOKEN is set")?;
        }
        return Ok(Credentials::token(&token)?);
    }
    bail!(
        "no token: set GITHUB_TOKEN to a token that may read issues (to apply, write them), set KEPHERD_APP_ID and \
         KEPHERD_APP_PRIVATE_KEY for a GitHub App, run `gh auth login`, or try --sandbox, which needs none"
    );
}

/// How long the GitHub CLI may take.
const PATIENCE_WITH_GH: Duration = Duration::from_secs(10);
/// No token is longer.
const LONGEST_TOKEN: u64 = 4_096;

/// The token of the GitHub CLI, if there is one and it is signed in: <https://cli.github.com/manual/gh_auth_token>.
async fn token_of_gh(host: &str) -> Option<SecretString> {
    let mut gh = Command::new("gh")
        .args(["auth", "token", "--hostname", host])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let stdout = gh.stdout.take()?;
    let answer = async {
        let mut text = String::new();
        stdout
            .take(LONGEST_TOKEN)
            .read_to_string(&mut text)
            .await
            .ok()?;
        gh.wait().await.ok()?.success().then_some(text)
    };
    let Ok(answer) = tokio::time::timeout(PATIENCE_WITH_GH, answer).await else {
        tracing::warn!("`gh auth token` takes too long, and is not waited for");
        return None;
    };
    let text = answer?;
    let token = text.trim();
    (!token.is_empty()).then(|| token.to_owned().into())
}

/// An embedded GitHub for one command, and what its numbers are remembered under.
#[cfg(feature = "sandbox")]
async fn embedded(
    environment: &Environment,
    registry: &Registry,
    state_file: Option<&PathBuf>,
) -> Result<(Embedded, String)> {
    let options = sandbox::Options {
        state_file: state_file.map(|file| environment.directory.join(file)),
        ..sandbox::Options::default()
    };
    let api = match &options.state_file {
        Some(file) => format!("sandbox:{}", file.display()),
        // Its world goes away with it, so that nothing is ever remembered of it.
        None => format!("sandbox:memory:{}", jiff::Timestamp::now()),
    };
    let started = start_sandbox(registry, seed::Pinned::TheirOwn, options).await?;
    Ok((started, api))
}

/// The embedded GitHub.
#[cfg(feature = "sandbox")]
type Embedded = Sandbox;

/// The embedded GitHub of a program that has none.
#[cfg(not(feature = "sandbox"))]
enum Embedded {}

#[cfg(not(feature = "sandbox"))]
impl Embedded {
    fn url(&self) -> String {
        match *self {}
    }

    async fn stop(self) {
        match self {}
    }
}

#[cfg(not(feature = "sandbox"))]
async fn embedded(
    _: &Environment,
    _: &Registry,
    _: Option<&PathBuf>,
) -> Result<(Embedded, String)> {
    Err(no_sandbox())
}

/// What a program without the embedded GitHub says to whoever asks for it.
#[cfg(not(feature = "sandbox"))]
pub(super) fn no_sandbox() -> anyhow::Error {
    anyhow::anyhow!(
        "this kepherd was built without the embedded GitHub and `board --serve`: a released one has them, and \
         `cargo install kepherd` builds them"
    )
}

/// Starts a sandbox with the world as it looks before kepherd; an existing state file goes on where it was.
#[cfg(feature = "sandbox")]
pub(super) async fn start_sandbox(
    registry: &Registry,
    pinned: seed::Pinned,
    options: sandbox::Options,
) -> Result<Sandbox> {
    let shown = options.state_file.as_ref().map_or_else(
        || "memory".to_owned(),
        |file| format!("`{}`", file.display()),
    );
    Sandbox::start(seed::world(registry, pinned), options)
        .await
        .with_context(|| format!("the sandbox with its state in {shown} does not start"))
}

/// Ctrl-C asks to stop, which the work under way hears when it can; a second one ends the program at once.
pub(super) fn stop_on_ctrl_c(heard: &'static str) -> Stop {
    let stop = Stop::default();
    let asked = stop.clone();
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if asked.ask() {
                std::process::exit(130);
            }
            tracing::warn!("{heard}; once more stops at once");
        }
    });
    stop
}

/// What people asked for beyond the records.
pub(super) fn options(target: &Target, names: &[String], registry: &Registry) -> Result<Options> {
    if let Some(number) = target
        .create
        .iter()
        .find(|number| registry.kep(**number).is_none())
    {
        bail!("--create {number}: the registry has no record of KEP-{number}");
    }
    if let Some(name) = &target.repository {
        listed(registry, name)?;
    }
    Ok(Options {
        create: target.create.iter().copied().collect(),
        hold_creations: false,
        claim: records::named(registry, &target.claim)?,
        records: records::selected(registry, names, &target.only)?,
        repository: target.repository.clone(),
    })
}

/// Only repositories that the registry lists are ever spoken to.
pub(super) fn listed(registry: &Registry, name: &RepositoryName) -> Result<()> {
    let repositories = &registry.config.value.repositories;
    if repositories.contains(name) {
        return Ok(());
    }
    let names: Vec<String> = repositories.iter().map(ToString::to_string).collect();
    bail!(
        "--repository {name}: `registry.toml` does not list it; it lists {}",
        one_of(names.iter().map(String::as_str))
    )
}
