//! What is wrong, and where: findings, and the documents whose places they name.

pub mod diagnostic;
pub mod document;
pub mod loader;
pub mod sources;
pub mod syntax;
pub mod typed;
