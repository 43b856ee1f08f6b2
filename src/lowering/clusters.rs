//! Clusters, region, locks and updates in ticks and indices.

use super::places::Places;
use super::{ClusterFacts, workload_errors};
use crate::engine::input::{
    Bounds, CapacityStep, ClusterInput, Discipline, Input, LockEffect, LockInput, LockLevel, OnEviction,
    QuotaInput, QuotaKey, QuotaStep, Resize, Table, Tier, UNLIMITED, UpdateInput, UsageStep,
};
use crate::rng::{Stream, stream};
use crate::scenario::Scenario;
use crate::scenario::path::Path;
use crate::scenario::schema::{self, Cluster, Created, Delays, Distribution, Eviction, Evictions, QuotaName};
use crate::scenario::sizes::{self, ResolvedSize};
use crate::units::{NEVER, Resolution, Tick, TimeSpan};
use crate::workload::SampleError;
use crate::workload::sample::{boot_failure_table, delay_table, lifetime_table};
use std::collections::HashMap;

/// The documented assumptions (model, section 2).
pub(crate) mod assumed {
    use crate::scenario::schema::{Distribution, Eviction, EvictionBand};
    use crate::units::TimeSpan;

    pub(crate) const IDLE_TIME: TimeSpan = TimeSpan::from_s(120);
    pub(crate) const ALLOCATION: Distribution =
        Distribution::LogNormalMedianP90 { median: TimeSpan::from_s(240), p90: TimeSpan::from_s(540) };
    pub(crate) const BOOT: Distribution = Distribution::Constant(TimeSpan::from_s(180));
    pub(crate) const PREPARE_COLD: Distribution = Distribution::Constant(TimeSpan::from_s(120));
    pub(crate) const RECYCLE: TimeSpan = TimeSpan::from_s(600);
    pub(crate) const RELEASE: TimeSpan = TimeSpan::from_s(60);
    pub(crate) const EVICTION: Eviction = Eviction::Band(EvictionBand::From5To10Percent);
    /// Node limit with inter-node communication, and without.
    pub(crate) const NODE_LIMITS: (u64, u64) = (100, 1000);
}

/// A time in ticks. What does not fit was told by the check of the scenario; here it becomes something near.
pub(super) fn ticks(span: TimeSpan, resolution: Resolution) -> Tick {
    (span.ns() / resolution.ns()).min(u64::from(super::TICK_MAX)) as Tick
}

/// A count; the same holds.
fn count(n: u64) -> u32 {
    n.min(u64::from(super::TICK_MAX)) as u32
}

pub(super) struct Lowering<'a, 'p> {
    pub(super) scenario: &'a Scenario,
    pub(super) places: &'a mut Places<'p>,
    /// Where each of [`Input::quotas`] stands.
    pub(super) quota_paths: Vec<Path>,
    sizes: Vec<Option<ResolvedSize>>,
    /// Families in small letters; equal for equal numbers.
    families: HashMap<String, u32>,
    identities: HashMap<String, u32>,
    seed: u64,
    replication: u64,
}

impl<'a, 'p> Lowering<'a, 'p> {
    pub(super) fn new(
        scenario: &'a Scenario,
        places: &'a mut Places<'p>,
        seed: u64,
        replication: u64,
    ) -> Self {
        let sizes =
            scenario.clusters.iter().map(|cluster| sizes::resolve(scenario, &cluster.vm_size)).collect();
        Self {
            scenario,
            places,
            quota_paths: Vec::new(),
            sizes,
            families: HashMap::new(),
            identities: HashMap::from([("system".to_owned(), 0)]),
            seed,
            replication,
        }
    }

    fn ticks(&self, span: TimeSpan) -> Tick {
        ticks(span, self.scenario.resolution)
    }

    fn family(&mut self, name: &str) -> u32 {
        let next = self.families.len() as u32;
        *self.families.entry(name.to_lowercase()).or_insert(next)
    }

    /// The number of an identity: 0 is the system-assigned one.
    pub(super) fn identity(&mut self, name: &str) -> u32 {
        let next = self.identities.len() as u32;
        *self.identities.entry(name.to_owned()).or_insert(next)
    }

    fn identities(&mut self, identity: &schema::Identity) -> Vec<u32> {
        let system = identity.system_assigned.then_some(0);
        system.into_iter().chain(identity.user_assigned.iter().map(|name| self.identity(name))).collect()
    }

