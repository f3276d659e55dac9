//! GitHub over HTTP: [`client::Client`] reads and writes what [`sync::remote`](crate::sync::remote) asks for, within GitHub's
//! limits. [`queries`] builds the GraphQL documents and reads their answers.

mod accounts;
mod authors;
pub mod budget;
pub mod client;
pub mod credentials;
mod nodes;
pub mod patience;
pub mod queries;
mod references;
mod rest;
mod search;
pub mod stories;
pub mod tracking;
mod transport;
mod wire;
