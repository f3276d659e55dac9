//! What people look at, as plain data: how it is drawn is for `render`.

pub mod board;
pub mod card;
pub mod driven;
pub mod health;
pub mod history;
pub mod life;
pub mod overview;
pub mod refreshed;
pub mod report;
