//! Tables that the engine indexes by request ordinal or job id, modulo their length.

use super::{DRAWN_MAX, Sampler, exact_ticks};
use crate::rng::Stream;
use crate::scenario::schema::{BootFailures, Distribution, Eviction, EvictionBand, Lifetime};
use crate::units::{NEVER, Resolution, Tick};
use crate::workload::error::{ErrorKind, SampleError};

/// Drawn values in a table (model, section 1).
pub const TABLE_LEN: usize = 65_536;

const S_PER_H: f64 = 3600.0;

/// A table of delays [ticks]: allocation and boot delays by request ordinal, prepare times by job id. A
/// constant gives one entry, listed values as many as are listed, everything else [`TABLE_LEN`].
///
/// # Errors
/// Where the distribution is wrong, see [`Sampler::new`].
pub fn delay_table(
    distribution: &Distribution,
    resolution: Resolution,
    stream: &Stream,
) -> Result<Vec<Tick>, SampleError> {
    let sampler = Sampler::new(distribution, resolution)?;
    Ok(match sampler.listed_ticks() {
        Some(ticks) => ticks.to_vec(),
        None => drawn(|index| sampler.ticks(stream, index)),
    })
}

/// A table of node lifetimes [ticks], counted from the end of allocation and at least 1; [`NEVER`] for a
/// listed node that is not evicted. `None` where nothing is evicted.
///
/// A share r of nodes evicted per hour is an exponential lifetime with hazard λ = −ln(1 − r) / h; a band
/// stands for its midpoint: 2.5, 7.5, 12.5, 17.5 and, for the open one, 22 %.
///
/// # Errors
/// Where a parameter is out of its range, or a listed lifetime is not a whole number of ticks.
pub fn lifetime_table(
    eviction: &Eviction,
    resolution: Resolution,
    stream: &Stream,
) -> Result<Option<Vec<Tick>>, SampleError> {
    let by_hazard = |share_per_h: f64| {
        let mean_s = S_PER_H / -libm::log1p(-share_per_h);
        drawn(|index| {
            let ticks = resolution.ticks_from_s_rounded(mean_s * stream.draw(index).exponential());
            ticks.clamp(1, u64::from(DRAWN_MAX)) as Tick
        })
    };
    let by_sampler = |distribution: &Distribution| -> Result<Vec<Tick>, SampleError> {
        let sampler = Sampler::new(distribution, resolution)?;
        Ok(drawn(|index| sampler.ticks(stream, index).max(1)))
    };
    Ok(match eviction {
        Eviction::Never => None,
        Eviction::Band(band) => Some(by_hazard(midpoint(*band))),
        Eviction::PerHour(share) => {
            if !(0.0..1.0).contains(share) {
                let rule = "a probability of eviction per hour lies between 0 and 1, 1 not included";
                return Err(SampleError::new("", share, rule, "write 0.05 for 5 %").of_kind(ErrorKind::Share));
            }
            // No hazard, no evictions: −ln(1) would be an infinite mean.
            (*share > 0.0).then(|| by_hazard(*share))
        }
        Eviction::Weibull { scale, shape } => {
            Some(by_sampler(&Distribution::Weibull { scale: *scale, shape: *shape })?)
        }
        Eviction::Empirical(values) => Some(by_sampler(&Distribution::Empirical(values.clone()))?),
        Eviction::Values(values) => {
            super::not_empty(values.len(), "lifetime")?;
            let ticks = values.iter().enumerate().map(|(i, lifetime)| match lifetime {
                Lifetime::Never => Ok(NEVER),
                Lifetime::After(span) => exact_ticks(*span, resolution)
                    .map(|t| t.max(1))
                    .map_err(|e| SampleError { field: format!("[{i}]"), ..e }),
            });
            Some(ticks.collect::<Result<_, _>>()?)
        }
    })
}

/// Share of nodes evicted per hour that stands for a band.
#[must_use]
pub fn midpoint(band: EvictionBand) -> f64 {
    match band {
        EvictionBand::UpTo5Percent => 0.025,
        EvictionBand::From5To10Percent => 0.075,
        EvictionBand::From10To15Percent => 0.125,
        EvictionBand::From15To20Percent => 0.175,
        EvictionBand::Over20Percent => 0.22,
    }
}

/// A table of boots: 1 where it fails. Probabilities 0 and 1 give one entry.
///
/// # Errors
/// Where the probability is not one, or the list is empty.
pub fn boot_failure_table(failures: &BootFailures, stream: &Stream) -> Result<Vec<u32>, SampleError> {
    Ok(match failures {
        BootFailures::None => vec![0],
        BootFailures::Probability(p) if !(0.0..=1.0).contains(p) => {
            let rule = "a probability lies between 0 and 1";
            return Err(SampleError::new("", p, rule, "write 0.05 for 5 %").of_kind(ErrorKind::Share));
        }
        BootFailures::Probability(p) if *p == 0.0 => vec![0],
        BootFailures::Probability(p) if *p == 1.0 => vec![1],
        BootFailures::Probability(p) => drawn(|index| u32::from(stream.uniform(index) < *p)),
        BootFailures::Values(values) => {
            super::not_empty(values.len(), "value")?;
            values.iter().map(|fails| u32::from(*fails)).collect()
        }
    })
}

