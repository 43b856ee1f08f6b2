//! Configurations that run together: their buffers, and the dispatches until every one of them has ended.

use super::{FUEL_MAX, FUEL_MIN, GpuError, Kernel, STAGING_BYTES};
use crate::engine::Model;
use crate::sweep::Results;
use crate::sweep::gpu::device::Kind;
use crate::sweep::gpu::layout::{self, BUCKETS, Config, Params, State, Sums};
use crate::sweep::gpu::result::Words;
use crate::sweep::gpu::source::Features;
use rayon::prelude::*;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Invocations of a workgroup where each runs a configuration.
pub(super) const WORKGROUP: u32 = 32;

/// Progress of a configuration that has ended.
const FINISHED: u32 = u32::MAX;

/// Loop iterations from which on a counter of a configuration may have gone round.
const ITERATIONS_MAX: u64 = 1 << 32;
const FEW_ITERATIONS: &str = "a run takes fewer than 2^32 loop iterations, in which no counter goes round";

/// Dispatches between two looks at the progress, which cost a software driver more than a dispatch.
const SOFTWARE_DISPATCHES: u32 = 16;
const DISPATCHES: u32 = 2;

/// A dispatch should take about so long: well below any watchdog, well above the cost of starting it.
const DISPATCH_TIME: Duration = Duration::from_millis(100);

/// Configurations that run together.
pub(super) struct Chunk {
    count: usize,
    /// The first so many have ended.
    ended: usize,
    params: Params,
    features: Features,
    uniform: wgpu::Buffer,
    states: wgpu::Buffer,
    sums: wgpu::Buffer,
    progress: wgpu::Buffer,
    histograms: wgpu::Buffer,
    group: wgpu::BindGroup,
}

