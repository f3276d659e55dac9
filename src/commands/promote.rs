//! `kepherd promote`

use anyhow::{Result, bail};

use super::carry_out::{How, carry_out};
use super::plan::sound_registry;
use super::{Context, Exit};
use crate::cli::Promote;
use crate::sources::promote::{NextAim, propose, who_can_act};

pub(super) fn run(context: &mut Context<'_>, options: &Promote) -> Result<Exit> {
    let Some(opened) = sound_registry(context)? else {
        return Ok(Exit::CouldNotRun);
    };
    let Promote {
        number,
        stage,
        target,
        enabled_by_default,
        showing,
    } = options;
    let registry = &opened.loaded.registry;
    let Some(entry) = registry.kep(*number) else {
        bail!("the registry has no record of KEP-{number}: `kepherd new kep {number}` makes one");
    };
    let aim = NextAim {
        stage: *stage,
        target: *target,
        on_by_default: *enabled_by_default,
    };
    let mut proposals = propose(registry, entry, aim, context.today())?;
    if proposals.proposals.iter().any(|one| one.is_edit()) {
        let who = who_can_act(registry, &entry.value, *target);
        proposals.notes.push(format!("who can act: {who}"));
    }
    carry_out(context, &opened, proposals, How::of(showing))
}
