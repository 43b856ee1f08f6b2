//! Distributions of durations and counts, as samplers with access by draw index; and the tables drawn from
//! them.
//!
//! Logarithms, exponentials and powers come from the `libm` crate, so the same seed gives the same ticks on
//! every platform and in every build.

mod count;
mod tables;

pub use count::{COUNT_MAX, CountSampler};
pub use tables::{TABLE_LEN, boot_failure_table, delay_table, lifetime_table, midpoint};

use super::error::{ErrorKind, SampleError, exact_ticks};
use crate::rng::Stream;
use crate::scenario::schema::Distribution;
use crate::units::{Resolution, TICK_END, Tick, TimeSpan};

/// Longest drawn duration: 2^31 − 1 ticks (model, section 1).
pub const DRAWN_MAX: Tick = TICK_END - 1;

/// 90th percentile of the standard normal distribution.
const Z90: f64 = 1.281_551_565_544_600_4;

/// Bounds of shapes and coefficients of variation. Beyond them a distribution is 0, its mean or infinity to
/// every digit of a tick, and the formulas of its moments overflow.
const SHAPE: std::ops::RangeInclusive<f64> = 0.001..=1000.0;

/// A distribution of durations, checked and ready to be drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampler {
    kind: Kind,
    resolution: Resolution,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// One value or several in turn, exact.
    Listed {
        ticks: Vec<Tick>,
    },
    Uniform {
        low_s: f64,
        high_s: f64,
    },
    Exponential {
        mean_s: f64,
    },
    LogNormal {
        mu: f64,
        sigma: f64,
    },
    Gamma {
        shape: f64,
        scale_s: f64,
    },
    Weibull {
        shape: f64,
        scale_s: f64,
    },
    BoundedPareto {
        low_s: f64,
        high_s: f64,
        shape: f64,
    },
    /// Cumulated weight and mean of each phase; the last weight is 1.
    HyperExponential(Vec<(f64, f64)>),
    Empirical(Vec<f64>),
}

impl Sampler {
    /// Checks a distribution and prepares it.
    ///
    /// # Errors
    /// Where a parameter is out of its range, or a listed time is not a whole number of ticks.
    pub fn new(distribution: &Distribution, resolution: Resolution) -> Result<Self, SampleError> {
        let kind = match distribution {
            Distribution::Constant(value) => Kind::Listed { ticks: vec![exact_ticks(*value, resolution)?] },
            Distribution::Uniform { low, high } => {
                if low > high {
                    return Err(SampleError::new(
                        "low",
                        low,
                        format!("it is not above `high`, which is {high}"),
                        "swap them",
                    ));
                }
                Kind::Uniform { low_s: low.as_s(), high_s: high.as_s() }
            }
            Distribution::Exponential { mean } => Kind::Exponential { mean_s: positive("mean", *mean)? },
            Distribution::LogNormal { mean, cv } => {
                let mean_s = positive("mean", *mean)?;
                let cv = in_range("cv", *cv, "a coefficient of variation")?;
                let variance = libm::log1p(cv * cv);
                Kind::LogNormal { mu: libm::log(mean_s) - variance / 2.0, sigma: libm::sqrt(variance) }
            }
            Distribution::LogNormalMedianP90 { median, p90 } => {
                let median_s = positive("median", *median)?;
                if p90 <= median {
                    return Err(SampleError::new(
                        "p90",
                        p90,
                        format!("the 90th percentile is above the median, which is {median}"),
                        "write a larger one, or `Constant` where there is no spread",
                    ));
                }
                Kind::LogNormal { mu: libm::log(median_s), sigma: libm::log(p90.as_s() / median_s) / Z90 }
            }
            Distribution::Gamma { mean, cv } => {
                let mean_s = positive("mean", *mean)?;
                let cv = in_range("cv", *cv, "a coefficient of variation")?;
                Kind::Gamma { shape: 1.0 / (cv * cv), scale_s: mean_s * cv * cv }
            }
            Distribution::Weibull { scale, shape } => Self::weibull(*scale, *shape)?,
            Distribution::BoundedPareto { low, high, shape } => {
                let low_s = positive("low", *low)?;
                if high <= low {
                    return Err(SampleError::new(
                        "high",
                        high,
                        format!("it is above `low`, which is {low}"),
                        "write a longer one",
                    ));
                }
                let shape = in_range("shape", *shape, "a tail index")?;
                Kind::BoundedPareto { low_s, high_s: high.as_s(), shape }
            }
            Distribution::HyperExponential(phases) => {
                not_empty(phases.len(), "phase")?;
                let weights = count::cumulated(phases.iter().map(|p| p.weight))?;
                let means = phases.iter().enumerate().map(|(i, p)| positive(&format!("[{i}].mean"), p.mean));
                let means: Vec<f64> = means.collect::<Result<_, _>>()?;
                Kind::HyperExponential(weights.into_iter().zip(means).collect())
            }
            Distribution::Empirical(values) => {
                not_empty(values.len(), "value")?;
                Kind::Empirical(values.iter().map(|v| v.as_s()).collect())
            }
            Distribution::Values(values) => Kind::Listed { ticks: listed(values, resolution)? },
        };
        Ok(Self { kind, resolution })
    }

