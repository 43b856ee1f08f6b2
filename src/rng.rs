//! Named streams of random numbers, with access by draw index.
//!
//! Everything random is drawn before a run, from Philox4x32-10 (Salmon et al., "Parallel random numbers: as
//! easy as 1, 2, 3", SC 2011): a pure function of a 64-bit key and a 128-bit counter. A [`Stream`] is a key; a
//! [`Draw`] is one index of it. Draw *i* has 2^64 counter blocks of its own, so a sampler that rejects may
//! take as many numbers as it likes without moving draw *i + 1*, and draws can be taken in any order.
//!
//! **Key** of (seed, replication, scope, name), with `mix` the output function of SplitMix64 and `G` its
//! increment 0x9e3779b97f4a7c15:
//!
//! ```text
//! k := mix(seed + G);  for w in [replication, fnv1a64(scope), fnv1a64(name)]:  k := mix((k ^ w) + G)
//! ```
//!
//! `mix` is a bijection, so streams that differ in one of the four parts only never share a key (for the two
//! texts: as long as FNV-1a tells them apart), and no separator can be forged, because the texts are hashed
//! apart. **Counter**, low word first: block within the draw (64 bits), index of the draw (64 bits).
//!
//! All of this is part of the results: a change here changes every number that is drawn.

use rand::TryRng;
use rand_philox::{philox4x32_10, splitmix64};
use std::convert::Infallible;

/// Names of the streams. A stream is added by adding a name; no other stream moves.
pub mod stream {
    /// Gaps of arrivals, by the batch's number in its class.
    pub const ARRIVALS: &str = "arrivals";
    /// Stays in the states of a Markov-modulated process, by the visit's number.
    pub const STAYS: &str = "stays";
    /// Batch sizes, by the batch's number in its class.
    pub const BATCH: &str = "batch";
    /// Running times, by the job's number in its class.
    pub const SERVICE: &str = "service";
    /// Gang sizes, by the job's number in its class.
    pub const NODES: &str = "nodes";
    /// Times from submission to cancellation, by the job's number in its class.
    pub const CANCEL_AFTER: &str = "cancel_after";
    /// Whether thinning keeps a job, by the job's number in its source (a log: its line).
    pub const KEEP: &str = "keep";
    /// Which week of a log a week of the run gets, by the number of the run's week.
    pub const WEEKS: &str = "weeks";
    /// Allocation delays of a cluster, by request ordinal.
    pub const ALLOCATION_DELAY: &str = "allocation_delay";
    /// Boot delays of a cluster, by request ordinal.
    pub const BOOT_DELAY: &str = "boot_delay";
    /// Boot failures of a cluster, by request ordinal.
    pub const BOOT_FAILURE: &str = "boot_failure";
    /// Lifetimes of a cluster's nodes, by request ordinal.
    pub const LIFETIME: &str = "lifetime";
    /// Cold prepare times of a cluster, by the job's id.
    pub const PREPARE_COLD: &str = "prepare_cold";
    /// Warm prepare times of a cluster, by the job's id.
    pub const PREPARE_WARM: &str = "prepare_warm";
    /// The order of the parts of a Latin hypercube, by dimension; the scrambling of a Sobol sequence.
    pub const DESIGN_ORDER: &str = "design_order";
    /// Places within the parts of a Latin hypercube, by dimension.
    pub const DESIGN_PLACE: &str = "design_place";
}

/// Increment of SplitMix64: 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of random numbers for one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    key: [u32; 2],
}

impl Stream {
    /// The stream of a purpose (`name`, see [`stream`]) of a cluster, a class or a log (`scope`).
    #[must_use]
    pub fn new(seed: u64, replication: u64, scope: &str, name: &str) -> Self {
        let mut key = splitmix64(seed.wrapping_add(GOLDEN));
        for word in [replication, fnv1a64(scope.as_bytes()), fnv1a64(name.as_bytes())] {
            key = splitmix64((key ^ word).wrapping_add(GOLDEN));
        }
        Self { key: [key as u32, (key >> 32) as u32] }
    }

    /// A stream of a cluster. A cluster and a class of one name share nothing.
    #[must_use]
    pub fn of_cluster(seed: u64, replication: u64, cluster: &str, name: &str) -> Self {
        Self::new(seed, replication, &format!("cluster:{cluster}"), name)
    }

    /// A stream of a class of jobs.
    #[must_use]
    pub fn of_class(seed: u64, replication: u64, class: &str, name: &str) -> Self {
        Self::new(seed, replication, &format!("class:{class}"), name)
    }

    /// The draw with an index. It depends on nothing but the stream and the index.
    #[must_use]
    pub fn draw(&self, index: u64) -> Draw {
        Draw { key: self.key, index, block: 0, left: None }
    }

    /// The first uniform number of a draw, in (0, 1).
    #[must_use]
    pub fn uniform(&self, index: u64) -> f64 {
        self.draw(index).uniform()
    }
}

/// The numbers of one draw of a [`Stream`], as many as a sampler needs.
#[derive(Clone, Debug)]
pub struct Draw {
    key: [u32; 2],
    index: u64,
    /// Next counter block of this draw.
    block: u64,
    /// Second half of the last block.
    left: Option<u64>,
}

impl Draw {
    /// The next 64 random bits. A block gives two: words 0 and 1, then words 2 and 3, low word first.
    pub fn bits(&mut self) -> u64 {
        if let Some(bits) = self.left.take() {
            return bits;
        }
        let counter =
            [self.block as u32, (self.block >> 32) as u32, self.index as u32, (self.index >> 32) as u32];
        let words = philox4x32_10(counter, self.key).map(u64::from);
        self.block = self.block.wrapping_add(1);
        self.left = Some(words[2] | words[3] << 32);
        words[0] | words[1] << 32
    }

