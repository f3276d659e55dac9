//! `kepherd new`

use anyhow::{Result, bail};

use super::{Context, Exit};
use crate::cli::NewKep;

pub(super) fn kep(_context: &mut Context<'_>, _options: &NewKep) -> Result<Exit> {
    bail!("not built yet")
}
