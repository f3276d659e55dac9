//! What people write on GitHub → records: a tracking issue as they opened it becomes a draft of one, and what happens to issues and pull
//! requests becomes edits.

pub mod asked;
pub mod form;
mod items;
mod mentions;
pub mod new_record;
pub mod pull;
pub mod seen;
mod tracked;
pub mod untracked;
