//! Which configurations of a grid a design takes.

use super::grid::Grid;
use super::{Spec, too_large};
use crate::diagnostic::{Code, Diagnostic};
use crate::rng::{Stream, stream};
use crate::scenario::schema::Design;
use crate::sweep::axes::ROWS_MAX;

/// Most points of a Sobol sequence, and most dimensions.
const SOBOL_MAX: u64 = 1 << 16;
const SOBOL_DIMENSIONS: usize = sobol_burley::NUM_DIMENSIONS as usize;

/// The points of a design, as indices in its own order.
pub(super) fn sampled(grid: &Grid, spec: &Spec, count: u64, seed: u64) -> Result<Vec<u64>, Vec<Diagnostic>> {
    let is_sobol = matches!(spec.design, Design::Sobol(_));
    let most = if is_sobol { SOBOL_MAX } else { ROWS_MAX };
    let wrong = |message: String, help: String| {
        Err(vec![match &spec.design_text {
            Some(text) => text.at(Code::SweepDesign, text.whole(), message, "out of range").help(help),
            None => Diagnostic::new(Code::SweepDesign, message).help(help),
        }])
    };
    if !(1..=most).contains(&count) {
        return wrong(
            format!("the design does not have {count} configurations"),
            format!("write a number from 1 to {most}"),
        );
    }
    let rows = count.saturating_mul(spec.replications.into());
    if rows > ROWS_MAX {
        return Err(too_large(format!("the sweep has {rows} rows, more than {ROWS_MAX}")));
    }
    let dimensions = grid.lens().count();
    if is_sobol && dimensions > SOBOL_DIMENSIONS {
        let message =
            format!("a Sobol sequence has {} dimensions at most, not {dimensions}", SOBOL_DIMENSIONS);
        return wrong(message, "use a Latin hypercube, as lhs:200".to_owned());
    }
    Ok(if is_sobol { sobol(grid, count, seed) } else { latin_hypercube(grid, count, seed) })
}

/// The level of a place in [0, 1).
fn level(place: f64, len: u64) -> u64 {
    ((place * len as f64) as u64).min(len - 1)
}

/// So many places of a Latin hypercube, as indices: in each dimension one in each of so many equal parts.
pub(super) fn latin_hypercube(grid: &Grid, count: u64, seed: u64) -> Vec<u64> {
    let mut digits: Vec<Vec<u64>> = Vec::new();
    for (d, len) in grid.lens().enumerate() {
        let scope = format!("sweep:{d}");
        let order = Stream::new(seed, 0, &scope, stream::DESIGN_ORDER);
        let place = Stream::new(seed, 0, &scope, stream::DESIGN_PLACE);
        let mut parts: Vec<u64> = (0..count).collect();
        for i in (1..count).rev() {
            // Of 2^64 draws, the bias of so small a range is nothing.
            let j = (u128::from(order.draw(i).bits()) * u128::from(i + 1)) >> 64;
            parts.swap(i as usize, j as usize);
        }
        let of = |(i, part): (usize, u64)| level((part as f64 + place.uniform(i as u64)) / count as f64, len);
        digits.push(parts.into_iter().enumerate().map(of).collect());
    }
    (0..count as usize).map(|i| grid.index_of_digits(digits.iter().map(|levels| levels[i]))).collect()
}

/// The first so many places of a scrambled Sobol sequence, as indices.
pub(super) fn sobol(grid: &Grid, count: u64, seed: u64) -> Vec<u64> {
    let scramble = Stream::new(seed, 0, "sweep", stream::DESIGN_ORDER).draw(0).bits() as u32;
    let digit = |i: u64, d: usize, len| level(sobol_burley::sample(i as u32, d as u32, scramble).into(), len);
    (0..count)
        .map(|i| grid.index_of_digits(grid.lens().enumerate().map(|(d, len)| digit(i, d, len))))
        .collect()
}
