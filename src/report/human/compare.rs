//! Two scenarios side by side: what differs, what came of it, every figure with its difference.

use super::Page;
use super::rows::{self, Cell, Kind, Row, rows, says_something};
use super::style::{BAD, BOLD, DIM, GOOD, Style, WARN, cut, left, right, width};
use crate::report::compare::{Compared, ComparedScope, Comparison, JobShift, Same, Side, Tone, Verdict};
use crate::report::compare::{signed, signed_percent};
use crate::report::figures::{WAIT_LIMIT, WITHIN_SHARE};
use crate::report::replications::ReplicatedWarning;
use crate::report::units::{self, count, duration_s, percent, whole};
use crate::report::warnings::status_words;
use crate::scenario::difference::written;

/// More differences between the files are counted only.
const DIFFERENCES_MAX: usize = 30;
/// Longer values are cut [columns].
const VALUE_MAX: usize = 48;
/// Columns of a label at least; the longest one fits.
const LABEL: usize = 26;
/// Spaces between columns.
const GAP: usize = 2;

/// The comparison, `columns` wide.
pub(super) fn page(page: &mut Page, c: &Comparison) {
    header(page, c);
    // Of other jobs, what limits the comparison comes before what came of it.
    let differ = !c.pairing.same_arrivals();
    if differ {
        caveats(page, c);
    }
    findings(page, c);
    differences(page, c);
    thresholds(page, c);
    for (i, scope) in c.scopes.iter().enumerate() {
        // One cluster alone is the whole.
        if i == 0 || c.scopes.len() > 2 {
            table(page, c, scope, i > 0);
        }
    }
    legend(page, c);
    jobs(page, c);
    if !differ {
        caveats(page, c);
    }
    warnings(page, c, differ || !has_caveats(c));
}

fn header(page: &mut Page, c: &Comparison) {
    let runs = match (c.drawn, c.replications) {
        (false, _) => format!("nothing is drawn: one run each, exact, seed {}", c.seed),
        (true, n) => format!("{} of each, seed {}", count(n, "replication"), c.seed),
    };
    page.line(&format!("{}  {}", BOLD.paint("B compared with A"), DIM.paint(&runs)));
    for (letter, side) in [("A", &c.a), ("B", &c.b)] {
        let ended: Vec<String> = side
            .statuses
            .iter()
            .map(|(status, n)| match side.statuses.len() {
                1 => status_words(*status).to_owned(),
                _ => format!("{n} {}", status_words(*status)),
            })
            .collect();
        let about = format!("{}, {}, {}", side.file, side.scenario, ended.join(", "));
        page.hanging(&format!("  {}  ", BOLD.paint(letter)), &about);
    }
    page.note(c.pairing.says());
}

fn findings(page: &mut Page, c: &Comparison) {
    page.heading("In short");
    for finding in &c.findings {
        let mark = match finding.tone {
            Tone::Better => GOOD.paint("✓"),
            Tone::Worse => BAD.paint("✗"),
            Tone::Neutral => DIM.paint("·"),
        };
        page.hanging(&format!("  {mark} "), &finding.text);
    }
}

fn differences(page: &mut Page, c: &Comparison) {
    page.heading("What the files say differently");
    if c.differences.is_empty() {
        page.line("  nothing: both describe the same runs");
        return;
    }
    let shown = &c.differences[..c.differences.len().min(DIFFERENCES_MAX)];
    let columns = shown.iter().map(|d| width(&d.path)).max().unwrap_or(0).min(page.width / 2);
    for d in shown {
        let value = |v| cut(&written(v), VALUE_MAX);
        let values = format!("{} → {}", value(&d.a), value(&d.b));
        if width(&d.path) > columns {
            page.line(&format!("  {}", d.path));
            page.hanging("      ", &values);
        } else {
            page.hanging(&format!("  {}  ", left(&d.path, columns)), &values);
        }
    }
    if c.differences.len() > shown.len() {
        page.note(&format!("and {} more, all of them in --format json", c.differences.len() - shown.len()));
    }
}

