//! Pictures of recorded beside simulated waits, for `docs/validation.md`. `NODETIDE_BLESS=1` draws them anew.

use nodetide::chart::{
    Axis, Figure, Ink, KeyEntry, Mark, Panel, Plot, Row, Swatch, Theme, Tick, layout, svg,
};
use nodetide::report::units::{count, duration_s, percent};
use std::path::Path;

/// The axis begins here [s]: what waited less stands at its left edge.
const LOW_S: f64 = 10.0;
/// Points of a curve.
const POINTS: usize = 300;
/// Per mille, with their names.
const MARKED: [(usize, &str); 4] = [(500, "p50"), (900, "p90"), (950, "p95"), (990, "p99")];

/// The same jobs' waits of one kind [s], ascending.
struct Kind<'a> {
    name: &'a str,
    waits: Vec<u64>,
    ink: Ink,
    thick: f64,
}

impl Kind<'_> {
    /// By the nearest rank, as the tables of the page.
    fn at(&self, per_mille: usize) -> f64 {
        self.waits[(per_mille * self.waits.len()).div_ceil(1000) - 1] as f64
    }

    fn upto(&self, wait: f64) -> f64 {
        self.waits.partition_point(|w| *w as f64 <= wait) as f64 / self.waits.len() as f64
    }

    /// The share of jobs that waited no longer, in steps.
    fn curve(&self, high: f64) -> Vec<(f64, f64)> {
        let mut line = vec![(LOW_S, 0.0)];
        for i in 0..=POINTS {
            let at = LOW_S * libm::pow(high / LOW_S, i as f64 / POINTS as f64);
            line.extend([(at, line[line.len() - 1].1), (at, self.upto(at))]);
        }
        line
    }

    fn key(&self) -> KeyEntry {
        let all: Vec<String> =
            MARKED.iter().map(|(p, name)| format!("{name} {}", duration_s(self.at(*p)))).collect();
        KeyEntry { ink: self.ink, swatch: Swatch::Line, name: self.name.to_owned(), value: all.join(", ") }
    }
}

fn figure(machine: &str, log: &str, kinds: &[Kind<'_>; 2]) -> Figure {
    let [recorded, simulated] = kinds;
    let longest = kinds.iter().map(|k| k.at(1000)).fold(0.0, f64::max);
    let high = longest * 1.15;
    let known = [10.0, 60.0, 600.0, 3600.0, 8.0 * 3600.0, 86_400.0, 7.0 * 86_400.0, 28.0 * 86_400.0];
    let mut ticks: Vec<Tick> =
        known.into_iter().filter(|at| *at <= high).map(|at| Tick { at, label: duration_s(at) }).collect();
    ticks[0].label = format!("≤{}", ticks[0].label);
    let mut marks: Vec<Mark> = kinds.iter().map(|k| Mark::Line(k.curve(high), k.thick, k.ink)).collect();
    for kind in kinds {
        for (p, name) in MARKED {
            let at = (kind.at(p).max(LOW_S), p as f64 / 1000.0);
            let label = format!("{} {name} {}", kind.name, duration_s(kind.at(p)));
            marks.push(Mark::Dot { at, label, ink: kind.ink });
        }
    }
    let shares = [0.0, 0.25, 0.5, 0.75, 1.0];
    let plot = Plot {
        x_name: String::new(),
        heading: String::new(),
        x: Axis { min: LOW_S, max: high, log: true, ticks, labels: true },
        y: Axis {
            min: 0.0,
            max: 1.04,
            log: false,
            ticks: shares.map(|at| Tick { at, label: percent(at) }).to_vec(),
            labels: true,
        },
        marks,
        key: Vec::new(),
        key_width: 186.0,
    };
    let factor = recorded.at(950) / simulated.at(950);
    Figure {
        title: format!(
            "{machine}: 95 % of jobs start within {}, simulated {}: {factor:.1} times as fast",
            duration_s(recorded.at(950)),
            duration_s(simulated.at(950))
        ),
        subtitle: format!(
            "Share of jobs that have started within a wait, {} · recorded, and simulated under EASY backfilling with the \
             times that users requested.",
            count(recorded.waits.len() as u64, "job")
        ),
        note: format!("Nodetide · {log} of the Parallel Workloads Archive"),
        rows: vec![
            Row::one(Panel::Key(kinds.iter().map(Kind::key).collect())),
            Row::one(Panel::Plot(Box::new(plot))),
        ],
    }
}

/// The picture of these waits is the one of the page.
pub(crate) fn is_current(machine: &str, log: &str, name: &str, recorded: Vec<u64>, simulated: Vec<u64>) {
    let kind = |name, mut waits: Vec<u64>, ink, thick| {
        waits.sort_unstable();
        Kind { name, waits, ink, thick }
    };
    let kinds = [kind("recorded", recorded, Ink::Text, 2.0), kind("simulated", simulated, Ink::Accent, 3.5)];
    let figure = figure(machine, log, &kinds);
    let drawn = svg(&layout(&figure, (960, 540), Theme::Light));
    assert!(drawn.len() < 60_000, "{name} is too heavy for a page: {}", drawn.len());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/images/validation/{name}.svg"));
    if std::env::var_os("NODETIDE_BLESS").is_some() {
        std::fs::write(&path, &drawn).unwrap();
    }
    let documented = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(documented == drawn, "{} differs; look at it, then bless it", path.display());
}
