//! Helpers of this module's tests.

use super::{Calendar, Context, Jobs, WorkloadError, build};
use crate::rng::fnv1a64;
use crate::scenario::schema::{
    Arrivals, Count, Distribution, JobClass, JobSpec, Log, LogFormat, Resample, Workload,
};
use crate::units::{Resolution, TimeSpan};
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

pub(super) fn span(text: &str) -> TimeSpan {
    text.parse().unwrap()
}

pub(super) fn hash(values: impl IntoIterator<Item = u64>) -> u64 {
    fnv1a64(&values.into_iter().flat_map(u64::to_le_bytes).collect::<Vec<_>>())
}

/// A scenario's surroundings, with files in memory.
pub(super) struct World {
    pub(super) resolution: Resolution,
    pub(super) seed: u64,
    pub(super) replication: u64,
    pub(super) horizon: Option<u32>,
    pub(super) calendar: Option<Calendar>,
    pub(super) zone: jiff::tz::TimeZone,
    pub(super) clusters: Vec<String>,
    pub(super) files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            resolution: Resolution::S1,
            seed: 1,
            replication: 0,
            horizon: None,
            calendar: None,
            zone: jiff::tz::TimeZone::UTC,
            clusters: vec!["cpu".to_owned(), "gpu".to_owned()],
            files: BTreeMap::new(),
        }
    }
}

impl World {
    pub(super) fn with_file(path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let files = BTreeMap::from([(Path::new("dir").join(path), bytes.into())]);
        Self { files, ..Self::default() }
    }

    /// The same with a `start` in a time zone.
    pub(super) fn starting(self, start: &str, zone: &str) -> Self {
        let zone = super::zone(Some(zone)).unwrap();
        Self { calendar: Some(Calendar::parse(start, &zone).unwrap()), zone, ..self }
    }

    pub(super) fn build(&self, workload: &Workload) -> Result<Jobs, Vec<WorkloadError>> {
        let open = |path: &Path| -> io::Result<Box<dyn Read>> {
            let bytes = self.files.get(path).ok_or(io::Error::from(io::ErrorKind::NotFound))?;
            Ok(Box::new(Cursor::new(bytes.clone())))
        };
        let ctx = Context {
            resolution: self.resolution,
            seed: self.seed,
            replication: self.replication,
            horizon: self.horizon,
            calendar: self.calendar.as_ref(),
            zone: &self.zone,
            clusters: &self.clusters,
            base_dir: Path::new("dir"),
            open: &open,
        };
        build(workload, &ctx)
    }

    pub(super) fn jobs(&self, workload: &Workload) -> Jobs {
        self.build(workload).unwrap_or_else(|errors| panic!("{}", lines(&errors)))
    }

    /// The only error that a workload has, as text.
    pub(super) fn error(&self, workload: &Workload) -> String {
        let errors = self.build(workload).unwrap_err();
        assert_eq!(errors.len(), 1, "{}", lines(&errors));
        errors[0].to_string()
    }
}

pub(super) fn lines(errors: &[WorkloadError]) -> String {
    errors.iter().map(|error| format!("{error}\n")).collect()
}

pub(super) fn listed(submit: &str, service: &str) -> JobSpec {
    JobSpec {
        submit: span(submit),
        service: span(service),
        nodes: 1,
        cluster: None,
        repeat: 1,
        cancel: None,
        timeout: None,
        checkpoint: None,
        declared: None,
        priority: 0,
        identity: None,
        environment: None,
        communicates: None,
        user: None,
        team: None,
        experiment: None,
    }
}

pub(super) fn class(name: &str, arrivals: Arrivals) -> JobClass {
    JobClass {
        name: name.to_owned(),
        arrivals,
        batch: Count::default(),
        from: TimeSpan::ZERO,
        to: None,
        jobs: None,
        service: Distribution::Exponential { mean: span("10m") },
        nodes: Count::default(),
        cluster: None,
        cancel_after: None,
        timeout: None,
        checkpoint: None,
        declared_factor: None,
        priority: 0,
        identity: None,
        environment: None,
        communicates: None,
        user: None,
        team: None,
        experiment: None,
    }
}

pub(super) fn log(path: &str, format: LogFormat) -> Log {
    Log {
        path: path.to_owned(),
        format,
        cluster: None,
        window: None,
        strict: false,
        timeout: None,
        checkpoint: None,
        identity: None,
        environment: None,
        communicates: None,
        team: None,
        resample: Resample::Never,
    }
}
