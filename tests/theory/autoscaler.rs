//! The chain of an autoscaled cluster with exponential arrivals, service, delays and lifetimes, and idle time
//! 0.
//!
//! With `max_nodes` k and cancelling it is M/M/k/setup of Gandhi, Harchol-Balter and Adan ("Server farms with
//! setup costs", Performance Evaluation 67, 2010; "Exact analysis of the M/M/k/setup class of Markov chains
//! via recursive renewal reward", SIGMETRICS 2013). Everything else here is that chain with more rules.

use crate::chain::{Chain, Move, solve};

/// What a cluster does, with rates per mean service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Autoscaler {
    pub(crate) max_nodes: u32,
    pub(crate) min_nodes: u32,
    /// Withdraws allocating nodes when demand falls.
    pub(crate) cancels: bool,
    pub(crate) arrivals: f64,
    /// 1 / mean allocation delay.
    pub(crate) allocation: f64,
    /// 1 / mean boot delay; `None`: boots take no time.
    pub(crate) boot: Option<f64>,
    /// Evictions of a node past its allocation. Work goes on where it stopped: only then is a rest of an
    /// exponential service exponential again.
    pub(crate) evictions: f64,
}

/// Numbers of things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct State {
    pub(crate) jobs: u32,
    /// Idle and running nodes.
    pub(crate) up: u32,
    pub(crate) allocating: u32,
    pub(crate) preparing: u32,
    /// Jobs in the queue that have run before; they are ahead of those that have not.
    pub(crate) requeued: u32,
}

impl State {
    pub(crate) fn running(&self) -> u32 {
        self.jobs.min(self.up)
    }

    pub(crate) fn idle(&self) -> u32 {
        self.up - self.running()
    }

    pub(crate) fn queued(&self) -> u32 {
        self.jobs - self.running()
    }

    pub(crate) fn allocated(&self) -> u32 {
        self.up + self.allocating + self.preparing
    }
}

/// What a move counts as.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Effect {
    pub(crate) requests: u32,
    pub(crate) withdrawn: u32,
    pub(crate) evictions: u32,
    pub(crate) restarts: u32,
}

impl Autoscaler {
    pub(crate) fn solve(&self) -> Chain<State, Effect> {
        let start = State { up: self.min_nodes, ..State::default() };
        // Loads here are at most 0.7: 0.7^150 is far below the cut that is allowed.
        solve(start, 150, |s| s.jobs as usize, |s| self.moves(s))
    }

    fn moves(&self, s: &State) -> Vec<Move<State, Effect>> {
        let running = f64::from(s.running());
        let mut moves = vec![self.settle(self.arrivals, s, State { jobs: s.jobs + 1, ..*s }, 0)];
        if s.running() > 0 {
            moves.push(self.settle(running, s, State { jobs: s.jobs - 1, ..*s }, 1));
            if self.evictions > 0.0 {
                let to = State { up: s.up - 1, requeued: s.requeued + 1, ..*s };
                moves.push(evicted(self.settle(running * self.evictions, s, to, 1)));
            }
        }
        if s.idle() > 0 && self.evictions > 0.0 {
            let rate = f64::from(s.idle()) * self.evictions;
            moves.push(evicted(self.settle(rate, s, State { up: s.up - 1, ..*s }, 0)));
        }
        if s.allocating > 0 {
            let rate = f64::from(s.allocating) * self.allocation;
            let (up, preparing) = match self.boot {
                Some(_) => (s.up, s.preparing + 1),
                None => (s.up + 1, s.preparing),
            };
            let to = State { up, preparing, allocating: s.allocating - 1, ..*s };
            moves.push(self.settle(rate, s, to, 0));
        }
        if let Some(boot) = self.boot.filter(|_| s.preparing > 0) {
            let to = State { up: s.up + 1, preparing: s.preparing - 1, ..*s };
            moves.push(self.settle(f64::from(s.preparing) * boot, s, to, 0));
            if self.evictions > 0.0 {
                let to = State { preparing: s.preparing - 1, ..*s };
                moves.push(evicted(self.settle(f64::from(s.preparing) * self.evictions, s, to, 0)));
            }
        }
        moves
    }