    /// A Weibull distribution.
    fn weibull(scale: TimeSpan, shape: f64) -> Result<Kind, SampleError> {
        let scale_s = positive("scale", scale)?;
        Ok(Kind::Weibull { shape: in_range("shape", shape, "a shape")?, scale_s })
    }

    /// Whether nothing is drawn: a constant, or values in turn.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        matches!(self.kind, Kind::Listed { .. })
    }

    /// The listed values [ticks], where nothing is drawn.
    #[must_use]
    pub fn listed_ticks(&self) -> Option<&[Tick]> {
        match &self.kind {
            Kind::Listed { ticks } => Some(ticks),
            _ => None,
        }
    }

    /// Draw number `index` of a stream [s], before rounding; not capped.
    #[must_use]
    pub fn sample_s(&self, stream: &Stream, index: u64) -> f64 {
        let drawn = match &self.kind {
            Kind::Listed { ticks } => {
                return f64::from(ticks[(index % ticks.len() as u64) as usize]) * self.resolution.tick_s();
            }
            Kind::Empirical(values_s) => {
                return values_s[stream.draw(index).below(values_s.len() as u64) as usize];
            }
            Kind::Uniform { low_s, high_s } => low_s + (high_s - low_s) * stream.uniform(index),
            Kind::Exponential { mean_s } => mean_s * stream.draw(index).exponential(),
            Kind::LogNormal { mu, sigma } => libm::exp(mu + sigma * stream.draw(index).normal()),
            Kind::Gamma { shape, scale_s } => scale_s * standard_gamma(*shape, stream, index),
            // Inverse of 1 − exp(−(x / scale)^shape); u and 1 − u are alike.
            Kind::Weibull { shape, scale_s } => {
                scale_s * libm::pow(stream.draw(index).exponential(), 1.0 / shape)
            }
            // Inverse of (1 − (low / x)^shape) / (1 − (low / high)^shape).
            Kind::BoundedPareto { low_s, high_s, shape } => {
                let share = 1.0 - libm::pow(low_s / high_s, *shape);
                let x = low_s * libm::pow(1.0 - stream.uniform(index) * share, -1.0 / shape);
                // Rounding may step over the bounds by a bit.
                x.clamp(*low_s, *high_s)
            }
            Kind::HyperExponential(phases) => {
                let mut draw = stream.draw(index);
                let u = draw.uniform();
                let phase = phases.iter().find(|(up_to, _)| u < *up_to).or(phases.last());
                phase.map_or(0.0, |(_, mean_s)| mean_s * draw.exponential())
            }
        };
        // Positive with probability 1: what underflows to 0 still lasts a tick.
        drawn.max(f64::MIN_POSITIVE)
    }

    /// Draw number `index` of a stream [ticks]: rounded half up, at least 1 if positive, at most [`DRAWN_MAX`].
    #[must_use]
    pub fn ticks(&self, stream: &Stream, index: u64) -> Tick {
        if let Kind::Listed { ticks } = &self.kind {
            return ticks[(index % ticks.len() as u64) as usize];
        }
        let ticks = self.resolution.ticks_from_s_rounded(self.sample_s(stream, index));
        ticks.min(u64::from(DRAWN_MAX)) as Tick
    }

    /// Mean [s], before rounding and capping. `None` where it overflows.
    #[must_use]
    pub fn mean_s(&self) -> Option<f64> {
        Some(self.moments().0).filter(|mean| mean.is_finite())
    }

    /// Coefficient of variation (standard deviation / mean), before rounding and capping. `None` where it
    /// overflows or the mean is 0.
    #[must_use]
    pub fn cv(&self) -> Option<f64> {
        let (mean, variance) = self.moments();
        // Rounding may take a variance below 0; `max` alone would also turn an overflow (NaN) into 0.
        let cv = if variance.is_finite() { libm::sqrt(variance.max(0.0)) / mean } else { f64::NAN };
        cv.is_finite().then_some(cv)
    }

    /// Mean [s] and variance [s²].
    fn moments(&self) -> (f64, f64) {
        let of_list = |values: &mut dyn Iterator<Item = f64>, n: usize| {
            let values: Vec<f64> = values.collect();
            let mean = values.iter().sum::<f64>() / n as f64;
            (mean, values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n as f64)
        };
        let from_raw = |m1: f64, m2: f64| (m1, m2 - m1 * m1);
        match &self.kind {
            Kind::Listed { ticks } => {
                let tick_s = self.resolution.tick_s();
                of_list(&mut ticks.iter().map(|t| f64::from(*t) * tick_s), ticks.len())
            }
            Kind::Empirical(values_s) => of_list(&mut values_s.iter().copied(), values_s.len()),
            Kind::Uniform { low_s, high_s } => {
                ((low_s + high_s) / 2.0, (high_s - low_s) * (high_s - low_s) / 12.0)
            }
            Kind::Exponential { mean_s } => (*mean_s, mean_s * mean_s),
            Kind::LogNormal { mu, sigma } => {
                let mean = libm::exp(mu + sigma * sigma / 2.0);
                (mean, mean * mean * libm::expm1(sigma * sigma))
            }
            Kind::Gamma { shape, scale_s } => (shape * scale_s, shape * scale_s * scale_s),
            Kind::Weibull { shape, scale_s } => from_raw(
                scale_s * libm::tgamma(1.0 + 1.0 / shape),
                scale_s * scale_s * libm::tgamma(1.0 + 2.0 / shape),
            ),
            Kind::BoundedPareto { low_s, high_s, shape } => from_raw(
                bounded_pareto_moment(*low_s, *high_s, *shape, 1.0),
                bounded_pareto_moment(*low_s, *high_s, *shape, 2.0),
            ),
            Kind::HyperExponential(phases) => {
                let mut before = 0.0;
                let (mut m1, mut m2) = (0.0, 0.0);
                for (up_to, mean_s) in phases {
                    m1 += (up_to - before) * mean_s;
                    m2 += (up_to - before) * 2.0 * mean_s * mean_s;
                    before = *up_to;
                }
                from_raw(m1, m2)
            }
        }
    }
}

