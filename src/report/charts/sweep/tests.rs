//! Titles say what the numbers say, cells show the configuration that the rule names, and no text covers another.

mod words;

use super::*;
use crate::chart::{Anchor, FieldCell, Item, Mark, Theme, layout, svg, width};
use crate::stats::surface::{Factor, Level};
use std::path::Path;

fn level(text: &str, number: Option<f64>) -> Level {
    Level { text: text.to_owned(), number }
}

fn numbers(label: &str, of: impl Iterator<Item = f64>) -> Factor {
    let levels = of.map(|n| level(&format!("{n}"), Some(n))).collect();
    Factor { column: label.to_owned(), label: label.to_owned(), levels, today: None, today_cell: None }
}

fn times(label: &str, minutes: &[f64]) -> Factor {
    let levels = minutes.iter().map(|m| level(&duration_s(m * 60.0), Some(m * 60.0))).collect();
    Factor { column: format!("{label}_s"), label: label.to_owned(), levels, today: None, today_cell: None }
}

fn names(label: &str, of: &[&str]) -> Factor {
    let levels = of.iter().map(|n| level(n, None)).collect();
    Factor { column: label.to_owned(), label: label.to_owned(), levels, today: None, today_cell: None }
}

/// A number from 0 to 1 that looks like chance.
fn chance(seed: u64) -> f64 {
    let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03;
    for _ in 0..3 {
        x ^= x >> 29;
        x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    }
    (x >> 11) as f64 / (1_u64 << 53) as f64
}

/// A full grid; `of` gives cost and latency for the numbers of the levels (their place where they have none).
pub(super) fn sketch(
    factors: Vec<Factor>,
    replications: usize,
    limit_s: f64,
    of: impl Fn(&[f64]) -> (f64, f64),
) -> Surface {
    let sizes: Vec<usize> = factors.iter().map(|f| f.levels.len()).collect();
    let (mut points, mut all, mut objectives) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..sizes.iter().product::<usize>() {
        let mut rest = index;
        let mut own = vec![0_u32; sizes.len()];
        for (k, n) in sizes.iter().enumerate().rev() {
            own[k] = (rest % n) as u32;
            rest /= n;
        }
        let values: Vec<f64> = own
            .iter()
            .zip(&factors)
            .map(|(&l, f)| f.levels[l as usize].number.unwrap_or(f64::from(l)))
            .collect();
        let (cost, latency_s) = of(&values);
        let list: Vec<f64> = (0..replications)
            .map(|r| {
                let common = chance(r as u64) - 0.5;
                let single = chance((index * 1000 + r) as u64 + 7) - 0.5;
                if replications > 1 { cost * (1.0 + 0.1 * common + 0.02 * single) } else { cost }
            })
            .collect();
        let mean = list.iter().sum::<f64>() / replications as f64;
        let excess = (latency_s / limit_s - 1.0).max(0.0);
        let verdict = if excess > 0.0 { Verdict::Misses } else { Verdict::Meets };
        points.push(Point { index: index as u64, verdict, objective: mean, cost: mean, latency_s, excess });
        all.extend(own);
        objectives.extend(list);
    }
    let today_levels: Vec<Option<u32>> = sizes.iter().map(|n| Some((n / 3) as u32)).collect();
    let today = sizes.iter().zip(&today_levels).fold(0, |at, (n, l)| at * n + l.unwrap() as usize);
    Surface {
        today: points[today].clone(),
        today_objectives: objectives[today * replications..][..replications].to_vec(),
        today_levels,
        factors,
        points,
        levels: all,
        replications,
        objectives,
        objective_name: "cost".into(),
        objective_unit: "USD/week".into(),
        cost_unit: "USD/week".into(),
        latency_name: "p95 wait".into(),
        latency_limit_s: Some(limit_s),
        source: String::new(),
        constraints: vec![format!("p95 wait ≤ {}", duration_s(limit_s))],
    }
}

/// A cluster as a formula: nodes, time idle [s].
fn cluster(nodes: f64, idle_s: f64) -> (f64, f64) {
    let cost = 120.0 + 2.2 * nodes + 9.0 * libm::sqrt(idle_s / 60.0) + 400.0 / nodes;
    let wait =
        60.0 + 40_000.0 / (nodes * nodes) * 60.0 / (1.0 + idle_s / 900.0) + 240.0 / (1.0 + idle_s / 300.0);
    (cost, wait)
}

