//! Comma-separated values with a header line and a mapping of columns.

use super::dates::{self, DateFormat};
use super::fields::Fields;
use super::number::{Decimal, duration_ticks};
use super::reader::{Lines, ReadError};
use super::report::{BrokenLine, Fault, LeftOut, shown};
use super::swf;
use super::{Line, NONE, Row};
use crate::scenario::schema::{LogFormat, NodeMapping, ServiceColumn, TimeColumn, TimeUnit};
use crate::units::{NEVER, Resolution};
use crate::workload::Names;
use crate::workload::error::{ErrorKind, WorkloadError, did_you_mean};
use jiff::tz::TimeZone;

const NS_PER_MS: u64 = 1_000_000;

/// Units of numbers [ns] with their names.
const UNITS: [(u64, &str); 5] = [
    (NS_PER_MS, "Milliseconds"),
    (1000 * NS_PER_MS, "Seconds"),
    (60_000 * NS_PER_MS, "Minutes"),
    (3_600_000 * NS_PER_MS, "Hours"),
    (86_400_000 * NS_PER_MS, "Days"),
];

/// A column with a time.
struct Time {
    column: usize,
    unit: Unit,
}

enum Unit {
    Ns(u64),
    Date(DateFormat),
}

enum Service {
    Duration(Time),
    StartEnd(Time, Time),
}

enum Size {
    Constant(u64),
    /// A column, and what one node has of it.
    Column(usize, Option<u64>),
}

/// How records become jobs.
pub(super) struct Csv<'a> {
    delimiter: u8,
    header: Vec<String>,
    submit: Time,
    service: Service,
    size: Size,
    declared: Option<Time>,
    priority: Option<usize>,
    user: Option<usize>,
    team: Option<usize>,
    experiment: Option<usize>,
    environment: Option<usize>,
    cluster: Option<usize>,
    clusters: &'a [String],
    resolution: Resolution,
    fields: Fields,
}

/// What a mapping depends on beside its own text.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) clusters: &'a [String],
    pub(super) resolution: Resolution,
    /// Zone of dates that name none.
    pub(super) zone: &'a TimeZone,
}

/// Finds the columns of a mapping in a header; collects what is missing.
struct Columns<'a> {
    header: &'a [String],
    place: &'a str,
    zone: &'a TimeZone,
    errors: Vec<WorkloadError>,
}

impl Columns<'_> {
    fn find(&mut self, field: &str, name: &str) -> usize {
        let mut found = self.header.iter().enumerate().filter(|(_, column)| *column == name).map(|(i, _)| i);
        let (first, second) = (found.next(), found.next());
        if let (Some(first), None) = (first, second) {
            return first;
        }
        let (rule, help) = match first {
            None => {
                ("the log has no such column", did_you_mean(name, self.header.iter().map(String::as_str)))
            }
            Some(_) => ("the log has several columns of this name", "rename one in the log".to_owned()),
        };
        let place = format!("{}.{field}", self.place);
        self.errors.push(WorkloadError::new(ErrorKind::LogColumn, place, format!("{name:?}"), rule, help));
        0
    }

    fn optional(&mut self, field: &str, name: Option<&String>) -> Option<usize> {
        name.map(|name| self.find(field, name))
    }

    fn time(&mut self, field: &str, time: &TimeColumn, is_duration: bool) -> Time {
        let column = self.find(&format!("{field}.column"), &time.column);
        let unit = match &time.unit {
            TimeUnit::Milliseconds => Unit::Ns(NS_PER_MS),
            TimeUnit::Seconds => Unit::Ns(1000 * NS_PER_MS),
            TimeUnit::Minutes => Unit::Ns(60_000 * NS_PER_MS),
            TimeUnit::Hours => Unit::Ns(3_600_000 * NS_PER_MS),
            TimeUnit::Days => Unit::Ns(86_400_000 * NS_PER_MS),
            TimeUnit::DateTime(format) => {
                let date = DateFormat::new(format, self.zone);
                let mut wrong = |rule: &str, help: &str| {
                    let place = format!("{}.{field}.unit", self.place);
                    let value = format!("{format:?}");
                    self.errors.push(WorkloadError::new(ErrorKind::LogSettings, place, value, rule, help));
                };
                if is_duration {
                    wrong(
                        "a duration is no date",
                        "write Seconds, Minutes … for a column of numbers, or \
                         `StartEnd((column: \"…\", unit: DateTime(\"…\")), (…))` for two columns of dates",
                    );
                } else if !date.is_valid() {
                    wrong("it is no strftime format", "write for example \"%Y-%m-%d %H:%M:%S\"");
                }
                Unit::Date(date)
            }
        };
        Time { column, unit }
    }

    fn size(&mut self, nodes: &NodeMapping) -> Size {
        let place = format!("{}.nodes", self.place);
        let mut checked = |result: Result<u64, WorkloadError>| match result {
            Ok(n) => n,
            Err(error) => {
                self.errors.push(error);
                1
            }
        };
        match nodes {
            NodeMapping::Constant(n) => Size::Constant(checked(super::constant_nodes(*n, &place))),
            NodeMapping::Column(name) => Size::Column(self.find("nodes", name), None),
            NodeMapping::CeilDiv(name, by) => {
                let by = checked(super::divisor(*by, &place));
                Size::Column(self.find("nodes", name), Some(by))
            }
        }
    }
}

