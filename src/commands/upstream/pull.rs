//! `kepherd upstream pull`: what upstream proposes is carried out.

use anyhow::{Result, bail};

use crate::cli::{Clone, Pull};
use crate::commands::carry_out::{How, carry_out};
use crate::commands::clone::EnhancementsClone;
use crate::commands::files::{self, Opened};
use crate::commands::{Context, Exit};
use crate::sources::proposal::{Proposals, Settled};
use crate::sources::upstream::pull::Asked;

pub(in crate::commands) fn pull(context: &mut Context<'_>, options: &Pull) -> Result<Exit> {
    let Pull {
        clone,
        kep,
        sig,
        new,
        ours,
        theirs,
        showing,
    } = options;
    let opened = files::open(context)?;
    let wanted = Wanted {
        keps: kep,
        sig: sig.as_deref(),
        new: *new,
        settled: Settled::by(*ours, *theirs),
    };
    let registry = &opened.loaded.registry;
    let read = EnhancementsClone::open(context, clone, registry)?;
    let proposals = wanted.proposals(&opened, &read, clone)?;
    carry_out(context, &opened, proposals, How::of(showing))
}

/// Which records are wanted, and who is right about them.
pub(in crate::commands) struct Wanted<'a> {
    pub(in crate::commands) keps: &'a [u32],
    pub(in crate::commands) sig: Option<&'a str>,
    pub(in crate::commands) new: bool,
    pub(in crate::commands) settled: Settled,
}

impl Wanted<'_> {
    /// What a clone proposes. All is read before anything is written: what cannot be read leaves the registry as it is.
    pub(in crate::commands) fn proposals(
        &self,
        opened: &Opened,
        clone: &EnhancementsClone<'_>,
        options: &Clone,
    ) -> Result<Proposals> {
        let (repo, rev) = (options.repo.display(), &options.rev);
        let Self {
            keps,
            sig,
            new,
            settled,
        } = *self;
        let asked = Asked {
            registry: &opened.loaded.registry,
            calendar: clone.calendar(),
            day: clone.commit.date,
            named: &format!("{repo} at {rev}"),
            keps,
            sig,
            new,
            settled,
        };
        if let (true, Some(sig)) = (asked.numbers(clone).is_empty(), sig) {
            bail!(
                "no record lies in `{sig}`, and no KEP of upstream's: name a folder such as sig-node"
            );
        }
        let mut proposals = asked.proposals(clone)?;
        proposals.read = clone.read_at();
        Ok(proposals)
    }
}
