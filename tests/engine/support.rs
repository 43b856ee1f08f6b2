//! What the tests of this binary share.

pub(crate) mod edit;
pub(crate) mod json;
pub(crate) mod random;
