//! The same core, spoken to an editor: the Language Server Protocol over a registry that is read, edited and judged as `check` judges
//! it. Pure: what comes in and goes out are values, and the files are an argument ([`Disk`](workspace::Disk)).
//!
//! Messages are handled one by one, in the order in which they come: an answer is about the text that was there when its question was
//! asked. Diagnostics go out when nothing waits any more.

mod actions;
mod client;
mod completion;
mod diagnostics;
mod hover;
mod meaning;
mod navigation;
mod outline;
mod overview;
mod people;
mod positions;
mod promises;
mod server;
mod shape;
pub mod wire;
pub mod workspace;

pub use server::{Outgoing, Over, Server};