/// Thresholds of both; they judge each file for itself.
fn thresholds(page: &mut Page, c: &Comparison) {
    let sides: [(&str, &Side); 2] = [("A", &c.a), ("B", &c.b)];
    if sides.iter().all(|(_, side)| side.thresholds.is_empty()) {
        return;
    }
    page.heading("Thresholds of each");
    let currency = c.currency.as_deref().unwrap_or_default();
    let lines: Vec<(&str, bool, String, String, u64)> = sides
        .into_iter()
        .flat_map(|(letter, side)| side.thresholds.iter().map(move |t| (letter, t)))
        .map(|(letter, t)| {
            let (condition, value) = (t.threshold.condition(currency), t.threshold.judged(currency));
            (letter, t.threshold.met, condition, value, t.met_in)
        })
        .collect();
    let conditions = lines.iter().map(|l| width(&l.2)).max().unwrap_or(0);
    let values = lines.iter().map(|l| width(&l.3)).max().unwrap_or(0);
    for (letter, met, condition, value, met_in) in lines {
        let mark = if met { GOOD.paint("✓") } else { BAD.paint("✗") };
        let value = right(&value, values);
        let value = if met { value } else { BAD.paint(&value) };
        let of = if c.replications > 1 { format!("  {met_in} of {}", c.replications) } else { String::new() };
        let label = format!("  {} {mark} ", BOLD.paint(letter));
        let line = format!("{label}{}  {value}{of}", left(&condition, conditions));
        if width(&line) <= page.width {
            page.line(&line);
        } else {
            page.hanging(&label, &condition);
            page.line(&format!("      {}{of}", value.trim_start()));
        }
    }
    if c.replications > 1 {
        page.note("The value is that of the worst replication; then, how many met it.");
    }
}

/// One line of the table, in the order of its columns.
struct Line {
    label: String,
    a: String,
    b: String,
    mark: &'static str,
    difference: String,
    relative: String,
    interval: String,
    /// Half its width, for pages too narrow for both ends.
    half: String,
    style: Option<Style>,
}

fn table(page: &mut Page, c: &Comparison, scope: &ComparedScope, short: bool) {
    let title = if scope.name == "all" { String::new() } else { scope.name.clone() };
    let mut lines: Vec<Result<Line, &'static str>> = Vec::new();
    // All amounts with the same decimals: as many as the whole cost and its interval need.
    let total = scope.get("cost_total");
    let decimals = total.map_or(2, |t| units::decimals(t.paired.a.max(t.paired.b)).max(fine_decimals(t)));
    let limit_s = scope.get(WAIT_LIMIT).map(|x| x.paired.a);
    for row in rows() {
        match row {
            Row::Section(title) => {
                if matches!(lines.last(), Some(Err(_))) {
                    lines.pop();
                }
                // Shares of waits are told in job-hours here: shares of two wholes cannot be subtracted.
                lines.push(Err(title));
            }
            // A comparison has rows of figures; the counts beside them say how many jobs ran.
            Row::Rest { .. } => {}
            Row::Share { label, key, .. } => {
                if let Some(compared) = scope.get(&key).filter(|x| nonzero(x) && !short) {
                    lines.push(Ok(line(c, label, &key, Kind::Number, compared, decimals)));
                }
            }
            Row::Figure { label, key, kind, optional, .. } => {
                let wanted = !short || SHORT.contains(&key.as_str());
                let shown =
                    |x: &&Compared| wanted && (!optional || nonzero(x) || says_something(&key, x.paired.a));
                if let Some(compared) = scope.get(&key).filter(shown) {
                    let label = rows::label(&label, &key, limit_s);
                    lines.push(Ok(line(c, label, &key, kind, compared, decimals)));
                }
            }
        }
    }
    if matches!(lines.last(), Some(Err(_))) {
        lines.pop();
    }
    print(page, c, &title, &lines);
}

/// What is shown of a single cluster beside others.
const SHORT: [&str; 11] = [
    "jobs_completed",
    "wait_mean_s",
    "wait_p50_s",
    "wait_p95_s",
    WITHIN_SHARE,
    "steady_wait_mean_s",
    "steady_wait_p95_s",
    "billed_node_h",
    "utilisation",
    "cost_total",
    "cost_per_day",
];

fn nonzero(x: &Compared) -> bool {
    x.paired.a != 0.0 || x.paired.b != 0.0
}

