//! The catalogue of VM sizes: facts of the service, with prices by region and tier.
//!
//! The table is `catalog/vm_sizes.csv`; every price has its source and date. Linux, pay as you go, USD per hour.

use crate::diagnostic::closest;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Currency of every price here.
pub const CURRENCY: &str = "USD";

/// The regions that have prices.
pub const REGIONS: [&str; 2] = ["eastus", "westeurope"];

/// A VM size.
#[derive(Clone, Debug, PartialEq)]
pub struct Size {
    /// As the service writes it: `"Standard_D4s_v3"`.
    pub name: &'static str,
    /// Quota family; compared without regard to case.
    pub family: &'static str,
    /// vCPUs.
    pub vcpus: u32,
    /// Memory [GiB].
    pub memory_gib: f64,
    /// Model of its GPUs.
    pub gpu: Option<&'static str>,
    /// Number of GPUs; parts of a card are fractions.
    pub gpus: f64,
    /// Prices by region, in the order of [`REGIONS`].
    prices: [Option<Prices>; 2],
}

/// What a size costs in a region [USD/h].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    /// Dedicated.
    pub dedicated: Option<f64>,
    /// The fixed low-priority price, retired on 2026-03-31.
    pub low_priority: Option<f64>,
    /// Spot, which varies.
    pub spot: Option<f64>,
    /// When these prices were listed: a date, or a year.
    pub date: &'static str,
    /// The list they are from.
    pub source: &'static str,
}

impl Size {
    /// Prices in a region, named in any case, with or without spaces.
    #[must_use]
    pub fn prices(&self, region: &str) -> Option<&Prices> {
        self.prices[region_index(region)?].as_ref()
    }
}

/// The name of a region as the catalogue writes it: `"West Europe"` is `"westeurope"`.
#[must_use]
pub fn region(name: &str) -> Option<&'static str> {
    region_index(name).map(|i| REGIONS[i])
}

fn region_index(name: &str) -> Option<usize> {
    let name = name.replace(' ', "");
    REGIONS.iter().position(|region| region.eq_ignore_ascii_case(&name))
}

static SIZES: LazyLock<Vec<Size>> = LazyLock::new(|| {
    let lines = include_str!("catalog/vm_sizes.csv").lines().skip(1);
    lines.map(|line| read(line).expect("a test reads every line")).collect()
});

static BY_NAME: LazyLock<HashMap<String, usize>> =
    LazyLock::new(|| SIZES.iter().enumerate().map(|(i, size)| (key(size.name), i)).collect());

fn read(line: &'static str) -> Option<Size> {
    let fields: Vec<&'static str> = line.split(',').collect();
    let [name, family, vcpus, memory_gib, gpu, gpus, prices @ ..] = &fields[..] else { return None };
    let prices = match prices {
        [a, b, c, d, e, f, g, h, i, j] => [read_prices([a, b, c, d, e])?, read_prices([f, g, h, i, j])?],
        _ => return None,
    };
    Some(Size {
        name,
        family,
        vcpus: vcpus.parse().ok()?,
        memory_gib: memory_gib.parse().ok()?,
        gpu: (!gpu.is_empty()).then_some(*gpu),
        gpus: if gpus.is_empty() { 0.0 } else { gpus.parse().ok()? },
        prices,
    })
}

/// Prices of a region: `None` is unreadable, `Some(None)` is none.
fn read_prices(fields: [&'static str; 5]) -> Option<Option<Prices>> {
    let [dedicated, low_priority, spot, date, source] = fields;
    if date.is_empty() {
        return Some(None);
    }
    let price = |text: &str| match text {
        "" => Some(None),
        text => text.parse().ok().map(Some),
    };
    Some(Some(Prices {
        dedicated: price(dedicated)?,
        low_priority: price(low_priority)?,
        spot: price(spot)?,
        date,
        source,
    }))
}

/// A name without its prefix, in small letters.
fn key(name: &str) -> String {
    let name = name.trim().to_lowercase();
    name.strip_prefix("standard_").map(str::to_owned).unwrap_or(name)
}

/// Whether two names are those of one VM size: case and the prefix `Standard_` do not count.
#[must_use]
pub fn same_name(a: &str, b: &str) -> bool {
    key(a) == key(b)
}

/// All sizes, in the order of the table.
#[must_use]
pub fn all() -> &'static [Size] {
    &SIZES
}

