//! Colour: never in files and pipes, unless asked for.

use crate::support::{Place, done};
use nodetide::exit_code;

fn coloured(text: &str) -> bool {
    text.contains('\x1b')
}

#[test]
fn pipes_have_no_colour_unless_asked_for() {
    let place = Place::new();
    let args = ["explain", "W0501"];
    assert!(!coloured(&place.run(&args).exits(exit_code::FINE).stdout));
    let always = place.run(&["explain", "W0501", "--color", "always"]).exits(exit_code::FINE);
    assert!(coloured(&always.stdout));
    let forced = done(place.command(&args).env("CLICOLOR_FORCE", "1"));
    assert!(coloured(&forced.stdout));
    let never = done(place.command(&["--color", "never", "explain", "W0501"]).env("CLICOLOR_FORCE", "1"));
    assert!(!coloured(&never.stdout));
    // https://no-color.org: present and not empty.
    let no_color = done(place.command(&args).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1"));
    assert!(!coloured(&no_color.stdout));
}

#[test]
fn errors_have_no_colour_in_pipes_either() {
    let place = Place::new();
    assert!(!coloured(&place.run(&["run", "absent.ron"]).exits(exit_code::IO).stderr));
    assert!(coloured(&place.run(&["run", "absent.ron", "--color", "always"]).exits(exit_code::IO).stderr));
}
