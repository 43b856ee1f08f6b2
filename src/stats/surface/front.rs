//! The Pareto front of cost against latency, and what a minute less of waiting costs along it.
