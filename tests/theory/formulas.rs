//! Closed forms, and small numerical solutions of known equations. The unit of time is the mean service.

use crate::chain::{Matrix, null_vector};

/// M/M/c (Erlang, "Løsning af nogle Problemer fra Sandsynlighedsregningen af Betydning for de automatiske
/// Telefoncentraler", 1917).
#[derive(Clone, Copy)]
pub(crate) struct ErlangC {
    servers: f64,
    load: f64,
    /// Probability that a job waits.
    pub(crate) waits: f64,
}

impl ErlangC {
    /// From the offered load λ/μ.
    pub(crate) fn new(servers: u32, load: f64) -> Self {
        let c = f64::from(servers);
        let blocked = (1..=servers).fold(1.0, |b, i| load * b / (f64::from(i) + load * b));
        Self { servers: c, load, waits: blocked / (1.0 - load / c * (1.0 - blocked)) }
    }

    pub(crate) fn mean_wait(&self) -> f64 {
        self.waits / (self.servers - self.load)
    }

    /// P(W > t).
    pub(crate) fn waits_over(&self, t: f64) -> f64 {
        self.waits * (-(self.servers - self.load) * t).exp()
    }

    /// t with P(W > t) = p, for p below P(W > 0).
    pub(crate) fn percentile(&self, p: f64) -> f64 {
        (self.waits / p).ln() / (self.servers - self.load)
    }
}

/// M/D/c with service 1.
pub(crate) struct Crommelin {
    servers: usize,
    lambda: f64,
    /// P(number of jobs = n).
    jobs: Vec<f64>,
}

/// Numbers of jobs that are looked at in M/D/c; what lies above has a probability below 10^-12.
const CROMMELIN_TOP: usize = 160;

impl Crommelin {
    /// A service later, those that were served have left and those that arrived have come: N(t + 1) =
    /// max(N(t) − c, 0) + arrivals (Crommelin, "Delay probability formulae when the holding times are
    /// constant", P. O. Elect. Engrs J. 25, 1932). The stationary distribution is that of this chain, cut.
    pub(crate) fn new(servers: usize, lambda: f64) -> Self {
        let mut arrivals = vec![(-lambda).exp()];
        for n in 1..=CROMMELIN_TOP {
            arrivals.push(arrivals[n - 1] * lambda / n as f64);
        }
        let generator: Matrix = (0..=CROMMELIN_TOP)
            .map(|from| {
                let left = from.saturating_sub(servers);
                let mut row: Vec<f64> =
                    (0..=CROMMELIN_TOP).map(|to| if to < left { 0.0 } else { arrivals[to - left] }).collect();
                row[CROMMELIN_TOP] += 1.0 - row.iter().sum::<f64>();
                row[from] -= 1.0;
                row
            })
            .collect();
        let jobs = null_vector(&generator);
        assert!(jobs[CROMMELIN_TOP] < 1e-12, "M/D/c is cut too low");
        Self { servers, lambda, jobs }
    }

    pub(crate) fn mean_queue(&self) -> f64 {
        self.jobs.iter().enumerate().map(|(n, p)| n.saturating_sub(self.servers) as f64 * p).sum()
    }

    /// By Little's law.
    pub(crate) fn mean_wait(&self) -> f64 {
        self.mean_queue() / self.lambda
    }

    /// P(W > t) (Franx, "A simple solution for the M/D/c waiting time distribution", Oper. Res. Letters 29,
    /// 2001): with k − 1 ≤ t < k and Q(m) = P(at most m jobs in the queue),
    /// P(W ≤ t) = exp(−λ(k − t)) Σ_{j < kc} Q(kc − 1 − j) (λ(k − t))^j / j!.
    pub(crate) fn waits_over(&self, t: f64) -> f64 {
        let k = t.floor() + 1.0;
        let x = self.lambda * (k - t);
        let terms = k as usize * self.servers;
        let queue_at_most = |m: usize| self.jobs.iter().take(self.servers + m + 1).sum::<f64>();
        let mut weight = (-x).exp();
        let mut within = 0.0;
        for j in 0..terms {
            within += queue_at_most(terms - 1 - j) * weight;
            weight *= x / (j + 1) as f64;
        }
        1.0 - within
    }

    /// t with P(W > t) = p, by bisection.
    pub(crate) fn percentile(&self, p: f64) -> f64 {
        let (mut low, mut high) = (0.0, 50.0);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if self.waits_over(middle) > p { low = middle } else { high = middle }
        }
        high
    }
}

/// First two moments of a duration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moments(pub(crate) f64, pub(crate) f64);

