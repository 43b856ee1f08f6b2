//! Wrong theories, which the test must find out; without these, a test that never fails would look the same.

use crate::FAMILIES;
use crate::formulas::{ErlangC, Moments, SetUpQueue};
use crate::simulate::{Figure, System};

fn system(name: &str) -> System {
    let mut systems = FAMILIES.iter().flat_map(|family| family());
    systems.find(|s| s.name == name).unwrap_or_else(|| panic!("no system {name}"))
}

fn theory(system: &System, figure: Figure) -> f64 {
    let known = system.figures.iter().find(|(f, _)| *f == figure);
    known.unwrap_or_else(|| panic!("{} has no {figure:?}", system.name)).1
}

/// The right theory passes and the wrong one does not, on the same runs.
fn finds_out(name: &str, replications: u64, figure: Figure, wrong: f64) {
    let system = System { replications, ..system(name) };
    let windows = system.windows();
    let right = system.compare_one(&windows, figure, theory(&system, figure));
    assert!(right.passes(), "{right:?}");
    let wrong = system.compare_one(&windows, figure, wrong);
    assert!(!wrong.passes(), "{wrong:?}");
}

#[test]
fn one_server_more_is_found_out() {
    finds_out("M/M/4", 120, Figure::MeanWait, ErlangC::new(5, 2.8).mean_wait());
}

/// Whether set-ups are cancelled changes the mean wait by 1.5 %.
#[test]
fn another_rule_of_cancelling_is_found_out() {
    let other = system("M/M/4/setup, not cancelled");
    finds_out("M/M/4/setup", 40, Figure::MeanWait, theory(&other, Figure::MeanWait));
}

/// Two set-ups for one; and one that is 2 % longer.
#[test]
fn another_set_up_is_found_out() {
    for set_up in [4.0, 2.04] {
        let wrong = SetUpQueue {
            lambda: 0.6,
            service: Moments::with_cv(1.0, 0.5),
            set_up: Moments::constant(set_up),
            prepare: 0.0,
            timeout: 0.0,
        };
        finds_out("M/Γ/1, set-up 2, released at once", 100, Figure::MeanWait, wrong.mean_wait());
    }
}

/// A simulation too short to tell proves nothing, and does not pass.
#[test]
fn a_short_simulation_fails() {
    let system = System { replications: 40, window: 100.0, ..system("M/M/4") };
    let windows = system.windows();
    assert!(system.compare(&windows).iter().all(|c| !c.passes()));
}