impl<'a> Csv<'a> {
    /// Reads the header and looks up the mapping's columns. `Ok(Err(…))`: they are not there. `place` is that of
    /// the log's format.
    pub(super) fn new(
        format: &LogFormat,
        lines: &mut Lines,
        Surroundings { clusters, resolution, zone }: Surroundings<'a>,
        place: &str,
    ) -> Result<Result<Self, Vec<WorkloadError>>, ReadError> {
        let LogFormat::Csv {
            submit,
            service,
            nodes,
            delimiter,
            user,
            team,
            experiment,
            priority,
            environment,
            declared,
            cluster,
        } = format
        else {
            return Ok(Err(Vec::new()));
        };
        let delimiter = match delimiter_byte(delimiter.as_deref(), place) {
            Ok(byte) => byte,
            Err(error) => return Ok(Err(vec![error])),
        };
        let mut fields = Fields::default();
        let mut header = Vec::new();
        while header.is_empty() {
            lines.skip_empty()?;
            if !lines.next()? {
                break;
            }
            if !lines.bytes().trim_ascii().is_empty() {
                // A broken header has columns nobody asks for; the look-up says so.
                let _ = fields.read(lines, delimiter)?;
                header =
                    (0..fields.len()).map(|i| String::from_utf8_lossy(fields.get(i)).into_owned()).collect();
            }
        }
        if header.is_empty() {
            return Ok(Err(vec![WorkloadError::new(
                ErrorKind::LogEmpty,
                place,
                "",
                "the file is empty: there is no header line",
                "check the path",
            )]));
        }
        let mut columns = Columns { header: &header, place, zone, errors: Vec::new() };
        let submit = columns.time("submit", submit, false);
        let service = match service {
            ServiceColumn::Duration(time) => Service::Duration(columns.time("service", time, true)),
            ServiceColumn::StartEnd(start, end) => Service::StartEnd(
                columns.time("service[0]", start, false),
                columns.time("service[1]", end, false),
            ),
        };
        let size = columns.size(nodes);
        let declared = declared.as_ref().map(|time| columns.time("declared", time, true));
        let priority = columns.optional("priority", priority.as_ref());
        let user = columns.optional("user", user.as_ref());
        let team = columns.optional("team", team.as_ref());
        let experiment = columns.optional("experiment", experiment.as_ref());
        let environment = columns.optional("environment", environment.as_ref());
        let cluster = columns.optional("cluster", cluster.as_ref());
        if !columns.errors.is_empty() {
            if swf::looks_like(lines.bytes()) {
                return Ok(Err(vec![WorkloadError::new(
                    ErrorKind::LogColumn,
                    place,
                    "",
                    "this looks like a Standard Workload Format file",
                    "use `format: Swf()`",
                )]));
            }
            return Ok(Err(columns.errors));
        }
        Ok(Ok(Self {
            delimiter,
            header,
            submit,
            service,
            size,
            declared,
            priority,
            user,
            team,
            experiment,
            environment,
            cluster,
            clusters,
            resolution,
            fields,
        }))
    }

    /// Name of a column for a message.
    pub(super) fn column_name(&self, column: usize) -> String {
        self.header.get(column).map(|name| format!("column {name:?}")).unwrap_or_default()
    }

