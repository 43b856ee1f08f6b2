//! Pipelines, buffers and dispatches: runs configurations until every one of them has ended.
//!
//! A dispatch lets each configuration go on for a bounded number of loop iterations (its fuel), so that no
//! watchdog fires and a driver that silently stops long loops is noticed: an invocation counts its pauses, and one
//! that has paused less often than it was dispatched, and has not ended, is an error with its index, never a number.

mod chunk;

use super::batch::{Base, Tables};
use super::device::{Adapter, Device, Kind, NO_LANES};
use super::layout::{self, BUCKETS, Config, Params, State, Sums};
use super::source::{self, Design, Features, INTERLEAVED};
use crate::engine::flat::Obstacle;
use crate::engine::{Model, RunResult};
use crate::sweep::{Configuration, Results};
use chunk::Chunk;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::num::NonZeroU64;
use std::ops::ControlFlow;

/// Loop iterations of an invocation under a software driver, the reserve included: lavapipe stops eight neighbours
/// together after 65,535 passes through any loop of any of them.
const SOFTWARE_FUEL: u32 = 8_000;

/// The same on a GPU: the first dispatch and the most.
const FUEL: u32 = 100_000;
const FUEL_MAX: u32 = 1 << 24;

/// Fuel beside the reserve that every dispatch has at least: some turns.
const FUEL_MIN: u32 = 64;

/// Memory for one chunk of configurations [bytes], on a GPU and under a software driver.
pub(super) const CHUNK_BYTES: u64 = 4 << 30;
const SOFTWARE_CHUNK_BYTES: u64 = 256 << 20;

/// Most bytes that are read back at once: results are made of them part by part, so that they are in memory once.
const STAGING_BYTES: u64 = 8 << 20;

/// Why the GPU does not give a result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GpuError {
    /// Smaller chunks may do.
    #[error("the GPU is out of memory")]
    OutOfMemory,
    /// The device is gone, with everything on it.
    #[error("the GPU was lost: {0}")]
    Lost(String),
    /// A call was refused.
    #[error("the GPU's driver refused: {0}")]
    Refused(String),
    /// The driver stopped an invocation that was not done.
    #[error("the driver stopped configuration {index} before it had ended")]
    Stopped {
        /// Its index.
        index: usize,
    },
    /// A result that cannot be: a counter overflowed, or the driver ended the run before everything was added up.
    #[error("the GPU's result of configuration {index} breaks a law: {law}")]
    Broken {
        /// Its index.
        index: usize,
        /// Which one.
        law: &'static str,
    },
    /// A configuration is not for the kernel.
    #[error("configuration {index} needs the CPU: {obstacle}")]
    NeedsCpu {
        /// Its index.
        index: usize,
        /// Why.
        obstacle: Obstacle,
    },
    /// The caller asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl GpuError {
    /// In words, with a name for the configuration in place of its index.
    #[must_use]
    pub fn told(&self, name: &dyn Fn(usize) -> String) -> String {
        match self {
            Self::Stopped { index } => format!("the driver stopped {} before it had ended", name(*index)),
            Self::Broken { index, law } => {
                format!("the GPU's result of {} breaks a law: {law}", name(*index))
            }
            Self::NeedsCpu { index, obstacle } => format!("{} needs the CPU: {obstacle}", name(*index)),
            other => other.to_string(),
        }
    }
}

/// Faults that tests inject.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// More configurations than these are "out of memory".
    pub memory_for: Option<usize>,
    /// The device is destroyed after so many dispatches.
    pub lost_after: Option<u32>,
    /// Fuel of every dispatch, whatever the device.
    pub fuel: Option<u32>,
    /// Most configurations of a chunk.
    pub chunk: Option<usize>,
    /// Most bytes of tables.
    pub tables: Option<u64>,
    /// Loop iterations after which counters of a configuration count as having gone round.
    pub iterations: Option<u64>,
}

/// Configurations that run with the same tables.
struct Batch {
    /// The first of them.
    from: usize,
    configs: Vec<Config>,
    tables: Tables,
    features: Features,
}

/// The kernel on one device.
#[derive(Debug)]
pub struct Kernel {
    device: Device,
    design: Design,
    module: wgpu::ShaderModule,
    layout: wgpu::BindGroupLayout,
    pipelines: BTreeMap<Features, wgpu::ComputePipeline>,
    fuel: u32,
    dispatches: u32,
    turnarounds: bool,
    interleaved: bool,
    /// What tests break.
    pub faults: Faults,
}