fn two() -> Surface {
    let factors = vec![
        numbers("max_nodes", (1..=10).map(|n| f64::from(n) * 6.0)),
        times("idle_time", &[2.0, 5.0, 10.0, 20.0, 30.0, 60.0]),
    ];
    sketch(factors, 1, 1200.0, |v| cluster(v[0], v[1]))
}

fn three(replications: usize) -> Surface {
    let factors = vec![
        numbers("max_nodes", (1..=8).map(|n| f64::from(n) * 6.0)),
        times("idle_time", &[2.0, 10.0, 30.0, 60.0]),
        names("tier", &["Dedicated", "LowPriority"]),
    ];
    sketch(factors, replications, 1200.0, |v| {
        let (cost, wait) = cluster(v[0], v[1]);
        if v[2] > 0.5 { (cost * 0.6, wait * 1.7) } else { (cost, wait) }
    })
}

fn five(limit_s: f64) -> Surface {
    let factors = vec![
        numbers("max_nodes", (1..=12).map(|n| f64::from(n) * 5.0)),
        times("idle_time", &[2.0, 10.0, 30.0, 60.0]),
        names("tier", &["Dedicated", "LowPriority"]),
        names("vm_size", &["Standard_D4s_v5", "Standard_D8s_v5", "Standard_F16s_v2"]),
        numbers("min_nodes", (0..4).map(f64::from)),
    ];
    sketch(factors, 1, limit_s, |v| {
        let (cost, wait) = cluster(v[0], v[1]);
        let (cost, wait) = if v[2] > 0.5 { (cost * 0.6, wait * 1.7) } else { (cost, wait) };
        (cost * (1.0 + 0.4 * v[3]) + 9.0 * v[4], wait / (1.0 + 0.5 * v[3]) / (1.0 + 0.1 * v[4]))
    })
}

/// A few configurations of a large grid, as a design has them.
fn few() -> Surface {
    let mut s = five(1200.0);
    let taken: Vec<usize> = (0..15).map(|k| k * 76 + 7 * (k % 5)).collect();
    s.levels = taken.iter().flat_map(|&i| s.levels_of(i).to_vec()).collect();
    s.points = taken.iter().map(|&i| s.points[i].clone()).collect();
    s.objectives = taken.iter().map(|&i| s.objectives[i]).collect();
    s
}

/// What is minimised is the wait itself.
fn waits() -> Surface {
    let mut s = three(20);
    for (i, p) in s.points.iter_mut().enumerate() {
        for of in &mut s.objectives[i * 20..][..20] {
            *of *= p.latency_s / p.cost;
        }
        p.objective = p.latency_s;
    }
    for of in &mut s.today_objectives {
        *of *= s.today.latency_s / s.today.cost;
    }
    s.today.objective = s.today.latency_s;
    s.objective_name = "p95 wait".into();
    s.objective_unit = "s".into();
    s
}

fn many() -> Surface {
    let factors = vec![
        numbers("max_nodes", (1..=60).map(f64::from)),
        times("idle_time", &(1..=40).map(f64::from).collect::<Vec<_>>()),
    ];
    sketch(factors, 1, 1200.0, |v| cluster(v[0], v[1]))
}

fn choices() -> Surface {
    let factors = vec![
        names("vm_size", &["Standard_D4s_v5", "Standard_D8s_v5", "Standard_F16s_v2", "Standard_E32ads_v5"]),
        names("tier", &["Dedicated", "LowPriority"]),
    ];
    let mut s = sketch(factors, 20, 1200.0, |v| {
        ((1.0 + v[0]) * 100.0 / (1.0 + v[1]), 2400.0 / (1.0 + v[0]) * (1.0 + 0.4 * v[1]))
    });
    s.points[7].verdict = Verdict::Rejects;
    s
}

fn one() -> Surface {
    sketch(vec![numbers("max_nodes", (1..=16).map(|n| f64::from(n) * 4.0))], 20, 1200.0, |v| {
        cluster(v[0], 600.0)
    })
}

fn recommended(s: &Surface) -> Option<usize> {
    best::ranked(s, 1).first().copied()
}

