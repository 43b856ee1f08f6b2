//! Values of an axis that are names, and what holds for values of the fields that a sweep knows.

use super::values::twice;
use super::{Axis, Field, Value};
use crate::catalog;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::diagnostic::{Piece, Text};
use crate::scenario::Scenario;
use crate::scenario::schema::Tier;
use crate::scenario::sizes;
use crate::units::{Resolution, TICK_END};

pub(super) fn tiers(vary: &Text, piece: Piece<'_>) -> Result<Vec<Tier>, Diagnostic> {
    let piece = piece.trimmed();
    let mut list = Vec::new();
    for entry in piece.entries() {
        list.push(match entry.text.to_lowercase().replace('_', "").as_str() {
            "dedicated" => Tier::Dedicated,
            "lowpriority" => Tier::LowPriority,
            _ => {
                let message = format!("{:?} is no tier", entry.text);
                let help = did_you_mean("tier", entry.text, ["Dedicated", "LowPriority"]);
                return Err(vary.at(Code::AxisValue, entry, message, "not a tier").help(help));
            }
        });
    }
    twice(vary, piece, &list, |a, b| a == b, |tier| format!("{tier:?}"))?;
    Ok(list)
}

/// VM sizes, as the catalogue or the scenario writes them.
pub(super) fn sizes_of(
    vary: &Text,
    piece: Piece<'_>,
    scenario: &Scenario,
) -> Result<Vec<String>, Diagnostic> {
    let piece = piece.trimmed();
    let mut list = Vec::new();
    for entry in piece.entries() {
        let Some(size) = sizes::resolve(scenario, entry.text) else {
            let own = scenario.vm_sizes.iter().map(|size| size.name.as_str());
            let help = match catalog::suggest(entry.text, own) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => "`nodetide vm-sizes` lists the catalogue; `vm_sizes` describes sizes of your own"
                    .to_owned(),
            };
            let message = format!("there is no VM size {:?} in the catalogue or the scenario", entry.text);
            return Err(vary.at(Code::UnknownVmSize, entry, message, "not a VM size").help(help));
        };
        list.push(size.name);
    }
    twice(vary, piece, &list, |a, b| a == b, Clone::clone)?;
    Ok(list)
}

/// What holds for every value of a field, whatever else the scenario says.
pub(super) fn in_range(
    vary: &Text,
    piece: Piece<'_>,
    axis: &Axis,
    resolution: Resolution,
) -> Result<(), Diagnostic> {
    let wrong = |value: Value<'_>| match (axis.field, value) {
        (_, Value::Time(span)) => match span.to_ticks(resolution) {
            Ok(ticks) if ticks < u64::from(TICK_END) => None,
            Ok(_) => Some((format!("{span} is 2^31 ticks or more"), "write a shorter time")),
            Err(_) => Some((
                format!("{span} is not a whole number of ticks of {resolution}"),
                "round it, or set a finer `resolution` in the scenario",
            )),
        },
        (Field::MaxNodes, Value::Nodes(0)) => {
            Some(("max_nodes is 0: no job could ever start".to_owned(), "begin at 1 or more"))
        }
        (Field::LoadFactor, Value::Factor(0..1000)) => {
            Some(("a load factor lies between 0.000001 and 1000000".to_owned(), "write 1 for no change"))
        }
        _ => None,
    };
    for i in 0..axis.len() {
        if let Some((message, help)) = wrong(axis.value(i)) {
            let entry = piece.entries().nth(i as usize).filter(|_| piece.text.contains(',')).unwrap_or(piece);
            return Err(vary.at(Code::AxisValue, entry, message, "out of range").help(help));
        }
    }
    Ok(())
}
