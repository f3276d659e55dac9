//! The texts that findings speak of, each with its number: handed out here, and nowhere else.

use crate::text::source::SourceFile;

/// What a file is looked at as. Findings are sorted in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Revision {
    /// Part of the registry that is judged.
    Registry,
    /// Part of the registry that a change starts from.
    Base,
    /// Part of kubernetes/enhancements.
    Upstream,
}

/// Which file: what it is looked at as, and its place among those.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId {
    revision: Revision,
    index: usize,
}

impl FileId {
    /// The number of the file at a place among those of a revision.
    pub fn new(revision: Revision, index: usize) -> Self {
        Self { revision, index }
    }

    /// What the file is looked at as.
    pub fn revision(self) -> Revision {
        self.revision
    }

    /// The file's place among those of its revision.
    pub fn index(self) -> usize {
        self.index
    }
}

/// The texts of all revisions that are looked at together.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    registry: Vec<SourceFile>,
    base: Vec<SourceFile>,
    upstream: Vec<SourceFile>,
}

impl Sources {
    /// Puts in the files of a revision, in the order of their numbers.
    pub fn put(&mut self, revision: Revision, files: Vec<SourceFile>) {
        match revision {
            Revision::Registry => self.registry = files,
            Revision::Base => self.base = files,
            Revision::Upstream => self.upstream = files,
        }
    }

    /// The files of a revision.
    pub fn of(&self, revision: Revision) -> &[SourceFile] {
        match revision {
            Revision::Registry => &self.registry,
            Revision::Base => &self.base,
            Revision::Upstream => &self.upstream,
        }
    }

    /// Names the files of a revision after the commit that they are of, for people.
    pub fn name_after(&mut self, revision: Revision, commit: &str) {
        let files = match revision {
            Revision::Registry => &mut self.registry,
            Revision::Base => &mut self.base,
            Revision::Upstream => &mut self.upstream,
        };
        for file in files {
            *file = SourceFile::new(format!("{} @ {commit}", file.path), file.text.clone());
        }
    }

    /// The file with a number.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.of(id.revision)[id.index]
    }
}