/// Whether more of a figure is welcome; `None`: neither.
fn higher_is_better(key: &str) -> Option<bool> {
    let key = key.strip_prefix("steady_").unwrap_or(key);
    let lower = ["wait_", "turnaround_", "slowdown_", "cost_", "requeue_"];
    match key {
        "jobs_completed" | "utilisation" | WITHIN_SHARE => Some(true),
        "jobs" | "peak_nodes" | "requests" | "withdrawn" | "useful_node_h" | "cost_useful" => None,
        "billed_node_h" | "restarts" | "evictions" | "boot_failures" | "at_limit_s" => Some(false),
        key if key.starts_with("jobs_") || lower.iter().any(|l| key.starts_with(l)) => Some(false),
        _ => None,
    }
}

/// As many decimals as the interval needs to be more than 0 wide.
fn fine_decimals(x: &Compared) -> usize {
    let half = x.paired.difference.half_width.filter(|half| *half > 0.0);
    half.map_or(0, |half| (-half.log10()).ceil().clamp(0.0, 4.0) as usize)
}

fn line(c: &Comparison, label: String, key: &str, kind: Kind, x: &Compared, decimals: usize) -> Line {
    let p = &x.paired;
    // A job costs little beside all of them.
    let decimals = match key {
        "cost_per_completed_job" => {
            decimals.max(units::decimals(p.a.abs().max(p.b.abs()))).max(fine_decimals(x))
        }
        _ => decimals,
    };
    let fine = fine_decimals(x);
    let number = |value: f64| match kind {
        // Both, their difference and its interval with the same decimals.
        Kind::Count | Kind::Number if p.a.fract() != 0.0 || p.b.fract() != 0.0 || value.fract() != 0.0 => {
            units::number_to(value, units::short_decimals(p.a.abs().max(p.b.abs())).max(fine))
        }
        kind => kind.show(Cell { value, half: None }, decimals),
    };
    let change = |value: f64| match kind {
        // A difference of shares is in points of per cent, not in per cent of anything.
        Kind::Share | Kind::Within => signed(value, &format!("{:.1} pp", value.abs() * 100.0)),
        Kind::Money => signed(value, &units::number_to(value.abs(), decimals)),
        _ => signed(value, &number(value.abs())),
    };
    let (mark, style) = match x.verdict {
        Verdict::Same => ("=", Some(DIM)),
        Verdict::NotSeparated => ("~", Some(DIM)),
        Verdict::OneDraw => ("", None),
        Verdict::Lower | Verdict::Higher => {
            let higher = x.verdict == Verdict::Higher;
            let style =
                higher_is_better(key).filter(|_| !key.starts_with("jobs_") || c.pairing.same_arrivals());
            let style = style.map_or(BOLD, |better| if better == higher { GOOD } else { BAD });
            (if higher { "▲" } else { "▼" }, Some(style))
        }
    };
    let equal = p.difference.mean == 0.0 && p.difference.std_dev.unwrap_or(0.0) == 0.0;
    let interval = match p.interval() {
        Some((low, high)) if low < high => format!("{} to {}", change(low), change(high)),
        Some(_) if c.drawn && !equal => "in every replication".to_owned(),
        _ => String::new(),
    };
    let half = match p.difference.half_width {
        Some(half) if half > 0.0 => change(half).replacen('+', "±", 1),
        Some(_) if c.drawn && !equal => "±0".to_owned(),
        _ => String::new(),
    };
    Line {
        label: without_mark(&label).to_owned(),
        a: number(p.a),
        b: number(p.b),
        mark,
        difference: if equal { String::new() } else { change(p.difference.mean) },
        relative: match (p.relative(), kind) {
            (Some(_), Kind::Share | Kind::Within) | (None, _) => String::new(),
            (Some(_), _) if equal => String::new(),
            (Some(r), _) => signed_percent(r),
        },
        interval,
        half,
        style,
    }
}

