//! Adapters, and the device that is made from one.

use super::kernel::GpuError;
use super::source::Design;
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

    /// Lanes of its subgroups, if it can run a configuration on each: they all have the same number, and a workgroup
    /// may be as large.
    #[must_use]
    pub fn lanes(&self) -> Option<u32> {
        let info = self.inner.get_info();
        let lanes = info.subgroup_max_size;
        let limits = self.inner.limits();
        let fits =
            lanes <= limits.max_compute_workgroup_size_x.min(limits.max_compute_invocations_per_workgroup);
        let fixed = info.subgroup_min_size == lanes;
        (fixed && fits && self.inner.features().contains(wgpu::Features::SUBGROUP)).then_some(lanes)
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

/// Why a device does not run one configuration a subgroup.
pub(super) const NO_LANES: &str = "it has no subgroups of a fixed size";

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
    /// Opens an adapter with the limits it has, and the features that a design needs.
    ///
    /// # Errors
    /// The adapter lacks them, or the driver refuses.
    pub fn open_for(adapter: &Adapter, design: Design) -> Result<Self, GpuError> {
        let features = match design {
            Design::Invocation => wgpu::Features::empty(),
            Design::Subgroup if adapter.lanes().is_some() => wgpu::Features::SUBGROUP,
            Design::Subgroup => return Err(GpuError::Refused(NO_LANES.to_owned())),
        };
        let limits = adapter.inner.limits();
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("nodetide"),
            required_features: features,
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

    /// Lanes of its subgroups, if it was opened to use them.
    pub(super) fn lanes(&self) -> Option<u32> {
        let asked = self.device.features().contains(wgpu::Features::SUBGROUP);
        self.adapter.lanes().filter(|_| asked)
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
