//! Exit codes of the command. They are an interface: scripts and pipelines decide by them, so that none ever
//! changes its meaning.

/// All is well: the scenario is valid, the run ended as it should, every threshold is met. Also when whoever
/// reads the output has seen enough and closes the pipe.
pub const FINE: u8 = 0;
/// A mistake of the program itself.
pub const INTERNAL: u8 = 1;
/// The command line cannot be understood.
pub const USAGE: u8 = 2;
/// A scenario, a log or a file in the ticks format is not valid; nothing ran.
pub const INVALID: u8 = 3;
/// The run ended as it should, and a threshold of `expect` is missed.
pub const THRESHOLD_MISSED: u8 = 4;
/// There is no GPU of the kind that was asked for, or the scenario is not for it.
pub const NO_GPU: u8 = 5;
/// A file cannot be read or written.
pub const IO: u8 = 6;
/// The run ended `stuck` or at a limit of the simulator; its figures are those up to there. This goes before
/// [`THRESHOLD_MISSED`].
pub const NOT_ENDED: u8 = 7;
/// Interrupted by the user (Ctrl-C), as shells count it: 128 + SIGINT. A sweep has kept what was complete.
pub const INTERRUPTED: u8 = 130;
