//! The engine against its contract: worked examples, refusals, properties on random scenarios, limits.

mod examples;
mod limits;
mod properties;
mod refusals;
mod support;
mod workspace;
