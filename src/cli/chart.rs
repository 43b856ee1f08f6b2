//! `nodetide chart`.

use super::args::{ChartArgs, ChartFormat, ChartName, ChartTheme};
use super::error::CliError;
use super::output::Output;
use super::sweep::PARTIAL;
use crate::chart::{Scene, Theme};
use crate::diagnostic::{Code, Diagnostic, Source};
use crate::exit_code;
use crate::report::charts::sweep::{SweepChart, of_sweep};
use crate::report::charts::{self, Chart, Look, ReadError, SummaryError};
use crate::report::files::OutError;
use crate::report::units::count;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

/// Draws the results of a run or of a sweep.
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
    let swept = is_sweep(&args.results);
    let drawn = wanted(args, swept)?;
    let folder = args.out.clone().unwrap_or_else(|| args.results.join(charts::FOLDER));
    let place = |stem: &str| {
        let name = charts::name(stem, theme, extension);
        folder.join(Path::new(name).file_name().unwrap_or_default())
    };
    // Pictures in the results' own folder are the program's; elsewhere they may be anybody's.
    if args.out.is_some()
        && !args.force
        && let Some(path) = drawn.iter().flat_map(|d| d.stems()).map(&place).find(|path| path.exists())
    {
        return Err(CliError::Exists(path));
    }
    if folder.exists() && !folder.is_dir() {
        return Err(OutError::NotADirectory(folder).into());
    }
    let scenes = scenes(&args.results, swept, &drawn, look)
        .map_err(|e| CliError::Invalid(vec![diagnostic(e, swept)]))?;
    fs::create_dir_all(&folder).map_err(|source| CliError::Write { path: folder.clone(), source })?;
    let mut missing = std::collections::BTreeSet::new();
    for (stem, scene) in &scenes {
        if args.format == ChartFormat::Png {
            missing.extend(crate::chart::missing_in_png(scene).chars());
        }
        let bytes = bytes(scene, args.format)?;
        let path = place(stem);
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
    output.remark(&format!("{} in {}", count(scenes.len() as u64, "chart"), folder.display()));
    Ok(exit_code::FINE)
}

/// A picture of a run or of a sweep.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Drawn {
    Run(Chart),
    Sweep(SweepChart),
}

impl Drawn {
    fn stems(&self) -> Vec<&'static str> {
        match self {
            Self::Run(chart) => vec![chart.as_str()],
            Self::Sweep(chart) => chart.stems().to_vec(),
        }
    }
}

/// Whether a directory has the results of a sweep.
fn is_sweep(results: &Path) -> bool {
    results.join("answer.json").is_file() && !results.join("summary.json").exists()
}

/// Whether a sweep's results are those of `optimize`. Damaged ones are told of when they are read.
fn is_search(results: &Path) -> bool {
    let text = fs::read_to_string(results.join("answer.json")).unwrap_or_default();
    serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|answer| answer.get("search").is_some())
}

/// What is drawn: all pictures of the kind of results, or those that are named.
fn wanted(args: &ChartArgs, swept: bool) -> Result<Vec<Drawn>, CliError> {
    let of = |name: ChartName| match name {
        ChartName::Nodes => Drawn::Run(Chart::Nodes),
        ChartName::Wait => Drawn::Run(Chart::Wait),
        ChartName::Causes => Drawn::Run(Chart::Causes),
        ChartName::Cost => Drawn::Run(Chart::Cost),
        ChartName::Hours => Drawn::Run(Chart::Hours),
        ChartName::Workload => Drawn::Run(Chart::Workload),
        ChartName::Heat => Drawn::Sweep(SweepChart::Heat),
        ChartName::Front => Drawn::Sweep(SweepChart::Front),
        ChartName::Minute => Drawn::Sweep(SweepChart::Minute),
        ChartName::Effects => Drawn::Sweep(SweepChart::Effects),
        ChartName::Replications => Drawn::Sweep(SweepChart::Replications),
    };
    let all: Vec<Drawn> = if swept && is_search(&args.results) {
        SweepChart::OF_SEARCH.into_iter().map(Drawn::Sweep).collect()
    } else if swept {
        SweepChart::ALL.into_iter().map(Drawn::Sweep).collect()
    } else {
        Chart::ALL.into_iter().map(Drawn::Run).collect()
    };
    if args.only.is_empty() {
        return Ok(all);
    }
    let named: Vec<Drawn> = args.only.iter().map(|name| of(*name)).collect();
    if args.results.exists()
        && let Some(other) = named.iter().find(|one| !all.contains(one))
    {
        let names = |list: &[Drawn]| list.iter().map(|d| d.stems()[0]).collect::<Vec<_>>().join(", ");
        let kind = if swept { "a sweep" } else { "a run" };
        let text = format!(
            "{} has the results of {kind}, of which there is no picture {:?}; there are: {}",
            args.results.display(),
            names(std::slice::from_ref(other)),
            names(&all)
        );
        return Err(CliError::Usage(text));
    }
    Ok(all.into_iter().filter(|one| named.contains(one)).collect())
}

/// The pictures, by stem.
fn scenes(
    results: &Path,
    swept: bool,
    drawn: &[Drawn],
    look: Look,
) -> Result<Vec<(&'static str, Scene)>, ReadError> {
    let mut scenes = Vec::new();
    if swept {
        let (surface, recommended) = charts::read_answer(results)?;
        for chart in drawn {
            let Drawn::Sweep(chart) = chart else { continue };
            let figures = of_sweep(&surface, recommended, *chart);
            scenes.extend(
                figures
                    .into_iter()
                    .map(|named| (named.stem, crate::chart::layout(&named.figure, look.size, look.theme))),
            );
        }
    } else {
        let data = charts::read(results)?;
        for chart in drawn {
            let Drawn::Run(chart) = chart else { continue };
            scenes.push((chart.as_str(), chart.scene(&data, look)));
        }
    }
    Ok(scenes)
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
fn diagnostic(error: ReadError, swept: bool) -> Diagnostic {
    let mend = if swept {
        "write the results again with `nodetide sweep SCENARIO --out DIR`"
    } else {
        "write the results again with `nodetide run SCENARIO --out DIR`"
    };
    let message = error.to_string();
    match error {
        ReadError::NoResults { path, .. } if !path.exists() => {
            Diagnostic::new(Code::NoResults, format!("{} does not exist", path.display()))
                .help("name a directory that `run --out DIR` or `sweep --out DIR` wrote")
        }
        ReadError::NoResults { path, .. } if path.join(PARTIAL).exists() => {
            let message =
                format!("the sweep in {} was interrupted: there is nothing to draw yet", path.display());
            let help = "the same command with --resume goes on with it";
            Diagnostic::new(Code::NoResults, message).help(help)
        }
        ReadError::NoResults { path, .. } => {
            Diagnostic::new(Code::NoResults, message).help(match results_in(&path).as_slice() {
                [] => "name a directory that `run --out DIR` or `sweep --out DIR` wrote".to_owned(),
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
            let found = Diagnostic::new(Code::ResultsDamaged, said).help(mend);
            place(found, &path, line, Some(&column))
        }
        ReadError::Line { path, line, message } => {
            place(Diagnostic::new(Code::ResultsDamaged, message).help(mend), &path, line, None)
        }
        _ => Diagnostic::new(Code::ResultsDamaged, message).help(mend),
    }
}

/// Directories of results within one, by name; a few of them.
fn results_in(path: &Path) -> Vec<String> {
    const SHOWN: usize = 5;
    let entries = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let results = entries.filter(|path| path.join("summary.json").is_file() || is_sweep(path));
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
