//! Numbers of configurations: from levels to an index in the grid, and back.

use crate::sweep::axes::Axis;

/// Axes that advance together; most are alone.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Dimension {
    len: u64,
    /// Indices between two of its levels.
    stride: u64,
    /// Combinations between two of its levels, where it changes tables.
    table_stride: Option<u64>,
}

/// All combinations of the levels of some dimensions, counted; the last goes fastest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    dimensions: Vec<Dimension>,
    /// Dimension by axis.
    of_axis: Vec<usize>,
    size: u64,
    combinations: u64,
}

impl Grid {
    /// The grid of some axes; `of_axis` has the dimension of each. `None`: it has 2^64 configurations or more.
    pub(super) fn new(axes: &[Axis], of_axis: Vec<usize>) -> Option<Self> {
        let count = of_axis.iter().max().map_or(0, |last| last + 1);
        let mut dimensions = vec![Dimension { len: 1, stride: 1, table_stride: None }; count];
        let mut tables = vec![false; count];
        for (axis, &d) in axes.iter().zip(&of_axis) {
            dimensions[d].len = axis.len();
            tables[d] |= axis.field.changes_tables();
        }
        let (mut size, mut combinations) = (1_u64, 1_u64);
        for (dimension, tables) in dimensions.iter_mut().zip(tables).rev() {
            dimension.stride = size;
            size = size.checked_mul(dimension.len)?;
            if tables {
                dimension.table_stride = Some(combinations);
                combinations = combinations.checked_mul(dimension.len)?;
            }
        }
        Some(Self { dimensions, of_axis, size, combinations })
    }

    /// Configurations of the grid.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Combinations of levels that change tables.
    pub(super) fn combinations(&self) -> u64 {
        self.combinations
    }

    /// Levels of each dimension.
    pub(super) fn lens(&self) -> impl Iterator<Item = u64> + '_ {
        self.dimensions.iter().map(|d| d.len)
    }

    /// The dimension of an axis.
    pub(super) fn dimension(&self, axis: usize) -> usize {
        self.of_axis[axis]
    }

    /// Whether a dimension changes tables.
    pub(super) fn is_table(&self, dimension: usize) -> bool {
        self.dimensions[dimension].table_stride.is_some()
    }

    /// The level of a dimension in a configuration.
    pub(super) fn digit(&self, dimension: usize, index: u64) -> u64 {
        let Dimension { len, stride, .. } = self.dimensions[dimension];
        index / stride % len
    }

    /// The level of an axis in a configuration.
    pub(super) fn level(&self, axis: usize, index: u64) -> u64 {
        self.digit(self.of_axis[axis], index)
    }

    /// The configuration with these levels, one of each axis. `None`: there is none.
    pub(super) fn index(&self, levels: &[u32]) -> Option<u64> {
        if levels.len() != self.of_axis.len() {
            return None;
        }
        let mut digits = vec![None; self.dimensions.len()];
        for (&d, &level) in self.of_axis.iter().zip(levels) {
            let level = u64::from(level);
            // Paired axes agree.
            if level >= self.dimensions[d].len || *digits[d].get_or_insert(level) != level {
                return None;
            }
        }
        Some(self.index_of_digits(digits.into_iter().flatten()))
    }

    /// The configuration with these levels, one of each dimension.
    pub(super) fn index_of_digits(&self, digits: impl Iterator<Item = u64>) -> u64 {
        self.dimensions.iter().zip(digits).map(|(d, digit)| d.stride * digit).sum()
    }

    /// Which combination of levels that change tables a configuration has.
    pub(super) fn combination(&self, index: u64) -> u64 {
        self.dimensions.iter().filter_map(|d| Some(index / d.stride % d.len * d.table_stride?)).sum()
    }

    /// A configuration of a combination, the other levels 0.
    pub(super) fn first_of(&self, combination: u64) -> u64 {
        self.dimensions.iter().filter_map(|d| Some(combination / d.table_stride? % d.len * d.stride)).sum()
    }

    /// Configurations that differ in some dimensions only, the other levels 0; how many.
    pub(super) fn size_of(&self, dimensions: &[usize]) -> u64 {
        dimensions.iter().map(|&d| self.dimensions[d].len).product()
    }

    /// One of those.
    pub(super) fn index_within(&self, dimensions: &[usize], mut n: u64) -> u64 {
        let mut index = 0;
        for &d in dimensions.iter().rev() {
            let Dimension { len, stride, .. } = self.dimensions[d];
            index += n % len * stride;
            n /= len;
        }
        index
    }
}
