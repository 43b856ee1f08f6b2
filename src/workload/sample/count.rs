//! Distributions of counts.

use crate::rng::Stream;
use crate::scenario::schema::Count;
use crate::workload::error::{ErrorKind, SampleError};

/// Largest count, listed or drawn: 2^31 − 1, the bound on the nodes of one cluster's jobs (model, section 1).
pub const COUNT_MAX: u64 = (1 << 31) - 1;

/// A distribution of counts, checked and ready to be drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct CountSampler {
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// One value or several in turn.
    Listed(Vec<u64>),
    Uniform {
        low: u64,
        high: u64,
    },
    /// Logarithm of the probability to go on, 1 − 1/mean; mean.
    Geometric {
        ln_on: f64,
        mean: f64,
    },
    /// Cumulated weight and value; the last weight is 1.
    Choice(Vec<(f64, u64)>),
}

impl CountSampler {
    /// Checks a distribution and prepares it.
    ///
    /// # Errors
    /// Where a value is below 1 or above [`COUNT_MAX`], a list is empty, or a weight is not above 0.
    pub fn new(count: &Count) -> Result<Self, SampleError> {
        let kind = match count {
            Count::Constant(n) => Kind::Listed(vec![in_range("", *n)?]),
            Count::Uniform { low, high } => {
                let (low, high) = (in_range("low", *low)?, in_range("high", *high)?);
                if low > high {
                    let rule = format!("it is not above `high`, which is {high}");
                    return Err(SampleError::new("low", low, rule, "swap them"));
                }
                Kind::Uniform { low, high }
            }
            Count::Geometric { mean } => {
                if !(1.0..=COUNT_MAX as f64).contains(mean) {
                    let rule = format!("a mean of 1, 2, 3 … lies between 1 and {COUNT_MAX}");
                    return Err(SampleError::new("mean", mean, rule, "write 1 or more"));
                }
                Kind::Geometric { ln_on: libm::log1p(-1.0 / mean), mean: *mean }
            }
            Count::Choice(choices) => {
                super::not_empty(choices.len(), "choice")?;
                let weights = cumulated(choices.iter().map(|c| c.weight))?;
                let values =
                    choices.iter().enumerate().map(|(i, c)| in_range(&format!("[{i}].value"), c.value));
                let values: Vec<u64> = values.collect::<Result<_, _>>()?;
                Kind::Choice(weights.into_iter().zip(values).collect())
            }
            Count::Values(values) => {
                super::not_empty(values.len(), "value")?;
                let values = values.iter().enumerate().map(|(i, n)| in_range(&format!("[{i}]"), *n));
                Kind::Listed(values.collect::<Result<_, _>>()?)
            }
        };
        Ok(Self { kind })
    }

    /// Draw number `index` of a stream: 1 or more, at most [`COUNT_MAX`].
    #[must_use]
    pub fn sample(&self, stream: &Stream, index: u64) -> u64 {
        match &self.kind {
            Kind::Listed(values) => values[(index % values.len() as u64) as usize],
            Kind::Uniform { low, high } => low + stream.draw(index).below(high - low + 1),
            // Smallest n with on^n < u. With mean 1 the logarithm is −infinity and the quotient 0.
            Kind::Geometric { ln_on, .. } => {
                let beyond = libm::floor(libm::log(stream.uniform(index)) / ln_on);
                (beyond as u64).saturating_add(1).min(COUNT_MAX)
            }
            Kind::Choice(choices) => {
                let u = stream.uniform(index);
                choices.iter().find(|(up_to, _)| u < *up_to).or(choices.last()).map_or(1, |(_, value)| *value)
            }
        }
    }

    /// Mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match &self.kind {
            Kind::Listed(values) => values.iter().map(|n| *n as f64).sum::<f64>() / values.len() as f64,
            Kind::Uniform { low, high } => (low + high) as f64 / 2.0,
            Kind::Geometric { mean, .. } => *mean,
            Kind::Choice(choices) => {
                let mut before = 0.0;
                let mut mean = 0.0;
                for (up_to, value) in choices {
                    mean += (up_to - before) * *value as f64;
                    before = *up_to;
                }
                mean
            }
        }
    }
}

fn in_range(field: &str, n: u64) -> Result<u64, SampleError> {
    if (1..=COUNT_MAX).contains(&n) {
        return Ok(n);
    }
    let kind = if field.is_empty() { ErrorKind::OutOfRange } else { ErrorKind::Distribution };
    let rule = format!("a count lies between 1 and {COUNT_MAX}");
    Err(SampleError::new(field, n, rule, "write 1 or more").of_kind(kind))
}