impl Chunk {
    pub(super) fn new(
        kernel: &mut Kernel,
        configs: &[Config],
        leaves: u32,
        features: Features,
        tables: &wgpu::Buffer,
    ) -> Result<Self, GpuError> {
        if kernel.faults.memory_for.is_some_and(|most| configs.len() > most) {
            return Err(GpuError::OutOfMemory);
        }
        let count = configs.len();
        let blocks = count.next_multiple_of(32) as u64;
        let mut params = layout::memory(leaves, features.low_priority, kernel.design);
        params.configurations = count as u32;
        let storage = wgpu::BufferUsages::STORAGE;
        let configs = kernel.upload("configurations", bytemuck::cast_slice(configs))?;
        let uniform = kernel.buffer("params", size_of::<Params>() as u64, wgpu::BufferUsages::UNIFORM)?;
        let states = kernel.buffer("states", (size_of::<State>() * count) as u64, storage)?;
        let sums = kernel.buffer("sums", (size_of::<Sums>() * count) as u64, storage)?;
        let memory = kernel.buffer("memory", u64::from(params.words) * 4 * blocks, storage)?;
        let progress = kernel.buffer("progress", 4 * count as u64, storage)?;
        let each = u64::from(BUCKETS) * if features.turnarounds { 8 } else { 4 };
        let histograms = kernel.buffer("histograms", each * count as u64, storage)?;
        let group = kernel.device.guarded(|device| {
            let buffers = [&uniform, &configs, tables, &states, &sums, &memory, &progress, &histograms];
            let entries: Vec<wgpu::BindGroupEntry<'_>> = (0u32..)
                .zip(buffers)
                .map(|(binding, buffer)| wgpu::BindGroupEntry {
                    binding,
                    resource: buffer.as_entire_binding(),
                })
                .collect();
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("kernel"),
                layout: &kernel.layout,
                entries: &entries,
            })
        })?;
        kernel.pipeline(features)?;
        Ok(Self { count, ended: 0, params, features, uniform, states, sums, progress, histograms, group })
    }

    /// Dispatches until every configuration has ended, and gives what was said of that. `offset`: index of the first one, for
    /// errors.
    pub(super) fn complete(
        &mut self,
        kernel: &mut Kernel,
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
        offset: usize,
    ) -> Result<ControlFlow<()>, GpuError> {
        let software = kernel.device.adapter.kind == Kind::Software;
        let each_time = if software { SOFTWARE_DISPATCHES } else { DISPATCHES };
        let mut dispatches = 0;
        let mut iterations = 0_u64;
        let mut busy = true;
        loop {
            // Beside the longest operation there is always room for others.
            let fuel = kernel.faults.fuel.unwrap_or(kernel.fuel);
            self.params.fuel = fuel.max(self.params.reserve + FUEL_MIN);
            let began = Instant::now();
            self.dispatch(kernel, each_time)?;
            dispatches += each_time;
            iterations += u64::from(self.params.fuel) * u64::from(each_time);
            let pauses: Vec<u32> = kernel.read(&self.progress, self.count)?;
            self.adapt_fuel(kernel, began.elapsed() / each_time, busy);
            busy = pauses.iter().filter(|n| **n != FINISHED).count() * 2 > self.count;
            if let Some(index) = pauses.iter().position(|n| *n != FINISHED && *n != dispatches) {
                return Err(GpuError::Stopped { index: offset + index });
            }
            let done = pauses.iter().filter(|n| **n == FINISHED).count();
            self.ended = pauses.iter().position(|n| *n != FINISHED).unwrap_or(self.count);
            let go_on = progress(done);
            if done == self.count {
                return Ok(go_on);
            }
            if go_on.is_break() {
                return Err(GpuError::Interrupted);
            }
            // Whatever is counted once, is counted in an iteration of a loop.
            if iterations > kernel.faults.iterations.unwrap_or(ITERATIONS_MAX) {
                let index = pauses.iter().position(|n| *n != FINISHED).unwrap_or(0);
                return Err(GpuError::Broken { index: offset + index, law: FEW_ITERATIONS });
            }
        }
    }

    fn dispatch(&self, kernel: &mut Kernel, times: u32) -> Result<(), GpuError> {
        let device = &kernel.device;
        device.queue.write_buffer(&self.uniform, 0, bytemuck::bytes_of(&self.params));
        let mut encoder = device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        // Each dispatch sees what the one before wrote.
        for _ in 0..times {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&kernel.pipelines[&self.features]);
            pass.set_bind_group(0, &self.group, &[]);
            let groups = (self.count as u32).div_ceil(kernel.configurations_per_group());
            let x = groups.min(device.limits.max_compute_workgroups_per_dimension);
            pass.dispatch_workgroups(x, groups.div_ceil(x), 1);
        }
        device.queue.submit([encoder.finish()]);
        kernel.dispatches += times;
        if kernel.faults.lost_after.is_some_and(|n| kernel.dispatches >= n) {
            device.device.destroy();
        }
        device.wait()
    }

    /// More fuel where a dispatch is short, less where it is long. Results do not depend on it. Where most configurations have
    /// ended, the rest are quick, which says nothing of a whole chunk such as the next one.
    fn adapt_fuel(&self, kernel: &mut Kernel, took: Duration, busy: bool) {
        if kernel.device.adapter.kind == Kind::Software {
            return;
        }
        if busy && took < DISPATCH_TIME / 2 {
            kernel.fuel = (kernel.fuel * 2).min(FUEL_MAX);
        } else if took > DISPATCH_TIME * 2 {
            kernel.fuel = (kernel.fuel / 2).max(FUEL_MIN);
        }
    }

    /// Adds the results of the first configurations, as far as they have ended, part by part. `offset`: as for [`Self::complete`]; `models`: the
    /// model of each.
    pub(super) fn results<'m>(
        &self,
        kernel: &Kernel,
        offset: usize,
        models: &(dyn Fn(usize) -> &'m Model + Sync),
        results: &mut Results,
    ) -> Result<(), GpuError> {
        let words = BUCKETS as usize * if self.features.turnarounds { 2 } else { 1 };
        let sizes = [size_of::<State>(), size_of::<Sums>(), 4 * words];
        let each: usize = sizes.iter().sum();
        let part = (STAGING_BYTES as usize / each).clamp(1, self.count);
        let staging = kernel.staging((each * part) as u64)?;
        let mut from = 0;
        while from < self.ended {
            let n = part.min(self.ended - from);
            // States, sums and histograms of the part, one after another.
            let begins = [0, sizes[0] * n, (sizes[0] + sizes[1]) * n];
            let copies = [&self.states, &self.sums, &self.histograms].into_iter().zip(sizes).zip(begins);
            let copies = copies.map(|((buffer, size), to)| (buffer, size * from, to, size * n));
            kernel.copied(&staging, copies, each * n, |bytes| {
                // On all cores: a device fills thousands of them in the time of one.
                let decoded = results.room(n).par_iter_mut().enumerate().filter_map(|(i, result)| {
                    let own = |k: usize| &bytes[begins[k] + sizes[k] * i..][..sizes[k]];
                    let words = Words {
                        state: bytemuck::pod_read_unaligned(own(0)),
                        sums: bytemuck::pod_read_unaligned(own(1)),
                        histograms: own(2),
                    };
                    words.decode(models(from + i), result).err().map(|law| (i, law))
                });
                let broken = decoded.min_by_key(|(i, _)| *i);
                results.keep(broken.as_ref().map_or(n, |(i, _)| *i));
                match broken {
                    Some((i, law)) => Err(GpuError::Broken { index: offset + from + i, law }),
                    None => Ok(()),
                }
            })?;
            from += n;
        }
        Ok(())
    }
}
