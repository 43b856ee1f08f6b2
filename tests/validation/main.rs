//! Validation against what others published and what real machines recorded; `docs/validation.md` tells the story.

#![expect(clippy::unwrap_used, reason = "a failed unwrap in a test is a failed test")]

mod easy;
mod pictures;
mod recorded;
mod set_up;