impl Kernel {
    /// The kernel on an adapter, in the default design; where the adapter lacks what that needs, in the one that needs nothing.
    ///
    /// # Errors
    /// The driver refuses the device or the shader.
    pub fn open(adapter: &Adapter) -> Result<Self, GpuError> {
        let design = Some(Design::default()).filter(|design| design.runs_on(adapter));
        Self::open_as(adapter, design.unwrap_or(Design::Invocation))
    }

    /// The kernel on an adapter, in a design.
    ///
    /// # Errors
    /// The adapter is without what the design needs, or the driver refuses.
    pub fn open_as(adapter: &Adapter, design: Design) -> Result<Self, GpuError> {
        Self::with_design(Device::open_for(adapter, design)?, design)
    }

    /// The kernel in a design, on a device that was opened for it.
    ///
    /// # Errors
    /// The device is without what the design needs, or the driver refuses the shader.
    pub fn with_design(device: Device, design: Design) -> Result<Self, GpuError> {
        Self::with_source(device, design, &source::kernel(design))
    }

    /// The same with another text, such as a mutated one.
    ///
    /// # Errors
    /// As [`Self::with_design`].
    pub fn with_source(device: Device, design: Design, text: &str) -> Result<Self, GpuError> {
        if design == Design::Subgroup && device.lanes().is_none() {
            return Err(GpuError::Refused(NO_LANES.to_owned()));
        }
        let (module, layout) = device.guarded(|d| {
            let descriptor = wgpu::ShaderModuleDescriptor {
                label: Some("kernel"),
                source: wgpu::ShaderSource::Wgsl(text.into()),
            };
            (d.create_shader_module(descriptor), bind_group_layout(d))
        })?;
        let fuel = if device.adapter.kind == Kind::Software { SOFTWARE_FUEL } else { FUEL };
        Ok(Self {
            device,
            design,
            module,
            layout,
            pipelines: BTreeMap::new(),
            fuel,
            dispatches: 0,
            turnarounds: false,
            interleaved: INTERLEAVED,
            faults: Faults::default(),
        })
    }

    /// Whether turnarounds are counted by bucket too, 6.5 KiB a configuration; by default they are not.
    pub fn count_turnarounds(&mut self, yes: bool) {
        self.turnarounds = yes;
    }

    /// How the memory of neighbouring configurations lies, where an invocation runs each.
    pub fn interleave(&mut self, yes: bool) {
        self.interleaved = yes;
    }

    /// The device.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Its design.
    #[must_use]
    pub fn design(&self) -> Design {
        self.design
    }

    /// Configurations of a workgroup.
    fn configurations_per_group(&self) -> u32 {
        match self.design {
            Design::Invocation => chunk::WORKGROUP,
            Design::Subgroup => 1,
        }
    }

    /// Pipelines built so far.
    #[must_use]
    pub fn pipeline_count(&self) -> usize {
        self.pipelines.len()
    }

    /// Dispatches so far, and loop iterations of each beside the reserve.
    #[must_use]
    pub fn dispatches(&self) -> (u32, u32) {
        (self.dispatches, self.fuel)
    }

    /// Most configurations of a chunk, for a cluster of so many slots.
    fn chunk_size(&self, leaves: u32, low_priority: bool) -> usize {
        let memory = u64::from(layout::memory(leaves, low_priority, self.design).words) * 4;
        let histograms = u64::from(BUCKETS) * if self.turnarounds { 8 } else { 4 };
        let software = self.device.adapter.kind == Kind::Software;
        let budget = if software { SOFTWARE_CHUNK_BYTES } else { CHUNK_BYTES };
        let most = fitting(&self.device.limits, memory, histograms, budget, self.configurations_per_group());
        most.min(self.faults.chunk.unwrap_or(usize::MAX))
    }

