//! Scenario files: what a person writes, as types; reading, checking and explaining them.
//!
//! A scenario is RON or JSON; both are read into the same types ([`schema`]). Nothing here knows ticks of a
//! run yet: that translation is `crate::lowering`.

pub mod check;
pub mod difference;
pub mod edit;
pub mod locate;
pub mod parse;
pub mod path;
#[cfg(feature = "schema")]
pub mod reference;
pub mod schema;
pub mod sizes;

/// A commented scenario to start from (RON).
pub const INIT: &str = include_str!("scenario/init.ron");

pub use check::check;
pub use schema::Scenario;

/// The JSON schema of scenario files, pretty-printed.
#[cfg(feature = "schema")]
#[must_use]
pub fn json_schema() -> String {
    let schema = schemars::schema_for!(Scenario);
    // A schema is made of maps with text keys and cannot fail to be written.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

#[cfg(all(test, feature = "schema"))]
mod tests {
    #[test]
    fn the_schema_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/scenario.schema.json");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == super::json_schema(), "run `cargo run --features schema --example generate`");
    }
}
