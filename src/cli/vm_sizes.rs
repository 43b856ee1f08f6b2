//! `nodetide vm-sizes`.

use super::args::{VmSizesArgs, VmSizesFormat};
use super::error::CliError;
use super::output::Output;
use crate::catalog::{self, Prices, REGIONS, Size};
use crate::diagnostic::did_you_mean;
use crate::exit_code;
use crate::report::files;
use serde::Serialize;

/// One size in one region.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    family: &'static str,
    vcpus: u32,
    memory_gib: f64,
    gpus: f64,
    gpu: Option<&'static str>,
    region: &'static str,
    dedicated_usd_per_h: Option<f64>,
    low_priority_usd_per_h: Option<f64>,
    spot_usd_per_h: Option<f64>,
    price_date: &'static str,
    price_list: &'static str,
}

impl Row {
    fn of(size: &'static Size, region: &'static str, prices: &'static Prices) -> Self {
        Self {
            name: size.name,
            family: size.family,
            vcpus: size.vcpus,
            memory_gib: size.memory_gib,
            gpus: size.gpus,
            gpu: size.gpu,
            region,
            dedicated_usd_per_h: prices.dedicated,
            low_priority_usd_per_h: prices.low_priority,
            spot_usd_per_h: prices.spot,
            price_date: prices.date,
            price_list: prices.source,
        }
    }
}

/// Lists the catalogue.
pub(super) fn vm_sizes(args: &VmSizesArgs, output: &Output) -> Result<u8, CliError> {
    let regions: Vec<&'static str> = match &args.region {
        None => REGIONS.to_vec(),
        Some(name) => vec![catalog::region(name).ok_or_else(|| {
            let help = did_you_mean("region", name, REGIONS);
            CliError::Usage(format!("no prices for the region {name:?}; {help}"))
        })?],
    };
    let filter = args.filter.as_deref().unwrap_or_default();
    let rows: Vec<Row> = catalog::filter(filter)
        .flat_map(|size| {
            regions.iter().filter_map(move |region| Some(Row::of(size, region, size.prices(region)?)))
        })
        .collect();
    if rows.is_empty() {
        let near = catalog::suggest(filter, []).map_or(String::new(), |name| format!("; is it {name}?"));
        return Err(CliError::Usage(format!(
            "no VM size, quota family or GPU of the catalogue has {filter:?} in it{near}; sizes that it lacks are \
             described with `vm_sizes: [(name: …, vcpus: …, price: …)]` in the scenario"
        )));
    }
    match args.format {
        VmSizesFormat::Human => output.print(&table(&rows, output.terminal_width()))?,
        VmSizesFormat::Json => output.write(|w| files::json(w, &rows))?,
        VmSizesFormat::Csv => output.write(|w| files::csv_rows(w, &rows))?,
    }
    Ok(exit_code::FINE)
}

/// Columns that a narrow terminal goes without, the first one first. Without its column a region is a heading.
const SPARED: [usize; 7] = [REGION, 9, 7, 3, 4, 8, 1];
const REGION: usize = 5;

