//! A device with a fault, for tests. The engine stands for its kernel, whose results are the same.

use super::{Accelerator, Backend};
use crate::engine::Model;
use crate::sweep::cpu::Cpu;
use crate::sweep::gpu::GpuError;
use crate::sweep::{Configuration, Progress, Results};
use std::ops::ControlFlow;

/// What a device does not do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// It has memory for so many at once.
    MemoryFor(usize),
    /// After so many in all, this.
    After(usize, GpuError),
}

/// A device with a fault.
#[derive(Debug)]
pub(crate) struct Faulty {
    fault: Fault,
    /// Configurations that it runs at once.
    at_once: usize,
    ran: usize,
}

impl Faulty {
    pub(crate) fn new(fault: Fault, at_once: usize) -> Box<Self> {
        Box::new(Self { fault, at_once, ran: 0 })
    }
}

impl Accelerator for Faulty {
    fn run_into(
        &mut self,
        models: &[Model],
        configurations: &[Configuration],
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
        results: &mut Results,
    ) -> Result<(), GpuError> {
        let mut done = 0;
        for chunk in configurations.chunks(self.at_once) {
            match &self.fault {
                Fault::MemoryFor(most) if chunk.len() > *most => return Err(GpuError::OutOfMemory),
                Fault::After(most, error) if self.ran >= *most => {
                    // Some of it has ended when it fails, for nothing.
                    let _ = progress(done + 3);
                    return Err(at(error, done));
                }
                _ => {}
            }
            Cpu::new().run(models, chunk, &Progress::default(), results);
            self.ran += chunk.len();
            done += chunk.len();
            if progress(done).is_break() {
                return Err(GpuError::Interrupted);
            }
        }
        Ok(())
    }

    fn backend(&self) -> Backend {
        Backend::Gpu { name: "faulty".to_owned(), driver: "none".to_owned() }
    }
}

/// An error of the configuration so many further on.
fn at(error: &GpuError, done: usize) -> GpuError {
    match error.clone() {
        GpuError::Stopped { index } => GpuError::Stopped { index: index + done },
        GpuError::Broken { index, law } => GpuError::Broken { index: index + done, law },
        other => other,
    }
}

pub(crate) fn lost() -> GpuError {
    GpuError::Lost("its driver ended it".to_owned())
}
