//! Which backend runs a sweep, and what is done where a device fails.

use super::cpu::Cpu;
use super::{Configuration, Progress, Results, obstacles_of};
use crate::engine::Model;
use crate::engine::flat::Obstacle;
use std::fmt;

#[cfg(feature = "gpu")]
use super::gpu::{self, GpuError, Kernel};
#[cfg(feature = "gpu")]
use std::ops::ControlFlow;

/// What the user asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// A GPU where there is one and the scenario is for it, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// A GPU or nothing.
    Gpu,
}

/// What runs a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backend {
    /// The engine on so many threads.
    Cpu {
        /// Threads.
        threads: usize,
    },
    /// The kernel on an adapter.
    Gpu {
        /// Its name.
        name: String,
        /// Driver and version.
        driver: String,
    },
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu { threads: 1 } => f.write_str("CPU, 1 thread"),
            Self::Cpu { threads } => write!(f, "CPU, {threads} threads"),
            Self::Gpu { name, driver } => write!(f, "GPU {name} ({driver})"),
        }
    }
}

/// What runs configurations beside the CPU: the kernel, and in tests something that fails when it is told to.
#[cfg(feature = "gpu")]
pub trait Accelerator: fmt::Debug + Send + Sync {
    /// Runs configurations; results are added in their order. `progress` hears how many have ended, and may stop the run.
    ///
    /// # Errors
    /// What the device does not do; indices count from the first of these configurations. What was complete before is among
    /// the results.
    fn run_into(
        &mut self,
        models: &[Model],
        configurations: &[Configuration],
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
        results: &mut Results,
    ) -> Result<(), GpuError>;

    /// What it is.
    fn backend(&self) -> Backend;

    /// Whether turnarounds are counted by bucket too.
    fn count_turnarounds(&mut self, _: bool) {}
}

#[cfg(feature = "gpu")]
impl Accelerator for Kernel {
    fn run_into(
        &mut self,
        models: &[Model],
        configurations: &[Configuration],
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
        results: &mut Results,
    ) -> Result<(), GpuError> {
        Self::run_into(self, models, configurations, progress, results)
    }

    fn backend(&self) -> Backend {
        let adapter = &self.device().adapter;
        Backend::Gpu { name: adapter.name.clone(), driver: adapter.driver.clone() }
    }

    fn count_turnarounds(&mut self, yes: bool) {
        Self::count_turnarounds(self, yes);
    }
}

/// Why a sweep cannot run as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SweepError {
    /// `Choice::Gpu` without an adapter.
    #[error("{0}")]
    NoAdapter(String),
    /// `Choice::Gpu`, and the scenario is not for the kernel.
    #[error("the scenario is not for the GPU: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    NotForGpu(Vec<Obstacle>),
    /// `Choice::Gpu`, and the device failed.
    #[error("{0}")]
    Device(String),
    /// It was asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// Fewer configurations than these are left to the CPU where a GPU is out of memory.
#[cfg(feature = "gpu")]
const PIECE_MIN: usize = 32;

/// Runs the chunks of one sweep.
#[derive(Debug)]
pub struct Runner {
    choice: Choice,
    #[cfg(feature = "gpu")]
    kernel: Option<Box<dyn Accelerator>>,
    /// Configurations for which it had memory at once, where it once had none.
    #[cfg(feature = "gpu")]
    piece: usize,
    cpu: Cpu,
    /// Why the backend is what it is.
    reason: String,
    /// What happened on the way that a user should hear.
    notices: Vec<String>,
}

/// The adapter that a user names: a number of the list, or part of a name.
#[cfg(feature = "gpu")]
fn pick(wanted: Option<&str>) -> Result<gpu::Adapter, String> {
    let list = gpu::adapters();
    let names = || list.iter().map(|a| format!("{}: {}", a.index, a.name)).collect::<Vec<_>>().join(", ");
    match wanted {
        _ if list.is_empty() => {
            Err("this machine has no adapter (no Vulkan, Metal or DirectX 12 driver)".to_owned())
        }
        None => match list.first() {
            // A software driver is slower than the engine: it runs only if it is asked for by name.
            Some(first) if first.kind != gpu::device::Kind::Software => Ok(first.clone()),
            _ => Err(format!("the only adapter computes on the CPU ({})", names())),
        },
        Some(wanted) => {
            let number = wanted.parse::<usize>().ok();
            let lower = wanted.to_lowercase();
            let found = list.iter().find(|a| match number {
                Some(n) => a.index == n,
                None => a.name.to_lowercase().contains(&lower),
            });
            found.cloned().ok_or_else(|| format!("no adapter {wanted:?}; there are: {}", names()))
        }
    }
}

impl Runner {
    /// Chooses a backend for configurations of these models. `adapter`: number or part of the name.
    ///
    /// # Errors
    /// A GPU is demanded, and there is none or the scenario is not for it.
    pub fn new(choice: Choice, adapter: Option<&str>, models: &[Model]) -> Result<Self, SweepError> {
        let mut runner = Self {
            choice,
            #[cfg(feature = "gpu")]
            kernel: None,
            #[cfg(feature = "gpu")]
            piece: usize::MAX,
            cpu: Cpu::new(),
            reason: String::new(),
            notices: Vec::new(),
        };
        if runner.choice == Choice::Cpu {
            "asked for".clone_into(&mut runner.reason);
            return Ok(runner);
        }
        let obstacles = obstacles_of(models);
        if !obstacles.is_empty() {
            if runner.choice == Choice::Gpu {
                return Err(SweepError::NotForGpu(obstacles));
            }
            let words: Vec<String> = obstacles.iter().map(ToString::to_string).collect();
            runner.reason = format!("the scenario is not for the GPU: {}", words.join("; "));
            return Ok(runner);
        }
        if let Err(reason) = runner.open(adapter) {
            // An adapter that was named is not replaced by the CPU.
            if runner.choice == Choice::Gpu || adapter.is_some() {
                return Err(SweepError::NoAdapter(reason));
            }
            runner.reason = reason;
        }
        Ok(runner)
    }

