//! What a scenario says of a value that comes from elsewhere, such as the value of an axis.

use super::problem::{self, JSON_NAME, Kind, NAME, Problem, TEXT};
use crate::diagnostic::did_you_mean;
use crate::scenario::path::Path;

/// Why a value cannot stand at a path, and what to do: the words that a value in the file gets.
#[must_use]
pub fn refused(error: &serde_json::Error, path: &Path, found: &str) -> (String, String) {
    let name = path.last_field().map_or_else(|| "the scenario".to_owned(), |field| format!("`{field}`"));
    let names = |all: &[String]| all.to_vec();
    match Problem::of_json(error, "").kind {
        Kind::UnknownField { found, expected } => {
            let known = names(&expected);
            let help = did_you_mean("field", &found, known.iter().map(String::as_str));
            (format!("there is no field `{found}` here"), help)
        }
        Kind::UnknownVariant { found, expected } => {
            let known = names(&expected);
            let help = did_you_mean("variant", &found, known.iter().map(String::as_str));
            (format!("{name} has no variant `{found}`"), help)
        }
        Kind::MissingField(field) => {
            (format!("{name} lacks the field `{field}` with `{found}`"), problem::example(&field))
        }
        Kind::WrongType(expected) | Kind::OutOfRange(expected) => {
            let expected = if expected == JSON_NAME { NAME.to_owned() } else { expected };
            let shown = if expected == TEXT { "text".to_owned() } else { expected };
            (format!("{name} takes {shown}, not `{found}`"), format!("write {shown}"))
        }
        Kind::Unreadable(message) => {
            let (what, help) = message.split_once("; ").unwrap_or((&message, "write it as in a scenario"));
            (format!("{name}: {what}"), help.to_owned())
        }
        Kind::Duplicate(_) | Kind::QuotedField | Kind::NoFieldName(_) | Kind::Syntax(_) => {
            (format!("{name} does not take `{found}`"), "write it as in a scenario".to_owned())
        }
    }
}
