//! The kernel's text without a device: every variant is valid, and both sides lay their structures out alike.

use super::layout::{Config, Level, Params, State, Sums, Table, Wide};
use super::source::{self, Design, Features};
use naga::valid::{Capabilities, ValidationFlags, Validator};

fn parse(design: Design) -> naga::Module {
    let text = source::kernel(design);
    naga::front::wgsl::parse_str(&text).unwrap_or_else(|error| panic!("{}", error.emit_to_string(&text)))
}

/// The portable baseline has no capability; checked with every value of the override constants.
#[test]
fn every_variant_is_valid_without_optional_features() {
    every_variant_is_valid(Design::Invocation, Capabilities::empty(), &[]);
}

#[test]
fn every_variant_for_subgroups_is_valid_with_that_feature_alone() {
    every_variant_is_valid(Design::Subgroup, Capabilities::SUBGROUP, &[("WIDTH", 64.0)]);
}

fn every_variant_is_valid(design: Design, capabilities: Capabilities, more: &[(&str, f64)]) {
    let module = parse(design);
    let info = Validator::new(ValidationFlags::all(), capabilities)
        .validate(&module)
        .unwrap_or_else(|error| panic!("{}", error.emit_to_string(&source::kernel(design))));
    for bits in 0..128_u32 {
        let on = |bit: u32| bits & (1 << bit) != 0;
        let features = Features {
            low_priority: on(0),
            cancellations: on(1),
            extras: on(2),
            changes: on(3),
            withdrawals: on(4),
            turnarounds: on(5),
            interleaved: on(6),
        };
        let constants = features
            .constants()
            .iter()
            .chain(more)
            .map(|(name, value)| ((*name).to_owned(), *value))
            .collect();
        let entry = Some((naga::ShaderStage::Compute, "main"));
        let (variant, _) =
            naga::back::pipeline_constants::process_overrides(&module, &info, entry, &constants)
                .unwrap_or_else(|error| panic!("{features:?}: {error}"));
        Validator::new(ValidationFlags::all(), capabilities)
            .validate(&variant)
            .unwrap_or_else(|error| panic!("{features:?}: {error:?}"));
    }
}

/// Names and offsets.
type Fields = &'static [(&'static str, usize)];

#[test]
fn both_sides_lay_structures_out_alike() {
    // The structures are in a file that both designs have.
    let module = parse(Design::default());
    let here: [(&str, usize, Fields); 7] = [
        ("Wide", size_of::<Wide>(), Wide::FIELDS),
        ("Level", size_of::<Level>(), Level::FIELDS),
        ("Table", size_of::<Table>(), Table::FIELDS),
        ("Config", size_of::<Config>(), Config::FIELDS),
        ("State", size_of::<State>(), State::FIELDS),
        ("Sums", size_of::<Sums>(), Sums::FIELDS),
        ("Params", size_of::<Params>(), Params::FIELDS),
    ];
    for (name, size, fields) in here {
        let there = module.types.iter().find(|(_, t)| t.name.as_deref() == Some(name));
        let Some((_, naga::Type { inner: naga::TypeInner::Struct { members, span }, .. })) = there else {
            panic!("the kernel has no structure {name}");
        };
        assert_eq!(*span as usize, size, "size of {name}");
        let members: Vec<(&str, usize)> =
            members.iter().map(|m| (m.name.as_deref().unwrap_or_default(), m.offset as usize)).collect();
        assert_eq!(members, fields, "{name}");
    }
}
