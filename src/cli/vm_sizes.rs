//! `nodetide vm-sizes`.

use super::args::{Format, VmSizesArgs};
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
            "no VM size, quota family or GPU of the catalogue has {filter:?} in it{near}"
        )));
    }
    match args.format {
        Format::Human => output.print(&table(&rows))?,
        Format::Json => output.write(|w| files::json(w, &rows))?,
        Format::Csv => output.write(|w| files::csv_rows(w, &rows))?,
    }
    Ok(exit_code::FINE)
}

/// Right-aligned numbers; the price lists below.
fn table(rows: &[Row]) -> String {
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
    let left = [true, true, false, false, true, true, false, false, false, true];
    let mut text = String::new();
    for (i, line) in lines.iter().enumerate() {
        let cells = line.iter().zip(&widths).zip(left).map(|((cell, &width), left)| {
            if left { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        let joined = cells.collect::<Vec<_>>().join("  ");
        let joined = joined.trim_end();
        text.push_str(&if i == 0 { format!("\x1b[1m{joined}\x1b[0m\n") } else { format!("{joined}\n") });
    }
    text.push_str("\nPrices in USD per hour, Linux, pay as you go.\n");
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
