//! Adapters, and the device that is made from one.

use super::kernel::GpuError;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// What a machine offers to run kernels on.
#[derive(Clone, Debug)]
pub struct Adapter {
    inner: wgpu::Adapter,
    /// Number in the list.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// Driver and its version, as it says.
    pub driver: String,
    /// The interface it is reached through, such as `vulkan`.
    pub interface: String,
    /// What kind of device it is.
    pub kind: Kind,
}

/// Kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A card of its own.
    Discrete,
    /// Part of the processor.
    Integrated,
    /// A share of another machine's.
    Virtual,
    /// Nobody says.
    Other,
    /// A driver that computes on the CPU: for tests, slower than the CPU backend.
    Software,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Discrete => "discrete GPU",
            Self::Integrated => "integrated GPU",
            Self::Virtual => "virtual GPU",
            Self::Other => "other",
            Self::Software => "software",
        })
    }
}

impl Adapter {
    /// Its limits.
    #[must_use]
    pub fn limits(&self) -> wgpu::Limits {
        self.inner.limits()
    }
}

/// The adapters of this machine, the best first; on a machine without any driver the list is empty.
#[must_use]
pub fn adapters() -> Vec<Adapter> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let found = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
    let mut list: Vec<Adapter> = found
        .into_iter()
        .map(|inner| {
            let info = inner.get_info();
            Adapter {
                index: 0,
                name: info.name,
                driver: [info.driver, info.driver_info].join(" ").trim().to_owned(),
                interface: info.backend.to_string(),
                kind: match info.device_type {
                    wgpu::DeviceType::DiscreteGpu => Kind::Discrete,
                    wgpu::DeviceType::IntegratedGpu => Kind::Integrated,
                    wgpu::DeviceType::VirtualGpu => Kind::Virtual,
                    wgpu::DeviceType::Cpu => Kind::Software,
                    wgpu::DeviceType::Other => Kind::Other,
                },
                inner,
            }
        })
        .collect();
    list.sort_by_key(|adapter| adapter.kind);
    for (index, adapter) in list.iter_mut().enumerate() {
        adapter.index = index;
    }
    list
}

/// A device, its queue, and what went wrong with it.
#[derive(Debug)]
pub struct Device {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    /// The adapter that it was made from.
    pub adapter: Adapter,
    pub(super) limits: wgpu::Limits,
    trouble: Arc<Mutex<Option<GpuError>>>,
}

impl Device {
    /// Opens an adapter with the limits it has, and no optional feature.
    ///
    /// # Errors
    /// The driver refuses.
    pub fn open(adapter: &Adapter) -> Result<Self, GpuError> {
        let limits = adapter.inner.limits();
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("nodetide"),
            required_features: wgpu::Features::empty(),
            required_limits: limits.clone(),
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.inner.request_device(&descriptor))
            .map_err(|error| GpuError::Refused(error.to_string()))?;
        let trouble = Arc::new(Mutex::new(None));
        let note = {
            let trouble = Arc::clone(&trouble);
            move |error: GpuError| {
                trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
        };
        let lost = note.clone();
        device.set_device_lost_callback(move |_, message| lost(GpuError::Lost(message)));
        device.on_uncaptured_error(Arc::new(move |error| note(error.into())));
        Ok(Self { device, queue, adapter: adapter.clone(), limits, trouble })
    }

    /// What went wrong since the last look.
    pub(super) fn check(&self) -> Result<(), GpuError> {
        match self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take() {
            None => Ok(()),
            Some(error) => Err(error),
        }
    }

    /// Waits until everything submitted is done.
    pub(super) fn wait(&self) -> Result<(), GpuError> {
        let polled = self.device.poll(wgpu::PollType::wait_indefinitely());
        self.check()?;
        polled.map(|_| ()).map_err(|error| GpuError::Lost(error.to_string()))
    }

    /// Does something that may run out of memory or be refused.
    pub(super) fn guarded<T>(&self, make: impl FnOnce(&wgpu::Device) -> T) -> Result<T, GpuError> {
        let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let made = make(&self.device);
        let memory = pollster::block_on(memory.pop());
        let validation = pollster::block_on(validation.pop());
        self.check()?;
        match memory.or(validation) {
            None => Ok(made),
            Some(error) => Err(error.into()),
        }
    }
}

impl From<wgpu::Error> for GpuError {
    fn from(error: wgpu::Error) -> Self {
        match error {
            wgpu::Error::OutOfMemory { .. } => Self::OutOfMemory,
            wgpu::Error::Validation { description, .. } | wgpu::Error::Internal { description, .. } => {
                Self::Refused(description)
            }
        }
    }
}
