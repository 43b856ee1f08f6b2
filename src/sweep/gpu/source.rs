//! The kernel's text: the files of `shaders/`, one after another.

use super::device::Adapter;
use std::fmt;

/// Whether the memory of 32 neighbours is interleaved where each has an invocation.
pub(super) const INTERLEAVED: bool = false;

/// How a configuration is spread over the device: who executes it, and where its times lie. The rules of the model are
/// the same text in all designs. The default, here and above, is what sweeps run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Design {
    /// One invocation a configuration; what falls due is a tournament tree. Needs no optional feature.
    #[default]
    Invocation,
    /// One subgroup a configuration; what falls due lies across its lanes.
    Subgroup,
}

impl Design {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Invocation, Self::Subgroup];

    /// Whether an adapter has what it needs.
    #[must_use]
    pub fn runs_on(self, adapter: &Adapter) -> bool {
        self == Self::Invocation || adapter.lanes().is_some()
    }

    /// The files that each design has its own of.
    fn files(self) -> [(&'static str, &'static str); 2] {
        match self {
            Self::Invocation => [
                ("memory.wgsl", include_str!("../../../shaders/memory.wgsl")),
                ("due.wgsl", include_str!("../../../shaders/due.wgsl")),
            ],
            Self::Subgroup => [
                ("memory_subgroup.wgsl", include_str!("../../../shaders/memory_subgroup.wgsl")),
                ("due_subgroup.wgsl", include_str!("../../../shaders/due_subgroup.wgsl")),
            ],
        }
    }
}

impl fmt::Display for Design {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invocation => "one invocation each",
            Self::Subgroup => "one subgroup each",
        })
    }
}

/// Name and text of each file that all designs have, in the order of the engine's modules.
const FILES: &[(&str, &str)] = &[
    ("layout.wgsl", include_str!("../../../shaders/layout.wgsl")),
    ("wide.wgsl", include_str!("../../../shaders/wide.wgsl")),
    ("slots.wgsl", include_str!("../../../shaders/slots.wgsl")),
    ("idle.wgsl", include_str!("../../../shaders/idle.wgsl")),
    ("run.wgsl", include_str!("../../../shaders/run.wgsl")),
    ("cluster.wgsl", include_str!("../../../shaders/cluster.wgsl")),
    ("attempts.wgsl", include_str!("../../../shaders/attempts.wgsl")),
    ("nodes.wgsl", include_str!("../../../shaders/nodes.wgsl")),
    ("queue.wgsl", include_str!("../../../shaders/queue.wgsl")),
    ("dispatch.wgsl", include_str!("../../../shaders/dispatch.wgsl")),
    ("scaling.wgsl", include_str!("../../../shaders/scaling.wgsl")),
    ("finish.wgsl", include_str!("../../../shaders/finish.wgsl")),
];

/// The whole kernel.
#[must_use]
pub fn kernel(design: Design) -> String {
    FILES.iter().chain(&design.files()).flat_map(|(_, text)| [*text, "\n"]).collect()
}

/// Features of a pipeline: which parts of the kernel it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Features {
    /// Nodes have lifetimes, or a capacity that evicts.
    pub low_priority: bool,
    /// Jobs are cancelled.
    pub cancellations: bool,
    /// Jobs have timeouts, checkpoints or identities.
    pub extras: bool,
    /// Locks, quotas in steps, outside usage, updates, capacity, or a cluster that is created during the run.
    pub changes: bool,
    /// `cancel_allocating`.
    pub withdrawals: bool,
    /// The histogram of turnarounds.
    pub turnarounds: bool,
    /// Memory of 32 neighbours word by word; only where an invocation runs a configuration.
    pub interleaved: bool,
}

impl Features {
    /// What either needs.
    pub(super) fn unite(&mut self, other: Self) {
        self.low_priority |= other.low_priority;
        self.cancellations |= other.cancellations;
        self.extras |= other.extras;
        self.changes |= other.changes;
        self.withdrawals |= other.withdrawals;
        self.turnarounds |= other.turnarounds;
        self.interleaved |= other.interleaved;
    }

    /// The values of the kernel's override constants.
    #[must_use]
    pub fn constants(self) -> [(&'static str, f64); 7] {
        let number = |on: bool| f64::from(u8::from(on));
        [
            ("LOW_PRIORITY", number(self.low_priority)),
            ("CANCELLATIONS", number(self.cancellations)),
            ("EXTRAS", number(self.extras)),
            ("CHANGES", number(self.changes)),
            ("WITHDRAWALS", number(self.withdrawals)),
            ("TURNAROUNDS", number(self.turnarounds)),
            ("INTERLEAVED", number(self.interleaved)),
        ]
    }
}
