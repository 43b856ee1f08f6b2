//! The chain of a static cluster that serves gangs in order: the head of the queue waits until enough nodes
//! are free at once, and those behind it wait with it.
//!
//! Sizes are independent of everything, so only the head's is part of the state; the next head's is drawn
//! when it becomes one. (Brill and Green, "Queues in which customers receive simultaneous service from a
//! random number of servers: a system point approach", Management Science 30, 1984, give the same chain for
//! two servers.)

use crate::chain::{Chain, Move, solve};

/// Sizes of gangs: nodes, probability.
pub(crate) type Sizes = [(u32, f64); 3];

/// A static cluster; the mean service is 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gangs {
    pub(crate) nodes: u32,
    pub(crate) arrivals: f64,
    pub(crate) sizes: Sizes,
}

/// Jobs by size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct State {
    pub(crate) running: [u32; 3],
    pub(crate) queued: u32,
    /// Size of the head of the queue, as an index; 0 without a queue.
    head: usize,
}

impl State {
    fn jobs(&self) -> u32 {
        self.running.iter().sum::<u32>() + self.queued
    }
}

impl Gangs {
    pub(crate) fn idle(&self, s: &State) -> u32 {
        self.nodes - s.running.iter().zip(self.sizes).map(|(n, (size, _))| n * size).sum::<u32>()
    }

    /// Probability that a job which arrives now waits.
    pub(crate) fn waits(&self, s: &State) -> f64 {
        let fits = |size: u32| s.queued == 0 && size <= self.idle(s);
        self.sizes.iter().filter(|(size, _)| !fits(*size)).map(|(_, p)| p).sum()
    }

    pub(crate) fn solve(&self) -> Chain<State, ()> {
        let start = State { running: [0; 3], queued: 0, head: 0 };
        solve(start, 300, |s| s.jobs() as usize, |s| self.moves(s))
    }

    fn moves(&self, s: &State) -> Vec<Move<State>> {
        let mut moves = Vec::new();
        if s.queued > 0 {
            moves.push(Move { rate: self.arrivals, to: State { queued: s.queued + 1, ..*s }, effect: () });
        } else {
            self.next_head(self.arrivals, State { queued: 1, ..*s }, &mut moves);
        }
        for size in (0..3).filter(|&size| s.running[size] > 0) {
            let mut to = *s;
            to.running[size] -= 1;
            self.dispatch(f64::from(s.running[size]), to, &mut moves);
        }
        moves
    }

    /// Draws the size of a new head of the queue.
    fn next_head(&self, rate: f64, s: State, moves: &mut Vec<Move<State>>) {
        for (head, (_, p)) in self.sizes.iter().enumerate() {
            self.dispatch(rate * p, State { head, ..s }, moves);
        }
    }

    /// The head starts if it fits, and so on.
    fn dispatch(&self, rate: f64, mut s: State, moves: &mut Vec<Move<State>>) {
        if s.queued == 0 || self.sizes[s.head].0 > self.idle(&s) {
            moves.push(Move { rate, to: s, effect: () });
            return;
        }
        s.running[s.head] += 1;
        s.queued -= 1;
        s.head = 0;
        if s.queued == 0 {
            moves.push(Move { rate, to: s, effect: () });
        } else {
            self.next_head(rate, s, moves);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulas::ErlangC;

    /// Gangs of one node are Erlang's; gangs of the whole cluster are one server.
    #[test]
    fn equal_gangs_are_erlangs() {
        for (sizes, servers) in [([(1, 1.0), (2, 0.0), (3, 0.0)], 4), ([(4, 1.0), (2, 0.0), (3, 0.0)], 1)] {
            let load = 0.6 * f64::from(servers);
            let gangs = Gangs { nodes: 4, arrivals: load, sizes };
            let chain = gangs.solve();
            let erlang = ErlangC::new(servers, load);
            assert!((chain.mean(|s| gangs.waits(s)) - erlang.waits).abs() < 1e-9);
            assert!((chain.mean(|s| f64::from(s.queued)) - load * erlang.mean_wait()).abs() < 1e-9);
        }
    }

    /// Two nodes, sizes 1 and 2: all jobs are served, so that nodes are busy by λ E(size), which the chain
    /// does not know.
    #[test]
    fn work_is_conserved() {
        let gangs = Gangs { nodes: 2, arrivals: 0.7, sizes: [(1, 0.5), (2, 0.5), (3, 0.0)] };
        let busy = gangs.solve().mean(|s| f64::from(2 - gangs.idle(s)));
        assert!((busy - 0.7 * 1.5).abs() < 1e-9, "{busy}");
    }
}
