//! Who waits for ever, and which nodes stay.

use super::Page;
use super::style::{BAD, DIM};
use crate::report::stuck::{EndlessLock, StuckJob, StuckNode};
use crate::report::summary::Summary;
use crate::report::units::{count, duration_s};
use crate::report::warnings::words;

/// More jobs, and more nodes, are counted; `--format json` and `summary.json` have all of them.
const SHOWN: usize = 10;

/// Each job that waits and each node that cannot be released, where the run got stuck.
pub(super) fn stuck(page: &mut Page, summary: &Summary) {
    let Some(stuck) = &summary.stuck else { return };
    page.heading(&BAD.paint("Stuck: nothing can happen any more"));
    for lock in &stuck.locks {
        page.hanging("  ", &lock_line(lock));
    }
    block(page, &stuck.jobs, |job| (job_label(job), job_line(job)));
    block(page, &stuck.nodes, |node| {
        let label = format!("node {} of {}", node.node, node.cluster);
        (label, node_line(node))
    });
}

fn block<T>(page: &mut Page, all: &[T], line: impl Fn(&T) -> (String, String)) {
    for (label, text) in all.iter().take(SHOWN).map(line) {
        page.hanging(&format!("  {label}: "), &text);
    }
    if all.len() > SHOWN {
        page.line(&format!(
            "  {}",
            DIM.paint(&format!("and {} more; --format json lists all {}", all.len() - SHOWN, all.len()))
        ));
    }
}

fn lock_line(lock: &EndlessLock) -> String {
    format!("a {} lock holds from {} on, without an end", lock.level, duration_s(lock.from_s))
}

fn job_label(job: &StuckJob) -> String {
    let tags = [("user", &job.user), ("team", &job.team), ("experiment", &job.experiment)];
    let tags: Vec<String> =
        tags.iter().filter_map(|(what, tag)| Some(format!("{what} {}", tag.as_ref()?))).collect();
    let tags = if tags.is_empty() { String::new() } else { format!(" ({})", tags.join(", ")) };
    format!("job {}{tags} on {}", job.job, job.cluster)
}

fn job_line(job: &StuckJob) -> String {
    let evicted = match job.evictions {
        0 => String::new(),
        n => format!(", evicted {} since", if n == 1 { "once".to_owned() } else { format!("{n} times") }),
    };
    format!(
        "needs {}, submitted at {}{evicted}, waits for {}",
        count(job.nodes.into(), "node"),
        duration_s(job.submitted_s),
        words(job.reason)
    )
}

fn node_line(node: &StuckNode) -> String {
    format!(
        "idle since {}, cannot be released: kept by a resource {}",
        duration_s(node.idle_since_s),
        node.kept_by
    )
}
