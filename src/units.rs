//! Ticks, durations, prices: the units everything above speaks in.
//!
//! A run knows only integer *ticks* ([`Tick`]); people write `"4m"` or `"0.526 USD/h"`. This module is the
//! only place where one becomes the other, exactly or not at all.

mod price;
mod time_span;

pub use price::{Money, Price, PriceError};
pub use time_span::{Resolution, TimeSpan, TimeSpanError};

/// An instant or a duration of a run, in ticks of the scenario's [`Resolution`].
///
/// Times stay below [`TICK_END`], so that two of them can be added in a `u32`.
pub type Tick = u32;

/// First tick that a run cannot reach: 2^31.
pub const TICK_END: Tick = 1 << 31;

/// "Never", "none", "unlimited" in arrays of ticks; larger than every tick.
pub const NEVER: Tick = Tick::MAX;
