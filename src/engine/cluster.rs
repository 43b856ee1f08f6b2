//! The state of one cluster: its nodes, running attempts and queue, and the sums over time.

use super::due::DueTimes;
use super::idle::IdleNodes;
use super::input::{Discipline, Tier, UNLIMITED};
use super::level::Level;
use super::model::{ClusterModel, Model};
use super::output::{Outcome, Reason, State};
use super::queue::JobQueue;
use super::settings::Settings;
use super::slots::Slots;
use crate::stats::histogram::Histogram;
use crate::units::{NEVER, Tick};

/// "No entry", in links between nodes and attempts.
pub(super) const NONE: u32 = u32::MAX;

/// Billed nodes that one load balancer serves.
const NODES_PER_LOAD_BALANCER: u32 = 50;

/// A slot and the node that holds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// `None`: the slot is free.
    pub(super) state: Option<State>,
    /// Request ordinal.
    pub(super) ordinal: u32,
    /// Idle since.
    pub(super) since: Tick,
    /// End of its present state, if time ends it, or [`NEVER`].
    pub(super) due: Tick,
    /// End of its lifetime, or [`NEVER`].
    pub(super) evicted_at: Tick,
    /// End of allocation, or [`NEVER`].
    pub(super) billed_from: Tick,
    /// Environments that it is warm for.
    pub(super) warm: u32,
    /// Attempt that runs on it.
    pub(super) attempt: u32,
    /// Next node of the same gang, or [`NONE`].
    pub(super) next: u32,
}

pub(super) const FREE: Node = Node {
    state: None,
    ordinal: NONE,
    since: 0,
    due: NEVER,
    evicted_at: NEVER,
    billed_from: NEVER,
    warm: 0,
    attempt: NONE,
    next: NONE,
};

/// A running attempt of a job.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub(super) job: u32,
    pub(super) start: Tick,
    /// Completion or timeout; [`NEVER`] marks a free entry.
    pub(super) end: Tick,
    pub(super) prepare: Tick,
    pub(super) overhead: Tick,
    /// Running ticks kept from earlier attempts.
    pub(super) saved: Tick,
    pub(super) evictions: u32,
    /// Starts, this one included.
    pub(super) attempts: u32,
    pub(super) nodes: u32,
    /// First node of the gang, linked by [`Node::next`].
    pub(super) first_slot: u32,
    /// Its place in the queue, if it comes back.
    pub(super) submitted: Tick,
    pub(super) times_out: bool,
}

/// How the ticks of an attempt divide (model, section 9).
#[derive(Clone, Copy, Debug)]
pub(super) struct Split {
    pub(super) prepare: Tick,
    pub(super) overhead: Tick,
    pub(super) progress: Tick,
}

impl Attempt {
    #[inline(always)]
    pub(super) fn split(&self, t: Tick) -> Split {
        let elapsed = t - self.start;
        let prepare = elapsed.min(self.prepare);
        let overhead = (elapsed - prepare).min(self.overhead);
        Split { prepare, overhead, progress: elapsed - prepare - overhead }
    }
}

/// Sums that only grow by events.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    pub(super) useful: u64,
    pub(super) lost: u64,
    pub(super) prepare: u64,
    pub(super) useful_by_outcome: [u64; Outcome::COUNT],
    pub(super) billed_quanta: u64,
    pub(super) requests: u64,
    pub(super) withdrawn: u64,
    pub(super) releases: u64,
    pub(super) scale_operations: u64,
    pub(super) evictions: u64,
    pub(super) boot_failures: u64,
    pub(super) restarts: u64,
    pub(super) refused_updates: u64,
    pub(super) peak_nodes: u32,
    pub(super) outcomes: [u64; Outcome::COUNT],
    /// Cancelled jobs that had never started.
    pub(super) cancelled_unstarted: u64,
    pub(super) started: u64,
    pub(super) wait_sum: u64,
    pub(super) wait_max: Tick,
    pub(super) turnaround_sum: u64,
    pub(super) turnaround_max: Tick,
    pub(super) waits_within: u64,
}

/// Queue time by reason. The reason holds from the end of one instant to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Waits {
    reason: Option<Reason>,
    since: Tick,
    /// Jobs that never started, and jobs that came back.
    pub(super) first: Level,
    pub(super) again: Level,
    first_mark: u64,
    again_mark: u64,
    pub(super) wait: [u64; Reason::COUNT],
    pub(super) requeue_wait: [u64; Reason::COUNT],
    ticks: [Tick; Reason::COUNT],
}

