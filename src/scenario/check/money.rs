//! Prices and money: one currency, a date that exists.

use super::Checker;
use crate::catalog;
use crate::diagnostic::{Code, Diagnostic};
use crate::scenario::path::Path;
use crate::scenario::schema::{Expect, LoadBalancer, Tier};
use crate::scenario::sizes;

impl Checker<'_> {
    pub(super) fn money(&mut self) {
        let prices = &self.scenario.prices;
        let path = Path::root().field("prices");
        self.optional_time(&path.field("billing_quantum"), prices.billing_quantum);
        if let Some(date) = &prices.date
            && date.trim().parse::<jiff::civil::Date>().is_err()
        {
            let message = format!("{date:?} is no date");
            self.say(Code::BadDate, &path.field("date"), message, "not a date", "write it as \"2026-08-22\"");
        }
        self.list_of_nothing();
        self.currencies();
        self.unknown_prices();
    }

    /// The list's name and date are those of prices that the scenario gives; the catalogue's have their own.
    fn list_of_nothing(&mut self) {
        let scenario = self.scenario;
        let own = scenario.clusters.iter().any(|cluster| cluster.price.is_some())
            || scenario.vm_sizes.iter().any(|s| s.price.is_some() || s.low_priority_price.is_some())
            || matches!(scenario.prices.load_balancer, LoadBalancer::Price(_));
        let named = [("list", scenario.prices.list.is_some()), ("date", scenario.prices.date.is_some())];
        if let Some((field, _)) = named.into_iter().find(|(_, given)| *given && !own) {
            let message =
                format!("`prices.{field}` is about prices of your own, and the scenario gives none");
            let help = "give `price` on the clusters or in `vm_sizes`, or leave it out: the catalogue names its own lists";
            let path = Path::root().field("prices").field(field);
            self.say(Code::NoEffect, &path, message, "without effect", help);
        }
    }

    /// The first currency written decides; what differs from it is told.
    fn currencies(&mut self) {
        let scenario = self.scenario;
        let root = Path::root();
        let mut written: Vec<(Path, &str)> = Vec::new();
        for (i, cluster) in scenario.clusters.iter().enumerate() {
            let path = root.field("clusters").index(i).field("price");
            written.extend(cluster.price.iter().map(|price| (path.clone(), price.currency.as_str())));
        }
        for (i, size) in scenario.vm_sizes.iter().enumerate() {
            let path = root.field("vm_sizes").index(i);
            for (field, price) in [("price", &size.price), ("low_priority_price", &size.low_priority_price)] {
                written.extend(price.iter().map(|price| (path.field(field), price.currency.as_str())));
            }
        }
        if let LoadBalancer::Price(price) = &scenario.prices.load_balancer {
            written.push((root.field("prices.load_balancer.Price"), &price.currency));
        }
        for (i, expect) in scenario.expect.iter().enumerate() {
            let path = root.field("expect").index(i);
            match expect {
                Expect::CostAtMost { limit, .. } => {
                    written.push((path.field("CostAtMost.limit"), &limit.currency));
                }
                Expect::CostPerDayAtMost { limit, .. } => {
                    written.push((path.field("CostPerDayAtMost.limit"), &limit.currency));
                }
                _ => {}
            }
        }
        // What the catalogue pays is in its currency.
        let listed = (0..scenario.clusters.len())
            .find(|&i| sizes::price(scenario, i).is_some_and(|price| price.listed));
        let balancer = scenario.prices.load_balancer == LoadBalancer::Listed;
        let (currency, why) = match (listed, written.first()) {
            (Some(i), _) => (
                catalog::CURRENCY.to_owned(),
                format!("cluster `{}` pays the catalogue's price in USD", scenario.clusters[i].name),
            ),
            (None, Some((path, currency))) => ((*currency).to_owned(), format!("`{path}` is in {currency}")),
            (None, None) => return,
        };
        for (path, other) in written.iter().filter(|(_, other)| *other != currency) {
            let help = format!("write it in {currency}: the simulator knows no exchange rates");
            let message = format!("`{path}` is in {other}, but {why}");
            self.say(Code::MixedCurrencies, path, message, "another currency", help);
        }
        if balancer && currency != catalog::CURRENCY {
            // Nobody has written the load balancer: what was written is underlined.
            let path = written.first().map_or_else(|| root.field("prices"), |(path, _)| path.clone());
            let message = format!("{why}, but the load balancer is charged at its listed price in USD");
            let help = format!(
                "add `prices: (load_balancer: Free)` or `prices: (load_balancer: Price(\"0.30 {currency}/day\"))`, or \
                 write this price in USD"
            );
            self.say(Code::MixedCurrencies, &path, message, "not in USD", help);
        }
    }

    fn unknown_prices(&mut self) {
        let scenario = self.scenario;
        for (i, cluster) in scenario.clusters.iter().enumerate() {
            let known = sizes::resolve(scenario, &cluster.vm_size).is_some();
            let region = catalog::region(&scenario.region.name).is_some();
            let lost = |field| self.parsed.lost(&Path::root().field("clusters").index(i).field(field));
            let given = lost("price") || lost("tier");
            if known && region && !given && sizes::price(scenario, i).is_none() {
                let path = Path::root().field("clusters").index(i).field("vm_size");
                let tier = match cluster.tier {
                    Tier::Dedicated => "dedicated",
                    Tier::LowPriority => "low-priority",
                };
                let message = format!(
                    "no {tier} price of `{}` in {} is known: its cost is left out",
                    cluster.vm_size, scenario.region.name
                );
                let span = self.tree().find(&path).span;
                self.found.push(
                    Diagnostic::new(Code::PriceUnknown, message)
                        .at(&self.parsed.source, span, "no price")
                        .help("give the cluster a `price`, as \"0.5 USD/h\""),
                );
            }
        }
    }
}