    #[cfg(feature = "gpu")]
    fn open(&mut self, adapter: Option<&str>) -> Result<(), String> {
        let adapter = pick(adapter)?;
        let kernel = Kernel::open(&adapter).map_err(|error| error.to_string())?;
        self.kernel = Some(Box::new(kernel));
        "the scenario is for it".clone_into(&mut self.reason);
        Ok(())
    }

    #[cfg(not(feature = "gpu"))]
    fn open(&mut self, _: Option<&str>) -> Result<(), String> {
        Err("this build is without the feature `gpu`".to_owned())
    }

    /// A runner on a kernel that is there already; the choice says what follows where it fails.
    #[cfg(feature = "gpu")]
    #[must_use]
    pub fn on(choice: Choice, kernel: Box<dyn Accelerator>) -> Self {
        Self {
            choice,
            kernel: Some(kernel),
            piece: usize::MAX,
            cpu: Cpu::new(),
            reason: "given".to_owned(),
            notices: Vec::new(),
        }
    }

    /// Whether turnarounds are counted by bucket: only the percentiles of an objective ask for it, and it takes half as much
    /// memory again. A kernel does not do so by itself; the engine always does.
    pub fn count_turnarounds(&mut self, yes: bool) {
        #[cfg(feature = "gpu")]
        if let Some(kernel) = &mut self.kernel {
            kernel.count_turnarounds(yes);
        }
        #[cfg(not(feature = "gpu"))]
        let _ = yes;
    }

    /// What runs now.
    #[must_use]
    pub fn backend(&self) -> Backend {
        #[cfg(feature = "gpu")]
        if let Some(kernel) = &self.kernel {
            return kernel.backend();
        }
        Backend::Cpu { threads: rayon::current_num_threads() }
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// What happened that a user should hear, since the last call.
    pub fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// Runs configurations; results are added in their order. `name`: what messages call one of them, by its place in the list.
    ///
    /// # Errors
    /// It was asked to stop; or a GPU is demanded and fails. What is complete is among the results: those of the first
    /// configurations.
    pub fn run(
        &mut self,
        models: &[Model],
        configurations: &[Configuration],
        name: &dyn Fn(usize) -> String,
        progress: &Progress,
        results: &mut Results,
    ) -> Result<(), SweepError> {
        let whole = results.len() + configurations.len();
        #[cfg(feature = "gpu")]
        self.run_on_gpu(models, configurations, name, progress, results)?;
        #[cfg(not(feature = "gpu"))]
        let _ = name;
        let rest = &configurations[configurations.len() - (whole - results.len())..];
        self.cpu.run(models, rest, progress, results);
        if results.len() < whole { Err(SweepError::Interrupted) } else { Ok(()) }
    }

    /// As many as the device does: out of memory it gets smaller pieces, and what it fails at is left to the CPU.
    /// Nothing computed is lost.
    #[cfg(feature = "gpu")]
    fn run_on_gpu(
        &mut self,
        models: &[Model],
        configurations: &[Configuration],
        name: &dyn Fn(usize) -> String,
        progress: &Progress,
        results: &mut Results,
    ) -> Result<(), SweepError> {
        let Some(mut kernel) = self.kernel.take() else { return Ok(()) };
        let (before, first) = (progress.done(), results.len());
        // Where a GPU is demanded, few at a time are better than an error.
        let least = if self.choice == Choice::Gpu { 1 } else { PIECE_MIN };
        loop {
            let from = results.len() - first;
            let part = &configurations[from..configurations.len().min(from.saturating_add(self.piece))];
            if part.is_empty() {
                break;
            }
            let mut hear = |done: usize| {
                progress.set(before + from + done);
                if progress.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let ran = kernel.run_into(models, part, &mut hear, results);
            let done = results.len() - first;
            progress.set(before + done);
            match ran {
                Ok(()) => {}
                Err(GpuError::Interrupted) => {
                    self.kernel = Some(kernel);
                    return Err(SweepError::Interrupted);
                }
                // What was complete is not done again.
                Err(GpuError::OutOfMemory) if from + part.len() - done > least => {
                    self.piece = ((from + part.len() - done) / 2).max(least);
                    let piece = self.piece;
                    self.notices.push(format!(
                        "the GPU is out of memory: going on with {piece} configurations at a time"
                    ));
                }
                Err(error) => {
                    let error = error.told(&|index| name(from + index));
                    if self.choice == Choice::Gpu {
                        self.kernel = Some(kernel);
                        return Err(SweepError::Device(error));
                    }
                    self.notices.push(format!("{error}: going on with the CPU"));
                    self.reason = error;
                    return Ok(());
                }
            }
        }
        self.kernel = Some(kernel);
        Ok(())
    }
}

#[cfg(all(test, feature = "gpu"))]
pub(crate) mod faulty;
#[cfg(all(test, feature = "gpu"))]
mod tests;
