//! What others know and records repeat: kep.yaml upstream, the project's own files, issues of the template, a person who
//! promotes a KEP. Each room turns what it is given into facts, and facts into proposals (`proposal.rs`); none reads files or renders.

pub mod file;
pub mod issues;
pub mod kep_names;
pub mod maintainers;
pub mod promote;
pub mod proposal;
pub mod releases;
pub mod runtimes;
pub mod starter;
pub mod upstream;
