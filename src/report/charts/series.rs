//! The timeline of a cluster, as far as a picture can show it: as it is where it is short; else in columns, each
//! with its averages, and with the lowest and highest so that no peak is lost.

use super::{DataError, TimelineRow};
use crate::engine::output::State;

/// Columns of a picture over time: about two units of a figure each, finer than an eye needs.
pub(super) const COLUMNS: usize = 360;
/// A shorter timeline is drawn as it is.
const EXACT_MAX: usize = 360;

/// A stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Column {
    /// Node-seconds by state.
    pub(super) nodes: [f64; State::COUNT],
    /// Most nodes in all states together.
    pub(super) nodes_max: u32,
    /// Job-seconds in the queue.
    pub(super) queued: f64,
    /// Fewest jobs in the queue.
    pub(super) queued_min: u32,
    /// Most jobs in the queue.
    pub(super) queued_max: u32,
    /// Highest limit.
    pub(super) limit: u32,
    /// Seconds that were added; 0: nothing yet.
    pub(super) seconds: f64,
}

impl Column {
    /// Both stretches as one.
    fn with(mut self, other: Self) -> Self {
        for (sum, nodes) in self.nodes.iter_mut().zip(other.nodes) {
            *sum += nodes;
        }
        Self {
            nodes: self.nodes,
            nodes_max: self.nodes_max.max(other.nodes_max),
            queued: self.queued + other.queued,
            queued_min: self.queued_min.min(other.queued_min),
            queued_max: self.queued_max.max(other.queued_max),
            limit: self.limit.max(other.limit),
            seconds: self.seconds + other.seconds,
        }
    }
}

/// A cluster over time.
#[derive(Clone, Debug)]
pub(super) struct Series {
    end_s: f64,
    /// The last row, which lasts until the next.
    current: Option<TimelineRow>,
    /// All rows, as long as they are few.
    exact: Option<Vec<TimelineRow>>,
    pub(super) columns: Vec<Column>,
    /// Most nodes held at once.
    pub(super) peak: u32,
    /// Most jobs in the queue.
    pub(super) queue_peak: u32,
    /// Node-seconds by state.
    pub(super) node_s: [f64; State::COUNT],
    /// Job-seconds in the queue.
    pub(super) queued_s: f64,
    /// Highest limit.
    pub(super) limit: u32,
}

impl Series {
    pub(super) fn new(end_s: f64) -> Self {
        Self {
            end_s,
            current: None,
            exact: Some(Vec::new()),
            columns: vec![Column::default(); COLUMNS],
            peak: 0,
            queue_peak: 0,
            node_s: [0.0; State::COUNT],
            queued_s: 0.0,
            limit: 0,
        }
    }

    pub(super) fn add(&mut self, row: TimelineRow, week: &mut Week) -> Result<(), DataError> {
        if row.t_s > self.end_s {
            return Err(DataError::After);
        }
        if let Some(last) = self.current {
            // `!(a >= b)` would hide what is not a number; the reader has refused that.
            if row.t_s < last.t_s {
                return Err(DataError::Back);
            }
            self.span(last, row.t_s, week);
        }
        self.current = Some(row);
        if let Some(rows) = &mut self.exact {
            rows.push(row);
            if rows.len() > EXACT_MAX {
                self.exact = None;
            }
        }
        Ok(())
    }

    pub(super) fn finish(&mut self, week: &mut Week) {
        if let Some(last) = self.current.take() {
            // A run that gets stuck ends at the instant at which its last jobs came.
            self.queue_peak = self.queue_peak.max(last.queued_jobs);
            self.span(last, self.end_s, week);
        }
    }

    /// The rows, where they are few enough to be drawn as they are.
    pub(super) fn exact(&self) -> Option<&[TimelineRow]> {
        self.exact.as_deref()
    }

    /// The columns, so many put together in one: a small picture has room for fewer.
    pub(super) fn merged(&self, together: usize) -> Vec<Column> {
        let one = |group: &[Column]| {
            group.iter().filter(|c| c.seconds > 0.0).copied().reduce(Column::with).unwrap_or_default()
        };
        self.columns.chunks(together.max(1)).map(one).collect()
    }

