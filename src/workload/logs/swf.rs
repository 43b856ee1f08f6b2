//! The Standard Workload Format: 18 numbers a line, `;` before comments, −1 for unknown.
//!
//! Feitelson et al., "The Standard Workload Format", Parallel Workloads Archive. Submit time is field 2,
//! running time field 4, declared running time field 9 where it is above 0, user field 12. A header is not
//! needed.

use super::number::{Decimal, duration_ticks};
use super::report::{Fault, LeftOut};
use super::{Line, NONE, Row};
use crate::scenario::schema::{NodeMapping, SwfInclude, SwfTag};
use crate::units::{NEVER, Resolution};
use crate::workload::Names;
use crate::workload::error::{ErrorKind, WorkloadError, did_you_mean};
use std::ops::Range;

/// Fields of a line.
const FIELDS: usize = 18;
const NS_PER_S: u64 = 1_000_000_000;

// Fields, counted from 0.
const SUBMIT: usize = 1;
const RUN_TIME: usize = 3;
const ALLOCATED: usize = 4;
const REQUESTED: usize = 7;
const DECLARED: usize = 8;
const STATUS: usize = 10;
const USER: usize = 11;
const COMPLETED: u64 = 1;

/// Whether a line that another format cannot read is one of this: a comment, or its numbers.
pub(super) fn looks_like(line: &[u8]) -> bool {
    let fields = || line.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty());
    let numbers = fields().count() == FIELDS && fields().all(|field| Decimal::parse(field).is_ok());
    // A comment has words, no columns with semicolons between them.
    numbers || (line.starts_with(b";") && line.iter().filter(|byte| **byte == b';').count() < 4)
}

/// How lines become jobs.
pub(super) struct Swf {
    size: Size,
    include: SwfInclude,
    team: Option<usize>,
    resolution: Resolution,
}

enum Size {
    Constant(u64),
    /// A field, and what one node has of it.
    Field(usize, Option<u64>),
}

impl Swf {
    /// Checks the mapping; `place` is that of the log's format.
    pub(super) fn new(
        nodes: &NodeMapping,
        include: SwfInclude,
        team: Option<SwfTag>,
        resolution: Resolution,
        place: &str,
    ) -> Result<Self, WorkloadError> {
        let place = format!("{place}.nodes");
        let field = |name: &str| match name {
            "allocated" => Ok(ALLOCATED),
            "requested" => Ok(REQUESTED),
            _ => Err(WorkloadError::new(
                ErrorKind::LogColumn,
                &place,
                format!("{name:?}"),
                "sizes of this format are \"allocated\" (field 5) and \"requested\" (field 8)",
                did_you_mean(name, ["allocated", "requested"].into_iter()),
            )),
        };
        let size = match nodes {
            NodeMapping::Constant(n) => Size::Constant(super::constant_nodes(*n, &place)?),
            NodeMapping::Column(name) => Size::Field(field(name)?, None),
            NodeMapping::CeilDiv(name, by) => Size::Field(field(name)?, Some(super::divisor(*by, &place)?)),
        };
        let team = team.map(|tag| match tag {
            SwfTag::User => USER,
            SwfTag::Group => 12,
            SwfTag::Queue => 14,
            SwfTag::Partition => 15,
        });
        Ok(Self { size, include, team, resolution })
    }

    /// Name of a field for a message.
    pub(super) fn field_name(field: usize) -> String {
        let what = match field {
            SUBMIT => " (submit time)",
            RUN_TIME => " (running time)",
            ALLOCATED => " (allocated processors)",
            REQUESTED => " (requested processors)",
            DECLARED => " (requested time)",
            STATUS => " (status)",
            USER => " (user)",
            _ => "",
        };
        format!("field {}{what}", field + 1)
    }

    /// Where a field stands in a line.
    pub(super) fn span(text: &[u8], field: usize) -> Range<usize> {
        let mut start = 0;
        let mut found = 0;
        for token in text.split(u8::is_ascii_whitespace) {
            let end = start + token.len();
            if !token.is_empty() {
                if found == field {
                    return start..end;
                }
                found += 1;
            }
            start = end + 1;
        }
        0..0
    }

