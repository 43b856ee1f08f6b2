//! The kernel's text: the files of `shaders/`, one after another.

/// Name and text of each file, in the order of the engine's modules.
pub const FILES: &[(&str, &str)] = &[
    ("layout.wgsl", include_str!("../../../shaders/layout.wgsl")),
    ("wide.wgsl", include_str!("../../../shaders/wide.wgsl")),
    ("due.wgsl", include_str!("../../../shaders/due.wgsl")),
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
pub fn kernel() -> String {
    FILES.iter().flat_map(|(_, text)| [*text, "\n"]).collect()
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
    /// Memory of 32 neighbours word by word.
    pub interleaved: bool,
}

impl Features {
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