    /// Starts what can start, withdraws, releases and requests. `stopped` jobs no longer run.
    fn settle(&self, rate: f64, from: &State, mut to: State, stopped: u32) -> Move<State, Effect> {
        let started = to.running() - (from.running() - stopped);
        let restarts = started.min(to.requeued);
        to.requeued -= restarts;
        let target = self.max_nodes.min(to.jobs.max(self.min_nodes));
        let surplus = |s: &State| s.allocated().saturating_sub(target);
        let withdrawn = if self.cancels { surplus(&to).min(to.allocating) } else { 0 };
        to.allocating -= withdrawn;
        to.up -= surplus(&to).min(to.idle());
        let requests = target.saturating_sub(to.allocated());
        to.allocating += requests;
        Move { rate, to, effect: Effect { requests, withdrawn, evictions: 0, restarts } }
    }
}

fn evicted(mut m: Move<State, Effect>) -> Move<State, Effect> {
    m.effect.evictions = 1;
    m
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulas::{ErlangC, Moments, SetUpQueue};

    const PLAIN: Autoscaler = Autoscaler {
        max_nodes: 1,
        min_nodes: 0,
        cancels: true,
        arrivals: 0.6,
        allocation: 0.5,
        boot: None,
        evictions: 0.0,
    };

    /// All nodes kept: Erlang C.
    #[test]
    fn kept_nodes_are_erlangs() {
        let chain = Autoscaler { max_nodes: 4, min_nodes: 4, arrivals: 2.0, ..PLAIN }.solve();
        let erlang = ErlangC::new(4, 2.0);
        let wait = chain.mean(|s| f64::from(s.queued())) / 2.0;
        assert!((wait - erlang.mean_wait()).abs() < 1e-9, "{wait}");
    }

    /// One node: M/G/1 with set-ups, of one or two exponential stages.
    #[test]
    fn one_node_is_takagis() {
        for boot in [None, Some(2.0)] {
            let chain = Autoscaler { boot, ..PLAIN }.solve();
            let set_up = boot.map_or(Moments(0.0, 0.0), |rate| Moments::with_cv(1.0 / rate, 1.0));
            let closed = SetUpQueue {
                lambda: 0.6,
                service: Moments::with_cv(1.0, 1.0),
                set_up: Moments::with_cv(2.0, 1.0).plus(set_up),
                prepare: 0.0,
                timeout: 0.0,
            };
            let wait = chain.mean(|s| f64::from(s.queued())) / 0.6;
            assert!((wait - closed.mean_wait()).abs() < 1e-9, "{wait}");
            assert!((chain.rate(|e| f64::from(e.requests)) - closed.requests()).abs() < 1e-9);
        }
    }

    /// With k = 2 and cancelling, Gandhi, Harchol-Balter and Adan (2010) decompose the response time of M/M/k
    /// with staggered set-up; here only the limits: instant set-up is Erlang C, and set-up hurts.
    #[test]
    fn instant_set_up_is_erlangs() {
        let at = |allocation| {
            let chain = Autoscaler { max_nodes: 3, arrivals: 1.8, allocation, ..PLAIN }.solve();
            chain.mean(|s| f64::from(s.queued())) / 1.8
        };
        let erlang = ErlangC::new(3, 1.8).mean_wait();
        assert!((at(1e7) - erlang).abs() < 1e-6 && at(1.0) > 2.0 * erlang);
    }

    /// M/M/1 whose server breaks down at rate δ, idle or not, and is away for an exponential time: the number
    /// of jobs is that of White and Christie ("Queuing with preemptive priorities or with breakdown", Oper.
    /// Res. 6, 1958): L = (ρ' + λ δ/(θ (δ + θ)))/(1 − ρ') with ρ' = λ (1 + δ/θ).
    #[test]
    fn breakdowns_are_white_and_christies() {
        let (lambda, hazard, repair) = (0.5, 0.2, 1.0);
        let chain =
            Autoscaler { min_nodes: 1, arrivals: lambda, allocation: repair, evictions: hazard, ..PLAIN }
                .solve();
        let jobs = chain.mean(|s| f64::from(s.jobs));
        let load = lambda * (1.0 + hazard / repair);
        let known = (load + lambda * hazard / (repair * (hazard + repair))) / (1.0 - load);
        assert!((jobs - known).abs() < 1e-9, "{jobs} ≠ {known}");
    }
}
