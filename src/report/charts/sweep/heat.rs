//! Cost and latency over pairs of axes.

use super::scale::{cost_bands, latency_bands};
use super::{Answer, NamedFigure, TODAY, TOLD, brief, latency_text, line, words};
use crate::chart::{
    Bands, Field, FieldCell, FieldMark, Figure, Ink, KeyEntry, Levels, Panel, Row, Size, Swatch,
};
use crate::report::charts::capital;
use crate::report::units::{count, short, short_decimals};
use crate::stats::surface::effects::effects;
use crate::stats::surface::{Point, Surface, Verdict};

/// Pairs of axes that are shown, at most.
const PAIRS: usize = 6;

/// What a heat map shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Cost,
    Latency,
}

pub(super) fn figures(answer: &Answer<'_>) -> Vec<NamedFigure> {
    let surface = answer.surface;
    if surface.points.is_empty() || surface.factors.is_empty() {
        let figure = Figure {
            title: "The sweep has no configuration".to_owned(),
            rows: words("Nothing to show."),
            ..Figure::default()
        };
        return vec![NamedFigure { stem: "heat", figure }];
    }
    match surface.factors.len() {
        1 => vec![NamedFigure { stem: "heat", figure: line::figure(answer) }],
        2 => vec![NamedFigure { stem: "heat", figure: both(answer) }],
        _ => [("heat", Shown::Cost), ("heat-latency", Shown::Latency)]
            .into_iter()
            .map(|(stem, shown)| NamedFigure { stem, figure: multiples(answer, shown) })
            .collect(),
    }
}

/// Which configuration each cell of a pair of axes shows: the best of those with its two levels. One that holds the
/// constraints comes first, by objective; then one that misses them, by the least excess; then a marked one. Cells by rows
/// of the second axis.
pub(super) fn shown(surface: &Surface, (x, y): (usize, usize)) -> Vec<Option<usize>> {
    let columns = surface.factors[x].levels.len();
    let mut cells: Vec<Option<usize>> = vec![None; columns * surface.factors[y].levels.len()];
    let rank = |p: &Point| {
        let class = match p.verdict {
            Verdict::Meets => 0,
            Verdict::Misses => 1,
            _ => 2,
        };
        (class, if class == 0 { 0.0 } else { p.excess })
    };
    for (i, point) in surface.points.iter().enumerate() {
        let levels = surface.levels_of(i);
        let cell = &mut cells[levels[y] as usize * columns + levels[x] as usize];
        let better = cell.is_none_or(|other| {
            let other = &surface.points[other];
            let ((class, excess), (other_class, other_excess)) = (rank(point), rank(other));
            let order = class.cmp(&other_class).then(excess.total_cmp(&other_excess));
            order
                .then(point.objective.total_cmp(&other.objective))
                .then(point.latency_s.total_cmp(&other.latency_s))
                .is_lt()
        });
        if better {
            *cell = Some(i);
        }
    }
    cells
}

/// Both axes of a pair: the one with more levels across.
fn oriented(surface: &Surface, (a, b): (usize, usize)) -> (usize, usize) {
    let levels = |f: usize| surface.factors[f].levels.len();
    if levels(b) > levels(a) { (b, a) } else { (a, b) }
}

fn value(shown: Shown, point: &Point) -> f64 {
    match shown {
        Shown::Cost => point.cost,
        Shown::Latency => point.latency_s,
    }
}

/// Pairs of axes that are shown.
struct Pairs {
    /// Those with most effect, most first; as the axes stand where effects are not told.
    shown: Vec<(usize, usize)>,
    /// How many there are.
    of: usize,
    /// Whether effects are told.
    by_effect: bool,
}

fn pairs(surface: &Surface) -> Pairs {
    let n = surface.factors.len();
    let all: Vec<(usize, usize)> = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect();
    let responses = [effects(surface, |p| p.cost), effects(surface, |p| p.latency_s)];
    let weight = |&(a, b): &(usize, usize)| {
        let of = |e: &crate::stats::surface::effects::Effects| {
            e.main[a].share + e.main[b].share + e.together((a, b))
        };
        responses.iter().flatten().map(of).fold(0.0, f64::max)
    };
    // Without effects all weigh the same, and a stable sort leaves the order of the axes.
    let mut order: Vec<(f64, (usize, usize))> = all.iter().map(|pair| (weight(pair), *pair)).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    Pairs {
        shown: order.into_iter().take(PAIRS).map(|o| o.1).collect(),
        of: all.len(),
        by_effect: responses.iter().any(Result::is_ok),
    }
}

/// Whether some configuration holds the constraints: else all cells have colours, of those that miss them by the least.
fn any_holds(surface: &Surface) -> bool {
    surface.points.iter().any(|p| p.verdict == Verdict::Meets)
}

/// Whether a point has a colour.
fn counts(point: &Point, any: bool, shown: Shown) -> bool {
    let class = if any { point.verdict == Verdict::Meets } else { !point.verdict.is_marked() };
    class && value(shown, point).is_finite()
}

