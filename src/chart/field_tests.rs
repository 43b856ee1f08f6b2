//! Fields, hatching, places for words, grids of panels.

use super::labels::Labels;
use super::layout::{Frame, Pen};
use super::*;

fn pen() -> Pen {
    Pen { theme: Theme::Light, items: Vec::new() }
}

fn levels(n: usize) -> Levels {
    Levels { name: "axis".to_owned(), labels: (0..n).map(|i| i.to_string()).collect(), numeric: true }
}

/// A plane that rises to the right, the lowest row missing.
fn field(columns: usize, rows: usize) -> Field {
    let cell = |i: usize| match (i % columns, i / columns) {
        (_, 0) => FieldCell::Missed("+9%".to_owned()),
        (x, _) => FieldCell::Value(x as f64 / columns as f64, format!("{x}")),
    };
    Field {
        heading: "Field".to_owned(),
        x: levels(columns),
        y: levels(rows),
        cells: (0..columns * rows).map(cell).collect(),
        bands: Bands {
            edges: vec![(0.5, "half".to_owned())],
            ends: ("0".to_owned(), "1".to_owned()),
            ..Bands::default()
        },
        bar: false,
        contours: true,
        marks: vec![FieldMark { at: (1.0, 1.0), symbol: Symbol::Dot, label: "here".to_owned() }],
    }
}

fn scene(panels: Vec<Panel>, size: (u32, u32)) -> Scene {
    let rows = vec![Row::one(Panel::Grid(panels))];
    layout(&Figure { title: "Title".to_owned(), rows, ..Figure::default() }, size, Theme::Light)
}

fn texts(scene: &Scene) -> Vec<&str> {
    let mut all = Vec::new();
    for item in &scene.items {
        if let Item::Text { text, .. } = item {
            all.push(text.as_str());
        }
    }
    all
}

#[test]
fn large_cells_have_numbers_and_small_ones_contours() {
    let large = scene(vec![Panel::Field(field(6, 4))], (960, 540));
    let said = texts(&large);
    assert_eq!(said.iter().filter(|t| **t == "+9%").count(), 6);
    assert!(!said.contains(&"half"), "the border of the colours is in the key alone: {said:?}");
    let small = scene(vec![Panel::Field(field(120, 60))], (960, 540));
    let said = texts(&small);
    assert!(!said.contains(&"+9%"));
    assert!(said.contains(&"half") && said.contains(&"here"), "{said:?}");
    // Two pieces a row, not 120.
    let rects = small.items.iter().filter(|i| matches!(i, Item::Rect(..))).count();
    assert!(rects < 2 * 60 + 10, "{rects}");
}

#[test]
fn labels_of_many_levels_are_the_round_ones() {
    let picture = scene(vec![Panel::Field(field(120, 60))], (960, 540));
    let numbers: Vec<u32> = texts(&picture).iter().filter_map(|t| t.parse().ok()).collect();
    assert!(numbers.len() > 10 && numbers.iter().all(|n| n % 5 == 0), "{numbers:?}");
}

#[test]
fn hatching_goes_through_where_frames_meet() {
    let frame = |x: f64, w: f64| Frame { x, y: 10.0, w, h: 30.0 };
    let mut one = pen();
    one.hatch(&[frame(0.0, 60.0)], 7.0, Ink::Quiet);
    let mut below = pen();
    let upper = Frame { h: 12.0, ..frame(0.0, 60.0) };
    below.hatch(&[Frame { y: 22.0, h: 18.0, ..upper }, upper], 7.0, Ink::Quiet);
    assert!(one.items.len() > 8);
    assert_eq!(one.items, below.items);
    for item in &one.items {
        let Item::Line(points, ..) = item else { panic!("{item:?}") };
        assert!(
            points.iter().all(|p| (-0.1..=60.1).contains(&p.0) && (9.9..=40.1).contains(&p.1)),
            "{points:?}"
        );
    }
}

#[test]
fn words_beside_marks_are_never_upon_each_other() {
    let frame = Frame { x: 0.0, y: 0.0, w: 300.0, h: 120.0 };
    let mut labels = Labels::new(frame);
    let mut pen = pen();
    for _ in 0..40 {
        labels.tag(&mut pen, (150.0, 60.0), "the same place", false);
    }
    let grounds: Vec<[f64; 4]> = pen
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Rect(x, y, w, h, _) => Some([*x, *y, x + w, y + h]),
            _ => None,
        })
        .collect();
    assert!((3..40).contains(&grounds.len()), "as many as there is room for: {}", grounds.len());
    for (i, a) in grounds.iter().enumerate() {
        assert!(a[0] >= 0.0 && a[1] >= 0.0 && a[2] <= 300.0 && a[3] <= 120.0, "{a:?}");
        for b in &grounds[..i] {
            assert!(a[0] >= b[2] || b[0] >= a[2] || a[1] >= b[3] || b[1] >= a[3], "{a:?} {b:?}");
        }
    }
}

#[test]
fn a_grid_draws_what_can_be_read_and_counts_the_rest() {
    let panels = |n: usize| (0..n).map(|_| Panel::Field(field(4, 3))).collect::<Vec<_>>();
    let drawn = |scene: &Scene| texts(scene).iter().filter(|t| **t == "Field").count();
    let large = scene(panels(6), (960, 540));
    assert_eq!(drawn(&large), 6);
    assert!(!texts(&large).iter().any(|t| t.contains("no room")));
    let small = scene(panels(6), (400, 360));
    let shown = drawn(&small);
    assert!((1..6).contains(&shown));
    let said = format!("{} more have no room in a picture of this size.", 6 - shown);
    assert!(texts(&small).contains(&said.as_str()));
    assert!(svg(&scene(Vec::new(), (400, 360))).contains("Title"), "none at all does no harm");
}

#[test]
fn an_edge_is_between_what_has_a_value_and_what_misses_alone() {
    let edge = |other: FieldCell| {
        let mut field = field(2, 1);
        field.cells = vec![FieldCell::Value(0.2, "0".to_owned()), other];
        field.marks.clear();
        let limit = Theme::Light.color(Ink::Limit);
        let is = |item: &&Item| matches!(item, Item::Line(_, _, color) if *color == limit);
        scene(vec![Panel::Field(field)], (960, 540)).items.iter().filter(is).count()
    };
    assert_eq!(edge(FieldCell::Missed(String::new())), 1);
    assert_eq!((edge(FieldCell::Outside), edge(FieldCell::Ruled)), (0, 0));
}
