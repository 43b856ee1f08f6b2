//! The workloads of the benchmarks, drawn from fixed seeds.

use nodetide::engine::Input;
use nodetide::engine::input::{ClusterInput, JobInput, Tier};
use nodetide::units::NEVER;

/// A small generator of its own, so that a benchmark does not change with the library's sampling.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Exponential with the given mean.
    fn exponential(&mut self, mean: f64) -> f64 {
        let u = ((self.next() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        -mean * u.ln()
    }
}

/// Poisson arrivals of jobs with exponential service (mean 100 s at 1 ms ticks) at load 0.9.
fn jobs(
    count: usize,
    nodes: u32,
    mut gang: impl FnMut(&mut SplitMix) -> u32,
    mean_gang: f64,
) -> Vec<JobInput> {
    let mut random = SplitMix(20_261_125);
    let service_ms = 100_000.0;
    // 2^31 ticks of 1 ms are 24 days: enough for a million jobs on 100 nodes.
    let gap_ms = service_ms * mean_gang / (0.9 * f64::from(nodes));
    let mut t = 0.0;
    (0..count)
        .map(|_| {
            t += random.exponential(gap_ms);
            JobInput {
                submit: t.round() as u32,
                service: (random.exponential(service_ms).round() as u32).max(1),
                nodes: gang(&mut random),
                ..JobInput::default()
            }
        })
        .collect()
}

fn cluster(nodes: u32) -> ClusterInput {
    ClusterInput {
        max_nodes: nodes,
        communication_limit: nodes.max(100),
        idle_time: 120_000,
        allocation_delay: [180_000].into(),
        ..ClusterInput::default()
    }
}

/// One cluster, defaults elsewhere.
fn input(cluster: ClusterInput, jobs: Vec<JobInput>) -> Input {
    Input { clusters: vec![cluster], jobs, billing_quantum: 1, ..Input::default() }
}

/// Case A: 100 nodes, load 0.9, one-node jobs, allocation 3 min, idle time 2 min.
pub(crate) fn case_a(count: usize) -> Input {
    scaled(count, 100)
}

/// Case A on another number of nodes, at the same load.
pub(crate) fn scaled(count: usize, nodes: u32) -> Input {
    input(cluster(nodes), jobs(count, nodes, |_| 1, 1.0))
}

/// Case B: gangs of 1 to 32 nodes on 1000 nodes, a mean gang of 16.5. Strict FIFO wastes nodes on blocked
/// heads, so the offered load is that of 1.2 times as many nodes as jobs can keep busy.
pub(crate) fn case_b(count: usize) -> Input {
    let gang = |r: &mut SplitMix| (r.next() % 32) as u32 + 1;
    input(cluster(1000), jobs(count, 900, gang, 16.5))
}

/// Case C: low priority; nodes live 2 h on average, jobs checkpoint every 60 s and lose 10 s at a restart.
pub(crate) fn case_c(count: usize) -> Input {
    let mut random = SplitMix(7);
    let lifetime =
        (0..65_536).map(|_| (random.exponential(7_200_000.0) as u32).clamp(1, NEVER >> 1)).collect();
    let cluster = ClusterInput {
        tier: Tier::LowPriority,
        lifetime,
        restart_overhead: 10_000,
        boot_delay: [60_000].into(),
        release_delay: 30_000,
        ..cluster(100)
    };
    let mut jobs = jobs(count, 90, |_| 1, 1.0);
    for job in &mut jobs {
        job.checkpoint = Some(60_000);
    }
    input(cluster, jobs)
}