fn bands(surface: &Surface, points: &[usize], shown: Shown) -> Bands {
    let any = any_holds(surface);
    let fit = points.iter().map(|&i| &surface.points[i]).filter(|p| counts(p, any, shown));
    let values = fit.map(|p| value(shown, p));
    match shown {
        Shown::Cost => cost_bands(values),
        Shown::Latency => latency_bands(values),
    }
}

fn field(answer: &Answer<'_>, (x, y): (usize, usize), bands: Bands, shown_value: Shown) -> Field {
    let surface = answer.surface;
    let any = any_holds(surface);
    let cells = shown(surface, (x, y));
    // As few decimals as tell the cells apart, alike in all of them.
    let highest =
        cells.iter().flatten().map(|&i| surface.points[i].cost).filter(|c| c.is_finite()).fold(0.0, f64::max);
    let decimals = short_decimals(highest);
    let text = |p: &Point| match shown_value {
        Shown::Cost => crate::report::units::number_to(p.cost, decimals),
        Shown::Latency => brief(p.latency_s),
    };
    let cell = |cell: &Option<usize>| {
        let Some(point) = cell.map(|i| &surface.points[i]) else { return FieldCell::Outside };
        if point.verdict.is_marked() {
            FieldCell::Ruled
        } else if counts(point, any, shown_value) {
            FieldCell::Value(value(shown_value, point), text(point))
        } else if shown_value == Shown::Cost {
            FieldCell::Missed(if point.excess > 0.0 {
                super::excess_brief(point.excess)
            } else {
                String::new()
            })
        } else {
            FieldCell::Missed(if point.latency_s.is_finite() {
                brief(point.latency_s)
            } else {
                latency_text(point.latency_s).unwrap_or_default()
            })
        }
    };
    let levels = |f: usize| Levels {
        name: surface.factors[f].label.clone(),
        labels: super::names(&surface.factors[f]),
        numeric: surface.factors[f].is_numeric(),
    };
    let mut marks = Vec::new();
    if let Some(point) = answer.told {
        let own = surface.levels_of(point);
        let at = (f64::from(own[x]), f64::from(own[y]));
        marks.push(FieldMark { at, symbol: TOLD, label: answer.word().to_owned() });
    }
    if let (Some(a), Some(b)) = (surface.today_levels[x], surface.today_levels[y]) {
        marks.push(FieldMark { at: (f64::from(a), f64::from(b)), symbol: TODAY, label: "today".to_owned() });
    }
    Field {
        heading: String::new(),
        x: levels(x),
        y: levels(y),
        cells: cells.iter().map(cell).collect(),
        bands,
        bar: false,
        contours: shown_value == Shown::Cost || surface.factors.len() <= 2,
        marks,
    }
}

/// Axes on which today's value is not, in words.
fn today_off(surface: &Surface) -> String {
    let missing: Vec<&str> = (surface.factors.iter().zip(&surface.today_levels))
        .filter(|(_, level)| level.is_none())
        .map(|(factor, _)| factor.label.as_str())
        .collect();
    match missing.len() {
        0 => String::new(),
        _ => format!(" Today's {} is not among the levels.", missing.join(" and ")),
    }
}

/// The key: what is marked, and what cells without a colour are.
fn key(answer: &Answer<'_>, fields: &[&Field]) -> Row {
    let mut key = answer.marks_key();
    let has = |is: &dyn Fn(&FieldCell) -> bool| fields.iter().any(|f| f.cells.iter().any(is));
    let entry = |swatch, name: String| KeyEntry { ink: Ink::Muted, swatch, name, value: String::new() };
    if has(&|c| matches!(c, FieldCell::Missed(_))) {
        key.push(entry(Swatch::Hatch, format!("misses {}", answer.constraints_short())));
        key.push(KeyEntry { ink: Ink::Limit, ..entry(Swatch::Line, "edge of what holds".to_owned()) });
    }
    if has(&|c| matches!(c, FieldCell::Ruled)) {
        key.push(entry(Swatch::Crossed, "ruled out: stuck, or fewer jobs done than today".to_owned()));
    }
    if has(&|c| matches!(c, FieldCell::Outside)) {
        key.push(KeyEntry { ink: Ink::Background, ..entry(Swatch::Square, "blank: not run".to_owned()) });
    }
    Row::one(Panel::Key(key))
}