impl Waits {
    #[inline]
    pub(super) fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// Queue length.
    #[inline]
    pub(super) fn queued(&self) -> u32 {
        self.first.count + self.again.count
    }

    /// The reason from `t` on.
    #[inline]
    pub(super) fn set_reason(&mut self, t: Tick, reason: Option<Reason>) {
        if self.reason == reason {
            return;
        }
        let (first, again) = (self.first.integral(t), self.again.integral(t));
        if let Some(r) = self.reason {
            self.wait[r as usize] += first - self.first_mark;
            self.requeue_wait[r as usize] += again - self.again_mark;
            self.ticks[r as usize] += t - self.since;
        }
        (self.first_mark, self.again_mark, self.since, self.reason) = (first, again, t, reason);
    }

    /// Time with each reason over [0, t).
    pub(super) fn ticks_until(&self, t: Tick) -> [Tick; Reason::COUNT] {
        let mut ticks = self.ticks;
        if let Some(r) = self.reason {
            ticks[r as usize] += t - self.since;
        }
        ticks
    }
}

/// Memory of a cluster that the next one takes over.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    nodes: Vec<Node>,
    free_slots: Slots,
    idle: IdleNodes,
    node_due: DueTimes,
    lifetimes: DueTimes,
    allocating: Vec<(u32, u32)>,
    by_ordinal: Vec<(u32, u32)>,
    attempts: Vec<Attempt>,
    free_attempts: Vec<u32>,
    attempt_due: DueTimes,
    queue: JobQueue,
    wait_histogram: Histogram,
    turnaround_histogram: Histogram,
}

impl Buffers {
    /// The same memory, with nothing in it.
    fn cleared(mut self, discipline: Discipline) -> Self {
        self.nodes.clear();
        self.free_slots.reset();
        self.idle.reset();
        self.node_due.reset();
        self.lifetimes.reset();
        self.allocating.clear();
        self.by_ordinal.clear();
        self.attempts.clear();
        self.free_attempts.clear();
        self.attempt_due.reset();
        self.queue.reset(discipline);
        self.wait_histogram.clear();
        self.turnaround_histogram.clear();
        self
    }
}

/// One cluster during a run.
#[derive(Clone, Debug)]
pub(super) struct Cluster<'m> {
    pub(super) index: u32,
    pub(super) model: &'m ClusterModel,
    pub(super) ready: bool,
    pub(super) min_nodes: u32,
    pub(super) max_nodes: u32,
    pub(super) idle_time: Tick,
    pub(super) identities: &'m [u32],
    pub(super) capacity: u32,
    /// min(max_nodes, communication limit, subnet's addresses).
    pub(super) limit: u32,
    /// Nodes were requested or went, or the limit changed, since the end of the last instant.
    pub(super) resized: bool,
    /// Its nodes have lifetimes and can be evicted.
    pub(super) low_priority: bool,
    /// Target at the last step 7.
    pub(super) target: u32,
    /// Nodes wanted in place of the demand, given through the stepping interface.
    pub(super) wanted: Option<u32>,

    pub(super) nodes: Vec<Node>,
    pub(super) free_slots: Slots,
    pub(super) idle: IdleNodes,
    pub(super) node_due: DueTimes,
    pub(super) lifetimes: DueTimes,
    /// (ordinal, slot) of requests, for withdrawals; only kept where they can happen.
    pub(super) allocating: Vec<(u32, u32)>,
    /// (ordinal, slot) of held nodes while a capacity is enforced.
    pub(super) by_ordinal: Vec<(u32, u32)>,
    pub(super) next_ordinal: u32,
    pub(super) attempts: Vec<Attempt>,
    pub(super) free_attempts: Vec<u32>,
    pub(super) attempt_due: DueTimes,
    pub(super) queue: JobQueue,
    pub(super) queued_nodes: u32,

    pub(super) levels: [Level; State::COUNT],
    /// All but leaving.
    pub(super) allocated: u32,
    /// All.
    pub(super) held: u32,
    pub(super) load_balancers: Level,
    pub(super) at_limit: Level,
    pub(super) waits: Waits,
    pub(super) sums: Sums,
    pub(super) wait_histogram: Histogram,
    pub(super) turnaround_histogram: Histogram,
}

