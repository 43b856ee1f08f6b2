//! Tables that the engine indexes by request ordinal or job id, modulo their length.

use super::{DRAWN_MAX, Sampler, exact_ticks};
use crate::rng::Stream;
use crate::scenario::schema::{BootFailures, Distribution, Eviction, EvictionBand, Lifetime};
use crate::units::{NEVER, Resolution, Tick};
use crate::workload::error::SampleError;

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
        Eviction::None => None,
        Eviction::Band(band) => Some(by_hazard(midpoint(*band))),
        Eviction::PerHour(share) => {
            if !(0.0..1.0).contains(share) {
                let rule = "a probability of eviction per hour lies between 0 and 1, 1 not included";
                return Err(SampleError::new("", share, rule, "write 0.05 for 5 %"));
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
fn midpoint(band: EvictionBand) -> f64 {
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
            return Err(SampleError::new("", p, "a probability lies between 0 and 1", "write 0.05 for 5 %"));
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