/// With two axes: a cell is a configuration.
fn both(answer: &Answer<'_>) -> Figure {
    let surface = answer.surface;
    let all: Vec<usize> = (0..surface.points.len()).collect();
    let pair = oriented(surface, (0, 1));
    let panel = |shown: Shown, heading: String| {
        let bands = bands(surface, &all, shown);
        Field { heading, bar: true, ..field(answer, pair, bands, shown) }
    };
    let cost = panel(Shown::Cost, format!("Cost [{}]", surface.cost_unit));
    let latency = panel(Shown::Latency, capital(&surface.latency_name));
    let key = key(answer, &[&cost, &latency]);
    let name = &surface.latency_name;
    let mut subtitle = format!("Cost and {name} of {}.", count(all.len() as u64, "configuration"));
    if surface.points.iter().all(|p| p.verdict.is_marked()) {
        subtitle.push_str(" All are ruled out.");
    } else if !any_holds(surface) {
        subtitle.push_str(" None holds the constraints; colours are of all that are not ruled out.");
    } else if surface.points.iter().any(|p| p.verdict == Verdict::Misses) {
        let constraints = answer.constraints().unwrap_or_default();
        subtitle.push_str(&format!(
            " Hatched: misses {constraints}; numbers there, if any: by how much, and the {name}."
        ));
    }
    subtitle.push_str(&today_off(surface));
    let nothing = |field: Field, why: &str| {
        if field.cells.iter().any(|c| matches!(c, FieldCell::Value(..))) {
            Panel::Field(field)
        } else {
            Panel::Words(why.to_owned())
        }
    };
    let panels = vec![
        nothing(cost, "The cost of no configuration is known, or all are ruled out."),
        nothing(latency, "No configuration has a latency, or all are ruled out."),
    ];
    Figure {
        title: answer.finding(),
        subtitle,
        note: String::new(),
        rows: vec![key, Row::one(Panel::Grid(panels))],
    }
}

/// With more axes: a panel for each pair, and in each cell the best of what the other axes allow.
fn multiples(answer: &Answer<'_>, shown_value: Shown) -> Figure {
    let surface = answer.surface;
    let Pairs { shown: pairs, of, by_effect } = pairs(surface);
    let pairs: Vec<(usize, usize)> = pairs.into_iter().map(|pair| oriented(surface, pair)).collect();
    let points: Vec<usize> =
        pairs.iter().flat_map(|&pair| shown(surface, pair).into_iter().flatten()).collect();
    let mut bands = bands(surface, &points, shown_value);
    let fields: Vec<Field> =
        pairs.iter().map(|&pair| field(answer, pair, bands.clone(), shown_value)).collect();
    let holds = answer.constraints().map_or_else(String::new, |c| format!(" that holds {c}"));
    let others = surface.factors.len() - 2;
    let whatever = if others == 1 { "the other axis".to_owned() } else { format!("the other {others} axes") };
    let best = if surface.objective_name == "cost" {
        "cheapest".to_owned()
    } else {
        format!("best by {}", surface.objective_name)
    };
    let what = match shown_value {
        Shown::Cost => "Cost",
        Shown::Latency => &capital(&surface.latency_name),
    };
    let mut subtitle = if any_holds(surface) {
        format!("{what} of the {best} configuration{holds}, with these two values and any of {whatever}.")
    } else {
        format!(
            "{what} of the configuration that misses the constraints by the least, with these two values and any of {whatever}."
        )
    };
    if fields.iter().any(|f| f.cells.iter().any(|c| matches!(c, FieldCell::Missed(_)))) {
        subtitle.push_str(" Hatched: none holds.");
    }
    if pairs.len() < of {
        let n = pairs.len();
        subtitle.push_str(&if by_effect {
            format!(" Shown are the {n} of {of} pairs with most effect.")
        } else {
            format!(" Shown are the first {n} of {of} pairs of axes.")
        });
    }
    subtitle.push_str(&today_off(surface));
    let title = match shown_value {
        Shown::Cost => answer.finding(),
        Shown::Latency => latency_title(answer),
    };
    let known = fields.iter().any(|f| f.cells.iter().any(|c| matches!(c, FieldCell::Value(..))));
    if !known {
        let rows = words("No configuration has this figure, or all are ruled out.");
        return Figure { title, subtitle, note: String::new(), rows };
    }
    bands.name = match shown_value {
        Shown::Cost => format!("Cost [{}]", surface.cost_unit),
        Shown::Latency => capital(&surface.latency_name),
    };
    let key = key(answer, &fields.iter().collect::<Vec<_>>());
    let grid = Panel::Grid(fields.into_iter().map(Panel::Field).collect());
    let scale = Row { size: Size::Fixed(22.0), panels: vec![(1.0, Panel::Scale(bands))] };
    Figure { title, subtitle, note: String::new(), rows: vec![key, scale, Row::one(grid)] }
}

fn latency_title(answer: &Answer<'_>) -> String {
    let surface = answer.surface;
    let Some(told) = answer.told() else { return answer.finding() };
    let name = &surface.latency_name;
    let of = |p: &Point| latency_text(p.latency_s).unwrap_or_else(|| "unknown".to_owned());
    let cost = if told.cost.is_finite() {
        format!(" for {} {}", short(told.cost), surface.cost_unit)
    } else {
        String::new()
    };
    format!(
        "{} of the {} configuration is {}{cost}, today's {}",
        capital(name),
        answer.word(),
        of(told),
        of(&surface.today)
    )
}
