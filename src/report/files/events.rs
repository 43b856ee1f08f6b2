//! `events.jsonl`: everything that happened, one object a line, in order.

use super::Context;
use crate::engine::output::{Event, EventKind};
use crate::engine::record::Recording;
use serde::Serialize;
use std::io::{self, Write};

/// One line; what an event is not about is left out.
#[derive(Serialize)]
struct Line<'a> {
    t_s: f64,
    event: &'static str,
    cluster: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slot: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update: Option<u32>,
    #[serde(skip_serializing_if = "<[u32]>::is_empty")]
    slots: &'a [u32],
}

/// Writes the file.
///
/// # Errors
/// Those of the writer.
pub fn events(w: &mut dyn Write, context: &Context, recording: &Recording) -> io::Result<()> {
    for event in &recording.events {
        serde_json::to_writer(&mut *w, &line(context, event))?;
        writeln!(w)?;
    }
    Ok(())
}

fn line<'a>(context: &'a Context, event: &'a Event) -> Line<'a> {
    let (mut job, mut slot, mut update) = (None, None, None);
    let number = Some(event.number);
    match event.kind {
        EventKind::Cancelled
        | EventKind::Completed
        | EventKind::FailedEviction
        | EventKind::FailedIdentity
        | EventKind::FailedMaxRestarts
        | EventKind::JobEvicted
        | EventKind::Rejected
        | EventKind::Resubmit
        | EventKind::Start
        | EventKind::Submit
        | EventKind::TimedOut => job = number,
        EventKind::Allocated
        | EventKind::Evict
        | EventKind::Gone
        | EventKind::Ready
        | EventKind::Recycle
        | EventKind::Release
        | EventKind::Request
        | EventKind::Unusable
        | EventKind::Withdraw => slot = number,
        EventKind::Update | EventKind::UpdateRefused => update = number,
    }
    Line {
        t_s: context.seconds(event.t.into()),
        event: event.kind.as_str(),
        cluster: &context.clusters[event.cluster as usize].name,
        job,
        slot,
        update,
        slots: &event.slots,
    }
}
