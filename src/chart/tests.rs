//! Colours that can be read, text that fits, and files that are the same every time.

use super::*;
use crate::chart::layout::strokes;
use crate::chart::text::{cut, cut_name, wrap};

const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];

#[test]
fn text_is_readable() {
    for theme in THEMES {
        let ground = theme.color(Ink::Background);
        for ink in [Ink::Text, Ink::Muted, Ink::Limit] {
            let contrast = theme.color(ink).contrast(ground);
            assert!(contrast >= 4.5, "{theme:?} {ink:?} {contrast}");
        }
        for ink in (0..6).map(Ink::Series).chain([Ink::Accent]) {
            let contrast = theme.color(ink).contrast(ground);
            assert!(contrast >= 3.0, "a line can be seen: {theme:?} {ink:?} {contrast}");
        }
        for n in 0..6 {
            let (one, next) = (theme.color(Ink::Series(n)), theme.color(Ink::Series((n + 1) % 6)));
            assert!(one.contrast(next) >= 1.5, "{theme:?} lines {n} and the next in grey");
            assert_ne!(one, theme.color(Ink::Limit));
        }
        for share in (0..=100).map(|i| f64::from(i) / 100.0) {
            let contrast = theme.color(Ink::OnRamp(share)).contrast(theme.color(Ink::Ramp(share)));
            assert!(contrast >= 5.5, "{theme:?} {share} {contrast}");
        }
    }
}

#[test]
fn lines_differ_in_their_strokes() {
    for a in 0..6 {
        for b in 0..a {
            assert_ne!(Ink::Series(a).pattern(), Ink::Series(b).pattern(), "lines {a} and {b}");
        }
    }
    let pieces = strokes(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], &[6.0, 2.0]);
    let expected = [
        vec![(0.0, 0.0), (6.0, 0.0)],
        // Around the corner.
        vec![(8.0, 0.0), (10.0, 0.0), (10.0, 4.0)],
        vec![(10.0, 6.0), (10.0, 10.0)],
    ];
    assert_eq!(pieces, expected);
    assert_eq!(strokes(&[(0.0, 0.0), (1.0, 1.0)], &[]), [vec![(0.0, 0.0), (1.0, 1.0)]]);
}

#[test]
fn layers_differ_in_grey() {
    for theme in THEMES {
        for a in 0..6 {
            for b in 0..a {
                let contrast = theme.color(Ink::Layer(a)).contrast(theme.color(Ink::Layer(b)));
                assert!(contrast >= 1.3, "{theme:?} layers {a} and {b}: {contrast}");
            }
        }
        let pair = theme.color(Ink::Quiet).contrast(theme.color(Ink::Accent));
        assert!(pair >= 2.0, "{theme:?}: {pair}");
    }
}

#[test]
fn the_ramp_goes_one_way() {
    for theme in THEMES {
        let light = |i: i32| theme.color(Ink::Ramp(f64::from(i) / 50.0)).luminance();
        for i in 0..50 {
            let up = light(i + 1) > light(i);
            assert_eq!(up, theme == Theme::Dark, "{theme:?} at {i}");
        }
    }
}

#[test]
fn text_is_broken_at_spaces_and_cut_where_there_is_no_room() {
    assert!(width("iii", 10.0, false) < width("MMM", 10.0, false));
    assert_eq!(
        wrap("one two three", width("one two", 10.0, false) + 0.1, 10.0, false, 3),
        ["one two", "three"]
    );
    let two = wrap("one two three four five", width("one two", 10.0, false) + 0.1, 10.0, false, 2);
    assert_eq!(two.len(), 2);
    assert!(two[1].ends_with('…'), "{two:?}");
    assert_eq!(wrap("at 95 %", width("at 95", 10.0, false) + 0.1, 10.0, false, 3), ["at", "95\u{a0}%"]);
    let room = width("waited for ·", 10.0, false) + 0.1;
    assert_eq!(wrap("waited for · cpu", room, 10.0, false, 3), ["waited for", "cpu"], "no point at an end");
    let room = width("waited for", 10.0, false) + 0.1;
    assert_eq!(wrap("waited for · cpu", room, 10.0, false, 3), ["waited for", "cpu"], "nor at a beginning");
    assert_eq!(cut("short", 1000.0, 10.0, false), "short");
    let long = cut(&"w".repeat(1000), 100.0, 10.0, true);
    assert!(width(&long, 10.0, true) <= 100.0 && long.ends_with('…'), "{long}");
    assert!(wrap("", 100.0, 10.0, false, 2).is_empty());
    let names = ["cluster-number-000-of-many-1", "cluster-number-000-of-many-2", "cluster-number-0"];
    let short = names.map(|name| cut_name(name, 90.0, 10.0, false));
    assert!(short[0] != short[1] && short.iter().all(|name| width(name, 10.0, false) <= 90.0), "{short:?}");
    assert!(short[0].starts_with("cluster") && short[0].ends_with("-many-1"), "{short:?}");
    assert_eq!(cut_name("a", 1.0, 10.0, false), "…");
}

