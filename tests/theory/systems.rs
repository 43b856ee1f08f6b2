//! The systems: what is simulated, and what theory says about it.

mod evictions;
mod kept;
mod one_node;
mod set_up;
mod timeout;

pub(crate) use evictions::evictions;
pub(crate) use kept::{constant_service, exponential_service, gangs};
pub(crate) use one_node::one_node;
pub(crate) use set_up::set_up;
pub(crate) use timeout::timeout;

use crate::simulate::{SERVICE, ticks};
use nodetide::stats::histogram::{bucket, upper_end};
use nodetide::units::Tick;

/// The end of the histogram's bucket in which a wait lies [ticks].
fn bucket_end(services: f64) -> Tick {
    upper_end(bucket(ticks(services)))
}

/// A wait counts as over t ticks if it rounds to t + 1 or more [mean services].
fn over(t: Tick) -> f64 {
    (f64::from(t) + 0.5) / SERVICE
}
