//! Waits, sizes and running times of the jobs.

use super::JobRow;
use std::collections::BTreeMap;

/// What pictures need of the jobs.
#[derive(Clone, Debug)]
pub(super) struct Jobs {
    /// Waits of the jobs that started, by cluster, in ascending order at the end [s].
    pub(super) waits: Vec<Vec<f64>>,
    /// By gang size: jobs, and node-seconds of their running times.
    pub(super) sizes: BTreeMap<u32, (u64, f64)>,
    /// Running time and node-seconds of each job, in ascending order at the end [s].
    pub(super) runs: Vec<(f64, f64)>,
}

impl Jobs {
    pub(super) fn new(clusters: usize) -> Self {
        Self { waits: vec![Vec::new(); clusters], sizes: BTreeMap::new(), runs: Vec::new() }
    }

    pub(super) fn add(&mut self, row: JobRow) {
        if let (Some(wait), Some(waits)) = (row.wait_s, self.waits.get_mut(row.cluster)) {
            waits.push(wait);
        }
        let node_s = row.running_s * f64::from(row.nodes);
        let (jobs, sum) = self.sizes.entry(row.nodes).or_default();
        *jobs += 1;
        *sum += node_s;
        self.runs.push((row.running_s, node_s));
    }

    pub(super) fn finish(&mut self) {
        for waits in &mut self.waits {
            waits.sort_unstable_by(f64::total_cmp);
        }
        // A stable order of equal running times: sums of floats depend on it.
        self.runs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    }

    /// Waits of all clusters, in ascending order.
    pub(super) fn all_waits(&self) -> Vec<f64> {
        if let [only] = &self.waits[..] {
            return only.clone();
        }
        let mut all: Vec<f64> = self.waits.iter().flatten().copied().collect();
        all.sort_unstable_by(f64::total_cmp);
        all
    }
}

/// The value of rank ⌈share·n⌉ of an ascending list.
pub(super) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (share * sorted.len() as f64 - 1e-9).ceil().max(1.0) as usize;
    sorted.get(rank.min(sorted.len()).checked_sub(1)?).copied()
}