    /// The cluster that the record last read names.
    pub(super) fn cluster_name(&self) -> Option<String> {
        self.cluster.map(|column| shown(self.fields.get(column)))
    }

    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The times that are read, with the settings that say so.
    fn times(&self) -> impl Iterator<Item = (&Time, &'static str)> {
        let (first, second) = match &self.service {
            Service::Duration(time) => ((time, "format.service"), None),
            Service::StartEnd(start, end) => ((start, "format.service[0]"), Some((end, "format.service[1]"))),
        };
        let declared = self.declared.as_ref().map(|time| (time, "format.declared"));
        [(&self.submit, "format.submit"), first].into_iter().chain(second).chain(declared)
    }

    /// Adds to what is said about a broken line what its column should hold, and what it seems to hold.
    pub(super) fn explain(&self, column: usize, fault: Fault, value: &[u8], broken: &mut BrokenLine) {
        // A column may serve several times; the fault tells which one could not be read.
        let dated = |time: &Time| matches!(time.unit, Unit::Date(_));
        let times = || self.times().filter(|(time, _)| time.column == column);
        let of_fault = times().find(|(time, _)| dated(time) == (fault == Fault::NotADate));
        let Some((time, setting)) = of_fault.or_else(|| times().next()) else {
            let nodes = matches!(self.size, Size::Column(size, _) if size == column);
            if nodes || self.priority == Some(column) {
                broken.setting = if nodes { "format.nodes" } else { "format.priority" }.to_owned();
            }
            return;
        };
        broken.setting = setting.to_owned();
        let guess = dates::guess(value).map(|format| format!("`unit: DateTime({format:?})`"));
        match (&time.unit, fault) {
            (Unit::Date(date), Fault::NotADate) => {
                let (format, sample) = (&date.format, date.sample());
                broken.reason = format!("not a date of the format {format:?}, which is as {sample:?}");
                if let Some(unit) = guess {
                    broken.help = format!("write {unit}");
                } else if dates::is_number(value) {
                    broken.help = "a number has a unit: `unit: Seconds`, Milliseconds …".to_owned();
                }
            }
            (Unit::Ns(_), Fault::NotANumber) if guess.is_some() => {
                broken.reason = "a date, where the unit says that the column holds numbers".to_owned();
                broken.help = match (setting, guess) {
                    ("format.submit" | "format.service[0]" | "format.service[1]", Some(unit)) => {
                        format!("write {unit}")
                    }
                    (_, unit) => format!(
                        "a duration is no date: name a column of durations, or two columns of dates with \
                         `StartEnd((column: \"…\", {0}), (column: \"…\", {0}))`",
                        unit.unwrap_or_default().replace('`', "")
                    ),
                };
            }
            (Unit::Ns(_), Fault::NotANumber) if dates::is_clock(value) => {
                broken.reason = "hours:minutes:seconds, where a number is needed".to_owned();
                broken.help = "turn the column into seconds, or name two columns with `StartEnd`".to_owned();
            }
            (Unit::Ns(ns), Fault::TooLarge | Fault::TooLong(_)) => {
                let unit = UNITS.iter().find(|(of, _)| of == ns).map_or("", |(_, name)| *name);
                broken.help = format!("is the unit {unit} right?");
            }
            _ => {}
        }
    }

    /// Splits the present record of `lines`, which is not blank; see [`Fields::read`].
    pub(super) fn read(&mut self, lines: &mut Lines) -> Result<Result<(), Fault>, ReadError> {
        self.fields.read(lines, self.delimiter)
    }

    /// What the record last read is; `text` is all of it.
    pub(super) fn line<'l>(&'l self, read: Result<(), Fault>, text: &'l [u8], names: &mut Names) -> Line<'l> {
        let (found, expected) = (self.fields.len(), self.header.len());
        // A missing or an extra delimiter shifts the columns: nothing on such a line can be trusted.
        let counted = if found == expected { Ok(()) } else { Err(Fault::FieldCount { found, expected }) };
        if let Err(fault) = read.and(counted) {
            return Line::Broken { column: None, value: text, fault };
        }
        match self.job() {
            Ok(Ok(row)) => Line::Job(self.tagged(row, names)),
            Ok(Err(reason)) => Line::LeftOut(reason),
            Err((column, fault)) => {
                Line::Broken { column: Some(column), value: self.fields.get(column), fault }
            }
        }
    }