    fn span(&mut self, row: TimelineRow, until: f64, week: &mut Week) {
        let length = until - row.t_s;
        if length <= 0.0 {
            return;
        }
        let held: u32 = row.nodes.iter().sum();
        self.peak = self.peak.max(held);
        self.queue_peak = self.queue_peak.max(row.queued_jobs);
        self.limit = self.limit.max(row.limit);
        for (sum, nodes) in self.node_s.iter_mut().zip(row.nodes) {
            *sum += f64::from(nodes) * length;
        }
        self.queued_s += f64::from(row.queued_jobs) * length;
        week.add(&row, until);
        let width = self.end_s / COLUMNS as f64;
        let first = ((row.t_s / width) as usize).min(COLUMNS - 1);
        let last = ((until / width).ceil() as usize).clamp(first + 1, COLUMNS);
        for (c, column) in self.columns.iter_mut().enumerate().take(last).skip(first) {
            let (left, right) = (c as f64 * width, (c + 1) as f64 * width);
            let part = right.min(until) - left.max(row.t_s);
            if part <= 0.0 {
                continue;
            }
            for (sum, nodes) in column.nodes.iter_mut().zip(row.nodes) {
                *sum += f64::from(nodes) * part;
            }
            column.queued += f64::from(row.queued_jobs) * part;
            column.queued_min = match column.seconds > 0.0 {
                true => column.queued_min.min(row.queued_jobs),
                false => row.queued_jobs,
            };
            column.nodes_max = column.nodes_max.max(held);
            column.queued_max = column.queued_max.max(row.queued_jobs);
            column.limit = column.limit.max(row.limit);
            column.seconds += part;
        }
    }
}

/// Hours of a week.
pub(super) const HOURS: usize = 168;
/// More hours are not put into a table: 60 years.
const HOURS_MAX: usize = 60 * 366 * 24;

/// Node-time by hour of the week, over all clusters.
#[derive(Clone, Debug)]
pub(super) struct Week {
    /// Beginnings of the hours of the run [s] with their hour of the week; Monday 0 o'clock, or tick 0, is 0.
    starts: Vec<(f64, u8)>,
    /// Where the last row was found.
    at: usize,
    /// Node-seconds of running nodes.
    pub(super) running: [f64; HOURS],
    /// Node-seconds of billed nodes.
    pub(super) billed: [f64; HOURS],
}

impl Week {
    pub(super) fn new(start: Option<&jiff::Zoned>, end_s: f64) -> Self {
        let mut starts = Vec::new();
        let mut t = 0.0;
        let origin = start.map_or(0, |z| z.timestamp().as_second());
        while t < end_s && starts.len() < HOURS_MAX {
            let (hour, next) = match start {
                None => ((t / 3600.0) as u64 % HOURS as u64, 3600.0),
                Some(start) => {
                    let second = jiff::Timestamp::from_second(origin + t as i64);
                    let Ok(second) = second else { break };
                    let local = second.to_zoned(start.time_zone().clone());
                    let day = local.weekday().to_monday_zero_offset() as u64;
                    let past = f64::from(local.minute()) * 60.0 + f64::from(local.second());
                    (day * 24 + local.hour() as u64, 3600.0 - past)
                }
            };
            starts.push((t, hour as u8));
            t += next;
        }
        Self { starts, at: 0, running: [0.0; HOURS], billed: [0.0; HOURS] }
    }

    fn add(&mut self, row: &TimelineRow, until: f64) {
        let running = f64::from(row.nodes[State::Running as usize]);
        let held: u32 = row.nodes.iter().sum();
        let billed = f64::from(held - row.nodes[State::Allocating as usize]);
        if billed == 0.0 || self.starts.is_empty() {
            return;
        }
        // Rows of a cluster come in order of time; another cluster may be elsewhere.
        if self.starts[self.at].0 > row.t_s {
            self.at = 0;
        }
        let near = self.starts[self.at..].iter().take(4).take_while(|s| s.0 <= row.t_s).count();
        self.at = if near < 4 {
            self.at + near.saturating_sub(1)
        } else {
            self.starts.partition_point(|s| s.0 <= row.t_s).saturating_sub(1)
        };
        let mut i = self.at;
        let mut from = row.t_s;
        while from < until && i < self.starts.len() {
            let to = self.starts.get(i + 1).map_or(until, |next| next.0.min(until));
            let hour = usize::from(self.starts[i].1);
            self.running[hour] += running * (to - from);
            self.billed[hour] += billed * (to - from);
            from = to;
            i += 1;
        }
    }

    /// Whether the run went through an hour of the week.
    pub(super) fn covers(&self) -> [bool; HOURS] {
        let mut covered = [false; HOURS];
        for (_, hour) in &self.starts {
            covered[usize::from(*hour)] = true;
        }
        covered
    }

    /// Share of running in billed node-time of an hour of the week; `None` without nodes.
    pub(super) fn share(&self, hour: usize) -> Option<f64> {
        (self.billed[hour] > 0.0).then(|| self.running[hour] / self.billed[hour])
    }
}
