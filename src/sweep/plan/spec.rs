//! What a sweep is asked for: by the scenario's `sweep`, or by arguments in its place.

use crate::diagnostic::{Code, Diagnostic, Text, did_you_mean};
use crate::lowering::Loaded;
use crate::scenario::locate::Tree;
use crate::scenario::path::Path;
use crate::scenario::schema::Design;
use crate::sweep::axes::Axis;

/// Most replications.
pub const REPLICATIONS_MAX: u32 = 100_000;

/// Axes, pairs of them, a design, replications.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The axes.
    pub vary: Vec<Text>,
    /// Axes that advance together, by their paths.
    pub pair: Vec<Vec<Text>>,
    /// Which combinations are run.
    pub design: Design,
    /// Where that is said, if it is.
    pub design_text: Option<Text>,
    /// Replications of each configuration.
    pub replications: u32,
}

impl Default for Spec {
    fn default() -> Self {
        Self { vary: Vec::new(), pair: Vec::new(), design: Design::Grid, design_text: None, replications: 1 }
    }
}

/// What arguments say, in place of the scenario.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flags<'a> {
    /// Every `--vary`; any of them replaces all axes and pairs of the scenario.
    pub vary: &'a [String],
    /// Every `--pair`; any of them replaces all pairs of the scenario.
    pub pair: &'a [String],
    /// `grid`, `lhs:N` or `sobol:N`.
    pub design: Option<&'a str>,
    /// Replications.
    pub replications: Option<u32>,
}

impl Spec {
    /// All combinations of some axes, as arguments.
    #[must_use]
    pub fn of_axes(vary: &[String], replications: u32) -> Self {
        let vary = vary.iter().map(|text| Text::of_flag("--vary", text)).collect();
        Self { vary, replications, ..Self::default() }
    }

    /// What the scenario says, and the arguments in its place.
    ///
    /// # Errors
    /// A design that is none; replications out of range.
    pub fn of(loaded: &Loaded, flags: Flags<'_>) -> Result<Self, Vec<Diagnostic>> {
        let mut spec = Self::default();
        let mut found = Vec::new();
        if let Some(sweep) = &loaded.scenario().sweep {
            let (source, tree) = (loaded.source(), Tree::new(loaded.source().text()));
            let at = Path::root().field("sweep");
            let (vary, pair) = (at.field("vary"), at.field("pair"));
            let axis = |(i, text): (usize, &String)| tree.text(source, &vary.index(i), text);
            spec.vary = sweep.vary.iter().enumerate().map(axis).collect();
            let pairs = sweep.pair.iter().enumerate().map(|(i, names)| {
                let name = |(j, text): (usize, &String)| tree.text(source, &pair.index(i).index(j), text);
                names.iter().enumerate().map(name).collect()
            });
            spec.pair = pairs.collect();
            spec.design = sweep.design;
            spec.design_text = Some(tree.whole(source, &at.field("design")));
            if let Some(n) = sweep.replications {
                spec.replications = n;
                if !(1..=REPLICATIONS_MAX).contains(&n) && flags.replications.is_none() {
                    let text = tree.whole(source, &at.field("replications"));
                    let message = format!("a sweep does not have {n} replications");
                    found.push(
                        text.at(Code::SweepDesign, text.whole(), message, "out of range")
                            .help(format!("write a number from 1 to {REPLICATIONS_MAX}")),
                    );
                }
            }
        }
        if !flags.vary.is_empty() {
            spec.vary = flags.vary.iter().map(|text| Text::of_flag("--vary", text)).collect();
            spec.pair.clear();
        }
        if !flags.pair.is_empty() {
            spec.pair =
                flags.pair.iter().map(|text| Text::of_flag("--pair", text).entries().collect()).collect();
        }
        if let Some(design) = flags.design {
            let text = Text::of_flag("--design", design);
            match design_of(design) {
                Some(design) => spec.design = design,
                None => found.push(
                    text.at(
                        Code::SweepDesign,
                        text.whole(),
                        format!("{design:?} is no design"),
                        "not a design",
                    )
                    .help("write grid, lhs:N or sobol:N, with a number of configurations, as lhs:200"),
                ),
            }
            spec.design_text = Some(text);
        }
        if let Some(n) = flags.replications {
            spec.replications = n;
        }
        if found.is_empty() { Ok(spec) } else { Err(found) }
    }