/// Moment `k` of a bounded Pareto distribution [s^k]: the integral of x^k over its density
/// shape · low^shape · x^(−shape − 1) / (1 − (low / high)^shape).
fn bounded_pareto_moment(low: f64, high: f64, shape: f64, k: f64) -> f64 {
    let norm = shape * libm::pow(low, shape) / (1.0 - libm::pow(low / high, shape));
    let power = k - shape;
    // The integral of x^(power − 1), which turns into a logarithm at power 0.
    let integral = if power.abs() < 1e-9 {
        libm::log(high / low)
    } else {
        (libm::pow(high, power) - libm::pow(low, power)) / power
    };
    norm * integral
}

/// Gamma with scale 1, by Marsaglia and Tsang ("A simple method for generating gamma variables", ACM TOMS 26,
/// 2000); shapes below 1 by their boost: G(a) = G(a + 1) · U^(1/a).
fn standard_gamma(shape: f64, stream: &Stream, index: u64) -> f64 {
    let mut draw = stream.draw(index);
    let boost = if shape < 1.0 { libm::pow(draw.uniform(), 1.0 / shape) } else { 1.0 };
    let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
    let c = 1.0 / libm::sqrt(9.0 * d);
    loop {
        let x = draw.normal();
        let v = 1.0 + c * x;
        if v <= 0.0 {
            continue;
        }
        let v = v * v * v;
        if libm::log(draw.uniform()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
            return boost * d * v;
        }
    }
}

/// Every listed time as ticks.
fn listed(values: &[TimeSpan], resolution: Resolution) -> Result<Vec<Tick>, SampleError> {
    not_empty(values.len(), "value")?;
    let exact = |(i, v): (usize, &TimeSpan)| {
        exact_ticks(*v, resolution).map_err(|e| SampleError { field: format!("[{i}]"), ..e })
    };
    values.iter().enumerate().map(exact).collect()
}

fn positive(field: &str, span: TimeSpan) -> Result<f64, SampleError> {
    if span > TimeSpan::ZERO {
        return Ok(span.as_s());
    }
    Err(SampleError::new(field, span, "it is above 0", "write `Constant(\"0s\")` for no duration at all"))
}

fn in_range(field: &str, value: f64, what: &str) -> Result<f64, SampleError> {
    if SHAPE.contains(&value) {
        return Ok(value);
    }
    Err(SampleError::new(
        field,
        value,
        format!("{what} lies between {} and {}", SHAPE.start(), SHAPE.end()),
        "write `Constant` where there is no spread",
    ))
}

fn not_empty(len: usize, what: &str) -> Result<(), SampleError> {
    if len > 0 {
        return Ok(());
    }
    Err(SampleError::new("", "[]", format!("there is at least one {what}"), "list one, or write `Constant`")
        .of_kind(ErrorKind::EmptyList))
}

#[cfg(test)]
mod tests;
