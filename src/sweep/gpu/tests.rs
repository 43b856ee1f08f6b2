//! The kernel's text without a device: every variant is valid, and both sides lay their structures out alike.

use super::kernel;
use super::layout::{self, Config, Level, Params, State, Sums, Table, Wide};
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

/// What every device has, whatever else it has: the limits that WebGPU promises.
#[test]
fn the_portable_baseline_is_enough() {
    let baseline = wgpu::Limits::default();
    let module = parse(Design::Invocation);
    let (mut storage, mut uniform) = (0, 0);
    for (_, variable) in module.global_variables.iter() {
        match variable.space {
            naga::AddressSpace::Storage { .. } => storage += 1,
            naga::AddressSpace::Uniform => uniform += 1,
            naga::AddressSpace::Private => {}
            other => panic!("nothing limits {other:?} here"),
        }
        if let Some(binding) = &variable.binding {
            assert_eq!(binding.group, 0);
            assert!(binding.binding < baseline.max_bindings_per_bind_group);
        }
    }
    assert_eq!((storage, uniform), (7, 1));
    assert!(storage <= baseline.max_storage_buffers_per_shader_stage);
    assert!(size_of::<Params>() as u64 <= baseline.max_uniform_buffer_binding_size);
    let [main] = module.entry_points.as_slice() else { panic!("one entry point") };
    let [x, y, z] = main.workgroup_size;
    assert!(x <= baseline.max_compute_workgroup_size_x, "{x}");
    assert_eq!((y, z), (1, 1));
    assert!(x <= baseline.max_compute_invocations_per_workgroup);
    // No binding is larger than the least that a device binds.
    let binding = baseline.max_storage_buffer_binding_size;
    assert_eq!(binding, 128 << 20);
    for leaves in (0..=10).map(|k| 1_u32 << k) {
        for (low_priority, turnarounds) in [(false, false), (true, false), (false, true), (true, true)] {
            let memory = u64::from(layout::memory(leaves, low_priority, Design::Invocation).words) * 4;
            let histograms = u64::from(layout::BUCKETS) * if turnarounds { 8 } else { 4 };
            let count = kernel::fitting(&baseline, memory, histograms, kernel::CHUNK_BYTES, x) as u64;
            let each = [memory, histograms, size_of::<State>() as u64, size_of::<Sums>() as u64];
            for bytes in each.into_iter().chain([size_of::<Config>() as u64]) {
                assert!(count * bytes <= binding, "{leaves} slots: {count} of {bytes} bytes");
            }
            assert!(count >= 1000, "{leaves} slots: only {count} at once");
        }
    }
}