    /// Runs configurations: each is a model, by its number, and settings. Results come in their order. `progress`
    /// hears how many have ended, and may stop the run.
    ///
    /// # Errors
    /// What the device does not do; [`Self::run_into`] keeps what is complete then.
    pub fn run(
        &mut self,
        models: &[Model],
        configurations: &[Configuration],
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<Vec<RunResult>, GpuError> {
        let mut results = Results::new();
        self.run_into(models, configurations, progress, &mut results)?;
        Ok(results.into_vec())
    }

    /// The same, with the results added to others.
    ///
    /// # Errors
    /// What the device does not do. The results of the chunks before that are there; where it was asked to stop, also those of
    /// the first configurations of the chunk, as far as they have ended.
    pub fn run_into(
        &mut self,
        models: &[Model],
        configurations: &[Configuration],
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
        results: &mut Results,
    ) -> Result<(), GpuError> {
        let mut from = 0;
        while from < configurations.len() {
            let batch = self.batch(models, configurations, from)?;
            from += batch.configs.len();
            self.run_batch(models, configurations, &batch, progress, results)?;
        }
        Ok(())
    }

    /// As many configurations, from one on, as have tables that fit a binding together; one at least. They should come by model:
    /// each batch has the tables of its models made anew.
    fn batch(
        &self,
        models: &[Model],
        configurations: &[Configuration],
        from: usize,
    ) -> Result<Batch, GpuError> {
        let interleaved = self.interleaved && self.design == Design::Invocation;
        let features = Features { turnarounds: self.turnarounds, interleaved, ..Features::default() };
        let mut batch = Batch { from, configs: Vec::new(), tables: Tables::default(), features };
        let mut bases: BTreeMap<usize, Base> = BTreeMap::new();
        for (index, configuration) in configurations.iter().enumerate().skip(from) {
            let needs_cpu = |obstacle| GpuError::NeedsCpu { index, obstacle };
            let model = &models[configuration.model];
            let base = match bases.entry(configuration.model) {
                Entry::Occupied(base) => base.into_mut(),
                Entry::Vacant(place) => {
                    let before = batch.tables.mark();
                    let base = Base::new(model, &mut batch.tables).map_err(needs_cpu)?;
                    let bytes = size_of_val(batch.tables.words()) as u64;
                    if bytes > self.tables_max() && !batch.configs.is_empty() {
                        batch.tables.back_to(before);
                        return Ok(batch);
                    }
                    place.insert(base)
                }
            };
            batch.configs.push(base.config(model, &configuration.settings[0]).map_err(needs_cpu)?);
            batch.features.unite(base.features);
        }
        Ok(batch)
    }

    /// Most bytes of the tables of configurations that run together.
    fn tables_max(&self) -> u64 {
        let limits = &self.device.limits;
        let most = limits.max_buffer_size.min(limits.max_storage_buffer_binding_size);
        self.faults.tables.map_or(most, |own| own.min(most))
    }

    fn run_batch(
        &mut self,
        models: &[Model],
        configurations: &[Configuration],
        batch: &Batch,
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
        results: &mut Results,
    ) -> Result<(), GpuError> {
        let Batch { configs, features, .. } = batch;
        let leaves = configs.iter().map(|config| config.leaves).max().unwrap_or(1);
        let chunk = self.chunk_size(leaves, features.low_priority);
        let tables = self.upload("tables", bytemuck::cast_slice(batch.tables.words()))?;
        let mut offset = batch.from;
        for part in configs.chunks(chunk) {
            let (chunk, completed) = loop {
                let mut chunk = Chunk::new(self, part, leaves, *features, &tables)?;
                match chunk.complete(self, &mut |done| progress(offset + done), offset) {
                    // A driver that stops long loops may do with shorter ones; the chunk begins anew.
                    Err(GpuError::Stopped { .. }) if self.fuel / 2 > FUEL_MIN => self.fuel /= 2,
                    completed => break (chunk, completed),
                }
            };
            let models = |i: usize| &models[configurations[offset + i].model];
            if matches!(completed, Ok(_) | Err(GpuError::Interrupted)) {
                chunk.results(self, offset, &models, results)?;
            }
            offset += part.len();
            if completed?.is_break() && offset < configurations.len() {
                return Err(GpuError::Interrupted);
            }
        }
        Ok(())
    }

    fn pipeline(&mut self, features: Features) -> Result<&wgpu::ComputePipeline, GpuError> {
        if !self.pipelines.contains_key(&features) {
            let mut constants = features.constants().to_vec();
            if let (Design::Subgroup, Some(lanes)) = (self.design, self.device.lanes()) {
                constants.push(("WIDTH", f64::from(lanes)));
            }
            let pipeline = self.device.guarded(|device| {
                let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                    label: Some("kernel"),
                    bind_group_layouts: &[Some(&self.layout)],
                    immediate_size: 0,
                });
                device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                    label: Some("kernel"),
                    layout: Some(&layout),
                    module: &self.module,
                    entry_point: Some("main"),
                    compilation_options: wgpu::PipelineCompilationOptions {
                        constants: &constants,
                        ..Default::default()
                    },
                    cache: None,
                })
            })?;
            self.pipelines.insert(features, pipeline);
        }
        Ok(&self.pipelines[&features])
    }

    fn upload(&self, label: &str, bytes: &[u8]) -> Result<wgpu::Buffer, GpuError> {
        let buffer = self.buffer(label, bytes.len() as u64, wgpu::BufferUsages::STORAGE)?;
        self.device.queue.write_buffer(&buffer, 0, bytes);
        Ok(buffer)
    }

    /// A buffer of zeros.
    fn buffer(&self, label: &str, size: u64, usage: wgpu::BufferUsages) -> Result<wgpu::Buffer, GpuError> {
        let limits = &self.device.limits;
        if size > limits.max_buffer_size || size > limits.max_storage_buffer_binding_size {
            return Err(GpuError::OutOfMemory);
        }
        let descriptor = wgpu::BufferDescriptor {
            label: Some(label),
            size,
            usage: usage | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        };
        self.device.guarded(|device| device.create_buffer(&descriptor))
    }

    /// A buffer that the host can read.
    fn staging(&self, size: u64) -> Result<wgpu::Buffer, GpuError> {
        self.device.guarded(|device| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("staging"),
                size,
                usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
                mapped_at_creation: false,
            })
        })
    }

    /// Copies parts of buffers (from where, to where, how much) and reads the first bytes of the copies.
    fn copied<'b, T>(
        &self,
        staging: &wgpu::Buffer,
        copies: impl Iterator<Item = (&'b wgpu::Buffer, usize, usize, usize)>,
        bytes: usize,
        read: impl FnOnce(&[u8]) -> Result<T, GpuError>,
    ) -> Result<T, GpuError> {
        let mut encoder =
            self.device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        for (buffer, from, to, size) in copies {
            encoder.copy_buffer_to_buffer(buffer, from as u64, staging, to as u64, size as u64);
        }
        self.device.queue.submit([encoder.finish()]);
        let range = 0..bytes as u64;
        staging.map_async(wgpu::MapMode::Read, range.clone(), |_| {});
        self.device.wait()?;
        let read = {
            let view = staging.get_mapped_range(range).map_err(|error| GpuError::Lost(error.to_string()))?;
            read(&view)
        };
        staging.unmap();
        read
    }

    /// The first words of a buffer.
    fn read(&self, buffer: &wgpu::Buffer, count: usize) -> Result<Vec<u32>, GpuError> {
        let bytes = size_of::<u32>() * count;
        let staging = self.staging(bytes as u64)?;
        let copy = (buffer, 0, 0, bytes);
        self.copied(&staging, [copy].into_iter(), bytes, |view| Ok(bytemuck::pod_collect_to_vec(view)))
    }
}