impl Moments {
    pub(crate) fn constant(x: f64) -> Self {
        Self(x, x * x)
    }

    /// From mean and coefficient of variation.
    pub(crate) fn with_cv(mean: f64, cv: f64) -> Self {
        Self(mean, mean * mean * (1.0 + cv * cv))
    }

    /// Of a sum of independent durations.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1 + 2.0 * self.0 * other.0 + other.1)
    }

    /// Of a duration that only happens with a probability.
    pub(crate) fn with_probability(self, p: f64) -> Self {
        Self(p * self.0, p * self.1)
    }

    /// Of a mixture in equal parts.
    pub(crate) fn mixture(parts: &[Self]) -> Self {
        let share = 1.0 / parts.len() as f64;
        parts.iter().fold(Self(0.0, 0.0), |sum, m| Self(sum.0 + share * m.0, sum.1 + share * m.1))
    }
}

/// Mean wait of M/G/1 (Pollaczek 1930, Khinchin 1932).
pub(crate) fn pollaczek_khinchin(lambda: f64, service: Moments) -> f64 {
    lambda * service.1 / (2.0 * (1.0 - lambda * service.0))
}

/// M/G/1 whose server leaves when it has been idle for a timeout and returns, after a set-up, for the job
/// that then comes (Takagi, "Queueing Analysis" 1, 1991, section 2.2; the timeout makes a set-up happen with
/// probability exp(−λT), independently of all that comes after, since arrivals are Poisson).
pub(crate) struct SetUpQueue {
    pub(crate) lambda: f64,
    pub(crate) service: Moments,
    /// Until the node is there; the first job waits for it.
    pub(crate) set_up: Moments,
    /// Then spent by the first job of a new node on the node, beside its service.
    pub(crate) prepare: f64,
    pub(crate) timeout: f64,
}

impl SetUpQueue {
    /// Probability that an idle period ends with a set-up.
    fn leaves(&self) -> f64 {
        (-self.lambda * self.timeout).exp()
    }

    /// Idle periods, hence cycles, per mean service: of each cycle a share λ E(S) is service.
    fn cycles(&self) -> f64 {
        let extra = self.leaves() * (self.set_up.0 + self.prepare);
        (1.0 - self.lambda * self.service.0) / (1.0 / self.lambda + extra)
    }

    /// The work that a cycle begins with delays everyone in it as a set-up; the first job, though, has its
    /// prepare time behind its start and not before it.
    pub(crate) fn mean_wait(&self) -> f64 {
        let extra = self.set_up.plus(Moments::constant(self.prepare)).with_probability(self.leaves());
        pollaczek_khinchin(self.lambda, self.service)
            + (2.0 * extra.0 + self.lambda * extra.1) / (2.0 * (1.0 + self.lambda * extra.0))
            - self.requests() * self.prepare / self.lambda
    }

    pub(crate) fn requests(&self) -> f64 {
        self.cycles() * self.leaves()
    }

    pub(crate) fn idle(&self) -> f64 {
        self.cycles() * (1.0 - self.leaves()) / self.lambda
    }

    pub(crate) fn allocating(&self) -> f64 {
        self.requests() * self.set_up.0
    }

    /// Jobs that find the node idle do not wait.
    pub(crate) fn waits(&self) -> f64 {
        1.0 - self.idle()
    }
}

/// The time to climb from j − 1 to j jobs in a birth-death process with birth rate λ and death rate i in
/// state i < j: P(it is longer than t) and E(min(it, t)), by uniformization (Jensen 1953).
pub(crate) fn climb(lambda: f64, j: usize, t: f64) -> (f64, f64) {
    let uniform = lambda + j as f64;
    let steps = uniform * t;
    // P(Poisson(steps) = n), and P(… > n).
    let mut weight = (-steps).exp();
    let mut more = 1.0 - weight;
    let mut state = vec![0.0; j];
    state[j - 1] = 1.0;
    let (mut longer, mut within) = (0.0, 0.0);
    for n in 0..(steps + 12.0 * steps.sqrt() + 40.0) as usize {
        let left: f64 = state.iter().sum();
        longer += weight * left;
        within += more * left / uniform;
        let mut next = vec![0.0; j];
        for (i, p) in state.iter().enumerate() {
            let death = i as f64;
            next[i] += p * (uniform - lambda - death) / uniform;
            if i > 0 {
                next[i - 1] += p * death / uniform;
            }
            if i + 1 < j {
                next[i + 1] += p * lambda / uniform;
            }
        }
        state = next;
        weight *= steps / (n + 1) as f64;
        more -= weight;
    }
    (longer, within)
}