/// A figure with every kind of panel.
fn every_panel() -> Figure {
    let tick = |at: f64| Tick { at, label: at.to_string() };
    let axis = |max: f64| Axis { min: 0.0, max, log: false, ticks: vec![tick(0.0), tick(max)], labels: true };
    let key = |name: &str| KeyEntry {
        ink: Ink::Layer(0),
        swatch: Swatch::Square,
        name: name.to_owned(),
        value: "3, or so".to_owned(),
    };
    let plot = Plot {
        heading: "Plot".to_owned(),
        x: axis(4.0),
        y: axis(2.0),
        x_name: String::new(),
        marks: vec![
            Mark::Area(vec![(0.0, 1.0), (4.0, 2.0)], Ink::Layer(0)),
            Mark::Line(vec![(0.0, 1.0), (2.0, 1.0), (4.0, 1.0)], 1.0, Ink::Text),
            Mark::Dashed(vec![(0.0, 2.0), (4.0, 2.0)], Ink::Limit),
            Mark::RuleX { at: 3.0, label: "limit".to_owned(), level: 0, ink: Ink::Limit },
            Mark::Dot { at: (1.0, 1.5), label: "half".to_owned(), ink: Ink::Accent },
            Mark::Caps(vec![(0.0, 1.0, 1.8), (1.0, 4.0, 1.9)], 1.5, Ink::Muted),
            Mark::Note { at: (3.0, 1.2), text: "30 % within 3".to_owned(), ink: Ink::Limit },
            Mark::Label { at: (4.0, 1.0), text: "here".to_owned(), anchor: Anchor::End, ink: Ink::Muted },
        ],
        key: vec![key("layer")],
        key_width: 80.0,
    };
    let bar = |value: f64| Bar { value, text: value.to_string() };
    let bars = Bars {
        heading: "Bars".to_owned(),
        columns: vec!["a".to_owned(), "b".to_owned()],
        rows: vec![
            BarRow {
                group: "First".to_owned(),
                label: "R&D <core> \"x\"".to_owned(),
                bars: vec![bar(3.0), bar(0.0)],
                tone: Tone::Strong,
            },
            BarRow {
                group: "Second".to_owned(),
                label: "control\u{1}\nline".to_owned(),
                bars: vec![bar(1.0), bar(0.001)],
                tone: Tone::Hollow,
            },
        ],
    };
    let columns = Columns {
        heading: "Columns".to_owned(),
        categories: vec![Category { label: "1".to_owned(), values: vec![(0.5, "50".to_owned())] }],
        inks: vec![Ink::Quiet],
        top: 1.0,
        grid: vec![tick(0.0), tick(1.0)],
    };
    let heat = Heat {
        heading: "Heat".to_owned(),
        rows: vec!["Mon".to_owned()],
        columns: vec!["0".to_owned(), String::new(), "2".to_owned()],
        cells: vec![vec![HeatCell::Share(0.5), HeatCell::Nothing, HeatCell::Outside]],
        ends: (0.0, 1.0),
    };
    let row = |panels: Vec<Panel>| Row {
        size: Size::Part(1.0),
        panels: panels.into_iter().map(|p| (1.0, p)).collect(),
    };
    Figure {
        title: "A & B < C".to_owned(),
        subtitle: "Every kind of panel".to_owned(),
        note: "from a test".to_owned(),
        rows: vec![
            Row { size: Size::Fixed(14.0), panels: vec![(1.0, Panel::Key(vec![key("key")]))] },
            row(vec![Panel::Plot(Box::new(plot)), Panel::Bars(bars)]),
            row(vec![Panel::Columns(columns), Panel::Heat(heat), Panel::Words("Nothing here.".to_owned())]),
        ],
    }
}