/// Running sums of weights over their total; the last is exactly 1.
pub(super) fn cumulated(weights: impl Iterator<Item = f64> + Clone) -> Result<Vec<f64>, SampleError> {
    for (i, weight) in weights.clone().enumerate() {
        if !(weight > 0.0 && weight <= 1e12) {
            let rule = "a weight is above 0 and at most 1e12";
            return Err(SampleError::new(
                format!("[{i}].weight"),
                weight,
                rule,
                "leave out what never happens",
            ));
        }
    }
    let total: f64 = weights.clone().sum();
    let mut sum = 0.0;
    let mut cumulated: Vec<f64> = weights
        .map(|weight| {
            sum += weight;
            sum / total
        })
        .collect();
    if let Some(last) = cumulated.last_mut() {
        *last = 1.0;
    }
    Ok(cumulated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::fnv1a64;
    use crate::scenario::schema::Choice;

    const N: u64 = 100_000;

    fn draw(count: &Count) -> Vec<u64> {
        let stream = Stream::new(20_261_123, 0, "test", "counts");
        let sampler = CountSampler::new(count).unwrap();
        (0..N).map(|i| sampler.sample(&stream, i)).collect()
    }

    fn choices() -> Count {
        let choice = |value, weight| Choice { value, weight };
        Count::Choice(vec![choice(1, 6.0), choice(4, 3.0), choice(16, 1.0)])
    }

    /// Frequencies within 3.5 standard errors of their probability.
    #[test]
    fn counts_follow_their_distribution() {
        let geometric = Count::Geometric { mean: 4.0 };
        let uniform = Count::Uniform { low: 2, high: 6 };
        for (count, value, p) in [
            (&geometric, 1, 0.25),
            (&geometric, 2, 0.1875),
            (&geometric, 8, 0.25 * 0.75_f64.powi(7)),
            (&uniform, 2, 0.2),
            (&uniform, 6, 0.2),
            (&uniform, 7, 0.0),
            (&choices(), 1, 0.6),
            (&choices(), 4, 0.3),
            (&choices(), 16, 0.1),
        ] {
            let share = draw(count).iter().filter(|n| **n == value).count() as f64 / N as f64;
            let error = (p * (1.0 - p) / N as f64).sqrt();
            assert!((share - p).abs() <= 3.5 * error, "{count:?}: {value} with {share}, not {p}");
        }
    }

    #[test]
    fn counts_have_their_mean() {
        for (count, mean, deviation) in [
            (Count::Constant(7), 7.0, 0.0),
            (Count::Uniform { low: 2, high: 6 }, 4.0, 2.0_f64.sqrt()),
            (Count::Geometric { mean: 4.0 }, 4.0, 12.0_f64.sqrt()),
            (Count::Geometric { mean: 1.0 }, 1.0, 0.0),
            (choices(), 3.4, 19.44_f64.sqrt()),
            (Count::Values(vec![1, 2, 3, 4]), 2.5, 0.0),
        ] {
            assert!((CountSampler::new(&count).unwrap().mean() - mean).abs() < 1e-12, "{count:?}");
            let found = draw(&count).iter().sum::<u64>() as f64 / N as f64;
            assert!((found - mean).abs() <= 3.5 * deviation / (N as f64).sqrt(), "{count:?}: {found}");
        }
        assert_eq!(draw(&Count::Values(vec![3, 1, 2]))[..4], [3, 1, 2, 3]);
        let far = draw(&Count::Geometric { mean: COUNT_MAX as f64 });
        assert!(far.iter().all(|n| (1..=COUNT_MAX).contains(n)));
    }

    /// A separate program (Python) gives the same hashes.
    #[test]
    fn counts_are_pinned() {
        let hash = |count| fnv1a64(&draw(&count).into_iter().flat_map(u64::to_le_bytes).collect::<Vec<_>>());
        let found = [Count::Uniform { low: 2, high: 6 }, Count::Geometric { mean: 4.0 }, choices()].map(hash);
        let pinned = [0xedcc_a299_c7e8_15a2, 0x4992_e590_914b_bed7, 0x62dc_c264_ca43_7fa5];
        assert_eq!(found, pinned, "{found:#018x?}");
    }

    #[test]
    fn what_is_no_count_says_where_and_why() {
        let choice = |value, weight| Count::Choice(vec![Choice { value, weight }]);
        for (count, field, says) in [
            (Count::Constant(0), "", "between 1 and 2147483647"),
            (Count::Constant(1 << 31), "", "between 1 and 2147483647"),
            (Count::Uniform { low: 0, high: 3 }, "low", "between 1"),
            (Count::Uniform { low: 4, high: 3 }, "low", "not above `high`, which is 3"),
            (Count::Uniform { low: 1, high: u64::MAX }, "high", "between 1"),
            (Count::Geometric { mean: 0.5 }, "mean", "between 1"),
            (Count::Geometric { mean: f64::NAN }, "mean", "between 1"),
            (Count::Choice(vec![]), "", "at least one choice"),
            (choice(1, -1.0), "[0].weight", "above 0"),
            (choice(0, 1.0), "[0].value", "between 1"),
            (Count::Values(vec![]), "", "at least one value"),
            (Count::Values(vec![1, 0]), "[1]", "between 1"),
        ] {
            let error = CountSampler::new(&count).unwrap_err();
            assert_eq!(error.field, field, "{error}");
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
