//! The engine against its contract: worked examples, refusals, properties on random scenarios, limits.

mod examples;
mod refusals;
mod support;
