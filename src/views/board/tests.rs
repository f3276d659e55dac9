//! The board of small registries.
