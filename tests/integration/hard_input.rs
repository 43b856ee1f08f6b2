//! Input that nobody means to hand in: cut off, damaged, huge, unreadable. What each gets is one list, from which
//! the table in `docs/hard-input.md` is made too. With `NODETIDE_BLESS=1` the page is written anew.
//!
//! On Linux, where pipes, links and devices that are always full can be made without further ado.

mod files;
mod logs;
mod output;
mod results;
mod scenarios;
mod sweeps;
mod ticks;

use crate::support::{Done, Place};
use nodetide::diagnostic::Code;
use std::path::Path;

/// What stands before the tables.
const INTRO: &str = include_str!("hard_input/intro.md");

/// One row: an input and what it gets.
pub(crate) struct Case {
    /// The input, in words.
    what: &'static str,
    make: Make,
    exit: u8,
    /// Code of the error or warning; empty where there is none.
    code: &'static str,
    /// What is said, word by word, on standard output or standard error.
    says: &'static str,
    /// Why this cannot be tried here.
    skip: fn() -> Option<String>,
}

/// How a case is tried.
enum Make {
    /// The chapter's command reads the file that this makes.
    File(fn(&Path)),
    /// A command of its own.
    Run(fn(&Place) -> Done),
}

/// A case with a file.
fn file(what: &'static str, exit: u8, code: &'static str, says: &'static str, make: fn(&Path)) -> Case {
    Case { what, make: Make::File(make), exit, code, says, skip: || None }
}

/// A case with a command of its own.
fn ran(
    what: &'static str,
    exit: u8,
    code: &'static str,
    says: &'static str,
    run: fn(&Place) -> Done,
) -> Case {
    Case { what, make: Make::Run(run), exit, code, says, skip: || None }
}

impl Case {
    /// Not tried where this says why.
    fn unless(self, skip: fn() -> Option<String>) -> Self {
        Self { skip, ..self }
    }
}

/// Cases of one kind of input.
pub(crate) struct Chapter {
    title: &'static str,
    /// What the table is about, for the page.
    about: &'static str,
    /// Name of the file.
    name: &'static str,
    /// Another file that the command needs: name and text.
    beside: Option<(&'static str, &'static str)>,
    command: &'static [&'static str],
    cases: Vec<Case>,
}

fn chapters() -> Vec<Chapter> {
    let mut all = vec![scenarios::chapter(), ticks::chapter()];
    all.extend(logs::chapters());
    all.push(results::chapter());
    all.push(sweeps::chapter());
    all.push(output::chapter());
    all
}

/// The codes of errors in what was printed, else of warnings.
fn codes(text: &str) -> Vec<&str> {
    let of = |kind: &str| -> Vec<&str> {
        let heads =
            text.lines().filter_map(|line| line.strip_prefix(kind)?.strip_prefix('[')?.split(']').next());
        heads.collect()
    };
    let errors = of("error");
    if errors.is_empty() { of("warning") } else { errors }
}

/// Tries a chapter; gives what is not as its cases say.
fn wrong(chapter: &Chapter) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in &chapter.cases {
        if let Some(why) = (case.skip)() {
            println!("skipped: {}: {}: {why}", chapter.title, case.what);
            continue;
        }
        let place = Place::new();
        if let Some((name, text)) = chapter.beside {
            place.file(name, text);
        }
        let done = match case.make {
            Make::File(make) => {
                make(&place.path(chapter.name));
                place.run(chapter.command)
            }
            Make::Run(run) => run(&place),
        };
        let said = format!("{}{}", done.stdout, done.stderr);
        let codes = codes(&done.stderr);
        // Beside the code of a case there may be more, as one mistake can lead to another.
        let coded = if case.code.is_empty() { !said.contains("error[") } else { codes.contains(&case.code) };
        if done.code != i32::from(case.exit) || !coded || !said.contains(case.says) {
            let short: String = said.chars().take(1500).collect();
            wrong.push(format!(
                "{}: {}\n  expected {} {} {:?}\n  got {} {codes:?}\n{short}",
                chapter.title, case.what, case.exit, case.code, case.says, done.code
            ));
        }
        // Whatever comes in, nobody has to read a screen full of it, and the program makes no mistake of its own.
        if done.stderr.len() > 20_000 || done.stderr.contains("mistake of its own") {
            wrong.push(format!(
                "{}: {}: too much is said: {} bytes",
                chapter.title,
                case.what,
                done.stderr.len()
            ));
        }
    }
    wrong
}

#[track_caller]
fn check(chapter: &Chapter) {
    let wrong = wrong(chapter);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn scenario_files() {
    check(&scenarios::chapter());
}

#[test]
fn files_in_ticks() {
    check(&ticks::chapter());
}

#[test]
fn logs_of_jobs() {
    let wrong: Vec<String> = logs::chapters().iter().flat_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn results_to_draw() {
    check(&results::chapter());
}

#[test]
fn sweeps_to_resume() {
    check(&sweeps::chapter());
}

#[test]
fn places_for_results() {
    check(&output::chapter());
}

/// The page: introduction and tables.
fn page() -> String {
    let mut page = INTRO.to_owned();
    for chapter in chapters() {
        page += &format!(
            "\n## {}\n\n{}\n\n| input | exit code | code | what is said |\n|---|---|---|---|\n",
            chapter.title, chapter.about
        );
        for case in chapter.cases {
            let code = match case.code {
                "" => "–".to_owned(),
                code => format!("[{code}](errors.md#{})", code.parse::<Code>().unwrap().anchor()),
            };
            let says = case.says.replace('|', "\\|").replace('`', "");
            page += &format!("| {} | {} | {code} | {says} |\n", case.what, case.exit);
        }
    }
    page
}

#[test]
fn the_page_has_these_cases() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/hard-input.md");
    if std::env::var_os("NODETIDE_BLESS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page(), "docs/hard-input.md differs: run this test with NODETIDE_BLESS=1");
}
