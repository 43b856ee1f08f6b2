//! Where the reader is.

use crate::scenario::path::{Path, Step};

/// A place in the file, as a chain of steps on the stack: it becomes a [`Path`] only where something is wrong, so
/// that a good file of a million jobs pays nothing for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    step: To<'a>,
    parent: Option<&'a At<'a>>,
}

#[derive(Clone, Copy, Debug)]
enum To<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    /// The whole file.
    pub(super) const ROOT: At<'static> = At { step: To::Root, parent: None };

    pub(super) fn key(&'a self, key: &'a str) -> Self {
        Self { step: To::Key(key), parent: Some(self) }
    }

    pub(super) fn index(&'a self, index: usize) -> Self {
        Self { step: To::Index(index), parent: Some(self) }
    }

    pub(super) fn path(&self) -> Path {
        let mut steps = Vec::new();
        let mut at = Some(self);
        while let Some(place) = at {
            match place.step {
                To::Root => {}
                To::Key(key) => steps.push(Step::Key(key.to_owned().into())),
                To::Index(index) => steps.push(Step::Index(index)),
            }
            at = place.parent;
        }
        steps.reverse();
        steps.into()
    }
}
