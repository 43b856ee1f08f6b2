//! What a sweep found, as numbers: factors with their levels, and one point for each configuration.
//!
//! ```text
//!  rows of a sweep ──► Surface ──► best: the answer, runners-up, what is not separated
//!  (or configs.csv)       │  ────► front: cost against waiting, the price of a minute
//!                         └──────► effects: which factor matters, and which pairs interact
//! ```
//!
//! Everything here is a pure function of the surface, in a fixed order of summation, so that a surface read back from
//! a file gives the same bytes as the one in memory.

pub mod best;
pub mod effects;
pub mod front;

/// One value of a factor.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// As people read it: `24`, `10m`, `low priority`.
    pub text: String,
    /// As numbers: nodes, seconds, factors; `None` where it is a choice.
    pub number: Option<f64>,
}

/// One axis of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// Its column in result files: `max_nodes`, `idle_time_s`.
    pub column: String,
    /// As people read it: `max_nodes`, `idle_time`.
    pub label: String,
    /// Its values, in the order of the axis.
    pub levels: Vec<Level>,
    /// The value of the scenario as written, as people read it; `None`: it says none.
    pub today: Option<String>,
    /// The same as a cell of a result file.
    pub today_cell: Option<String>,
}

impl Factor {
    /// Whether all its levels are numbers, so that nearer ones are more alike.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        self.levels.iter().all(|level| level.number.is_some())
    }
}

/// What becomes of a configuration in the choice (model, section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It holds every constraint.
    Meets,
    /// It misses one.
    Misses,
    /// It did not settle: stuck, stopped at the horizon or at a limit of the simulator.
    NotSettled,
    /// It rejects more jobs than the scenario as written.
    Rejects,
    /// More jobs fail or time out than in the scenario as written.
    Fails,
    /// It leaves more jobs unfinished than the scenario as written.
    Unfinished,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Meets, Self::Misses, Self::NotSettled, Self::Rejects, Self::Fails, Self::Unfinished];

    /// The word for it in result files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Meets => "meets",
            Self::Misses => "misses",
            Self::NotSettled => "not_settled",
            Self::Rejects => "rejects",
            Self::Fails => "fails",
            Self::Unfinished => "unfinished",
        }
    }

    /// The verdict of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == word)
    }

    /// Whether it is left out of every choice, whatever its figures.
    #[must_use]
    pub const fn is_marked(self) -> bool {
        !matches!(self, Self::Meets | Self::Misses)
    }
}

/// One configuration, over its replications.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Its place in the grid, from 0.
    pub index: u64,
    /// What became of it in the choice.
    pub verdict: Verdict,
    /// What is minimised, mean over replications; infinite where it is not defined.
    pub objective: f64,
    /// Cost as [`Surface::cost_unit`], mean over replications; NaN where no price is known.
    pub cost: f64,
    /// The latency of the charts [s], mean over replications; infinite where jobs never start, NaN where there is none.
    pub latency_s: f64,
    /// How far the constraints are from being held: 0 where all are, else the largest relative excess.
    pub excess: f64,
}

/// A sweep's results.
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    /// The axes.
    pub factors: Vec<Factor>,
    /// The configurations, in the order of the grid.
    pub points: Vec<Point>,
    /// Level of each factor of each point: those of point `i` are at `i · factors.len()` and after.
    pub levels: Vec<u32>,
    /// Replications of each configuration, 1 at least.
    pub replications: usize,
    /// What is minimised, by replication: those of point `i` are at `i · replications` and after.
    pub objectives: Vec<f64>,
    /// The scenario as written; its `index` means nothing.
    pub today: Point,
    /// What is minimised in the scenario as written, by replication.
    pub today_objectives: Vec<f64>,
    /// Its value of each factor, where the factor has it among its levels.
    pub today_levels: Vec<Option<u32>>,
    /// What is minimised, as people read it: `cost`.
    pub objective_name: String,
    /// Unit of the objective, as `USD/week`.
    pub objective_unit: String,
    /// Unit of [`Point::cost`], as `USD/week`.
    pub cost_unit: String,
    /// What [`Point::latency_s`] is: `p95 wait`.
    pub latency_name: String,
    /// The limit that a constraint sets to that latency [s].
    pub latency_limit_s: Option<f64>,
    /// The constraints, as people read them: `p95 wait ≤ 10m`.
    pub constraints: Vec<String>,
    /// Where the numbers are from: scenario, seed, price lists with their dates.
    pub source: String,
}

impl Surface {
    /// Levels of a point's factors.
    #[must_use]
    pub fn levels_of(&self, point: usize) -> &[u32] {
        &self.levels[point * self.factors.len()..][..self.factors.len()]
    }

    /// What is minimised in each replication of a point.
    #[must_use]
    pub fn objectives_of(&self, point: usize) -> &[f64] {
        &self.objectives[point * self.replications..][..self.replications]
    }

    /// `max_nodes 24, idle_time 10m`.
    #[must_use]
    pub fn settings_of(&self, point: usize) -> String {
        let words = self.factors.iter().zip(self.levels_of(point));
        let words =
            words.map(|(factor, &level)| format!("{} {}", factor.label, factor.levels[level as usize].text));
        words.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn factor(name: &str, levels: usize) -> Factor {
        let level = |i: usize| Level { text: i.to_string(), number: Some(i as f64) };
        Factor {
            column: name.to_owned(),
            label: name.to_owned(),
            levels: (0..levels).map(level).collect(),
            today: Some("own".into()),
            today_cell: Some("own_cell".into()),
        }
    }

    fn point(index: usize, cost: f64, latency_s: f64) -> Point {
        Point { index: index as u64, verdict: Verdict::Meets, objective: cost, cost, latency_s, excess: 0.0 }
    }

    fn of(factors: Vec<Factor>, points: Vec<Point>, levels: Vec<u32>) -> Surface {
        let objectives = points.iter().map(|p| p.objective).collect();
        Surface {
            today_levels: vec![None; factors.len()],
            factors,
            levels,
            replications: 1,
            objectives,
            today: point(0, 100.0, 100.0),
            today_objectives: vec![100.0],
            objective_name: "cost".into(),
            objective_unit: "USD/week".into(),
            cost_unit: "USD/week".into(),
            latency_name: "p95 wait".into(),
            latency_limit_s: None,
            constraints: Vec::new(),
            source: "a test".into(),
            points,
        }
    }

    /// One factor with a level for each pair of cost and latency.
    pub(crate) fn surface(points: &[(f64, f64)]) -> Surface {
        let list = points.iter().enumerate().map(|(i, &(cost, latency))| point(i, cost, latency)).collect();
        of(vec![factor("max_nodes", points.len())], list, (0..points.len() as u32).collect())
    }

    /// A full grid, the last factor fastest.
    pub(crate) fn grid(sizes: &[usize], cost: impl Fn(&[u32]) -> f64) -> Surface {
        let factors = sizes.iter().enumerate().map(|(i, &n)| factor(&format!("f{i}"), n)).collect();
        let (mut points, mut levels) = (Vec::new(), Vec::new());
        for index in 0..sizes.iter().product() {
            let mut rest = index;
            let mut own: Vec<u32> = sizes
                .iter()
                .rev()
                .map(|n| {
                    let level = rest % n;
                    rest /= n;
                    level as u32
                })
                .collect();
            own.reverse();
            points.push(point(index, cost(&own), 0.0));
            levels.extend(own);
        }
        of(factors, points, levels)
    }

    #[test]
    fn words_of_verdicts_lead_back() {
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::of(verdict.as_str()), Some(verdict));
        }
        assert_eq!(Verdict::of("fine"), None);
    }
}
