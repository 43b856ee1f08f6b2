//! Reasons, advice and statuses in words.

use crate::engine::output::{Reason, Status};

/// A reason in a sentence.
#[must_use]
pub const fn words(reason: Reason) -> &'static str {
    match reason {
        Reason::Creating => "the cluster's creation",
        Reason::MaxNodes => "a free node, as max_nodes is reached",
        Reason::Provisioning => "nodes on their way",
        Reason::Lock => "a resource lock",
        Reason::Resize => "a resize under way",
        Reason::Quota => "quota",
        Reason::Capacity => "capacity or addresses",
        Reason::Unusable => "unusable nodes",
        Reason::Policy => "the policy, which asks for no more",
        Reason::Gang => "enough idle nodes at once",
    }
}

/// What helps a queue that waits for a reason.
pub(super) const fn advice_for(reason: Reason) -> &'static str {
    match reason {
        Reason::Creating => "create the cluster earlier, or let the run go on longer",
        Reason::MaxNodes => "raise max_nodes, or let the run go on longer",
        Reason::Provisioning | Reason::Resize | Reason::Unusable => {
            "let the run go on longer (horizon, stop_at_horizon)"
        }
        Reason::Lock => "remove the lock, or give it a `to`",
        Reason::Quota => "request more quota, or use a smaller VM size",
        Reason::Capacity => "enlarge the subnet, or check the capacity steps",
        Reason::Policy => "use policy: Reactive, or raise min_nodes",
        Reason::Gang => "raise max_nodes, or make the gangs smaller",
    }
}

/// How a status reads in a sentence.
#[must_use]
pub const fn status_words(status: Status) -> &'static str {
    match status {
        Status::Settled => "settled",
        Status::Horizon => "stopped at the horizon",
        Status::Stuck => "stuck",
        Status::Limit => "ended at a limit of the simulator",
    }
}

/// Half the width of an interval that tells configurations apart, as a share of the mean.
const WANTED_HALF_WIDTH: f64 = 0.05;

/// Replications that bring an interval to [`WANTED_HALF_WIDTH`]: its width goes with 1/√n. In tens, at least 10;
/// at most what the command takes.
pub(super) fn replications_for(n: u64, relative: f64) -> u64 {
    let shrink = (relative / WANTED_HALF_WIDTH).max(1.0);
    // `as` saturates; an interval of few replications may be as wide as it likes.
    let needed = (n as f64 * shrink * shrink).ceil() as u64;
    (needed.div_ceil(10) * 10).clamp(10, 100_000)
}

/// A few names of a list.
pub(in crate::report) fn some_of(names: &[String]) -> String {
    /// More are counted.
    const SHOWN: usize = 4;
    let mut text = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}
