//! Checks a trace against the rules of the Trace Event Format, strictly: what a lenient viewer would draw wrongly
//! or leave out is an error here. It knows nothing of our tracks.
//!
//! The rules are those of the format's definition ("Trace Event Format", the Chromium project) and of the importer
//! of Perfetto: slices of a thread nest, ids of threads are unique, an arrow is bound to the slice before it.

use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// One entry.
pub(super) type Entry = Map<String, Value>;

/// The entries of a trace that keeps the rules; else the first rule that it breaks.
pub(super) fn check(text: &str) -> Result<Vec<Entry>, String> {
    let whole: Value = serde_json::from_str(text).map_err(|e| format!("no JSON: {e}"))?;
    let entries = whole["traceEvents"].as_array().ok_or("no array traceEvents")?;
    let mut checker = Checker::default();
    let mut all = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        let entry = entry.as_object().ok_or(format!("entry {i} is no object"))?;
        checker.entry(entry).map_err(|rule| format!("entry {i}: {rule}: {entry:?}"))?;
        all.push(entry.clone());
    }
    checker.end()?;
    Ok(all)
}

/// A thread: process and thread number.
type Track = (u64, u64);
/// A slice that may overlap others: process, category, id.
type Async = (u64, String, u64);
/// An arrow: category, name, id.
type Flow = (String, String, u64);

#[derive(Default)]
struct Checker {
    processes: BTreeSet<u64>,
    threads: BTreeMap<u64, Track>,
    used: BTreeSet<Track>,
    /// Ends of the slices that are open, and the begin of the last one.
    slices: BTreeMap<Track, (Vec<u64>, u64)>,
    /// The last slice, for arrows: begin and end.
    last: BTreeMap<Track, (u64, u64)>,
    counters: BTreeMap<(u64, String), (u64, Vec<String>)>,
    asyncs: BTreeMap<Async, Vec<(String, u64)>>,
    /// Begins and ends of arrows.
    flows: BTreeMap<Flow, (Vec<u64>, Vec<u64>)>,
}

fn number(entry: &Entry, key: &str) -> Result<u64, String> {
    entry.get(key).and_then(Value::as_u64).ok_or(format!("{key} is no whole number"))
}

fn text<'a>(entry: &'a Entry, key: &str) -> Result<&'a str, String> {
    let text = entry.get(key).and_then(Value::as_str).ok_or(format!("{key} is no string"))?;
    if text.is_empty() { Err(format!("{key} is empty")) } else { Ok(text) }
}

/// Ids are numbers in hexadecimal.
fn id(entry: &Entry) -> Result<u64, String> {
    hexadecimal(entry, "id")
}

/// The id of a slice that may overlap others, within its process.
fn local_id(entry: &Entry) -> Result<u64, String> {
    let id = entry.get("id2").and_then(Value::as_object).ok_or("no id within the process")?;
    hexadecimal(id, "local")
}

fn hexadecimal(entry: &Entry, key: &str) -> Result<u64, String> {
    let digits = text(entry, key)?.strip_prefix("0x").ok_or("id is not hexadecimal")?;
    u64::from_str_radix(digits, 16).map_err(|e| format!("id: {e}"))
}

fn require(holds: bool, rule: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(rule.to_owned()) }
}