fn print(page: &mut Page, c: &Comparison, title: &str, lines: &[Result<Line, &'static str>]) {
    let widest = |title: &str, of: &dyn Fn(&Line) -> &str| {
        lines.iter().flatten().map(|l| width(of(l))).max().unwrap_or(0).max(width(title))
    };
    let columns: [(&str, usize); 6] = [
        ("A", widest("A", &|l| &l.a)),
        ("B", widest("B", &|l| &l.b)),
        ("B − A", widest("B − A", &|l| &l.difference) + 2),
        ("", widest("", &|l| &l.relative)),
        ("95 % interval", widest("95 % interval", &|l| &l.interval)),
        ("±", widest("±", &|l| &l.half)),
    ];
    // The first that fits: both ends of the interval or half its width, per cent, A and B.
    const LAYOUTS: [&[usize]; 6] =
        [&[0, 1, 2, 3, 4], &[0, 1, 2, 4], &[0, 1, 2, 3, 5], &[0, 1, 2, 5], &[1, 2, 5], &[2, 5]];
    let shown = |layout: &[usize]| -> Vec<usize> {
        layout.iter().copied().filter(|i| c.replications > 1 || *i < 4).collect()
    };
    let labels = lines.iter().flatten().map(|l| width(&l.label) + 2).max().unwrap_or(0).max(LABEL);
    let used = |layout: &[usize]| labels + shown(layout).iter().map(|i| GAP + columns[*i].1).sum::<usize>();
    let fits = LAYOUTS.into_iter().find(|layout| used(layout) <= page.width);
    let shown = shown(fits.unwrap_or(&[2, 5]));
    let rest: usize = shown.iter().map(|i| GAP + columns[*i].1).sum();
    let labels = labels.min(page.width.saturating_sub(rest));
    page.line("");
    let mut head = left(&cut(title, labels), labels);
    for &i in &shown {
        head.push_str(&right(&BOLD.paint(columns[i].0), GAP + columns[i].1));
    }
    page.line(&BOLD.paint(&head));
    for line in lines {
        let line = match line {
            Ok(line) => line,
            Err(section) => {
                page.line(&BOLD.paint(&section_title(section, c)));
                continue;
            }
        };
        let mut text = left(&cut(&format!("  {}", line.label), labels), labels);
        for &i in &shown {
            let cell = match i {
                0 => line.a.clone(),
                1 => line.b.clone(),
                2 => format!("{} {}", right(&line.difference, columns[2].1 - 2), left(line.mark, 1)),
                3 => line.relative.clone(),
                4 => line.interval.clone(),
                _ => line.half.clone(),
            };
            let painted = match line.style.filter(|_| i >= 2) {
                Some(style) => style.paint(&cell),
                None => cell,
            };
            text.push_str(&right(&painted, GAP + columns[i].1));
        }
        page.line(&text);
    }
}

/// Marks refer to footnotes of the other report; units are those of the differences.
fn section_title(section: &str, c: &Comparison) -> String {
    match (without_mark(section), &c.currency) {
        ("Waiting by cause", _) => "Waiting by cause, job-hours".to_owned(),
        ("Cost", Some(currency)) => format!("Cost, {currency}"),
        (other, _) => other.to_owned(),
    }
}

/// A label without the mark of its footnote: `utilisation [1]`.
fn without_mark(label: &str) -> &str {
    label.split_once(" [").map_or(label, |(label, _)| label)
}

fn legend(page: &mut Page, c: &Comparison) {
    let says = match (c.drawn, c.replications) {
        (false, _) => {
            "Nothing is drawn, so one run of each says all: the differences are exact and have no intervals. ▼ lower \
             in B, ▲ higher, = the same."
                .to_owned()
        }
        (true, 1) => "One replication is one draw: these differences are exact for it, and how far chance moves \
                      them is not known. Use --replications 20 for intervals."
            .to_owned(),
        (true, n) => format!(
            "Means of {n} replications, and the 95 % t-interval of {} (±: half its width). ▼ lower in B, ▲ higher: 0 \
             is outside the interval; ~ 0 is inside, so it may be chance; = the same in every replication. Each \
             interval stands for itself: among 20 figures that do not differ, about one looks as if it did.",
            c.pairing.differences()
        ),
    };
    page.note(&says);
    let said = |side: &Side| side.warm_up.as_ref().map(|cut| cut.says());
    match (said(&c.a), said(&c.b)) {
        (Some(a), Some(b)) if a == b => page.note(&a),
        (a, b) => {
            for (letter, text) in [("A", a), ("B", b)] {
                text.iter().for_each(|text| page.note(&format!("{letter}: {text}")));
            }
        }
    }
    if let Some(narrower) = c.total().and_then(|t| t.get("wait_mean_s")).and_then(|x| x.paired.narrower)
        && !(0.95..1.05).contains(&narrower)
        && c.pairing.jobs != Same::Nothing
    {
        let word = if narrower >= 1.0 { "narrower" } else { "wider" };
        let times = if narrower >= 1.0 { narrower } else { 1.0 / narrower };
        page.note(&format!(
            "Pairing made the interval of the mean wait {} times {word} than separate draws would have.",
            units::short(times)
        ));
    }
}

fn jobs(page: &mut Page, c: &Comparison) {
    let Some(j) = &c.jobs else { return };
    page.heading("Job by job");
    let runs =
        if c.replications > 1 { format!(" in {} replications", c.replications) } else { String::new() };
    page.line(&format!("  {}{runs}, submitted alike in A and B", count(j.jobs, "job")));
    let share = |n: u64| if j.jobs > 0 { percent(n as f64 / j.jobs as f64) } else { String::new() };
    let by = |shift: &JobShift| match (shift.p50_s, shift.p95_s, shift.max_s) {
        (Some(p50), Some(p95), Some(max)) => {
            format!("by {} (median), {} (p95), {} (most)", duration_s(p50), duration_s(p95), duration_s(max))
        }
        _ => String::new(),
    };
    let lines = [
        ("start earlier in B", j.earlier.jobs, by(&j.earlier), GOOD),
        ("start later in B", j.later.jobs, by(&j.later), BAD),
        ("start at the same time", j.same_time, String::new(), DIM),
        ("start in A only", j.only_a, String::new(), BAD),
        ("start in B only", j.only_b, String::new(), GOOD),
        ("start in neither", j.neither, String::new(), DIM),
    ];
    let digits = lines.iter().map(|l| whole(l.1).len()).max().unwrap_or(0);
    for (i, (label, n, by, style)) in lines.into_iter().enumerate() {
        if n > 0 || i < 3 {
            let style = if n > 0 { style } else { DIM };
            let line = format!("  {}  {:>5}  {label}", right(&whole(n), digits), share(n));
            if by.is_empty() {
                page.line(&style.paint(&line));
            } else {
                let gap = " ".repeat(22_usize.saturating_sub(width(label)));
                page.hanging(&format!("{}{gap}", style.paint(&line)), &by);
            }
        }
    }
}

fn has_caveats(c: &Comparison) -> bool {
    !c.notes.is_empty() || !c.pairing.apart.is_empty()
}

/// What `run` warns of, about A and about B; what is said of both, once. `heading`: no other caveat stands above.
fn warnings(page: &mut Page, c: &Comparison, heading: bool) {
    let of_both = |w: &ReplicatedWarning| c.b.warnings.iter().any(|other| other.warning == w.warning);
    let of_a = c.a.warnings.iter().map(|w| (if of_both(w) { "A and B" } else { "A" }, w));
    let only_b = c.b.warnings.iter().filter(|w| !c.a.warnings.iter().any(|other| other.warning == w.warning));
    let all: Vec<(&str, &ReplicatedWarning)> = of_a.chain(only_b.map(|w| ("B", w))).collect();
    if all.is_empty() {
        return;
    }
    if heading {
        page.heading("Bear in mind");
    }
    for (whose, ReplicatedWarning { warning, in_replications: n }) in all {
        let seen = match *n < c.replications && whose != "A and B" {
            true => format!(" (in {n} of {})", c.replications),
            false => String::new(),
        };
        let text = format!("{whose}: {}{seen}", warning.text);
        page.hanging(&format!("  {} ", WARN.paint(warning.code)), &text);
    }
}

fn caveats(page: &mut Page, c: &Comparison) {
    if !has_caveats(c) {
        return;
    }
    page.heading("Bear in mind");
    for note in c.notes.iter().chain(&c.pairing.apart) {
        page.hanging(&format!("  {} ", WARN.paint("!")), note);
    }
}