/// Surfaces of every kind, by name.
fn kinds() -> Vec<(&'static str, Surface)> {
    let mut never = two();
    for p in &mut never.points {
        p.verdict = Verdict::Rejects;
    }
    let mut free = two();
    for p in &mut free.points {
        p.cost = f64::NAN;
        p.latency_s = f64::INFINITY;
    }
    let mut off = two();
    off.today_levels[0] = None;
    off.points[3].verdict = Verdict::NotSettled;
    off.points[4].verdict = Verdict::NotSettled;
    vec![
        ("one", one()),
        ("two", two()),
        ("off", off),
        ("three", three(1)),
        ("three-r20", three(20)),
        ("five", five(1200.0)),
        ("five-none", five(10.0)),
        ("many", many()),
        ("choices", choices()),
        ("ruled-out", never),
        ("no-cost", free),
        ("few", few()),
        ("waits", waits()),
    ]
}

fn figures(s: &Surface) -> Vec<NamedFigure> {
    SweepChart::ALL.into_iter().flat_map(|chart| of_sweep(s, recommended(s), chart)).collect()
}

/// Pictures of all kinds into the folder that `NODETIDE_GALLERY` names, to be looked at.
#[test]
#[ignore = "writes pictures to be looked at; NODETIDE_GALLERY names the folder"]
fn gallery() {
    let Some(folder) = std::env::var_os("NODETIDE_GALLERY") else { return };
    std::fs::create_dir_all(&folder).unwrap();
    for (kind, s) in kinds() {
        for named in figures(&s) {
            for (size, theme) in [
                ((960, 540), Theme::Light),
                ((960, 540), Theme::Dark),
                ((400, 360), Theme::Light),
                ((480, 900), Theme::Light),
            ] {
                let name = format!("{kind}-{}-{}-{}.svg", named.stem, size.0, theme.as_str());
                std::fs::write(Path::new(&folder).join(name), svg(&layout(&named.figure, size, theme)))
                    .unwrap();
            }
        }
    }
}

/// A text on a picture: left, top, right, bottom.
fn boxes(scene: &crate::chart::Scene) -> Vec<(String, [f64; 4])> {
    let of = |item: &Item| {
        let Item::Text { x, y, text, size, bold, anchor, .. } = item else { return None };
        let wide = width(text, *size, *bold);
        let left = match anchor {
            Anchor::Start => *x,
            Anchor::Middle => x - wide / 2.0,
            Anchor::End => x - wide,
        };
        Some((text.clone(), [left, y - size * 0.75, left + wide, y + size * 0.1]))
    };
    scene.items.iter().filter_map(of).collect()
}