/// The size of a name; case and the prefix `Standard_` do not matter.
#[must_use]
pub fn find(name: &str) -> Option<&'static Size> {
    BY_NAME.get(&key(name)).map(|i| &SIZES[*i])
}

/// The name most like `name`, among the catalogue's and `others`.
#[must_use]
pub fn suggest<'a>(name: &str, others: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let names: Vec<(String, &'a str)> =
        others.into_iter().chain(SIZES.iter().map(|size| size.name)).map(|name| (key(name), name)).collect();
    let found = closest(&key(name), names.iter().map(|(key, _)| key.as_str()))?;
    names.iter().find(|(key, _)| key == found).map(|(_, name)| *name)
}

/// Sizes whose name, family or GPU contains every word of `filter`, in any case; all for an empty filter.
pub fn filter(filter: &str) -> impl Iterator<Item = &'static Size> + use<> {
    let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    SIZES.iter().filter(move |size| {
        let text = format!("{} {} {}", size.name, size.family, size.gpu.unwrap_or_default()).to_lowercase();
        words.iter().all(|word| text.contains(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        assert_eq!(all().len(), 106);
        assert_eq!(BY_NAME.len(), 106, "names are distinct");
        for size in all() {
            assert!(size.name.starts_with("Standard_") && size.family.to_lowercase().ends_with("family"));
            assert!(size.vcpus >= 1 && size.memory_gib > 0.0);
            assert_eq!(size.gpu.is_some(), size.gpus > 0.0, "{}", size.name);
            assert!(REGIONS.iter().any(|region| size.prices(region).is_some()));
        }
    }

    #[test]
    fn names_are_found_in_any_case_with_or_without_prefix() {
        for name in ["Standard_D4s_v3", "STANDARD_D4S_V3", "d4s_v3", " D4s_v3 "] {
            assert_eq!(find(name).map(|size| size.name), Some("Standard_D4s_v3"), "{name}");
        }
        assert!(find("Standard_D4s_v9").is_none() && find("").is_none());
        assert_eq!(suggest("Standard_D4_s_v3", []), Some("Standard_D4s_v3"));
        assert_eq!(suggest("Lab4", ["Lab_4"]), Some("Lab_4"));
        assert_eq!(suggest("teapot", []), None);
    }

    #[test]
    fn prices_are_by_region_and_tier() {
        let prices = find("NC4as_T4_v3").unwrap().prices("West Europe").unwrap();
        assert_eq!(
            (prices.dedicated, prices.low_priority, prices.spot),
            (Some(0.658), Some(0.132), Some(0.457_113))
        );
        assert_eq!(prices.date, "2026-08-22");
        assert!(find("Standard_NC6").unwrap().prices("westeurope").is_none());
        assert!(find("Standard_NC6").unwrap().prices("mars").is_none());
        assert_eq!(region("East US"), Some("eastus"));
    }

    #[test]
    fn the_filter_looks_at_name_family_and_gpu() {
        assert_eq!(filter("").count(), 106);
        assert!(filter("v100").all(|size| size.gpu.is_some_and(|gpu| gpu.contains("V100"))));
        assert_eq!(filter("t4 64").count(), 1);
        assert!(filter("NCSv3").count() >= 4);
        assert_eq!(filter("teapot").count(), 0);
    }

    #[cfg(shared_data)]
    #[test]
    fn the_table_agrees_with_the_shared_figures() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/azure_vms.csv");
        let mut rows = 0;
        for row in csv::Reader::from_path(path).unwrap().records() {
            let row = row.unwrap();
            let number = |i: usize| row[i].parse::<f64>().ok();
            let size = find(&row[0]).unwrap();
            let prices = size.prices(&row[1]).unwrap();
            assert_eq!((size.name, size.family), (&row[0], &row[9]));
            assert_eq!((Some(f64::from(size.vcpus)), Some(size.memory_gib)), (number(2), number(3)));
            assert_eq!((size.gpu.unwrap_or_default(), size.gpus), (&row[4], number(5).unwrap_or(0.0)));
            assert_eq!(
                (prices.dedicated, prices.spot, prices.low_priority),
                (number(6), number(7), number(8)),
                "{}",
                size.name
            );
            rows += 1;
        }
        assert_eq!(rows, 187);
    }
}
