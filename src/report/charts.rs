//! Pictures of a run, made from what its result files hold. `docs/charts.md` says how to read them.
//!
//! [`Data`] takes rows of jobs and of timelines one by one and keeps only what pictures need: sums by column, by
//! hour of the week, by size. `nodetide run --out` feeds it from memory, `nodetide chart` from the files; both give
//! the same bytes.

mod cause;
mod cost;
mod data;
mod facts;
#[cfg(test)]
mod figure_tests;
mod hours;
mod jobs;
mod memory;
mod nodes;
mod read;
mod series;
pub mod sweep;
#[cfg(test)]
mod tests;
mod time_axis;
mod wait;
mod workload;

pub use data::{Data, DataError, JobRow, TimelineRow};
pub use facts::SummaryError;
pub use memory::of_run;
pub use read::{ReadError, read, read_answer};

use crate::chart::{Figure, Scene, Theme, layout};

/// A picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Chart {
    /// Nodes by state over time, with the queue.
    Nodes,
    /// Distribution of the wait.
    Wait,
    /// Waits by cause.
    Causes,
    /// Cost by part and by team.
    Cost,
    /// Utilisation by hour of the week.
    Hours,
    /// Sizes and running times of the jobs.
    Workload,
}

impl Chart {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Nodes, Self::Wait, Self::Causes, Self::Cost, Self::Hours, Self::Workload];

    /// The word for it in arguments and file names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nodes => "nodes",
            Self::Wait => "wait",
            Self::Causes => "causes",
            Self::Cost => "cost",
            Self::Hours => "hours",
            Self::Workload => "workload",
        }
    }

    /// The figure.
    #[must_use]
    pub fn figure(self, data: &Data) -> Figure {
        let mut figure = match self {
            Self::Nodes => nodes::figure(data),
            Self::Wait => wait::figure(data),
            Self::Causes => cause::figure(data),
            Self::Cost => cost::figure(data),
            Self::Hours => hours::figure(data),
            Self::Workload => workload::figure(data),
        };
        figure.note = data.summary.note();
        figure.subtitle.push_str(&data.summary.caveat());
        figure
    }

    /// The picture.
    #[must_use]
    pub fn scene(self, data: &Data, look: Look) -> Scene {
        layout(&self.figure(data), look.size, look.theme)
    }
}

/// How pictures look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Light or dark.
    pub theme: Theme,
    /// Width and height [px].
    pub size: (u32, u32),
}

impl Default for Look {
    fn default() -> Self {
        Self { theme: Theme::Light, size: (960, 540) }
    }
}

/// Folder of the pictures in a directory of results.
pub const FOLDER: &str = "charts";

/// Names of all files of pictures, in a directory of results; a program may replace them.
pub const NAMES: [&str; 48] = [
    "charts/nodes.svg",
    "charts/wait.svg",
    "charts/causes.svg",
    "charts/cost.svg",
    "charts/hours.svg",
    "charts/workload.svg",
    "charts/nodes-dark.svg",
    "charts/wait-dark.svg",
    "charts/causes-dark.svg",
    "charts/cost-dark.svg",
    "charts/hours-dark.svg",
    "charts/workload-dark.svg",
    "charts/nodes.png",
    "charts/wait.png",
    "charts/causes.png",
    "charts/cost.png",
    "charts/hours.png",
    "charts/workload.png",
    "charts/nodes-dark.png",
    "charts/wait-dark.png",
    "charts/causes-dark.png",
    "charts/cost-dark.png",
    "charts/hours-dark.png",
    "charts/workload-dark.png",
    "charts/heat.svg",
    "charts/heat-latency.svg",
    "charts/front.svg",
    "charts/minute.svg",
    "charts/effects.svg",
    "charts/replications.svg",
    "charts/heat-dark.svg",
    "charts/heat-latency-dark.svg",
    "charts/front-dark.svg",
    "charts/minute-dark.svg",
    "charts/effects-dark.svg",
    "charts/replications-dark.svg",
    "charts/heat.png",
    "charts/heat-latency.png",
    "charts/front.png",
    "charts/minute.png",
    "charts/effects.png",
    "charts/replications.png",
    "charts/heat-dark.png",
    "charts/heat-latency-dark.png",
    "charts/front-dark.png",
    "charts/minute-dark.png",
    "charts/effects-dark.png",
    "charts/replications-dark.png",
];

/// The name of a picture's file in a directory of results. The stem is the chart's word, or one of those of a chart of a
/// sweep.
#[must_use]
pub fn name(stem: &str, theme: Theme, extension: &str) -> &'static str {
    let suffix = if theme == Theme::Dark { "-dark" } else { "" };
    let wanted = format!("{FOLDER}/{stem}{suffix}.{extension}");
    debug_assert!(NAMES.contains(&wanted.as_str()), "{wanted} is listed, so that --force may replace it");
    NAMES.into_iter().find(|name| *name == wanted).unwrap_or(NAMES[0])
}

/// The hidden name under which a picture is written: it is there only until the picture is whole, or where the program was
/// killed. The next time it is written over, and `--force` takes it for the program's own.
#[must_use]
pub fn partial(name: &str) -> String {
    format!(".{name}.partial")
}

/// Whether a name within a directory of results is that of a picture, or of one that a killed program left unfinished.
pub(super) fn is_ours(name: &str) -> bool {
    let whole = |file: &str| NAMES.contains(&format!("{FOLDER}/{file}").as_str());
    let unfinished =
        |file: &str| file.strip_prefix('.').and_then(|f| f.strip_suffix(".partial")).is_some_and(whole);
    name.strip_prefix(FOLDER).and_then(|n| n.strip_prefix('/')).is_some_and(|f| whole(f) || unfinished(f))
}

/// A sentence begins with a capital.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