    /// One line, neither blank nor a comment.
    pub(super) fn line<'a>(&self, text: &'a [u8], names: &mut Names) -> Line<'a> {
        let mut texts: [&[u8]; FIELDS] = [&[]; FIELDS];
        let mut found = 0;
        for token in text.split(u8::is_ascii_whitespace).filter(|token| !token.is_empty()) {
            if let Some(slot) = texts.get_mut(found) {
                *slot = token;
            }
            found += 1;
        }
        if found != FIELDS {
            return Line::Broken {
                column: None,
                value: text,
                fault: Fault::FieldCount { found, expected: FIELDS },
            };
        }
        let mut fields = [None; FIELDS];
        for (field, text) in texts.iter().enumerate() {
            // Every field has to be a number: a line that holds something else is damaged.
            match Decimal::parse(text) {
                Ok(number) => fields[field] = Some(number),
                Err(fault) => return Line::Broken { column: Some(field), value: text, fault },
            }
        }
        let number = |field: usize| fields[field].unwrap_or(Decimal::UNKNOWN);
        match self.job(&number) {
            Ok(Ok(mut row)) => {
                let mut tag = |field: Option<usize>| match field {
                    Some(field) if !number(field).negative => {
                        names.intern(&String::from_utf8_lossy(texts[field]))
                    }
                    _ => NONE,
                };
                (row.user, row.team) = (tag(Some(USER)), tag(self.team));
                Line::Job(row)
            }
            Ok(Err(reason)) => Line::LeftOut(reason),
            Err((field, fault)) => Line::Broken { column: Some(field), value: texts[field], fault },
        }
    }

    /// The job of a line of numbers, or why it is none.
    fn job(&self, number: &impl Fn(usize) -> Decimal) -> Result<Result<Row, LeftOut>, (usize, Fault)> {
        // −1 is unknown; no other negative number means anything.
        let known = |field: usize| match number(field) {
            n if n.is_minus_1() => Ok(None),
            n if n.negative => Err((field, Fault::Negative)),
            n => Ok(Some(n)),
        };
        let at = |field: usize| move |fault: Fault| (field, fault);
        let (submit, run_time, declared) = (known(SUBMIT)?, known(RUN_TIME)?, known(DECLARED)?);
        let (nodes, requested_size) = self.nodes(&known)?;
        let Some(run_time) = run_time.filter(|n| !n.is_zero()) else {
            return Ok(Err(LeftOut::NoRunTime));
        };
        if nodes == 0 {
            return Ok(Err(LeftOut::NoSize));
        }
        if self.include == SwfInclude::Completed && number(STATUS).count() != Ok(COMPLETED) {
            return Ok(Err(LeftOut::Status));
        }
        let submit = submit.ok_or((SUBMIT, Fault::Unknown))?;
        let ticks = |field: usize, n: Decimal| {
            n.ns(NS_PER_S).and_then(|ns| duration_ticks(ns, self.resolution)).map_err(at(field))
        };
        let declared = declared.filter(|n| !n.is_zero()).map(|n| ticks(DECLARED, n)).transpose()?;
        Ok(Ok(Row {
            submit_ns: submit.ns(NS_PER_S).map_err(at(SUBMIT))?,
            service: ticks(RUN_TIME, run_time)?,
            nodes: nodes as u32,
            declared: declared.unwrap_or(NEVER),
            requested_size,
            ..Row::EMPTY
        }))
    }

    /// The size, 0 where it is unknown; and whether it is the requested one because the allocated one is
    /// unknown, which is how the archive itself completes such lines.
    fn nodes(
        &self,
        known: &impl Fn(usize) -> Result<Option<Decimal>, (usize, Fault)>,
    ) -> Result<(u64, bool), (usize, Fault)> {
        let (field, by) = match self.size {
            Size::Constant(n) => return Ok((n, false)),
            Size::Field(field, by) => (field, by),
        };
        let (field, size) = match known(field)? {
            None if field == ALLOCATED => (REQUESTED, known(REQUESTED)?),
            size => (field, size),
        };
        let fallen_back = field == REQUESTED && matches!(self.size, Size::Field(ALLOCATED, _));
        let Some(size) = size else { return Ok((0, fallen_back)) };
        let nodes = match by {
            Some(by) => size.ceil_div(by),
            None => size.count(),
        };
        Ok((nodes.map_err(|fault| (field, fault))?, fallen_back))
    }
}
