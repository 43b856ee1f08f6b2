//! The command line.

mod basics;
mod check;
mod colour;
mod help;
mod out;
mod pipes;
mod replications;
mod run;
mod ticks;
