//! What the clusters of a run share: the instant, locks, quotas, addresses, and what comes from outside next.

use super::input::{LockEffect, UNLIMITED};
use super::model::Model;
use super::output::EventKind;
use super::queue::Restart;
use super::record::{ALL, Recorder};
use crate::units::{NEVER, Tick};
use std::collections::BTreeMap;

/// Where a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Whereabouts {
    NotSubmitted,
    Queued,
    Running,
    Resubmitting,
    Ended,
}

/// A quota during a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quota {
    /// vCPUs, or [`UNLIMITED`].
    pub(super) vcpus: u32,
    pub(super) outside: u32,
    pub(super) used: u64,
}

impl Quota {
    /// vCPUs that may still be requested.
    #[inline]
    pub(super) fn available(&self) -> u64 {
        if self.vcpus == UNLIMITED {
            return u64::MAX;
        }
        u64::from(self.vcpus.saturating_sub(self.outside)).saturating_sub(self.used)
    }
}

/// What the clusters share.
#[derive(Debug)]
pub(super) struct World<'m, const DETAIL: u8> {
    pub(super) model: &'m Model,
    /// The present instant.
    pub(super) now: Tick,
    pub(super) cannot_delete_locks: u32,
    pub(super) read_only_locks: u32,
    pub(super) quotas: Vec<Quota>,
    /// Held addresses by subnet.
    pub(super) addresses_held: Vec<u32>,
    /// Nothing but submissions comes from outside before then: no change, cancellation, resubmission or
    /// horizon. May be too early, never too late.
    pub(super) quiet_until: Tick,
    pub(super) next_change: usize,
    pub(super) next_job: u32,
    /// Submit time of that job, or [`NEVER`].
    pub(super) next_submit: Tick,
    pub(super) next_cancel: usize,
    /// By (time, id).
    pub(super) resubmissions: BTreeMap<(Tick, u32), Restart>,
    /// Jobs queued or running, over all clusters.
    pub(super) active_jobs: u32,
    /// By id. Kept up for every job where some can be cancelled; else only `Ended` of jobs that waited.
    pub(super) whereabouts: Vec<Whereabouts>,
    /// By id, where jobs can be cancelled: index of the attempt, last submission, or time of resubmission.
    pub(super) place_of: Vec<u32>,
    /// Clusters in the order of grants, reused.
    pub(super) grants: Vec<(Tick, u32)>,
    pub(super) recorder: Recorder<DETAIL>,
}

/// Memory of a world that the next one takes over.
#[derive(Debug, Default)]
pub(super) struct WorldBuffers {
    quotas: Vec<Quota>,
    addresses_held: Vec<u32>,
    resubmissions: BTreeMap<(Tick, u32), Restart>,
    whereabouts: Vec<Whereabouts>,
    place_of: Vec<u32>,
    grants: Vec<(Tick, u32)>,
}

/// A list of `n` equal values in the memory of another.
fn refilled<T: Copy>(mut list: Vec<T>, n: usize, value: T) -> Vec<T> {
    list.clear();
    list.resize(n, value);
    list
}

impl<'m, const DETAIL: u8> World<'m, DETAIL> {
    /// The world at t = 0, before the first instant.
    pub(super) fn new(model: &'m Model, buffers: WorldBuffers) -> Self {
        let jobs = model.jobs.len();
        let WorldBuffers { mut quotas, mut resubmissions, mut grants, .. } = buffers;
        quotas.clear();
        quotas.extend(model.quotas.iter().map(|q| Quota { vcpus: q.vcpus, outside: 0, used: 0 }));
        resubmissions.clear();
        grants.clear();
        Self {
            model,
            now: 0,
            cannot_delete_locks: 0,
            read_only_locks: 0,
            quotas,
            addresses_held: refilled(buffers.addresses_held, model.input.subnets.len(), 0),
            quiet_until: 0,
            next_change: 0,
            next_job: 0,
            next_submit: model.jobs.first().map_or(NEVER, |j| j.submit),
            next_cancel: 0,
            resubmissions,
            active_jobs: 0,
            whereabouts: refilled(buffers.whereabouts, jobs, Whereabouts::NotSubmitted),
            place_of: refilled(buffers.place_of, if model.cancels.is_empty() { 0 } else { jobs }, 0),
            grants,
            recorder: Recorder::new(model),
        }
    }

    /// Gives back the memory.
    pub(super) fn into_buffers(self) -> WorldBuffers {
        let Self { quotas, addresses_held, resubmissions, whereabouts, place_of, grants, .. } = self;
        WorldBuffers { quotas, addresses_held, resubmissions, whereabouts, place_of, grants }
    }

    /// Notes where a job is now, for its cancellation.
    #[inline(always)]
    pub(super) fn track(&mut self, id: u32, whereabouts: Whereabouts, place: u32) {
        if !self.place_of.is_empty() {
            self.whereabouts[id as usize] = whereabouts;
            self.place_of[id as usize] = place;
        }
    }

    /// A job re-enters the queue at `t`.
    pub(super) fn resubmit_at(&mut self, t: Tick, id: u32, restart: Restart) {
        self.resubmissions.insert((t, id), restart);
        self.quiet_until = self.quiet_until.min(t);
        self.track(id, Whereabouts::Resubmitting, t);
    }

    /// The earliest change, cancellation of a job that has not ended, resubmission or horizon from now on.
    pub(super) fn update_quiet_until(&mut self) {
        let mut next = NEVER;
        if let Some(&(t, _)) = self.model.changes.get(self.next_change) {
            next = next.min(t);
        }
        if let Some((&(t, _), _)) = self.resubmissions.first_key_value() {
            next = next.min(t);
        }
        while let Some(&(t, id)) = self.model.cancels.get(self.next_cancel) {
            if !self.has_ended(id) {
                next = next.min(t);
                break;
            }
            self.next_cancel += 1;
        }
        if let Some(h) = self.model.horizon
            && h > self.now
        {
            next = next.min(h);
        }
        self.quiet_until = next;
    }

    #[inline]
    pub(super) fn has_ended(&self, id: u32) -> bool {
        self.whereabouts[id as usize] == Whereabouts::Ended
    }

    /// A lock forbids requests.
    #[inline]
    pub(super) fn requests_locked(&self) -> bool {
        match self.model.lock_effect {
            LockEffect::Scaling => self.read_only_locks + self.cannot_delete_locks > 0,
            LockEffect::Removal => self.read_only_locks > 0,
        }
    }

    /// A lock forbids releases.
    #[inline]
    pub(super) fn releases_locked(&self) -> bool {
        self.read_only_locks + self.cannot_delete_locks > 0
    }

    #[inline]
    pub(super) fn event(&mut self, kind: EventKind, cluster: u32, number: u32) {
        if DETAIL >= ALL {
            self.recorder.event(self.now, kind, cluster, number);
        }
    }
}
