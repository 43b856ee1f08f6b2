//! `nodetide chart`.

use super::args::{ChartArgs, ChartFormat, ChartName, ChartTheme};
use super::error::CliError;
use super::output::Output;
use crate::chart::{Scene, Theme};
use crate::diagnostic::{Code, Diagnostic, Source};
use crate::exit_code;
use crate::report::charts::{self, Chart, Look, ReadError, SummaryError};
use crate::report::files::OutError;
use crate::report::units::count;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

/// Draws the results of a run.
pub(super) fn chart(args: &ChartArgs, output: &Output) -> Result<u8, CliError> {
    let extension = match args.format {
        ChartFormat::Svg => "svg",
        ChartFormat::Png if cfg!(feature = "png") => "png",
        ChartFormat::Png => return Err(without_png()),
    };
    let theme = match args.theme {
        ChartTheme::Light => Theme::Light,
        ChartTheme::Dark => Theme::Dark,
    };
    let look = Look { theme, size: args.size };
    let wanted = |chart: &Chart| args.only.is_empty() || args.only.iter().any(|name| of(*name) == *chart);
    let drawn: Vec<Chart> = Chart::ALL.into_iter().filter(wanted).collect();
    let folder = args.out.clone().unwrap_or_else(|| args.results.join(charts::FOLDER));
    let place = |chart: &Chart| {
        let name = charts::name(chart.as_str(), theme, extension);
        folder.join(Path::new(name).file_name().unwrap_or_default())
    };
    // Pictures in the results' own folder are the program's; elsewhere they may be anybody's.
    if args.out.is_some()
        && !args.force
        && let Some(path) = drawn.iter().map(place).find(|path| path.exists())
    {
        return Err(CliError::Exists(path));
    }
    if folder.exists() && !folder.is_dir() {
        return Err(OutError::NotADirectory(folder).into());
    }
    let data = charts::read(&args.results).map_err(|e| CliError::Invalid(vec![diagnostic(e)]))?;
    fs::create_dir_all(&folder).map_err(|source| CliError::Write { path: folder.clone(), source })?;
    let mut missing = std::collections::BTreeSet::new();
    for chart in &drawn {
        let scene = chart.scene(&data, look);
        if args.format == ChartFormat::Png {
            missing.extend(crate::chart::missing_in_png(&scene).chars());
        }
        let bytes = bytes(&scene, args.format)?;
        let path = place(chart);
        write(&path, &bytes).map_err(|source| CliError::Write { path, source })?;
    }
    if !missing.is_empty() {
        let some: String = missing.iter().take(12).collect();
        let more = if missing.len() > 12 { " and others" } else { "" };
        output.remark(&format!(
            "note: the font of PNG files has no {some}{more}; question marks stand in their place. SVG files have all letters \
             that the viewer's fonts have: use --format svg"
        ));
    }
    output.remark(&format!("{} in {}", count(drawn.len() as u64, "chart"), folder.display()));
    Ok(exit_code::FINE)
}

const fn of(name: ChartName) -> Chart {
    match name {
        ChartName::Nodes => Chart::Nodes,
        ChartName::Wait => Chart::Wait,
        ChartName::Causes => Chart::Causes,
        ChartName::Cost => Chart::Cost,
        ChartName::Hours => Chart::Hours,
        ChartName::Workload => Chart::Workload,
    }
}

fn bytes(scene: &Scene, format: ChartFormat) -> Result<Vec<u8>, CliError> {
    match format {
        ChartFormat::Svg => Ok(crate::chart::svg(scene).into_bytes()),
        #[cfg(feature = "png")]
        ChartFormat::Png => crate::chart::png(scene).map_err(CliError::Draw),
        #[cfg(not(feature = "png"))]
        ChartFormat::Png => Err(without_png()),
    }
}

fn without_png() -> CliError {
    let message = "this program was built without the feature `png`";
    let help = "use --format svg, which browsers, slides and word processors take; or build with \
                `cargo install --path . --features png`";
    CliError::NotBuilt(Box::new(Diagnostic::new(Code::NotBuilt, message).help(help)))
}

