//! From a scene to bytes, by plotters: the only file that knows which library draws.
//!
//! Only the library's primitives are used. Its text goes by a rule of thumb for the baseline and comes with the
//! same attributes on every element, so that the SVG is tidied up afterwards.

use super::scene::{Anchor, Color, Item, Scene};
use super::text::in_png_font;
use plotters::prelude::{DrawingBackend, IntoFont, RGBColor, SVGBackend, ShapeStyle, TextStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontStyle};
use std::fmt::Write as _;

/// User units of the SVG for one unit of the scene: coordinates are whole numbers, and so half a unit fine.
const FINE: f64 = 2.0;
/// The library divides sizes of text by this.
const TEXT_DIVISOR: f64 = 1.24;
/// Fonts that are there on the usual systems, none fetched from anywhere.
const FONTS: &str =
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";

/// The scene as an SVG file.
#[must_use]
pub fn svg(scene: &Scene) -> String {
    let size = |length: f64| (length * FINE).round() as u32;
    let mut raw = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut raw, (size(scene.width), size(scene.height)));
        let text = Text { per_em: TEXT_DIVISOR, raise_em: 0.0, vertical: VPos::Bottom, shipped_font: false };
        // A string takes everything: there is no error to report.
        let _ = draw(&mut backend, scene, FINE, text);
    }
    tidy(&raw, scene)
}

/// The scene as a PNG file.
///
/// # Errors
/// What the library says.
#[cfg(feature = "png")]
pub fn png(scene: &Scene) -> Result<Vec<u8>, String> {
    /// Drawn larger by this and then averaged: the library's areas have hard edges.
    const OVER: usize = 2;
    /// A larger picture is drawn as it is, to spare memory.
    const OVER_MAX: usize = 16_000_000;
    fonts()?;
    let (w, h) =
        ((scene.width * scene.scale).round() as usize, (scene.height * scene.scale).round() as usize);
    let over = if w * h > OVER_MAX { 1 } else { OVER };
    let mut pixels = vec![0_u8; w * over * h * over * 3];
    {
        let size = ((w * over) as u32, (h * over) as u32);
        let mut backend = plotters::prelude::BitMapBackend::with_buffer(&mut pixels, size);
        // The rasteriser takes the height of a line for its size, and sets the middle of it where it is told to.
        let text =
            Text { per_em: FONT_LINE, raise_em: FONT_LINE / 2.0, vertical: VPos::Top, shipped_font: true };
        draw(&mut backend, scene, scene.scale * over as f64, text)?;
    }
    let pixels = if over == 1 { pixels } else { smaller(&pixels, w, h, over) };
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, w as u32, h as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(|e| e.to_string())?;
    writer.write_image_data(&pixels).map_err(|e| e.to_string())?;
    writer.finish().map_err(|e| e.to_string())?;
    Ok(file)
}

/// Height of a line of the shipped font [em].
#[cfg(feature = "png")]
const FONT_LINE: f64 = 1.164;

/// Makes the shipped fonts known to the library, once.
#[cfg(feature = "png")]
fn fonts() -> Result<(), String> {
    use plotters::style::register_font;
    use std::sync::OnceLock;
    static KNOWN: OnceLock<bool> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let regular = include_bytes!("../../assets/fonts/DejaVuSans.ttf");
        let bold = include_bytes!("../../assets/fonts/DejaVuSans-Bold.ttf");
        register_font("sans-serif", FontStyle::Normal, regular).is_ok()
            && register_font("sans-serif", FontStyle::Bold, bold).is_ok()
    });
    if *known { Ok(()) } else { Err("the shipped fonts cannot be read".to_owned()) }
}

/// Averages of `over`·`over` pixels.
#[cfg(feature = "png")]
fn smaller(pixels: &[u8], w: usize, h: usize, over: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(w * h * 3);
    for y in 0..h {
        for x in 0..w {
            for c in 0..3 {
                let of = |i: usize, j: usize| {
                    u32::from(pixels[((y * over + j) * w * over + x * over + i) * 3 + c])
                };
                let sum: u32 =
                    (0..over).flat_map(|j| (0..over).map(move |i| (i, j))).map(|(i, j)| of(i, j)).sum();
                let n = (over * over) as u32;
                out.push(((sum + n / 2) / n) as u8);
            }
        }
    }
    out
}

/// How a backend of the library sets text.
#[derive(Clone, Copy)]
struct Text {
    /// Its size for one em.
    per_em: f64,
    /// What has to be taken from the baseline [em].
    raise_em: f64,
    vertical: VPos,
    /// With the shipped font alone: what it lacks would be left out without a trace.
    shipped_font: bool,
}

fn rgb(color: Color) -> RGBColor {
    RGBColor(color.0, color.1, color.2)
}

/// Control characters are no text of XML, whatever a team is called.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { ' ' } else { c })
        .collect()
}

