//! An [`Input`] made ready to run: jobs by id in compact arrays, outside changes in one sorted list, names
//! of quotas resolved. Nothing in it changes during a run, so many runs can share it.

use super::check::{Refusal, binding_quotas, ids, running_ticks};
use super::input::{Bounds, ClusterInput, Input, JobInput, LockEffect, LockLevel, QuotaKey, UNLIMITED};
use crate::units::{NEVER, TICK_END, Tick};
use std::sync::Arc;

/// What every start of a job reads: 16 bytes, so that four jobs share a cache line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) submit: Tick,
    /// R of the model: running time on its cluster's size; 2^31 stands for anything that no run can reach.
    pub(super) running: Tick,
    pub(super) nodes: u32,
    /// Cluster (24 bits), environment (5 bits), flags (3 bits).
    packed: u32,
}

const COMMUNICATES: u32 = 1;
const HAS_EXTRA: u32 = 2;
const ENVIRONMENT_SHIFT: u32 = 3;
const CLUSTER_SHIFT: u32 = 8;

impl Job {
    #[inline]
    pub(super) fn cluster(self) -> usize {
        (self.packed >> CLUSTER_SHIFT) as usize
    }

    /// Bit of its environment in a node's warm set.
    #[inline]
    pub(super) fn environment(self) -> u32 {
        1 << ((self.packed >> ENVIRONMENT_SHIFT) & 31)
    }

    #[inline]
    pub(super) fn communicates(self) -> bool {
        self.packed & COMMUNICATES != 0
    }

    #[inline]
    pub(super) fn has_extra(self) -> bool {
        self.packed & HAS_EXTRA != 0
    }
}

/// What few jobs have; [`NEVER`] where absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extra {
    /// Declared running time on its cluster's size, uncapped.
    pub(super) declared: u64,
    pub(super) timeout: Tick,
    pub(super) checkpoint: Tick,
    pub(super) priority: u32,
    pub(super) identity: u32,
}

/// Something that happens to a run from outside (model, section 3, step 1).
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    LockBegins(LockLevel),
    LockEnds(LockLevel),
    Quota { quota: u32, vcpus: u32 },
    OutsideUsage { quota: u32, vcpus: u32 },
    Update(u32),
    Capacity { cluster: u32, nodes: u32 },
    Ready(u32),
}

/// A quota at t = 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct QuotaModel {
    pub(super) vcpus: u32,
}

/// One cluster with what is derived from its input.
#[derive(Clone, Debug)]
pub(super) struct ClusterModel {
    pub(super) input: ClusterInput,
    /// Indices of the quotas that bind its nodes; at most three.
    pub(super) quotas: Vec<u32>,
    /// The subnet's addresses, or [`UNLIMITED`].
    pub(super) addresses: u32,
    /// Ids of its jobs, ascending; empty where it is the only cluster (position = id).
    pub(super) jobs: Arc<[u32]>,
    /// Number of its jobs.
    pub(super) job_count: u32,
    /// Nodes of all its jobs together.
    pub(super) wanted_nodes: u64,
}

/// An input made ready to run. What grows with the jobs or the draws is shared by its clones, and by models that
/// were made [with the jobs of](Model::with_jobs_of) one another.
#[derive(Clone, Debug)]
pub struct Model {
    pub(super) jobs: Arc<[Job]>,
    /// By id; empty where no job has any.
    pub(super) extras: Arc<[Extra]>,
    /// (time, id), ascending.
    pub(super) cancels: Arc<[(Tick, u32)]>,
    /// Index in the input by id.
    order: Arc<[u32]>,
    /// The input, without its jobs.
    pub(super) input: Arc<Input>,
    pub(super) clusters: Vec<ClusterModel>,
    pub(super) quotas: Vec<QuotaModel>,
    /// By time, then by the order of step 1.
    pub(super) changes: Vec<(Tick, Change)>,
    pub(super) lock_effect: LockEffect,
    pub(super) horizon: Option<Tick>,
    pub(super) stop_at_horizon: bool,
    pub(super) billing_quantum: Tick,
    pub(super) wait_limit: Option<Tick>,
    pub(super) bounds: Bounds,
    /// Latest of horizon, last submission and last outside change.
    pub(super) late_after: Tick,
}

