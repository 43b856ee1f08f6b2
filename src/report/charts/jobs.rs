//! Waits, sizes and running times of the jobs.

use super::JobRow;
use std::collections::BTreeMap;

/// What pictures need of the jobs.
#[derive(Clone, Debug)]
pub(super) struct Jobs {
    /// Waits of the jobs that started, by cluster, in ascending order at the end [s].
    pub(super) waits: Vec<Vec<f64>>,
    /// Jobs whose waits are judged, by cluster: these, and those that never started though they could have.
    pub(super) judged: Vec<u64>,
    /// By gang size: jobs, and node-seconds of their running times.
    pub(super) sizes: BTreeMap<u32, (u64, f64)>,
    /// Running time and node-seconds of each job, in ascending order at the end [s].
    pub(super) runs: Vec<(f64, f64)>,
}

impl Jobs {
    pub(super) fn new(clusters: usize) -> Self {
        Self {
            waits: vec![Vec::new(); clusters],
            judged: vec![0; clusters],
            sizes: BTreeMap::new(),
            runs: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, row: JobRow) {
        if let (Some(wait), Some(waits)) = (row.wait_s, self.waits.get_mut(row.cluster)) {
            waits.push(wait);
        }
        if let (true, Some(judged)) = (row.judged, self.judged.get_mut(row.cluster)) {
            *judged += 1;
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
    quantile_of(sorted, sorted.len() as u64, share)
}

/// The same of a list that has more values than these, all of them endless; `None`: the value is one of those.
pub(super) fn quantile_of(sorted: &[f64], of: u64, share: f64) -> Option<f64> {
    let rank = (share * of as f64 - 1e-9).ceil().max(1.0) as u64;
    sorted.get(usize::try_from(rank.min(of).checked_sub(1)?).ok()?).copied()
}