    /// Everything but the jobs.
    pub(super) fn scenario(&mut self) -> Input {
        let scenario = self.scenario;
        let clusters = (0..scenario.clusters.len()).map(|i| self.cluster(i)).collect();
        let quotas = self.quotas();
        let region = &scenario.region;
        let quota_steps = region
            .quota_steps
            .iter()
            .map(|step| QuotaStep {
                t: self.ticks(step.at),
                quota: self.quota(&step.quota),
                vcpus: step.vcpus.map_or(UNLIMITED, count),
            })
            .collect();
        let outside_usage = region
            .outside_usage
            .iter()
            .map(|step| UsageStep {
                t: self.ticks(step.at),
                quota: self.quota(&step.quota),
                vcpus: count(step.vcpus),
            })
            .collect();
        Input {
            clusters,
            jobs: Vec::new(),
            horizon: scenario.horizon.map(|horizon| self.ticks(horizon)),
            stop_at_horizon: scenario.stop_at_horizon,
            quotas,
            quota_steps,
            outside_usage,
            subnets: region.subnets.values().map(|addresses| count(*addresses)).collect(),
            locks: scenario.locks.iter().map(|lock| self.lock(lock)).collect(),
            lock_effect: match scenario.lock_effect {
                schema::LockEffect::Scaling => LockEffect::Scaling,
                schema::LockEffect::Removal => LockEffect::Removal,
            },
            updates: scenario.updates.iter().filter_map(|update| self.update(update)).collect(),
            billing_quantum: scenario.prices.billing_quantum.map_or(1, |quantum| self.ticks(quantum)),
            wait_limit: scenario
                .expect
                .iter()
                .find_map(schema::Expect::wait_limit)
                .map(|limit| self.ticks(limit)),
            bounds: Bounds::default(),
        }
    }

    fn lock(&self, lock: &schema::Lock) -> LockInput {
        LockInput {
            from: self.ticks(lock.from),
            to: lock.to.map(|to| self.ticks(to)),
            level: match lock.level {
                schema::LockLevel::CanNotDelete => LockLevel::CanNotDelete,
                schema::LockLevel::ReadOnly => LockLevel::ReadOnly,
            },
        }
    }

    /// An update; `None` where its cluster does not exist, which was told.
    fn update(&mut self, update: &schema::Update) -> Option<UpdateInput> {
        let position = self.scenario.clusters.iter().position(|cluster| cluster.name == update.cluster)?;
        let is_static = self.scenario.clusters[position].policy == schema::Policy::Static;
        let max_nodes = update.max_nodes.map(count);
        Some(UpdateInput {
            t: self.ticks(update.at),
            cluster: position as u32,
            min_nodes: update.min_nodes.map(count).or(max_nodes.filter(|_| is_static)),
            max_nodes,
            idle_time: update.idle_time.map(|idle| self.ticks(idle)),
            identities: update.identity.as_ref().map(|identity| self.identities(identity)),
        })
    }

    fn quotas(&mut self) -> Vec<QuotaInput> {
        let quotas = &self.scenario.region.quotas;
        let path = Path::root().field("region.quotas");
        let mut out = Vec::new();
        for (name, vcpus) in &quotas.family {
            out.push(QuotaInput { quota: QuotaKey::Family(self.family(name)), vcpus: count(*vcpus) });
            self.quota_paths.push(path.field("family").key(name));
        }
        for (name, vcpus) in &quotas.workspace {
            out.push(QuotaInput { quota: QuotaKey::Workspace(self.family(name)), vcpus: count(*vcpus) });
            self.quota_paths.push(path.field("workspace").key(name));
        }
        for (field, quota, vcpus) in [
            ("total_dedicated", QuotaKey::TotalDedicated, quotas.total_dedicated),
            ("low_priority", QuotaKey::LowPriority, quotas.low_priority),
        ] {
            if let Some(vcpus) = vcpus {
                out.push(QuotaInput { quota, vcpus: count(vcpus) });
                self.quota_paths.push(path.field(field));
            }
        }
        out
    }

    fn quota(&mut self, name: &QuotaName) -> QuotaKey {
        match name {
            QuotaName::Family(family) => QuotaKey::Family(self.family(family)),
            QuotaName::Workspace(family) => QuotaKey::Workspace(self.family(family)),
            QuotaName::TotalDedicated => QuotaKey::TotalDedicated,
            QuotaName::LowPriority => QuotaKey::LowPriority,
        }
    }