    /// Uniform in the open interval (0, 1): a multiple of 2^-53 from 2^-53 to 1 − 2^-53.
    ///
    /// The one value that 53 bits would make 0 is taken for 2^-53, so that a logarithm is always finite.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11).max(1) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Uniform among 0, 1 … n − 1 (0 where n is 0). The bias, below n / 2^64, is beyond any test.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// Standard normal, by Box and Muller (Ann. Math. Stat. 29, 1958); the sine partner is not used, because a
    /// draw must not leave anything for the next one.
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.uniform()));
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }

    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -libm::log(self.uniform())
    }
}

/// For samplers written against `rand`: tests use `rand_distr` as an oracle on the same numbers.
impl TryRng for Draw {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.bits() as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.bits())
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for chunk in dst.chunks_mut(8) {
            chunk.copy_from_slice(&self.bits().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// FNV-1a, 64 bits (draft-eastlake-fnv).
#[must_use]
pub fn fnv1a64(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `kat_vectors` of Random123 1.14 (philox4x32, 10 rounds).
    #[test]
    fn philox_gives_the_published_vectors() {
        for (counter, key, out) in [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ] {
            assert_eq!(philox4x32_10(counter, key), out);
        }
    }

    #[test]
    fn a_draw_reads_its_own_counter_blocks() {
        let (index, key) = (0x0370_7344_1319_8a2e, [0xa409_3822, 0x299f_31d0]);
        let mut draw = Draw { key, index, block: 0x85a3_08d3_243f_6a88, left: None };
        assert_eq!(draw.bits(), 0x94fd_cceb_d16c_fe09);
        assert_eq!(draw.bits(), 0x2412_6ea1_5001_e420);
        assert_eq!(draw.block, 0x85a3_08d3_243f_6a89);
    }

    /// FNV's own test vectors; the key of a stream and one of its draws as a separate program computes them
    /// from the formulas above (Python, Philox included): results depend on them.
    #[test]
    fn keys_are_pinned() {
        assert_eq!(fnv1a64(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a64(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a64(b"foobar"), 0x8594_4171_f739_67e8);
        let stream = Stream::of_cluster(1, 0, "cpu", stream::BOOT_DELAY);
        assert_eq!(stream.key, [0x5e3e_dc01, 0x950d_8e63]);
        assert_eq!(stream.draw(5).bits(), 0xf397_d47e_fdc8_32a6);
        assert_eq!(stream.uniform(5), 0.951_535_492_900_604_4);
    }

    #[test]
    fn streams_differ_in_every_part_and_texts_do_not_run_together() {
        let base = Stream::new(1, 2, "ab", "c");
        for other in [
            Stream::new(2, 2, "ab", "c"),
            Stream::new(1, 3, "ab", "c"),
            Stream::new(2, 1, "ab", "c"),
            Stream::new(1, 2, "a", "bc"),
            Stream::new(1, 2, "abc", ""),
            Stream::new(1, 2, "c", "ab"),
            Stream::of_class(1, 2, "ab", "c"),
            Stream::of_cluster(1, 2, "ab", "c"),
        ] {
            assert_ne!(base, other);
        }
        assert_ne!(Stream::of_class(1, 0, "a", "c"), Stream::of_cluster(1, 0, "a", "c"));
    }

    #[test]
    fn uniform_numbers_stay_inside_the_open_interval() {
        let extreme = |bits: u64| Draw { key: [0; 2], index: 0, block: 0, left: Some(bits) }.uniform();
        assert_eq!(extreme(0), 2.0_f64.powi(-53));
        assert_eq!(extreme(u64::MAX), 1.0 - 2.0_f64.powi(-53));
    }

    #[test]
    fn draws_do_not_depend_on_their_order_or_on_what_was_taken() {
        let stream = Stream::new(7, 0, "x", "y");
        let forward: Vec<u64> = (0..100).map(|i| stream.draw(i).bits()).collect();
        let backward: Vec<u64> = (0..100)
            .rev()
            .map(|i| {
                let mut draw = stream.draw(i);
                let first = draw.bits();
                for _ in 0..i {
                    draw.bits();
                }
                first
            })
            .collect();
        assert_eq!(forward, backward.into_iter().rev().collect::<Vec<_>>());
    }

    /// Mean 1/2, variance 1/12, and no correlation between neighbouring draws; 5 standard errors at 200,000.
    #[test]
    fn uniform_numbers_are_uniform() {
        let stream = Stream::new(3, 0, "moments", "uniform");
        let n = 200_000;
        let u: Vec<f64> = (0..n).map(|i| stream.uniform(i) - 0.5).collect();
        let mean = u.iter().sum::<f64>() / n as f64;
        let var = u.iter().map(|x| x * x).sum::<f64>() / n as f64;
        let lag1 = u.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / n as f64 * 12.0;
        let se = 1.0 / (n as f64).sqrt();
        assert!(mean.abs() < 5.0 * se * (1.0_f64 / 12.0).sqrt(), "{mean}");
        assert!((var - 1.0 / 12.0).abs() < 5.0 * se * (1.0_f64 / 180.0).sqrt(), "{var}");
        assert!(lag1.abs() < 5.0 * se, "{lag1}");
    }

    #[test]
    fn below_stays_below_and_reaches_everything() {
        let stream = Stream::new(3, 0, "below", "n");
        let mut seen = [0; 7];
        for i in 0..7_000 {
            seen[stream.draw(i).below(7) as usize] += 1;
        }
        assert!(seen.iter().all(|n| (850..1150).contains(n)), "{seen:?}");
        assert_eq!(stream.draw(0).below(1), 0);
        assert_eq!(stream.draw(0).below(0), 0);
    }
}
