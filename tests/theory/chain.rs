//! Stationary distributions, from nothing but the rates: the theory of this folder must not share code or
//! shortcuts with the engine.
//!
//! A continuous-time Markov chain whose states have a level (the number of jobs) that moves by one at most
//! has a block tridiagonal generator. It is cut above a level, where arrivals are then lost, and solved by
//! eliminating blocks from the top level down (Gaver, Jacobs and Latouche, "Finite birth-and-death models in
//! randomly changing environments", Adv. Appl. Prob. 16, 1984). The cut's error is of the order of the
//! probability of the top level, which [`solve`] refuses above 10^-10.

use std::collections::BTreeMap;

/// A row-major matrix.
pub(crate) type Matrix = Vec<Vec<f64>>;

/// Something that can happen in a state.
#[derive(Clone, Debug)]
pub(crate) struct Move<S, E = ()> {
    /// How often, per mean service.
    pub(crate) rate: f64,
    /// Where it leads.
    pub(crate) to: S,
    /// What it counts as.
    pub(crate) effect: E,
}

/// A state with its moves.
type Found<S, E> = (S, Vec<Move<S, E>>);

/// A solved chain.
pub(crate) struct Chain<S, E> {
    states: Vec<Found<S, E>>,
    /// Of each state.
    probabilities: Vec<f64>,
}

impl<S, E> Chain<S, E> {
    /// The time average of a function of the state.
    pub(crate) fn mean(&self, f: impl Fn(&S) -> f64) -> f64 {
        self.states.iter().zip(&self.probabilities).map(|((s, _), p)| p * f(s)).sum()
    }

    /// How often something happens, per mean service.
    pub(crate) fn rate(&self, f: impl Fn(&E) -> f64) -> f64 {
        let of = |moves: &[Move<S, E>]| moves.iter().map(|m| m.rate * f(&m.effect)).sum::<f64>();
        self.states.iter().zip(&self.probabilities).map(|((_, moves), p)| p * of(moves)).sum()
    }
}

/// Solves the chain of all states that can be reached from `start`, up to a level.
pub(crate) fn solve<S: Ord + Clone, E>(
    start: S,
    top: usize,
    level: impl Fn(&S) -> usize,
    moves: impl Fn(&S) -> Vec<Move<S, E>>,
) -> Chain<S, E> {
    // Each state's place within its level.
    let mut places: BTreeMap<S, usize> = BTreeMap::new();
    let mut levels: Vec<Vec<Found<S, E>>> = (0..=top).map(|_| Vec::new()).collect();
    let mut found = vec![start];
    while let Some(state) = found.pop() {
        let at = &mut levels[level(&state)];
        if places.contains_key(&state) {
            continue;
        }
        places.insert(state.clone(), at.len());
        let mut out = moves(&state);
        let near = |m: &Move<S, E>| level(&m.to).abs_diff(level(&state)) <= 1;
        assert!(out.iter().all(near), "a move passes over a level");
        out.retain(|m| m.rate > 0.0 && level(&m.to) <= top);
        found.extend(out.iter().map(|m| m.to.clone()));
        at.push((state, out));
    }

    // Rates from the states of level `from` to those of level `to`.
    let block = |from: usize, to: usize| {
        let mut rates = vec![vec![0.0; levels[to].len()]; levels[from].len()];
        for (row, (_, out)) in rates.iter_mut().zip(&levels[from]) {
            for m in out.iter().filter(|m| level(&m.to) == to) {
                row[places[&m.to]] += m.rate;
            }
        }
        rates
    };
    let local = |l: usize| {
        let mut rates = block(l, l);
        for (i, (_, out)) in levels[l].iter().enumerate() {
            rates[i][i] -= out.iter().map(|m| m.rate).sum::<f64>();
        }
        rates
    };

    // π(l + 1) = π(l) · ratio(l), with what lies above l + 1 folded into `folded`.
    let mut ratios = vec![Matrix::new(); top];
    let mut folded = local(top);
    for l in (0..top).rev() {
        let negated: Matrix =
            block(l, l + 1).into_iter().map(|row| row.into_iter().map(|x| -x).collect()).collect();
        ratios[l] = divide(&negated, &folded);
        folded = local(l);
        let returns = block(l + 1, l);
        for (row, ratio) in folded.iter_mut().zip(&ratios[l]) {
            add_product(row, ratio, &returns);
        }
    }
    let mut probabilities = vec![null_vector(&folded)];
    for ratio in &ratios {
        let mut next = vec![0.0; ratio.first().map_or(0, Vec::len)];
        add_product(&mut next, &probabilities[probabilities.len() - 1], ratio);
        probabilities.push(next);
    }
    let total: f64 = probabilities.iter().flatten().sum();
    let cut = probabilities[top].iter().sum::<f64>() / total;
    assert!(cut < 1e-10, "the chain is cut too low: its top level has probability {cut:e}");
    let probabilities = probabilities.iter().flatten().map(|p| p / total).collect();
    Chain { states: levels.into_iter().flatten().collect(), probabilities }
}