    fn cluster(&mut self, i: usize) -> ClusterInput {
        let cluster = &self.scenario.clusters[i];
        let zero = self.scenario.delays == Delays::Zero;
        let max_nodes = count(cluster.max_nodes);
        let min_nodes = match cluster.policy {
            schema::Policy::Static => max_nodes,
            schema::Policy::Reactive => cluster.min_nodes.map_or(0, count),
        };
        let ready_at = match cluster.created {
            Created::BeforeRun => None,
            Created::At { at, create_time } => {
                Some(self.ticks(at).saturating_add(self.ticks(create_time)).min(super::TICK_MAX))
            }
        };
        let initial = cluster.initial_nodes.map(count);
        let limit = match cluster.inter_node_communication {
            true => assumed::NODE_LIMITS.0,
            false => assumed::NODE_LIMITS.1,
        };
        // A size that nobody knows was told; one vCPU makes no quota complain about it too.
        let vcpus = self.sizes[i].as_ref().and_then(|size| size.vcpus).unwrap_or(1).max(1);
        let family =
            self.sizes[i].as_ref().map_or_else(|| cluster.vm_size.clone(), |size| size.family.clone());
        let of_size = self.sizes[i].as_ref().and_then(|size| size.speed);
        let (p, q) = cluster.speed.or(of_size).unwrap_or((1, 1));
        let span = |given: Option<TimeSpan>, default: TimeSpan| match given {
            Some(given) => given,
            None if zero => TimeSpan::ZERO,
            None => default,
        };
        let recycle = self.ticks(span(cluster.recycle_time, assumed::RECYCLE));
        ClusterInput {
            max_nodes,
            min_nodes,
            initial_nodes: initial.unwrap_or(if ready_at.is_some() { 0 } else { min_nodes }),
            // The idle time is no delay: `delays: Zero` leaves it.
            idle_time: self.ticks(cluster.idle_time.unwrap_or(assumed::IDLE_TIME)),
            tier: tier(cluster.tier),
            vcpus,
            family: self.family(&family),
            speed: (count(p).max(1), count(q).max(1)),
            communication: cluster.inter_node_communication,
            // A limit of 0 was told.
            communication_limit: count(cluster.node_limit.filter(|n| *n > 0).unwrap_or(limit)),
            subnet: self.subnet(cluster),
            ready_at,
            identities: self.identities(&cluster.identity),
            discipline: match cluster.discipline {
                schema::Discipline::Fifo => Discipline::Fifo,
                schema::Discipline::Priority => Discipline::Priority,
                schema::Discipline::FirstFit => Discipline::FirstFit,
                schema::Discipline::Backfill => Discipline::Backfill,
            },
            resize: match cluster.resize {
                schema::Resize::DownFirst => Resize::DownFirst,
                schema::Resize::Concurrent => Resize::Concurrent,
                schema::Resize::Exclusive => Resize::Exclusive,
            },
            cancel_allocating: cluster.cancel_allocating,
            allocation_delay: self.delays(
                i,
                stream::ALLOCATION_DELAY,
                &cluster.allocation_delay,
                assumed::ALLOCATION,
            ),
            boot_delay: self.delays(i, stream::BOOT_DELAY, &cluster.boot_delay, assumed::BOOT),
            boot_failure: self.boot_failures(i),
            lifetime: self.lifetimes(i),
            prepare_cold: self.delays(i, stream::PREPARE_COLD, &cluster.prepare_cold, assumed::PREPARE_COLD),
            prepare_warm: self.delays(
                i,
                stream::PREPARE_WARM,
                &cluster.prepare_warm,
                Distribution::Constant(TimeSpan::ZERO),
            ),
            // Zero is one tick here; a written zero is refused.
            recycle_time: if cluster.recycle_time.is_none() { recycle.max(1) } else { recycle },
            release_delay: self.ticks(span(cluster.release_delay, assumed::RELEASE)),
            capacity: cluster
                .capacity
                .iter()
                .map(|step| CapacityStep {
                    t: self.ticks(step.at),
                    nodes: step.nodes.map_or(UNLIMITED, count),
                })
                .collect(),
            on_eviction: match cluster.on_eviction {
                schema::OnEviction::Requeue => OnEviction::Requeue,
                schema::OnEviction::Resubmit { after } => OnEviction::Resubmit(self.ticks(after)),
                schema::OnEviction::Fail => OnEviction::Fail,
            },
            restart_overhead: cluster.restart_overhead.map_or(0, |overhead| self.ticks(overhead)),
            max_restarts: cluster.max_restarts.map_or(UNLIMITED, count),
        }
    }