#[test]
fn the_same_figure_is_the_same_file() {
    let figure = every_panel();
    for theme in THEMES {
        let picture = svg(&layout(&figure, (960, 540), theme));
        assert_eq!(picture, svg(&layout(&figure, (960, 540), theme)));
        let path =
            format!("{}/src/chart/golden/every-panel-{}.svg", env!("CARGO_MANIFEST_DIR"), theme.as_str());
        if std::env::var_os("NODETIDE_BLESS").is_some() {
            std::fs::create_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
            std::fs::write(&path, &picture).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(expected == picture, "{path} differs; look at it, then bless it");
    }
}

#[test]
fn the_file_is_xml_with_words_for_those_who_do_not_see() {
    let picture = svg(&layout(&every_panel(), (960, 540), Theme::Light));
    assert!(
        picture.starts_with("<svg width=\"960\" height=\"540\" viewBox=\"0 0 1920 1080\" "),
        "{picture:.200}"
    );
    assert!(picture.contains("<title>A &amp; B &lt; C</title>\n<desc>Every kind of panel Plot: "));
    assert!(picture.contains("R&amp;D &lt;core&gt; &quot;x&quot;"), "text is escaped");
    assert!(!picture.contains(|c: char| c.is_control() && c != '\n'), "no control characters");
    assert!(picture.ends_with("</svg>\n"));
    for line in picture.lines().filter(|l| l.starts_with("<text")) {
        assert!(line.ends_with("</text>") && !line.contains(" dy="), "{line}");
    }
}

#[test]
fn sizes_scale_the_same_picture_and_odd_ones_do_no_harm() {
    let figure = every_panel();
    let small = layout(&figure, (960, 540), Theme::Light);
    let large = layout(&figure, (1920, 1080), Theme::Light);
    assert_eq!(small.items, large.items, "the same picture, larger");
    for size in [(400, 360), (8000, 360), (400, 8000), (1, 1)] {
        let scene = layout(&figure, size, Theme::Dark);
        assert!(svg(&scene).contains(&format!("<svg width=\"{}\" height=\"{}\"", size.0, size.1)));
    }
}

#[test]
fn text_stays_readable_in_small_pictures() {
    for size in [(400, 360), (400, 800), (800, 360), (480, 400)] {
        let scene = layout(&every_panel(), size, Theme::Light);
        for item in &scene.items {
            if let Item::Text { text, size: em, .. } = item {
                let px = em * scene.scale;
                assert!(px >= 6.7, "{text:?} is {px} px at {size:?}");
            }
        }
    }
}

#[test]
fn a_key_has_all_its_entries_at_any_width() {
    let names =
        ["running jobs", "idle", "booting", "unusable", "leaving", "allocating", "most at once", "limit"];
    let entry = |name: &&str| KeyEntry {
        ink: Ink::Layer(0),
        swatch: Swatch::Square,
        name: (*name).to_owned(),
        value: "12 %, 34 node-h".to_owned(),
    };
    let key: Vec<KeyEntry> = names.iter().map(entry).collect();
    let plot = Plot { key: key.clone(), key_width: 168.0, ..Plot::default() };
    let figure = Figure {
        rows: vec![Row::one(Panel::Key(key)), Row::one(Panel::Plot(Box::new(plot)))],
        ..Figure::default()
    };
    for size in [(400, 800), (400, 500), (960, 540)] {
        let scene = layout(&figure, size, Theme::Light);
        for name in names {
            let drawn = |item: &&Item| matches!(item, Item::Text { text, .. } if text.starts_with(name));
            assert_eq!(scene.items.iter().filter(drawn).count(), 2, "{name} at {size:?}");
        }
    }
}

#[test]
fn a_narrow_and_tall_picture_has_its_panels_below_each_other() {
    let top = |size: (u32, u32), name: &str| {
        let scene = layout(&every_panel(), size, Theme::Light);
        scene.items.iter().find_map(|item| match item {
            Item::Text { text, y, .. } if text == name => Some(*y),
            _ => None,
        })
    };
    assert_eq!(top((960, 540), "Plot"), top((960, 540), "Bars"));
    assert!(top((400, 1200), "Bars").unwrap() > top((400, 1200), "Plot").unwrap() + 100.0);
}

#[test]
fn bars_fill_the_height_and_have_one_scale() {
    let row = |value: f64, group: &str, tone: Tone| BarRow {
        group: group.to_owned(),
        label: "row".to_owned(),
        bars: vec![Bar { value, text: value.to_string() }],
        tone,
    };
    let rows = vec![
        row(4.0, "One", Tone::Strong),
        row(2.0, "", Tone::Plain),
        row(4.0, "Two", Tone::Plain),
        row(0.0, "", Tone::Plain),
    ];
    let bars = Bars { heading: String::new(), columns: vec![String::new()], rows };
    let figure = Figure { rows: vec![Row::one(Panel::Bars(bars))], ..Figure::default() };
    for (size, high) in [((960, 540), 540.0), ((400, 800), 800.0 / 0.75)] {
        let scene = layout(&figure, size, Theme::Light);
        let rects: Vec<(f64, f64, f64)> = scene
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Rect(_, y, w, h, _) => Some((*y + h, *w, *h)),
                _ => None,
            })
            .collect();
        assert_eq!(rects.len(), 3, "nothing has no bar");
        assert!((rects[0].1 - 2.0 * rects[1].1).abs() < 1e-9, "half is half as long");
        assert_eq!(rects[0].1, rects[2].1, "over groups too");
        assert!(rects[0].1 > scene.width * 0.5, "the longest takes over half the width: {rects:?}");
        // The third of four rows ends below the middle.
        assert!(rects[2].0 > high * 0.55, "{size:?} {rects:?}");
    }
}