impl Checker {
    fn entry(&mut self, entry: &Entry) -> Result<(), String> {
        let name = text(entry, "name")?.to_owned();
        let (pid, tid) = (number(entry, "pid")?, number(entry, "tid")?);
        let ts = number(entry, "ts")?;
        require(pid > 0 && tid > 0, "0 is the idle process")?;
        require(pid.max(tid) <= u64::from(u32::MAX), "numbers have 32 bits")?;
        let track = (pid, tid);
        let phase = text(entry, "ph")?;
        require(phase == "X" || !entry.contains_key("dur"), "only X has a duration")?;
        if phase == "M" {
            return self.metadata(entry, &name, track);
        }
        self.used.insert(track);
        let cat = text(entry, "cat")?.to_owned();
        match phase {
            "X" => self.slice(track, ts, ts + number(entry, "dur")?),
            "i" => require(["t", "p", "g"].contains(&text(entry, "s")?), "an instant has a scope"),
            "C" => self.counter(entry, (pid, name), ts),
            "b" => {
                self.asyncs.entry((pid, cat, local_id(entry)?)).or_default().push((name, ts));
                Ok(())
            }
            "e" => {
                let open = self.asyncs.get_mut(&(pid, cat, local_id(entry)?)).and_then(Vec::pop);
                let (begun, since) = open.ok_or("an end without a begin")?;
                require(begun == name, "begin and end have one name")?;
                require(since <= ts, "the end is after the begin")
            }
            "s" | "f" => {
                let (from, to) = self.last.get(&track).copied().ok_or("an arrow without a slice")?;
                require(from <= ts && ts <= to, "an arrow is in the slice before it")?;
                let flow = self.flows.entry((cat, name, id(entry)?)).or_default();
                if phase == "s" {
                    flow.0.push(ts);
                    return Ok(());
                }
                flow.1.push(ts);
                require(text(entry, "bp")? == "e", "it ends in the slice around it")
            }
            other => Err(format!("{other} is none of the kinds that are used")),
        }
    }

    fn metadata(&mut self, entry: &Entry, name: &str, track: Track) -> Result<(), String> {
        let args = entry.get("args").and_then(Value::as_object).ok_or("metadata has arguments")?;
        match name {
            "process_name" => {
                text(args, "name")?;
                require(self.processes.insert(track.0), "a process has one name")
            }
            "thread_name" => {
                text(args, "name")?;
                require(self.threads.insert(track.1, track).is_none(), "threads have numbers of their own")
            }
            "process_labels" => text(args, "labels").map(drop),
            "process_sort_index" | "thread_sort_index" => number(args, "sort_index").map(drop),
            other => Err(format!("{other} is no metadata")),
        }
    }

    /// Slices of a thread come in the order of time and nest.
    fn slice(&mut self, track: Track, from: u64, to: u64) -> Result<(), String> {
        let (open, last) = self.slices.entry(track).or_default();
        require(*last <= from, "slices of a thread are in the order of time")?;
        *last = from;
        while open.last().is_some_and(|end| *end <= from && to > from || *end < from) {
            open.pop();
        }
        require(open.last().is_none_or(|end| to <= *end), "slices of a thread nest")?;
        open.push(to);
        self.last.insert(track, (from, to));
        Ok(())
    }

    fn counter(&mut self, entry: &Entry, counter: (u64, String), ts: u64) -> Result<(), String> {
        let args = entry.get("args").and_then(Value::as_object).ok_or("a counter has values")?;
        require(!args.is_empty() && args.values().all(Value::is_number), "values are numbers")?;
        let keys: Vec<String> = args.keys().cloned().collect();
        if let Some((last, series)) = self.counters.insert(counter, (ts, keys.clone())) {
            require(last < ts, "a counter has one value at a time, in the order of time")?;
            require(series == keys, "a counter keeps its series")?;
        }
        Ok(())
    }

    fn end(self) -> Result<(), String> {
        for track in &self.used {
            require(self.processes.contains(&track.0), &format!("process {} has no name", track.0))?;
            require(self.threads.get(&track.1) == Some(track), &format!("thread {track:?} has no name"))?;
        }
        for (key, open) in &self.asyncs {
            require(open.is_empty(), &format!("{key:?} does not end"))?;
        }
        for (key, flow) in &self.flows {
            let whole = matches!((&flow.0[..], &flow.1[..]), ([from], [to]) if from <= to);
            require(whole, &format!("{key:?} has one begin and one end after it"))?;
        }
        Ok(())
    }
}