/// Most configurations that fit a device and a budget, for so many bytes of memory and of histograms each; a workgroup has
/// `group` of them.
pub(super) fn fitting(limits: &wgpu::Limits, memory: u64, histograms: u64, budget: u64, group: u32) -> usize {
    let binding = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
    let most = (binding / memory.max(histograms)).min(budget / (memory + histograms));
    let groups = u64::from(limits.max_compute_workgroups_per_dimension).pow(2);
    let most = most.min(groups * u64::from(group)).min(1 << 24);
    // Whole blocks of 32, for the interleaved layout; one at least.
    ((most / 32) * 32).max(32) as usize
}

fn bind_group_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    // `bytes`: what the shader reads at least.
    let entry = |binding, ty, bytes: usize| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty,
            has_dynamic_offset: false,
            min_binding_size: NonZeroU64::new(bytes as u64),
        },
        count: None,
    };
    let read = wgpu::BufferBindingType::Storage { read_only: true };
    let write = wgpu::BufferBindingType::Storage { read_only: false };
    let entries = [
        entry(0, wgpu::BufferBindingType::Uniform, size_of::<Params>()),
        entry(1, read, size_of::<Config>()),
        entry(2, read, size_of::<u32>()),
        entry(3, write, size_of::<State>()),
        entry(4, write, size_of::<Sums>()),
        entry(5, write, size_of::<u32>()),
        entry(6, write, size_of::<u32>()),
        entry(7, write, size_of::<u32>()),
    ];
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("kernel"),
        entries: &entries,
    })
}
