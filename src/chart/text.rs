//! How wide a text is, before anybody has drawn it.
//!
//! The viewer of an SVG chooses the font. Widths are those of DejaVu Sans, one of the widest: what fits in it fits
//! in Arial, Segoe or Roboto too.

use unicode_width::UnicodeWidthChar;

/// Advance widths of U+0020 to U+007E [1/1000 em].
const WIDTHS: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636,
    636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295,
    295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838,
    500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521,
    392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];
/// Bold letters are wider by this, on average.
const BOLD: f64 = 1.14;

/// Width of a text at a size.
#[must_use]
pub fn width(text: &str, size: f64, bold: bool) -> f64 {
    let of = |c: char| match c {
        ' '..='~' => f64::from(WIDTHS[c as usize - 32]),
        '·' | '\u{a0}' => 318.0,
        '–' => 500.0,
        '—' | '…' => 1000.0,
        '≤' | '≥' | '±' | '×' => 838.0,
        // Letters of other alphabets are about as wide as ours; those of East Asia are square.
        c => match c.width() {
            None | Some(0) => 0.0,
            Some(1) => 680.0,
            Some(_) => 1000.0,
        },
    };
    let thousandths: f64 = text.chars().map(of).sum();
    thousandths / 1000.0 * size * if bold { BOLD } else { 1.0 }
}

/// The text, or as much of its beginning as fits, with a mark that something is missing.
pub(super) fn cut(text: &str, room: f64, size: f64, bold: bool) -> String {
    if width(text, size, bold) <= room {
        return text.to_owned();
    }
    let room = room - width("…", size, bold);
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if width(&kept, size, bold) > room {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

/// As [`cut`]; a name is shortened in its middle, as names of one kind often differ only at their ends.
pub(super) fn cut_name(name: &str, room: f64, size: f64, bold: bool) -> String {
    if name.contains(' ') || width(name, size, bold) <= room {
        return cut(name, room, size, bold);
    }
    let chars: Vec<char> = name.chars().collect();
    let shortened = |kept: usize| -> String {
        let tail = kept / 2;
        chars[..kept - tail].iter().chain(&['…']).chain(&chars[chars.len() - tail..]).collect()
    };
    let fits = (0..chars.len()).rev().map(shortened).find(|text| width(text, size, bold) <= room);
    fits.unwrap_or_else(|| "…".to_owned())
}

/// As [`wrap`], with lines of about the same length: no word stands alone in the last one.
pub(super) fn wrap_evenly(text: &str, room: f64, size: f64, bold: bool, lines_max: usize) -> Vec<String> {
    let full = wrap(text, room, size, bold, lines_max);
    if full.len() < 2 || full.last().is_some_and(|line| line.ends_with('…')) {
        return full;
    }
    let mut best = full;
    for percent in (55..100).rev().step_by(3) {
        let narrower = wrap(text, room * f64::from(percent) / 100.0, size, bold, best.len());
        if narrower.iter().any(|line| line.ends_with('…')) {
            break;
        }
        best = narrower;
    }
    best
}

/// Whether the font of PNG files has a character: a DejaVu Sans with Latin, Greek and Cyrillic letters and the signs
/// that the program itself uses.
pub(super) fn in_png_font(c: char) -> bool {
    c <= '\u{24f}' || ('\u{370}'..='\u{4ff}').contains(&c) || ('\u{2000}'..='\u{22ff}').contains(&c)
}

/// Characters of a picture that the font of PNG files does not have: question marks stand in their place there.
#[must_use]
pub fn missing_in_png(scene: &super::Scene) -> String {
    let texts = scene.items.iter().filter_map(|item| match item {
        super::Item::Text { text, .. } => Some(text),
        _ => None,
    });
    let missing: std::collections::BTreeSet<char> =
        texts.flat_map(|text| text.chars()).filter(|c| !in_png_font(*c)).collect();
    missing.into_iter().collect()
}

/// Lines of a text, broken at spaces; the last one is cut where there are too many.
pub(super) fn wrap(text: &str, room: f64, size: f64, bold: bool, lines_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    // A number is not parted from its sign.
    let text = text.replace(" %", "\u{a0}%");
    let mut rest = text.split(' ').filter(|w| !w.is_empty()).peekable();
    while let Some(word) = rest.next() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&longer, size, bold) <= room || line.is_empty() {
            line = longer;
            continue;
        }
        if lines.len() + 1 == lines_max {
            // Everything that is left, cut to what fits.
            line = longer;
            for word in rest.by_ref() {
                line.push(' ');
                line.push_str(word);
            }
            break;
        }
        let full = std::mem::replace(&mut line, word.to_owned());
        // A point between two statements is not left hanging at the end of a line.
        lines.push(full.trim_end_matches(" ·").to_owned());
        if line == "·" {
            line.clear();
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines.iter().map(|line| cut(line, room, size, bold)).collect()
}