impl Model {
    /// Checks an input and makes it ready to run.
    ///
    /// # Errors
    /// Every reason why the input means nothing.
    pub fn new(mut input: Input) -> Result<Self, Vec<Refusal>> {
        let refusals = input.refusals();
        if !refusals.is_empty() {
            return Err(refusals);
        }
        let order = ids(&input.jobs);
        let mut quotas = Quotas::default();
        for q in &input.quotas {
            let i = quotas.index(q.quota);
            quotas.models[i as usize].vcpus = q.vcpus;
        }
        let changes = changes(&input, &mut quotas);
        let by_id = || order.iter().map(|&j| &input.jobs[j as usize]);
        let mut cancels: Vec<(Tick, u32)> =
            by_id().enumerate().filter_map(|(id, j)| Some((j.cancel?, id as u32))).collect();
        cancels.sort_unstable();
        let (jobs, extras) = compact_jobs(&input, &order);
        let last = [input.horizon, jobs.last().map(|j| j.submit), changes.last().map(|c| c.0)];
        let clusters = cluster_models(&input, &quotas, &jobs);
        input.jobs = Vec::new();
        Ok(Self {
            jobs: jobs.into(),
            extras: extras.into(),
            cancels: cancels.into(),
            order: order.into(),
            clusters,
            quotas: quotas.models,
            changes,
            lock_effect: input.lock_effect,
            horizon: input.horizon,
            stop_at_horizon: input.stop_at_horizon,
            billing_quantum: input.billing_quantum,
            wait_limit: input.wait_limit,
            bounds: input.bounds,
            late_after: last.into_iter().flatten().max().unwrap_or(0),
            input: Arc::new(input),
        })
    }

    /// The same as [`Model::new`]; where the jobs come out as those of `other` (same jobs, speeds and environments),
    /// both models keep them once. What else may differ is free.
    ///
    /// # Errors
    /// As [`Model::new`].
    pub fn with_jobs_of(input: Input, other: &Self) -> Result<Self, Vec<Refusal>> {
        let mut model = Self::new(input)?;
        share(&mut model.jobs, &other.jobs);
        share(&mut model.extras, &other.extras);
        share(&mut model.cancels, &other.cancels);
        share(&mut model.order, &other.order);
        for (cluster, other) in model.clusters.iter_mut().zip(&other.clusters) {
            share(&mut cluster.jobs, &other.jobs);
        }
        Ok(model)
    }

    /// Whether both models keep the list of their jobs once.
    #[must_use]
    pub fn shares_jobs_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.jobs, &other.jobs)
    }

    /// Index in [`Input::jobs`] by job id.
    #[must_use]
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// Number of jobs.
    #[must_use]
    pub fn job_count(&self) -> usize {
        self.jobs.len()
    }

    /// Number of clusters.
    #[must_use]
    pub fn cluster_count(&self) -> usize {
        self.clusters.len()
    }

    /// Submit time of a job, by id.
    #[must_use]
    pub fn submit(&self, id: usize) -> Tick {
        self.jobs[id].submit
    }

    /// Cluster of a job, by id.
    #[must_use]
    pub fn cluster_of(&self, id: usize) -> usize {
        self.jobs[id].cluster()
    }

    /// Gang size of a job, by id.
    #[must_use]
    pub fn nodes(&self, id: usize) -> u32 {
        self.jobs[id].nodes
    }

    /// R of the model: running time of a job on its cluster's size [ticks], by id.
    #[must_use]
    pub fn running(&self, id: usize) -> Tick {
        self.jobs[id].running
    }

    /// The horizon.
    #[must_use]
    pub fn horizon(&self) -> Option<Tick> {
        self.horizon
    }

    /// Limit of the wait objective.
    #[must_use]
    pub fn wait_limit(&self) -> Option<Tick> {
        self.wait_limit
    }

    #[inline]
    pub(super) fn timeout(&self, job: Job, id: u32) -> Tick {
        if job.has_extra() { self.extras[id as usize].timeout } else { NEVER }
    }

    #[inline]
    pub(super) fn checkpoint(&self, id: u32) -> Tick {
        if self.jobs[id as usize].has_extra() { self.extras[id as usize].checkpoint } else { NEVER }
    }

    #[inline]
    pub(super) fn identity(&self, job: Job, id: u32) -> u32 {
        if job.has_extra() { self.extras[id as usize].identity } else { NEVER }
    }

    #[inline]
    pub(super) fn priority(&self, id: u32) -> u32 {
        if self.jobs[id as usize].has_extra() { self.extras[id as usize].priority } else { 0 }
    }

    /// Declared running time on the job's size, uncapped.
    #[inline]
    pub(super) fn declared(&self, id: u32) -> u64 {
        let job = self.jobs[id as usize];
        if job.has_extra() { self.extras[id as usize].declared } else { u64::from(job.running) }
    }
}

/// Keeps equal lists once.
fn share<T: PartialEq>(list: &mut Arc<[T]>, other: &Arc<[T]>) {
    if list == other {
        *list = Arc::clone(other);
    }
}

/// Quotas by number; a quota that is only named in steps starts unlimited.
#[derive(Default)]
struct Quotas {
    keys: Vec<QuotaKey>,
    models: Vec<QuotaModel>,
}

