//! The command line.

mod answer;
mod basics;
mod charts;
mod check;
mod colour;
mod compare;
mod export;
mod help;
mod optimize;
mod out;
mod pipes;
mod replications;
mod run;
mod sweep;
mod sweep_axes;
mod sweep_files;
mod sweep_interrupt;
mod ticks;