    /// The job of a record, without its tags, or why it is none.
    fn job(&self) -> Result<Result<Row, LeftOut>, (usize, Fault)> {
        let submit_ns = self.instant(&self.submit)?.ok_or((self.submit.column, Fault::Empty))?;
        let service = match &self.service {
            Service::Duration(time) => self.duration(time)?,
            Service::StartEnd(start, end) => match (self.instant(start)?, self.instant(end)?) {
                (Some(from), Some(to)) if to < from => return Err((end.column, Fault::EndBeforeStart)),
                (Some(from), Some(to)) => {
                    let ns = to.checked_sub(from).ok_or((end.column, Fault::TooLarge))?;
                    Some(duration_ticks(ns, self.resolution).map_err(|fault| (end.column, fault))?)
                }
                _ => None,
            },
        };
        let nodes = self.nodes()?;
        let declared = self.declared.as_ref().map(|time| self.duration(time)).transpose()?.flatten();
        let priority = match self.priority {
            Some(column) if !self.fields.get(column).is_empty() => {
                self.number(column).and_then(|n| n.count().map_err(|fault| (column, fault)))?
            }
            _ => 0,
        };
        let cluster = match self.cluster.map(|column| self.fields.get(column)) {
            Some(name) if !name.is_empty() => {
                match self.clusters.iter().position(|cluster| cluster.as_bytes() == name) {
                    Some(index) => index as u32,
                    None => return Ok(Err(LeftOut::OtherCluster)),
                }
            }
            _ => NONE,
        };
        let Some(service) = service else { return Ok(Err(LeftOut::NoRunTime)) };
        if nodes == 0 {
            return Ok(Err(LeftOut::NoSize));
        }
        Ok(Ok(Row {
            submit_ns,
            service,
            nodes: nodes as u32,
            declared: declared.unwrap_or(NEVER),
            priority: priority as u32,
            cluster,
            ..Row::EMPTY
        }))
    }

    fn tagged(&self, row: Row, names: &mut Names) -> Row {
        let mut tag = |column: Option<usize>| match column.map(|column| self.fields.get(column)) {
            Some(name) if !name.is_empty() => names.intern(&String::from_utf8_lossy(name)),
            _ => NONE,
        };
        Row {
            user: tag(self.user),
            team: tag(self.team),
            experiment: tag(self.experiment),
            environment: tag(self.environment),
            ..row
        }
    }

    /// The size; 0 where none is given.
    fn nodes(&self) -> Result<u64, (usize, Fault)> {
        match self.size {
            Size::Constant(n) => Ok(n),
            Size::Column(column, _) if self.fields.get(column).is_empty() => Ok(0),
            Size::Column(column, by) => {
                let number = self.number(column)?;
                by.map_or_else(|| number.count(), |by| number.ceil_div(by)).map_err(|fault| (column, fault))
            }
        }
    }

    fn number(&self, column: usize) -> Result<Decimal, (usize, Fault)> {
        Decimal::parse(self.fields.get(column)).map_err(|fault| (column, fault))
    }

    /// A duration [ticks]; `None` where none is given.
    fn duration(&self, time: &Time) -> Result<Option<u32>, (usize, Fault)> {
        let Some(ns) = self.instant(time)? else { return Ok(None) };
        duration_ticks(ns, self.resolution).map(Some).map_err(|fault| (time.column, fault))
    }

    /// An instant, or the length of a duration [ns]; `None` where none is given.
    fn instant(&self, time: &Time) -> Result<Option<i64>, (usize, Fault)> {
        let text = self.fields.get(time.column);
        if text.is_empty() {
            return Ok(None);
        }
        let ns = match &time.unit {
            Unit::Ns(unit_ns) => Decimal::parse(text).and_then(|number| number.ns(*unit_ns)),
            Unit::Date(date) => date.ns(text),
        };
        ns.map(Some).map_err(|fault| (time.column, fault))
    }
}

fn delimiter_byte(delimiter: Option<&str>, place: &str) -> Result<u8, WorkloadError> {
    let text = delimiter.unwrap_or(",");
    match text.as_bytes() {
        [byte] if byte.is_ascii_punctuation() && *byte != b'"' || matches!(byte, b'\t' | b' ') => Ok(*byte),
        _ => Err(WorkloadError::new(
            ErrorKind::LogSettings,
            format!("{place}.delimiter"),
            format!("{text:?}"),
            "it is one ASCII punctuation character, a space or a tab, and no quote",
            "write for example \";\" or \"\\t\"",
        )),
    }
}
