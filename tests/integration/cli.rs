//! The command line.

mod basics;
mod charts;
mod colour;
mod out;
mod pipes;
mod replications;
mod run;
mod ticks;