#[test]
fn strokes_of_columns_are_not_joined() {
    let axis = Axis { min: 0.0, max: 4.0, ..Axis::default() };
    let caps = Mark::Caps(vec![(0.0, 1.0, 1.0), (1.0, 2.0, 3.0)], 1.5, Ink::Muted);
    let plot = Plot { x: axis.clone(), y: axis, marks: vec![caps], ..Plot::default() };
    let figure = Figure { rows: vec![Row::one(Panel::Plot(Box::new(plot)))], ..Figure::default() };
    let scene = layout(&figure, (960, 540), Theme::Light);
    let outline = scene.items.iter().find_map(|item| match item {
        Item::Area(points, _) => Some(points),
        _ => None,
    });
    let outline = outline.unwrap();
    // What goes up at a border comes down at the same x: no width between two strokes.
    let area: f64 =
        outline.iter().zip(outline.iter().cycle().skip(1)).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
    let long = outline[3].0 - outline[0].0;
    assert!((area.abs() / 2.0 - long * 1.5).abs() < 1e-6, "two strokes and nothing else: {area} {long}");
}

#[test]
fn letters_that_the_font_of_png_has_not_are_named() {
    let named = |title: &str| {
        let figure = Figure { title: title.to_owned(), ..Figure::default() };
        missing_in_png(&layout(&figure, (960, 540), Theme::Light))
    };
    assert_eq!(named("Größe · Œuvre · Ωμέγα · Группа – 5 % ≤ …"), "");
    assert_eq!(named("日本 team 日"), "日本");
}

#[cfg(feature = "png")]
#[test]
fn pixels_have_the_size_asked_for_and_are_the_same_every_time() {
    let scene = layout(&every_panel(), (640, 360), Theme::Light);
    let file = png(&scene).unwrap();
    assert_eq!(&file[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(&file[16..24], &[0, 0, 2, 128, 0, 0, 1, 104], "width and height");
    assert_eq!(file, png(&scene).unwrap());
    assert!(file.len() > 5000, "something was drawn: {}", file.len());
    // What the font lacks is seen to be missing.
    let of = |title: &str| {
        png(&layout(&Figure { title: title.to_owned(), ..Figure::default() }, (640, 360), Theme::Light))
            .unwrap()
    };
    assert_eq!(of("日"), of("?"));
    assert_ne!(of("日"), of(""));
}