    /// The dimension of each axis: paired ones share one.
    pub(super) fn dimensions(&self, axes: &[Axis]) -> Result<Vec<usize>, Vec<Diagnostic>> {
        let mut found = Vec::new();
        // The first axis of the same pair, or itself.
        let mut leader: Vec<usize> = (0..axes.len()).collect();
        for names in &self.pair {
            let mut paired: Vec<usize> = Vec::new();
            for name in names {
                let wrong = |message: String, help: String| {
                    name.at(Code::AxisPair, name.whole(), message, "cannot be paired").help(help)
                };
                let Some(axis) = axes.iter().position(|axis| is_called(axis, name)) else {
                    let known: Vec<&str> = axes.iter().map(|axis| axis.label.as_str()).collect();
                    let message = format!("no axis is called {:?}", name.as_str());
                    found.push(wrong(message, did_you_mean("axis", name.as_str(), known)));
                    continue;
                };
                let label = &axes[axis].label;
                if paired.contains(&axis)
                    || leader[axis] != axis
                    || leader.iter().filter(|l| **l == axis).count() > 1
                {
                    let message = format!("`{label}` is paired twice");
                    found.push(wrong(message, "name all axes that advance together in one pair".to_owned()));
                    continue;
                }
                if let Some(&first) = paired.first() {
                    let (a, b) = (axes[first].len(), axes[axis].len());
                    if a != b {
                        let message = format!("`{label}` has {b} values, `{}` has {a}", axes[first].label);
                        let help = "paired axes advance together: give them equally many values".to_owned();
                        found.push(wrong(message, help));
                        continue;
                    }
                }
                paired.push(axis);
            }
            if let ([_] | [], Some(name)) = (names.as_slice(), names.first()) {
                let message = "an axis is paired with nothing".to_owned();
                let help = "name two axes, as max_nodes,idle_time";
                found.push(name.at(Code::AxisPair, name.whole(), message, "alone").help(help));
            }
            for &axis in paired.iter().skip(1) {
                leader[axis] = paired[0];
            }
        }
        if !found.is_empty() {
            return Err(found);
        }
        let mut dimensions: Vec<usize> = Vec::with_capacity(axes.len());
        let mut count = 0;
        for (axis, &leads) in leader.iter().enumerate() {
            // A pair stands where its first axis does, wherever the argument names it.
            let known = (0..axis).find(|before| leader[*before] == leads).map(|before| dimensions[before]);
            dimensions.push(known.unwrap_or_else(|| {
                count += 1;
                count - 1
            }));
        }
        Ok(dimensions)
    }
}

/// Whether a name means an axis: as its argument writes it, as tables do, or as result files do.
fn is_called(axis: &Axis, name: &Text) -> bool {
    let name = name.whole().trimmed().text;
    [axis.text.path().text, &axis.label, &axis.column].contains(&name)
}

fn design_of(text: &str) -> Option<Design> {
    let (name, count) = text.split_once(':').map_or((text, None), |(name, count)| (name, Some(count)));
    let count = count.map(|count| count.trim().parse::<u64>());
    match (name.trim().to_lowercase().as_str(), count) {
        ("grid", None) => Some(Design::Grid),
        ("lhs" | "latin_hypercube" | "latinhypercube", Some(Ok(n))) => Some(Design::LatinHypercube(n)),
        ("sobol", Some(Ok(n))) => Some(Design::Sobol(n)),
        _ => None,
    }
}
