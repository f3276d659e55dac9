//! `kepherd issues`: what people opened and wrote on GitHub, for the records.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};

use super::carry_out::{How, carry_out};
use super::clone::EnhancementsClone;
use super::connect::{Connection, known_sandbox, patience};
use super::files::{self, Opened};
use super::{Context, Exit, block_on};
use crate::cli::IssuesOf;
use crate::github::tracking;
use crate::sources::issues::asked::Asked;
use crate::sources::issues::seen::Seen;
use crate::sources::proposal::Proposals;
use crate::sources::upstream::snapshot::Enhancements as _;
use crate::terms::Instant;

pub(super) fn run(context: &mut Context<'_>, of: &IssuesOf, how: How) -> Result<Exit> {
    let opened = files::open(context)?;
    let proposals = proposals_of(context, &opened, of)?;
    carry_out(context, &opened, proposals, how)
}

/// What GitHub proposes for the records.
pub(super) fn proposals_of(
    context: &mut Context<'_>,
    opened: &Opened,
    of: &IssuesOf,
) -> Result<Proposals> {
    known_sandbox(context, of.sandbox.as_ref())?;
    let registry = &opened.loaded.registry;
    let upstream = match &of.upstream {
        Some(clone) => {
            let clone = EnhancementsClone::at(context, clone, "HEAD", registry)?;
            Some(clone.folders().by_number.keys().copied().collect())
        }
        None => None,
    };
    let seen = read(context, of, opened)?;
    let known: Option<BTreeSet<u32>> = upstream;
    let has = |kep: u32| known.as_ref().is_none_or(|known| known.contains(&kep));
    let asked = Asked {
        registry,
        seen: &seen,
        upstream_has: Some(&has),
    };
    Ok(asked.proposals())
}

/// Reads GitHub for the records.
fn read(context: &mut Context<'_>, of: &IssuesOf, opened: &Opened) -> Result<Seen> {
    let registry = &opened.loaded.registry;
    block_on(async {
        let sandbox = of.sandbox.as_ref();
        let connection = Connection::open(context, sandbox, registry, patience(&of.waits)).await?;
        let now = Instant(jiff::Timestamp::now());
        let seen = tracking::seen(&connection.client, registry, now).await;
        let seen = seen.with_context(|| format!("{} could not be read", connection.api))?;
        if !context.global.quiet {
            let cost = super::plan::shown_cost(connection.client.cost());
            writeln!(context.log, "read with {cost}")?;
        }
        connection.close().await;
        Ok(seen)
    })
}
