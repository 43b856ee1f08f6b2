//! What the tests of this binary share.

pub(crate) mod json;