#[test]
fn no_text_is_upon_another_or_past_the_edge() {
    let mut wrong = Vec::new();
    for (kind, s) in kinds() {
        for named in figures(&s) {
            for size in [(960, 540), (1920, 1080), (640, 480), (480, 900), (400, 360)] {
                let scene = layout(&named.figure, size, Theme::Light);
                let texts = boxes(&scene);
                for (i, (text, a)) in texts.iter().enumerate() {
                    if a[0] < -0.5 || a[2] > scene.width + 0.5 || a[3] > scene.height {
                        wrong.push(format!("{kind} {} {size:?}: {text:?} is past the edge", named.stem));
                    }
                    for (other, b) in &texts[..i] {
                        let (w, h) = (a[2].min(b[2]) - a[0].max(b[0]), a[3].min(b[3]) - a[1].max(b[1]));
                        if w > 1.0 && h > 1.0 {
                            wrong.push(format!("{kind} {} {size:?}: {text:?} is upon {other:?}", named.stem));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} places:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_surface_has_its_pictures_and_no_number_is_none() {
    for (kind, s) in kinds() {
        let stems: Vec<&str> = figures(&s).iter().map(|f| f.stem).collect();
        let mut expected = vec!["heat"];
        if s.factors.len() > 2 {
            expected.push("heat-latency");
        }
        expected.extend(["front", "minute", "effects"]);
        if s.replications > 1 {
            expected.push("replications");
        }
        assert_eq!(stems, expected, "{kind}");
        for chart in SweepChart::ALL {
            for named in of_sweep(&s, recommended(&s), chart) {
                assert!(chart.stems().contains(&named.stem));
                let picture = svg(&layout(&named.figure, (960, 540), Theme::Dark));
                assert!(!picture.contains("NaN") && !picture.contains("inf"), "{kind} {}", named.stem);
                assert!(picture.len() < 300_000, "{kind} {}: {} bytes", named.stem, picture.len());
                assert!(!named.figure.title.is_empty() && !named.figure.subtitle.is_empty());
            }
        }
    }
}

fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

fn title(s: &Surface, chart: SweepChart) -> String {
    plain(&of_sweep(s, recommended(s), chart)[0].figure.title)
}

#[test]
fn titles_say_what_was_found() {
    let s = two();
    assert_eq!(
        title(&s, SweepChart::Heat),
        "max_nodes 48, idle_time 2m costs 247 USD/week, 13 % more than today, which misses p95 wait ≤ 20m"
    );
    assert_eq!(
        title(&three(1), SweepChart::Minute),
        "From 20m10s down to 15m31s of p95 wait, a minute less costs 1.50 USD/week on average"
    );
    assert_eq!(
        title(&three(1), SweepChart::Effects),
        "tier matters most for cost (82 %), max_nodes for p95 wait (67 %)"
    );
    let none = five(10.0);
    assert_eq!(
        title(&none, SweepChart::Heat),
        "No configuration holds p95 wait ≤ 10s: the nearest misses by 715 %"
    );
    assert_eq!(best::ranked(&none, 1), [0_usize; 0]);
    let heat = &of_sweep(&none, None, SweepChart::Heat)[0].figure;
    assert!(plain(&heat.subtitle).contains("misses the constraints by the least"), "{}", heat.subtitle);
    assert!(heat.subtitle.contains("Shown are the 6 of 10 pairs with most effect."), "{}", heat.subtitle);
    let front = title(&s, SweepChart::Front);
    assert!(front.ends_with("; recommended: 19m11s for 247"), "{front}");
    let flat = sketch(vec![numbers("n", [1.0, 2.0].into_iter())], 1, 60.0, |_| (5.0, 30.0));
    assert_eq!(title(&flat, SweepChart::Effects), "No axis changes anything");
    assert_eq!(
        title(&flat, SweepChart::Minute),
        "Waiting less costs nothing: the cheapest configuration is the fastest"
    );
    let mut ruled = two();
    ruled.points.iter_mut().for_each(|p| p.verdict = Verdict::NotSettled);
    assert_eq!(title(&ruled, SweepChart::Heat), "No configuration of the sweep may be chosen");
}

#[test]
fn a_title_counts_those_that_chance_may_put_first() {
    let mut s = sketch(vec![numbers("n", (1..=4).map(f64::from))], 3, 60.0, |v| (v[0] * 10.0, 30.0));
    s.objectives = vec![9.0, 10.0, 11.0, 10.0, 9.5, 11.0, 20.0, 21.0, 22.0, 30.0, 31.0, 32.0];
    assert_eq!(
        title(&s, SweepChart::Replications),
        "One other configuration may be as good as the recommended (10.0 USD/week)"
    );
    s.replications = 1;
    assert!(of_sweep(&s, Some(0), SweepChart::Replications).is_empty());
}

#[test]
fn a_cell_shows_the_cheapest_that_holds_the_constraints() {
    // The third axis: cheap but late, dear but in time, dearer still.
    let factors = vec![
        numbers("a", [1.0, 2.0].into_iter()),
        numbers("b", [1.0, 2.0].into_iter()),
        names("c", &["x", "y", "z"]),
    ];
    let mut s = sketch(factors, 1, 100.0, |v| {
        if v[0] > 1.5 {
            (10.0 + v[2], 300.0 - 50.0 * v[2])
        } else {
            (10.0 + v[2], if v[2] < 0.5 { 200.0 } else { 50.0 })
        }
    });
    // Point = ((a · 2) + b) · 3 + c; cells are rows of b.
    assert_eq!(
        heat::shown(&s, (0, 1)),
        [Some(1), Some(8), Some(4), Some(11)],
        "in time, else the least late"
    );
    s.points[1].verdict = Verdict::Rejects;
    assert_eq!(heat::shown(&s, (0, 1))[0], Some(2), "one that is ruled out is not shown where another is");
    for p in &mut s.points[..3] {
        p.verdict = Verdict::Rejects;
    }
    let heat = &of_sweep(&s, recommended(&s), SweepChart::Heat)[0].figure;
    let Panel::Grid(panels) = &heat.rows[2].panels[0].1 else { panic!("a grid") };
    let Some(Panel::Field(field)) =
        panels.iter().find(|p| matches!(p, Panel::Field(f) if f.x.name == "a" && f.y.name == "b"))
    else {
        panic!("a field")
    };
    assert_eq!(field.cells[0], FieldCell::Ruled);
    assert_eq!(field.cells[1], FieldCell::Missed("×2.0".to_owned()), "200 s where 100 s are allowed");
    assert_eq!(field.cells[2], FieldCell::Value(11.0, "11.0".to_owned()));
}

#[test]
fn today_is_marked_where_it_is_on_the_axes_and_told_where_not() {
    let marks = |s: &Surface| {
        let figure = of_sweep(s, recommended(s), SweepChart::Heat).remove(0).figure;
        let Panel::Grid(panels) = &figure.rows[1].panels[0].1 else { panic!("a grid") };
        let Panel::Field(field) = &panels[0] else { panic!("a field") };
        (field.marks.iter().map(|m| m.label.clone()).collect::<Vec<_>>(), figure.subtitle)
    };
    let mut s = two();
    assert_eq!(marks(&s).0, ["recommended", "today"]);
    s.today_levels[0] = None;
    let (labels, subtitle) = marks(&s);
    assert_eq!(labels, ["recommended"]);
    assert!(subtitle.contains("Today's max_nodes is not among the levels."), "{subtitle}");
}

#[test]
fn the_price_of_a_minute_only_rises() {
    for s in [two(), three(1), five(1200.0), many()] {
        let all = minute::stretches(&s);
        assert!(all.len() > 3);
        assert!(all.windows(2).all(|p| p[0].price < p[1].price && p[0].to_s == p[1].from_s), "{all:?}");
    }
    // 3 for 5 minutes less, then 8 for 4 minutes less; the one above the hull does not count.
    let s = sketch(vec![numbers("n", (0..4).map(f64::from))], 1, 1e6, |v| {
        [(10.0, 600.0), (13.0, 300.0), (20.9, 290.0), (21.0, 60.0)][v[0] as usize]
    });
    let found = minute::stretches(&s);
    assert_eq!(found.iter().map(|s| s.price).collect::<Vec<_>>(), [0.6, 2.0]);
}

#[test]
fn a_front_draws_at_most_so_many_points_and_says_so() {
    let s = many();
    let figure = of_sweep(&s, recommended(&s), SweepChart::Front).remove(0).figure;
    let Panel::Plot(plot) = &figure.rows[1].panels[0].1 else { panic!("a plot") };
    let light = plot.marks.iter().filter_map(|m| match m {
        Mark::Scatter(points, _, _, Ink::Quiet) => Some(points.len()),
        _ => None,
    });
    let n: usize = light.sum();
    assert!((1000..=2000).contains(&n), "{n}");
    let said = format!("one is drawn: {} points in all", crate::report::units::whole(n as u64));
    assert!(figure.subtitle.contains(&said), "{}", figure.subtitle);
    assert!(figure.subtitle.contains("dearer ones are above the picture"), "{}", figure.subtitle);
}

#[test]
fn names_lose_what_they_share() {
    let of = |list: &[&str]| super::names(&names("vm_size", list));
    assert_eq!(of(&["Standard_D4s_v5", "Standard_D8s_v5"]), ["D4s_v5", "D8s_v5"]);
    assert_eq!(of(&["cluster-east-1", "cluster-east-2"]), ["…1", "…2"]);
    assert_eq!(of(&["Dedicated", "LowPriority"]), ["Dedicated", "LowPriority"]);
    assert_eq!(of(&["Standard_D4s_v5"]), ["Standard_D4s_v5"]);
    for (seconds, text) in
        [(3.0, "3s"), (200.0, "3.3m"), (1151.0, "19m"), (9000.0, "2.5h"), (400_000.0, "4.6d")]
    {
        assert_eq!(brief(seconds), text);
    }
}

#[test]
fn pictures_of_sweeps() {
    let wanted = [
        ("two", "heat", Theme::Light),
        ("three", "heat", Theme::Dark),
        ("three", "front", Theme::Light),
        ("three", "minute", Theme::Light),
        ("choices", "effects", Theme::Light),
        ("choices", "replications", Theme::Light),
    ];
    let kinds = kinds();
    for (kind, stem, theme) in wanted {
        let s = &kinds.iter().find(|k| k.0 == kind).unwrap().1;
        let named = figures(s).into_iter().find(|f| f.stem == stem).unwrap();
        let picture = svg(&layout(&named.figure, (960, 540), theme));
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/charts/golden");
        let path = folder.join(format!("sweep-{kind}-{stem}-{}.svg", theme.as_str()));
        if std::env::var_os("NODETIDE_BLESS").is_some() {
            std::fs::write(&path, &picture).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(expected == picture, "{} differs; look at it, then bless it", path.display());
    }
}