    fn subnet(&self, cluster: &Cluster) -> Option<u32> {
        let name = cluster.subnet.as_ref()?;
        self.scenario.region.subnets.keys().position(|known| known == name).map(|i| i as u32)
    }

    fn stream(&self, cluster: usize, name: &str) -> Stream {
        Stream::of_cluster(self.seed, self.replication, &self.scenario.clusters[cluster].name, name)
    }

    /// A table, or the mistake told at a field of a cluster and something harmless.
    fn table<T>(
        &mut self,
        cluster: usize,
        field: &'static str,
        drawn: Result<Vec<T>, SampleError>,
        or: T,
    ) -> Table<T> {
        let drawn = drawn.unwrap_or_else(|error| {
            let path = Path::root().field("clusters").index(cluster).field(field);
            let error = workload_errors::sample(error, &path);
            let diagnostic = workload_errors::diagnostic(&error, self.places.tree(), self.places.source());
            self.places.found.push(diagnostic);
            vec![or]
        });
        drawn.into()
    }

    /// Streams of delays have the names of the fields.
    fn delays(
        &mut self,
        cluster: usize,
        field: &'static str,
        given: &Option<Distribution>,
        default: Distribution,
    ) -> Table<Tick> {
        let default = match self.scenario.delays {
            Delays::Zero => Distribution::Constant(TimeSpan::ZERO),
            Delays::Assumed => default,
        };
        let distribution = given.as_ref().unwrap_or(&default);
        let table = delay_table(distribution, self.scenario.resolution, &self.stream(cluster, field));
        self.table(cluster, field, table, 0)
    }

    fn boot_failures(&mut self, cluster: usize) -> Table<bool> {
        let failures = &self.scenario.clusters[cluster].boot_failures;
        let table = boot_failure_table(failures, &self.stream(cluster, stream::BOOT_FAILURE));
        let table = table.map(|table| table.into_iter().map(|fails| fails != 0).collect());
        self.table(cluster, "boot_failures", table, false)
    }

    /// Dedicated nodes are not evicted, whatever is written.
    fn lifetimes(&mut self, cluster: usize) -> Table<Tick> {
        let Some(eviction) = eviction(self.scenario, cluster) else { return [NEVER].into() };
        let table =
            lifetime_table(&eviction, self.scenario.resolution, &self.stream(cluster, stream::LIFETIME));
        let table = table.map(|table| table.unwrap_or_else(|| vec![NEVER]));
        self.table(cluster, "eviction", table, NEVER)
    }

    pub(super) fn facts(&self) -> Vec<ClusterFacts> {
        let quotas = &self.scenario.region.quotas;
        let facts = |(i, cluster): (usize, &Cluster)| {
            let size = self.sizes[i].as_ref();
            let family = size.map_or_else(String::new, |size| size.family.clone());
            let given = |map: &std::collections::BTreeMap<String, u64>| {
                map.keys().any(|name| name.eq_ignore_ascii_case(&family))
            };
            ClusterFacts {
                name: cluster.name.clone(),
                vm_size: size.map_or_else(|| cluster.vm_size.clone(), |size| size.name.clone()),
                vcpus: size.and_then(|size| size.vcpus).unwrap_or(1),
                memory_gib: size.and_then(|size| size.memory_gib),
                gpus: size.map_or(0.0, |size| size.gpus),
                tier: tier(cluster.tier),
                price: sizes::price(self.scenario, i),
                idle_time_assumed: cluster.idle_time.is_none(),
                quota_given: match cluster.tier {
                    // A total says nothing about the family, whose quota may still be 0.
                    schema::Tier::Dedicated => given(&quotas.family) || given(&quotas.workspace),
                    schema::Tier::LowPriority => quotas.low_priority.is_some(),
                },
                family,
            }
        };
        self.scenario.clusters.iter().enumerate().map(facts).collect()
    }
}

fn tier(tier: schema::Tier) -> Tier {
    match tier {
        schema::Tier::Dedicated => Tier::Dedicated,
        schema::Tier::LowPriority => Tier::LowPriority,
    }
}

/// How nodes of a cluster are evicted; `None`: not at all.
pub(super) fn eviction(scenario: &Scenario, cluster: usize) -> Option<Eviction> {
    let cluster = &scenario.clusters[cluster];
    match (cluster.tier, &cluster.eviction, scenario.evictions) {
        (schema::Tier::Dedicated, ..) | (_, None, Evictions::Never) => None,
        (_, Some(eviction), _) => Some(eviction.clone()),
        (_, None, Evictions::Assumed) => Some(assumed::EVICTION),
    }
}