impl<'m> Cluster<'m> {
    /// The cluster at t = 0, before the first instant.
    pub(super) fn new(model: &'m Model, index: usize, settings: Settings, buffers: Buffers) -> Self {
        let cluster_model = &model.clusters[index];
        let input = &cluster_model.input;
        let Buffers {
            nodes,
            free_slots,
            idle,
            node_due,
            lifetimes,
            allocating,
            by_ordinal,
            attempts,
            free_attempts,
            attempt_due,
            queue,
            wait_histogram,
            turnaround_histogram,
        } = buffers.cleared(input.discipline);
        let mut cluster = Self {
            index: index as u32,
            model: cluster_model,
            ready: input.ready_at.is_none(),
            min_nodes: settings.min_nodes,
            max_nodes: settings.max_nodes,
            idle_time: settings.idle_time,
            identities: &input.identities,
            capacity: UNLIMITED,
            limit: 0,
            resized: true,
            low_priority: input.tier == Tier::LowPriority,
            target: 0,
            wanted: None,
            nodes,
            free_slots,
            idle,
            node_due,
            lifetimes,
            allocating,
            by_ordinal,
            next_ordinal: 0,
            attempts,
            free_attempts,
            attempt_due,
            queue,
            queued_nodes: 0,
            levels: [Level::default(); State::COUNT],
            allocated: 0,
            held: 0,
            load_balancers: Level::default(),
            at_limit: Level::default(),
            waits: Waits::default(),
            sums: Sums::default(),
            wait_histogram,
            turnaround_histogram,
        };
        cluster.update_limit();
        cluster
    }

    /// Gives back the memory.
    pub(super) fn into_buffers(self) -> Buffers {
        Buffers {
            nodes: self.nodes,
            free_slots: self.free_slots,
            idle: self.idle,
            node_due: self.node_due,
            lifetimes: self.lifetimes,
            allocating: self.allocating,
            by_ordinal: self.by_ordinal,
            attempts: self.attempts,
            free_attempts: self.free_attempts,
            attempt_due: self.attempt_due,
            queue: self.queue,
            wait_histogram: self.wait_histogram,
            turnaround_histogram: self.turnaround_histogram,
        }
    }

    pub(super) fn update_limit(&mut self) {
        self.resized = true;
        self.limit = self.max_nodes.min(self.model.input.communication_limit).min(self.model.addresses);
    }

    #[inline]
    pub(super) fn count(&self, state: State) -> u32 {
        self.levels[state as usize].count
    }

    /// demand = nodes of running jobs + nodes of queued jobs.
    #[inline]
    pub(super) fn demand(&self) -> u32 {
        self.count(State::Running) + self.queued_nodes
    }

    /// target = min(limit, max(min_nodes, demand)); a policy replaces the demand.
    #[inline]
    pub(super) fn current_target(&self) -> u32 {
        self.limit.min(self.min_nodes.max(self.wanted.unwrap_or_else(|| self.demand())))
    }

    /// Looks at what the cluster wants now. From here to the next instant neither demand nor settings change.
    #[inline]
    pub(super) fn update_target(&mut self) {
        self.target = self.current_target();
    }

    /// Nodes are on their way in or out.
    #[inline]
    pub(super) fn has_nodes_in_transit(&self) -> bool {
        self.count(State::Allocating) + self.count(State::Preparing) + self.count(State::Leaving) > 0
    }

    /// Nodes change state.
    #[inline(always)]
    pub(super) fn move_nodes(&mut self, t: Tick, from: State, to: State, n: u32) {
        self.levels[from as usize].sub(t, n);
        self.levels[to as usize].add(t, n);
    }

    /// Load balancers serve billed nodes: all held ones past their allocation.
    #[inline]
    pub(super) fn update_load_balancers(&mut self, t: Tick) {
        if self.ready {
            let billed = self.held - self.count(State::Allocating);
            self.load_balancers.set(t, billed.div_ceil(NODES_PER_LOAD_BALANCER).max(1));
        }
    }

    /// Adds the billed time of a node that goes at `t`, or is still held then.
    #[inline]
    pub(super) fn bill(&mut self, t: Tick, billed_from: Tick, quantum: Tick) {
        if billed_from != NEVER {
            let ticks = t - billed_from;
            self.sums.billed_quanta += u64::from(if quantum == 1 { ticks } else { ticks.div_ceil(quantum) });
        }
    }

    /// The next time at which something of this cluster falls due, or [`NEVER`]. `t` is now; step 7 is done.
    #[inline(always)]
    pub(super) fn next_due(&mut self, t: Tick) -> Tick {
        let mut next = self.attempt_due.next().min(self.node_due.next()).min(self.lifetimes.next());
        if self.allocated > self.target {
            next = next.min(self.idle.next_expiry(t, self.idle_time).unwrap_or(NEVER));
        }
        next
    }
}

/// Entry `i` of a table, in turn.
#[inline]
pub(super) fn entry<T: Copy>(table: &[T], i: u32) -> T {
    if table.len() == 1 { table[0] } else { table[i as usize % table.len()] }
}
