//! The command line.

mod basics;
mod colour;
mod export;
mod out;
mod pipes;
mod replications;
mod run;
mod ticks;