fn drawn(draw: impl Fn(u64) -> u32) -> Vec<u32> {
    (0..TABLE_LEN as u64).map(draw).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{span, stream};
    use super::*;

    const S1: Resolution = Resolution::S1;

    fn lifetimes(eviction: &Eviction) -> Option<Vec<Tick>> {
        lifetime_table(eviction, S1, &stream("lifetime")).unwrap()
    }

    #[test]
    fn delay_tables_are_as_long_as_what_is_drawn_or_listed() {
        let table = |d: &Distribution| delay_table(d, S1, &stream("delay")).unwrap();
        assert_eq!(table(&Distribution::Constant(span("3m"))), [180]);
        assert_eq!(table(&Distribution::Constant(span("0s"))), [0]);
        assert_eq!(table(&Distribution::Values(vec![span("3s"), span("0s"), span("1s")])), [3, 0, 1]);
        let drawn = table(&Distribution::LogNormalMedianP90 { median: span("4m"), p90: span("9m") });
        assert_eq!(drawn.len(), TABLE_LEN);
        assert!(drawn.iter().all(|t| *t >= 1));
    }

    /// The share of nodes that outlive an hour is one minus the band's midpoint, within 3.5 standard errors.
    #[test]
    fn bands_evict_their_midpoint_per_hour() {
        for (band, r) in [
            (EvictionBand::UpTo5Percent, 0.025),
            (EvictionBand::From5To10Percent, 0.075),
            (EvictionBand::From10To15Percent, 0.125),
            (EvictionBand::From15To20Percent, 0.175),
            (EvictionBand::Over20Percent, 0.22),
        ] {
            let table = lifetimes(&Eviction::Band(band)).unwrap();
            assert_eq!(table.len(), TABLE_LEN);
            assert_eq!(Some(table.clone()), lifetimes(&Eviction::PerHour(r)), "a band is its midpoint");
            for (hours, survives) in [(1, 1.0 - r), (2, (1.0 - r) * (1.0 - r))] {
                let share = table.iter().filter(|t| **t > hours * 3600).count() as f64 / TABLE_LEN as f64;
                let error = (survives * (1.0 - survives) / TABLE_LEN as f64).sqrt();
                assert!((share - survives).abs() < 3.5 * error, "{band:?} after {hours} h: {share}");
            }
        }
    }

    #[test]
    fn lifetimes_are_a_tick_at_least_and_never_is_never() {
        assert_eq!(lifetimes(&Eviction::Never), None);
        assert_eq!(lifetimes(&Eviction::PerHour(0.0)), None);
        let listed = [Lifetime::After(span("0s")), Lifetime::Never, Lifetime::After(span("1h"))];
        assert_eq!(lifetimes(&Eviction::Values(listed.to_vec())), Some(vec![1, NEVER, 3600]));
        let zero = lifetimes(&Eviction::Empirical(vec![span("0s")])).unwrap();
        assert!(zero.len() == TABLE_LEN && zero.iter().all(|t| *t == 1));
        let certain = lifetimes(&Eviction::PerHour(1.0 - 1e-15)).unwrap();
        assert!(certain.iter().all(|t| *t >= 1));
        let rare = lifetimes(&Eviction::PerHour(1e-300)).unwrap();
        assert!(rare.iter().all(|t| *t == DRAWN_MAX));
        // Median of a Weibull distribution: scale · (ln 2)^(1/shape).
        let mut weibull = lifetimes(&Eviction::Weibull { scale: span("10h"), shape: 0.5 }).unwrap();
        weibull.sort_unstable();
        let median = f64::from(weibull[TABLE_LEN / 2]);
        assert!((median / (36_000.0 * 2.0_f64.ln().powi(2)) - 1.0).abs() < 0.04, "{median}");
    }

    #[test]
    fn boots_fail_with_their_probability() {
        let table = |f: &BootFailures| boot_failure_table(f, &stream("boot")).unwrap();
        assert_eq!(table(&BootFailures::None), [0]);
        assert_eq!(table(&BootFailures::Probability(0.0)), [0]);
        assert_eq!(table(&BootFailures::Probability(1.0)), [1]);
        assert_eq!(table(&BootFailures::Values(vec![true, false])), [1, 0]);
        let drawn = table(&BootFailures::Probability(0.1));
        let share = f64::from(drawn.iter().sum::<u32>()) / TABLE_LEN as f64;
        assert!((share - 0.1).abs() < 3.5 * (0.09 / TABLE_LEN as f64).sqrt(), "{share}");
    }

    #[test]
    fn what_is_no_table_says_why() {
        let eviction = |e: Eviction| lifetime_table(&e, S1, &stream("e")).unwrap_err().to_string();
        assert!(eviction(Eviction::PerHour(1.0)).contains("1 not included"));
        assert!(eviction(Eviction::PerHour(f64::NAN)).contains("NaN"));
        assert!(eviction(Eviction::Values(vec![])).contains("at least one lifetime"));
        assert!(eviction(Eviction::Empirical(vec![])).contains("at least one value"));
        assert!(eviction(Eviction::Values(vec![Lifetime::After(span("1ms"))])).starts_with("[0]: "));
        let boot = |f: BootFailures| boot_failure_table(&f, &stream("b")).unwrap_err().to_string();
        assert!(boot(BootFailures::Probability(-0.1)).contains("between 0 and 1"));
        assert!(boot(BootFailures::Probability(f64::NAN)).contains("between 0 and 1"));
        assert!(boot(BootFailures::Values(vec![])).contains("at least one value"));
    }
}
