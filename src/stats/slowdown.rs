//! Bounded slowdown: how many times longer a job took than it ran.
//!
//! max(1, turnaround / max(R, 10 s)), R the job's running time on its size. The bound keeps very short jobs
//! from dominating the mean. (Feitelson and Rudolph, "Metrics and benchmarking for parallel job scheduling",
//! JSSPP 1998.)

/// The bound under R: 10 s [ns].
pub const SLOWDOWN_BOUND_NS: u64 = 10_000_000_000;

/// Bounded slowdown of a turnaround and a running time, both in ticks of `tick_ns` [1].
#[must_use]
pub fn bounded_slowdown(turnaround: u64, running: u64, tick_ns: u64) -> f64 {
    let ns = |ticks: u64| u128::from(ticks) * u128::from(tick_ns);
    let base = ns(running).max(u128::from(SLOWDOWN_BOUND_NS));
    (ns(turnaround) as f64 / base as f64).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = 1_000_000_000;

    #[test]
    fn slowdown_by_hand() {
        // 300 s turnaround, 60 s running; a 1 s job that took 30 s; one that took less than 10 s.
        assert_eq!(bounded_slowdown(300, 60, S), 5.0);
        assert_eq!(bounded_slowdown(30, 1, S), 3.0);
        assert_eq!(bounded_slowdown(4, 1, S), 1.0);
        assert_eq!(bounded_slowdown(0, 0, S), 1.0);
    }

    #[test]
    fn the_bound_is_10_s_whatever_the_tick() {
        // 2 min of turnaround; the running time of 0 min counts as 10 s.
        assert_eq!(bounded_slowdown(2, 0, 60 * S), 12.0);
        assert_eq!(bounded_slowdown(20_000, 0, 1_000_000), 2.0);
    }
}