/// Right-aligned numbers; the price lists below. What is wider than the terminal loses columns, which are named.
fn table(rows: &[Row], room: usize) -> String {
    let price = |p: Option<f64>| p.map_or_else(|| "–".to_owned(), |p| format!("{p:.4}"));
    let titles =
        ["VM size", "family", "vCPUs", "GiB", "GPUs", "region", "dedicated", "low prio.", "spot", "date"];
    let mut lines = vec![titles.map(str::to_owned)];
    for row in rows {
        lines.push([
            row.name.to_owned(),
            row.family.to_owned(),
            row.vcpus.to_string(),
            row.memory_gib.to_string(),
            row.gpu.map_or_else(String::new, |gpu| format!("{}×{gpu}", fraction(row.gpus))),
            row.region.to_owned(),
            price(row.dedicated_usd_per_h),
            price(row.low_priority_usd_per_h),
            price(row.spot_usd_per_h),
            row.price_date.to_owned(),
        ]);
    }
    let columns = |c: usize| lines.iter().map(|l| l[c].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..titles.len()).map(columns).collect();
    let mut shown = [true; 10];
    let wide = |shown: &[bool; 10]| -> usize {
        let taken = widths.iter().zip(shown).filter(|(_, shown)| **shown).map(|(width, _)| width + 2);
        taken.sum::<usize>().saturating_sub(2)
    };
    for column in SPARED {
        if wide(&shown) > room {
            shown[column] = false;
        }
    }
    let left = [true, true, false, false, true, true, false, false, false, true];
    let mut text = String::new();
    let bold = |text: &str| format!("\x1b[1m{text}\x1b[0m\n");
    let written = |line: &[String; 10]| {
        let cells = line.iter().zip(&widths).zip(left).zip(shown).filter(|(_, shown)| *shown);
        let cells = cells.map(
            |(((cell, &width), left), _)| {
                if left { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            },
        );
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let head = bold(&written(&lines[0]));
    let mut regions: Vec<&str> = rows.iter().map(|row| row.region).collect();
    regions.sort_unstable();
    regions.dedup();
    if shown[REGION] {
        text.push_str(&head);
        text.extend(lines[1..].iter().map(|line| written(line) + "\n"));
    } else {
        for (i, region) in regions.into_iter().enumerate() {
            let gap = if i == 0 { "" } else { "\n" };
            text.push_str(&format!("{gap}{}{head}", bold(region)));
            let there = lines[1..].iter().filter(|line| line[REGION] == region);
            text.extend(there.map(|line| written(line) + "\n"));
        }
    }
    text.push_str("\nPrices in USD per hour, Linux, pay as you go.\n");
    let spared: Vec<&str> = titles
        .iter()
        .zip(shown)
        .filter(|(title, shown)| !shown && **title != "region")
        .map(|(title, _)| *title)
        .collect();
    if !spared.is_empty() {
        text.push_str(&format!(
            "The terminal is too narrow for: {}. All is in `--format csv`.\n",
            spared.join(", ")
        ));
    }
    let mut lists: Vec<String> = rows.iter().map(|r| format!("  {}: {}\n", r.region, r.price_list)).collect();
    lists.sort();
    lists.dedup();
    text.extend(lists);
    text
}

/// Parts of a card as a fraction.
fn fraction(gpus: f64) -> String {
    if gpus > 0.0 && gpus < 1.0 { format!("1/{:.0}", 1.0 / gpus) } else { gpus.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_as_wide_as_the_terminal_allows() {
        let rows: Vec<Row> = catalog::filter("")
            .flat_map(|size| REGIONS.iter().filter_map(move |r| Some(Row::of(size, r, size.prices(r)?))))
            .collect();
        let widest = |text: &str| -> usize {
            let table = text.split("Prices in USD").next().unwrap_or_default();
            let plain = table.replace("\x1b[1m", "").replace("\x1b[0m", "");
            plain.lines().map(|line| line.chars().count()).max().unwrap_or(0)
        };
        let whole = table(&rows, usize::MAX);
        assert!(widest(&whole) > 120 && !whole.contains("too narrow"), "{}", widest(&whole));
        let count = |text: &str| text.matches("Standard_").count();
        for (room, spared) in
            [(80, "GiB, GPUs, low prio., date"), (100, "GiB, low prio., date"), (120, "date")]
        {
            let text = table(&rows, room);
            assert!(widest(&text) <= room, "{room}: {}", widest(&text));
            assert!(text.contains(&format!("too narrow for: {spared}. ")), "{room}: {text}");
            assert!(
                text.starts_with("\x1b[1meastus\x1b[0m\n") && text.contains("\n\x1b[1mwesteurope"),
                "{text}"
            );
            assert_eq!(count(&text), count(&whole), "no size is lost");
        }
    }
}