/// Writes a file beside its place and renames it, so that no half picture is ever seen.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let partial =
        path.with_file_name(charts::partial(&path.file_name().unwrap_or_default().to_string_lossy()));
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&partial);
    }
    written
}

/// What is wrong with the results, with the damaged place where there is one.
fn diagnostic(error: ReadError) -> Diagnostic {
    const MEND: &str = "write the results again with `nodetide run SCENARIO --out DIR`";
    let message = error.to_string();
    match error {
        ReadError::NoResults { path, .. } if !path.exists() => {
            Diagnostic::new(Code::NoResults, format!("{} does not exist", path.display()))
                .help("name a directory that `nodetide run SCENARIO --out DIR` wrote")
        }
        ReadError::NoResults { path, .. } => {
            Diagnostic::new(Code::NoResults, message).help(match results_in(&path).as_slice() {
                [] => "name a directory that `nodetide run SCENARIO --out DIR` wrote".to_owned(),
                within => format!("there are results in {}: name one of them", within.join(", ")),
            })
        }
        ReadError::Io { .. } => Diagnostic::new(Code::CannotRead, message),
        ReadError::Summary { source: SummaryError::Newer(_), .. } => {
            Diagnostic::new(Code::ResultsNewer, message)
                .help("use the program that wrote them, or a newer one")
        }
        ReadError::Value { path, line, column, value, message } => {
            let said = format!("{column} is {value:?}; {message}");
            let found = Diagnostic::new(Code::ResultsDamaged, said).help(MEND);
            place(found, &path, line, Some(&column))
        }
        ReadError::Line { path, line, message } => {
            place(Diagnostic::new(Code::ResultsDamaged, message).help(MEND), &path, line, None)
        }
        _ => Diagnostic::new(Code::ResultsDamaged, message).help(MEND),
    }
}

/// Directories of results within one, by name; a few of them.
fn results_in(path: &Path) -> Vec<String> {
    const SHOWN: usize = 5;
    let entries = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let results = entries.filter(|path| path.join("summary.json").is_file());
    let mut names: Vec<String> = results.map(|path| path.display().to_string()).collect();
    names.sort();
    if names.len() > SHOWN {
        names.truncate(SHOWN);
        names.push("…".to_owned());
    }
    names
}

/// The same, with the line as it stands in the file.
fn place(found: Diagnostic, path: &Path, line: u64, column: Option<&str>) -> Diagnostic {
    let name = path.display().to_string();
    // Longer lines are not shown: the file may be one that never ends.
    const LINE_MAX: u64 = 1 << 16;
    let nth = |n: u64| -> Option<String> {
        let mut lines = BufReader::new(File::open(path).ok()?);
        let mut line = Vec::new();
        for _ in 0..n {
            line.clear();
            lines.by_ref().take(LINE_MAX).read_until(b'\n', &mut line).ok()?;
            if line.is_empty() || line.len() as u64 == LINE_MAX {
                return None;
            }
        }
        Some(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
    };
    let Some(text) = nth(line) else {
        return found.note(format!("{name}, line {line}"));
    };
    let header = nth(1).unwrap_or_default();
    let cell = column.and_then(|c| cells(&header).into_iter().position(|cell| header.get(cell) == Some(c)));
    let span = cell.and_then(|n| cells(&text).into_iter().nth(n)).unwrap_or(0..text.len());
    let source = Arc::new(Source::excerpt(name, text, usize::try_from(line).unwrap_or(usize::MAX)));
    let label = column.map_or_else(|| "here".to_owned(), |c| format!("in the column {c}"));
    found.at(&source, span, label)
}

/// Where the cells of a line of csv are.
fn cells(line: &str) -> Vec<std::ops::Range<usize>> {
    let mut cells = Vec::new();
    let (mut from, mut quoted) = (0, false);
    for (i, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                cells.push(from..i);
                from = i + 1;
            }
            _ => {}
        }
    }
    cells.push(from..line.len());
    cells
}
