//! Opens the way to GitHub: the real one with a token, or an embedded one.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use secrecy::ExposeSecret as _;

use super::Environment;
use crate::cli::Target;
use crate::github::client::{Client, GITHUB_API};
use crate::github::patience::Patience;
use crate::plan::Options;
use crate::registry::Registry;
use crate::registry::values::RepositoryName;
use crate::sandbox::{self, Faults, Sandbox, seed};
use crate::words::one_of;

/// A connection, and the sandbox it may lead to.
pub(super) struct Connection {
    pub(super) client: Client,
    sandbox: Option<Sandbox>,
}

impl Connection {
    /// Connects to GitHub, or to a sandbox with its state in memory or in a file.
    pub(super) async fn open(
        sandbox: Option<&Option<PathBuf>>,
        environment: &Environment,
        registry: &Registry,
        patience: Patience,
    ) -> Result<Self> {
        if let Some(state_file) = sandbox {
            let sandbox = start_sandbox(registry, 0, state_file.clone(), Faults::default()).await?;
            let client = Client::new(&sandbox.url(), "sandbox".to_owned().into(), patience)?;
            return Ok(Self {
                client,
                sandbox: Some(sandbox),
            });
        }
        let Some(token) = environment.token.clone() else {
            bail!(
                "no token: set GITHUB_TOKEN to a token that may read issues (to apply, write them), \
                 or try --sandbox, which needs none"
            );
        };
        let visible = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        if !visible(token.expose_secret()) {
            bail!("the token has a character that no token has, such as a space or a line break");
        }
        let base = environment.api_url.as_deref().unwrap_or(GITHUB_API);
        if base.contains('@') || !visible(base) {
            // Not repeated here: it may hold a password.
            bail!(
                "GITHUB_API_URL is not an address like https://github.example.com/api/v3, without user and password"
            );
        }
        Ok(Self {
            client: Client::new(base.trim_end_matches('/'), token, patience)?,
            sandbox: None,
        })
    }

    pub(super) fn is_sandbox(&self) -> bool {
        self.sandbox.is_some()
    }

    pub(super) async fn close(self) {
        drop(self.client);
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
    }
}

/// Starts a sandbox with the world as it looks before kepherd; an existing state file goes on where it was.
pub(super) async fn start_sandbox(
    registry: &Registry,
    port: u16,
    state_file: Option<PathBuf>,
    faults: Faults,
) -> Result<Sandbox> {
    let shown = state_file.as_ref().map_or_else(
        || "memory".to_owned(),
        |file| format!("`{}`", file.display()),
    );
    let options = sandbox::Options {
        port,
        state_file,
        faults,
        ..sandbox::Options::default()
    };
    Sandbox::start(seed::world(registry), options)
        .await
        .with_context(|| format!("the sandbox with its state in {shown} does not start"))
}

/// What people asked for beyond the records.
pub(super) fn options(target: &Target, registry: &Registry) -> Result<Options> {
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
