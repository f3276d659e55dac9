//! `kepherd sandbox`

use anyhow::Result;

use super::connect::start_sandbox;
use super::{Context, Exit, block_on, files};
use crate::cli::SandboxArgs;
use crate::sandbox::seed::Pinned;
use crate::sandbox::{self, Faults, Limits};

pub(super) fn run(context: &mut Context<'_>, options: &SandboxArgs) -> Result<Exit> {
    let opened = files::open(context)?;
    let asked = sandbox::Options {
        port: options.port,
        state_file: options.state.clone(),
        faults: Faults::new(options.fault.clone(), options.fault_seed),
        limits: options.limits.then(Limits::of_github),
        ..sandbox::Options::default()
    };
    let pinned = match options.strangers {
        true => Pinned::Strangers,
        false => Pinned::TheirOwn,
    };
    block_on(async {
        let sandbox = start_sandbox(&opened.loaded.registry, pinned, asked).await?;
        writeln!(context.out, "{}", sandbox.url())?;
        context.out.flush()?;
        if !context.global.quiet {
            writeln!(
                context.log,
                "the sandbox takes any token; in another terminal:\n  \
                 GITHUB_API_URL={} GITHUB_TOKEN=any kepherd apply\n\
                 a token such as as:octocat speaks for that person; Ctrl-C stops it",
                sandbox.url()
            )?;
        }
        tokio::signal::ctrl_c().await?;
        sandbox.stop().await;
        Ok(Exit::Clean)
    })
}