fn draw<B: DrawingBackend>(backend: &mut B, scene: &Scene, scale: f64, set: Text) -> Result<(), String> {
    fn said(error: impl std::fmt::Display) -> String {
        error.to_string()
    }
    let at = |x: f64, y: f64| ((x * scale).round() as i32, (y * scale).round() as i32);
    let (w, h) = backend.get_size();
    backend.draw_rect((0, 0), (w as i32, h as i32), &rgb(scene.background).filled(), true).map_err(said)?;
    for item in &scene.items {
        match item {
            Item::Rect(x, y, w, h, color) => {
                backend.draw_rect(at(*x, *y), at(x + w, y + h), &rgb(*color).filled(), true).map_err(said)?;
            }
            Item::Area(points, color) => {
                let points = whole(points, at);
                backend.fill_polygon(points, &rgb(*color).filled()).map_err(said)?;
            }
            Item::Line(points, thick, color) => {
                let style: ShapeStyle = rgb(*color).stroke_width((thick * scale).round().max(1.0) as u32);
                backend.draw_path(whole(points, at), &style).map_err(said)?;
            }
            Item::Dot(x, y, radius, color) => {
                let radius = (radius * scale).round() as u32;
                backend.draw_circle(at(*x, *y), radius, &rgb(*color).filled(), true).map_err(said)?;
            }
            Item::Text { x, y, text, size, bold, anchor, color } => {
                let horizontal = match anchor {
                    Anchor::Start => HPos::Left,
                    Anchor::Middle => HPos::Center,
                    Anchor::End => HPos::Right,
                };
                let ink = rgb(*color);
                let weight = if *bold { FontStyle::Bold } else { FontStyle::Normal };
                let font = ("sans-serif", size * scale * set.per_em, weight).into_font();
                let style = TextStyle::from(font).color(&ink).pos(Pos::new(horizontal, set.vertical));
                let mut text = printable(text);
                if set.shipped_font {
                    text = text.chars().map(|c| if in_png_font(c) { c } else { '?' }).collect();
                }
                backend.draw_text(&text, &style, at(*x, y - size * set.raise_em)).map_err(said)?;
            }
        }
    }
    Ok(())
}

/// Points as whole numbers, without those that change nothing: equal ones, and those in the middle of a straight
/// level or upright stretch.
fn whole(points: &[(f64, f64)], at: impl Fn(f64, f64) -> (i32, i32)) -> Vec<(i32, i32)> {
    let mut kept: Vec<(i32, i32)> = Vec::with_capacity(points.len());
    for &(x, y) in points {
        let point = at(x, y);
        if kept.last() == Some(&point) {
            continue;
        }
        if let [.., a, b] = kept[..]
            && (a.1 == b.1 && b.1 == point.1 && (b.0 - a.0).signum() == (point.0 - b.0).signum()
                || a.0 == b.0 && b.0 == point.0 && (b.1 - a.1).signum() == (point.1 - b.1).signum())
        {
            kept.pop();
        }
        kept.push(point);
    }
    kept
}

/// The library's SVG with a size in scene units, words for readers that do not see, one font for all, text on its
/// baseline, and without what is on every element.
fn tidy(raw: &str, scene: &Scene) -> String {
    let mut out = String::with_capacity(raw.len());
    let (w, h) = (scene.width * scene.scale, scene.height * scene.scale);
    let (view_w, view_h) = ((scene.width * FINE).round(), (scene.height * FINE).round());
    // Writing to a string does not fail.
    let _ = write!(
        out,
        "<svg width=\"{w:.0}\" height=\"{h:.0}\" viewBox=\"0 0 {view_w:.0} {view_h:.0}\" \
         xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" font-family=\"{FONTS}\">\n\
         <title>{}</title>\n<desc>{}</desc>\n",
        escape(&scene.title),
        escape(&scene.description)
    );
    let mut lines = raw.lines().skip(1);
    while let Some(line) = lines.next() {
        if !line.starts_with("<text ") {
            let plain = line.replace(" opacity=\"1\"", "").replace(" stroke=\"none\"", "");
            out.push_str(&plain.replace(" stroke-width=\"1\"/>", "/>").replace(" \"/>", "\"/>"));
            out.push('\n');
            continue;
        }
        // `<text …>`, the words, `</text>`: spaces around the words would move them.
        let words = lines.next().unwrap_or("");
        let end = lines.next().unwrap_or("</text>");
        out.push_str(&text_tag(line));
        out.push_str(words);
        out.push_str(end);
        out.push('\n');
    }
    out
}

/// The opening tag of a text.
fn text_tag(line: &str) -> String {
    let mut tag = line
        .replace(" opacity=\"1\"", "")
        .replace(" dy=\"-0.5ex\"", "")
        .replace(" font-family=\"sans-serif\"", "")
        .replace(" text-anchor=\"start\"", "");
    // 25.999999999999996 is a sign of floats, not a size.
    const SIZE: &str = "font-size=\"";
    if let Some(from) = tag.find(SIZE).map(|n| n + SIZE.len())
        && let Some(length) = tag[from..].find('"')
        && let Ok(size) = tag[from..from + length].parse::<f64>()
    {
        let short = format!("{:.1}", size);
        tag.replace_range(from..from + length, short.trim_end_matches(".0"));
    }
    tag
}

fn escape(text: &str) -> String {
    printable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