/// Time to do `work` where evictions come at rate `hazard` and each costs all that was done (preemptive
/// repeat, identical: Gaver, "A waiting line with interrupted service, including priorities", J. R. Stat.
/// Soc. B 24, 1962). Its transform is (s + δ) e^{−(s+δ)x} / (s + δ e^{−(s+δ)x}).
pub(crate) fn repeated(hazard: f64, work: f64) -> Moments {
    let y = hazard * work;
    let first = y.exp_m1() / hazard;
    Moments(first, 2.0 / (hazard * hazard) * ((2.0 * y).exp() - (1.0 + y) * y.exp()))
}

/// The same with a checkpoint after every `interval` of work, and `overhead` at the start of each attempt but
/// the first: the stretches between checkpoints are independent, because lifetimes have no memory.
pub(crate) fn checkpointed(hazard: f64, work: f64, interval: f64, overhead: f64) -> Moments {
    let whole = (work / interval).floor();
    let rest = work - whole * interval;
    let mut total = stretch(hazard, rest, overhead);
    for _ in 0..whole as u32 {
        total = total.plus(stretch(hazard, interval, overhead));
    }
    total
}

/// A stretch that begins without overhead: undisturbed, or disturbed at some time before its end and then
/// repeated with the overhead until it succeeds.
fn stretch(hazard: f64, work: f64, overhead: f64) -> Moments {
    let again = repeated(hazard, work + overhead);
    let (d, x) = (hazard, work);
    let survives = (-d * x).exp();
    // ∫ d e^{−dt} t dt and ∫ d e^{−dt} t² dt over [0, x].
    let once = (1.0 - survives * (1.0 + d * x)) / d;
    let squared = 2.0 * once / d - survives * x * x;
    Moments(
        survives * x + once + (1.0 - survives) * again.0,
        survives * x * x + squared + 2.0 * once * again.0 + (1.0 - survives) * again.1,
    )
}

/// Poisson probabilities 0 … top.
pub(crate) fn poisson(mean: f64, top: usize) -> Vec<f64> {
    let mut list = vec![(-mean).exp()];
    for n in 1..=top {
        list.push(list[n - 1] * mean / n as f64);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9 * b.abs().max(1.0), "{a} ≠ {b}");
    }

    /// C(2, 1) = 1/3 and C(4, 2) = 4/23, by hand.
    #[test]
    fn erlang_c_by_hand() {
        assert_close(ErlangC::new(2, 1.0).waits, 1.0 / 3.0);
        assert_close(ErlangC::new(4, 2.0).waits, 4.0 / 23.0);
        let system = ErlangC::new(4, 2.0);
        assert_close(system.waits_over(system.percentile(0.05)), 0.05);
    }

    /// Its mean is Pollaczek and Khinchin's for one server, and the integral of its tail for any number.
    #[test]
    fn crommelin_agrees_with_known_means() {
        assert_close(Crommelin::new(1, 0.7).mean_wait(), pollaczek_khinchin(0.7, Moments::constant(1.0)));
        let system = Crommelin::new(3, 2.1);
        let step = 1e-3;
        let integral: f64 = (0..20_000).map(|i| step * system.waits_over(step * (f64::from(i) + 0.5))).sum();
        assert!((integral - system.mean_wait()).abs() < 1e-5, "{integral} ≠ {}", system.mean_wait());
    }

    /// From 0 to 1 the climb is one gap between arrivals; from 1 to 2 its mean is 1/λ + 1/λ².
    #[test]
    fn climbs_by_hand() {
        let (longer, within) = climb(2.0, 1, 0.7);
        assert_close(longer, (-1.4_f64).exp());
        assert_close(within, (1.0 - (-1.4_f64).exp()) / 2.0);
        assert_close(climb(2.0, 2, 60.0).1, 0.5 + 0.25);
    }

    /// One stretch without overhead is a plain repetition; few evictions leave the work itself.
    #[test]
    fn checkpoints_by_hand() {
        let (plain, stretch) = (repeated(0.7, 0.9), checkpointed(0.7, 0.9, 5.0, 0.0));
        assert_close(stretch.0, plain.0);
        assert_close(stretch.1, plain.1);
        assert_close(plain.0, ((0.63_f64).exp() - 1.0) / 0.7);
        let rare = checkpointed(1e-5, 2.0, 0.3, 0.1);
        assert!((rare.0 - 2.0).abs() < 1e-4 && (rare.1 - 4.0).abs() < 1e-3, "{rare:?}");
    }
}
