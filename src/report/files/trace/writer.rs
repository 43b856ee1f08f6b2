//! Entries of the Trace Event Format, one a line.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::io::{self, Write};

/// The kind of an entry, by the letters of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Phase {
    /// Names or sorts a track.
    #[serde(rename = "M")]
    Metadata,
    /// A slice with its duration.
    #[serde(rename = "X")]
    Slice,
    /// A moment.
    #[serde(rename = "i")]
    Instant,
    /// Values from here on.
    #[serde(rename = "C")]
    Counter,
    /// Begin of a slice that may overlap others.
    #[serde(rename = "b")]
    AsyncBegin,
    /// End of it.
    #[serde(rename = "e")]
    AsyncEnd,
    /// Begin of an arrow, in the slice before it.
    #[serde(rename = "s")]
    FlowStart,
    /// End of it.
    #[serde(rename = "f")]
    FlowEnd,
}

/// What links entries: a hexadecimal string, which every viewer reads as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id(pub(super) u64);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:#x}", self.0))
    }
}

/// An id that holds within its process: viewers show slices with any other id apart from the processes.
#[derive(Serialize)]
struct Local {
    local: Id,
}

/// One entry without its arguments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub(super) ph: Phase,
    pub(super) name: &'a str,
    pub(super) cat: &'a str,
    pub(super) pid: u32,
    pub(super) tid: u32,
    /// When [µs].
    pub(super) ts: u64,
    /// How long [µs].
    pub(super) dur: Option<u64>,
    pub(super) id: Option<Id>,
    /// Scope of an instant: `t`, its thread.
    pub(super) s: Option<&'static str>,
    /// Where an arrow ends: `e`, in the slice around it.
    pub(super) bp: Option<&'static str>,
}

impl<'a> Entry<'a> {
    /// What every entry needs.
    pub(super) fn new(ph: Phase, name: &'a str, cat: &'a str, pid: u32, tid: u32, ts: u64) -> Self {
        let s = (ph == Phase::Instant).then_some("t");
        let bp = (ph == Phase::FlowEnd).then_some("e");
        Self { ph, name, cat, pid, tid, ts, dur: None, id: None, s, bp }
    }
}

/// A whole entry; what it does not have is left out.
struct Line<'a, A> {
    entry: &'a Entry<'a>,
    args: Option<&'a A>,
}

impl<A: Serialize> Serialize for Line<'_, A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let &Entry { ph, name, cat, pid, tid, ts, dur, id, s, bp } = self.entry;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("ph", &ph)?;
        map.serialize_entry("name", name)?;
        map.serialize_entry("cat", cat)?;
        map.serialize_entry("pid", &pid)?;
        map.serialize_entry("tid", &tid)?;
        map.serialize_entry("ts", &ts)?;
        if let Some(dur) = dur {
            map.serialize_entry("dur", &dur)?;
        }
        if let Some(id) = id {
            match ph {
                Phase::AsyncBegin | Phase::AsyncEnd => map.serialize_entry("id2", &Local { local: id })?,
                _ => map.serialize_entry("id", &id)?,
            }
        }
        for (key, value) in [("s", s), ("bp", bp)] {
            if let Some(value) = value {
                map.serialize_entry(key, value)?;
            }
        }
        if let Some(args) = self.args {
            map.serialize_entry("args", args)?;
        }
        map.end()
    }
}

/// A file under way.
pub(super) struct Writer<'w> {
    w: &'w mut dyn Write,
    any: bool,
}

impl<'w> Writer<'w> {
    /// Begins the file. No `displayTimeUnit`: older viewers took it for the unit of the times themselves.
    pub(super) fn begin(w: &'w mut dyn Write) -> io::Result<Self> {
        w.write_all(b"{\"traceEvents\":[\n")?;
        Ok(Self { w, any: false })
    }

    /// Adds an entry.
    pub(super) fn write(&mut self, entry: &Entry<'_>, args: Option<&impl Serialize>) -> io::Result<()> {
        if self.any {
            self.w.write_all(b",\n")?;
        }
        self.any = true;
        serde_json::to_writer(&mut *self.w, &Line { entry, args })?;
        Ok(())
    }

    /// Ends the file with facts about the whole.
    pub(super) fn end(self, facts: &impl Serialize) -> io::Result<()> {
        self.w.write_all(b"\n],\"otherData\":")?;
        serde_json::to_writer(&mut *self.w, facts)?;
        self.w.write_all(b"}\n")
    }
}
