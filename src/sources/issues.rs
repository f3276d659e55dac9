//! A tracking issue as people opened it → a draft of its record.

pub mod form;
pub mod new_record;