/// row += vector · matrix.
fn add_product(row: &mut [f64], vector: &[f64], matrix: &Matrix) {
    for (factor, line) in vector.iter().zip(matrix) {
        for (x, y) in row.iter_mut().zip(line) {
            *x += factor * y;
        }
    }
}

/// X with X · divisor = dividend.
fn divide(dividend: &Matrix, divisor: &Matrix) -> Matrix {
    let (n, m) = (divisor.len(), dividend.len());
    // Transposed: divisorᵀ · Xᵀ = dividendᵀ.
    let mut rows: Matrix = (0..n)
        .map(|j| (0..n).map(|i| divisor[i][j]).chain((0..m).map(|i| dividend[i][j])).collect())
        .collect();
    eliminate(&mut rows);
    (0..m).map(|i| (0..n).map(|j| rows[j][n + i]).collect()).collect()
}

/// Gauss-Jordan elimination of the leading square, with partial pivoting.
fn eliminate(rows: &mut Matrix) {
    for i in 0..rows.len() {
        let pivot = (i..rows.len()).max_by(|&a, &b| rows[a][i].abs().total_cmp(&rows[b][i].abs()));
        rows.swap(i, pivot.expect("a row is left"));
        let factor = rows[i][i];
        assert!(factor.abs() > 1e-300, "the system has no single solution");
        rows[i].iter_mut().for_each(|x| *x /= factor);
        let line = rows[i].clone();
        for (j, row) in rows.iter_mut().enumerate() {
            let factor = row[i];
            if j != i && factor != 0.0 {
                row.iter_mut().zip(&line).skip(i).for_each(|(x, y)| *x -= factor * y);
            }
        }
    }
}

/// x with x · generator = 0 and Σ x = 1, of an irreducible (or one-class) generator.
pub(crate) fn null_vector(generator: &Matrix) -> Vec<f64> {
    let n = generator.len();
    // One equation follows from the others and gives way to the sum.
    let mut rows: Matrix = (0..n).map(|j| (0..n).map(|i| generator[i][j]).chain([0.0]).collect()).collect();
    rows[n - 1] = vec![1.0; n + 1];
    eliminate(&mut rows);
    rows.iter().map(|row| row[n]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two independent M/M/1 queues, one of which is the level: products of geometric distributions, with the
    /// second cut at 3 by its own rates.
    #[test]
    fn independent_queues_have_product_form() {
        let moves = |&(n, m): &(usize, usize)| {
            let to = |rate: f64, n: usize, m: usize| Move { rate, to: (n, m), effect: 1.0 };
            let mut moves = vec![to(0.5, n + 1, m)];
            moves.extend((n > 0).then(|| to(1.0, n.wrapping_sub(1), m)));
            moves.extend((m < 3).then(|| to(2.0, n, m + 1)));
            moves.extend((m > 0).then(|| to(1.0, n, m.wrapping_sub(1))));
            moves
        };
        let chain = solve((0, 0), 60, |s| s.0, moves);
        assert!((chain.mean(|s| s.0 as f64) - 1.0).abs() < 1e-9);
        // Weights 1, 2, 4, 8.
        let both = chain.mean(|s| f64::from(u8::from(*s == (2, 3))));
        assert!((both - 0.125 * 8.0 / 15.0).abs() < 1e-12, "{both}");
        // Arrivals and departures of both: 2 · 0.5 + 2 · 2 · 7/15.
        assert!((chain.rate(|one| *one) - (1.0 + 28.0 / 15.0)).abs() < 1e-9);
    }
}