impl Quotas {
    fn index(&mut self, key: QuotaKey) -> u32 {
        if let Some(i) = self.keys.iter().position(|k| *k == key) {
            return i as u32;
        }
        self.keys.push(key);
        self.models.push(QuotaModel { vcpus: UNLIMITED });
        self.keys.len() as u32 - 1
    }
}

/// Outside changes in the order of step 1: by time, then lists in this order, each in scenario order.
fn changes(input: &Input, quotas: &mut Quotas) -> Vec<(Tick, Change)> {
    let mut all = Vec::new();
    for lock in &input.locks {
        all.push((lock.from, Change::LockBegins(lock.level)));
        all.extend(lock.to.map(|to| (to, Change::LockEnds(lock.level))));
    }
    for step in &input.quota_steps {
        all.push((step.t, Change::Quota { quota: quotas.index(step.quota), vcpus: step.vcpus }));
    }
    for step in &input.outside_usage {
        all.push((step.t, Change::OutsideUsage { quota: quotas.index(step.quota), vcpus: step.vcpus }));
    }
    for (u, update) in input.updates.iter().enumerate() {
        all.push((update.t, Change::Update(u as u32)));
    }
    for (c, cluster) in input.clusters.iter().enumerate() {
        for step in &cluster.capacity {
            all.push((step.t, Change::Capacity { cluster: c as u32, nodes: step.nodes }));
        }
    }
    for (c, cluster) in input.clusters.iter().enumerate() {
        all.extend(cluster.ready_at.map(|t| (t, Change::Ready(c as u32))));
    }
    // Stable: equal times keep the order above.
    all.sort_by_key(|c| c.0);
    all
}

fn compact_jobs(input: &Input, order: &[u32]) -> (Vec<Job>, Vec<Extra>) {
    let mut environments: Vec<Vec<u32>> = vec![Vec::new(); input.clusters.len()];
    let mut jobs = Vec::with_capacity(order.len());
    let mut extras = Vec::with_capacity(order.len());
    let mut any_extra = false;
    for &j in order {
        let job: &JobInput = &input.jobs[j as usize];
        let cluster = &input.clusters[job.cluster as usize];
        let known = &mut environments[job.cluster as usize];
        let environment = known.iter().position(|e| *e == job.environment).unwrap_or_else(|| {
            known.push(job.environment);
            known.len() - 1
        });
        let running = running_ticks(job.service, cluster.speed);
        let declared = running_ticks(job.declared.unwrap_or(job.service), cluster.speed);
        let extra = Extra {
            declared,
            timeout: job.timeout.unwrap_or(NEVER),
            checkpoint: job.checkpoint.unwrap_or(NEVER),
            priority: job.priority,
            identity: job.identity.unwrap_or(NEVER),
        };
        let has_extra = declared != running
            || running > u64::from(TICK_END)
            || job.timeout.is_some()
            || job.checkpoint.is_some()
            || job.priority != 0
            || job.identity.is_some();
        any_extra |= has_extra;
        extras.push(extra);
        jobs.push(Job {
            submit: job.submit,
            running: running.min(u64::from(TICK_END)) as Tick,
            nodes: job.nodes,
            packed: (job.cluster << CLUSTER_SHIFT)
                | ((environment as u32) << ENVIRONMENT_SHIFT)
                | if has_extra { HAS_EXTRA } else { 0 }
                | if job.communicates { COMMUNICATES } else { 0 },
        });
    }
    if !any_extra {
        extras = Vec::new();
    }
    (jobs, extras)
}

fn cluster_models(input: &Input, quotas: &Quotas, jobs: &[Job]) -> Vec<ClusterModel> {
    let mut models: Vec<ClusterModel> = input
        .clusters
        .iter()
        .map(|c| ClusterModel {
            quotas: binding_quotas(c)
                .filter_map(|key| quotas.keys.iter().position(|k| *k == key))
                .map(|i| i as u32)
                .collect(),
            addresses: c.subnet.map_or(UNLIMITED, |s| input.subnets[s as usize]),
            jobs: [].into(),
            job_count: 0,
            wanted_nodes: 0,
            input: c.clone(),
        })
        .collect();
    let mut ids: Vec<Vec<u32>> = vec![Vec::new(); models.len()];
    let several = models.len() > 1;
    for (id, job) in jobs.iter().enumerate() {
        let model = &mut models[job.cluster()];
        model.job_count += 1;
        model.wanted_nodes += u64::from(job.nodes);
        if several {
            ids[job.cluster()].push(id as u32);
        }
    }
    for (model, ids) in models.iter_mut().zip(ids) {
        model.jobs = ids.into();
    }
    models
}
