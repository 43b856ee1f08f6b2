//! How numbers read on a terminal: durations, money, counts, shares.

/// A duration as people say it, at most two units: `6m40s`, `7d12h`, `250ms`.
#[must_use]
pub fn duration_s(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "for ever".to_owned();
    }
    let ms = (seconds * 1000.0).round() as u64;
    if ms == 0 {
        return "0s".to_owned();
    }
    if ms < 1000 {
        return format!("{ms}ms");
    }
    if ms < 10_000 && !ms.is_multiple_of(1000) {
        let tenths = (ms + 50) / 100;
        return two(tenths / 10, ".", tenths % 10, "s", 1);
    }
    let s = (ms + 500) / 1000;
    // What the second unit leaves out is rounded, and may carry into the first.
    if s < 60 {
        format!("{s}s")
    } else if s < 3600 {
        two(s / 60, "m", s % 60, "s", 2)
    } else if s + 30 < 86_400 {
        let m = (s + 30) / 60;
        two(m / 60, "h", m % 60, "m", 2)
    } else {
        let h = (s + 1800) / 3600;
        two(h / 24, "d", h % 24, "h", 2)
    }
}

/// Two units, or the first alone where the second is 0.
fn two(a: u64, unit_a: &str, b: u64, unit_b: &str, width: usize) -> String {
    match (b, unit_a) {
        (0, ".") => format!("{a}{unit_b}"),
        (0, _) => format!("{a}{unit_a}"),
        _ => format!("{a}{unit_a}{b:0width$}{unit_b}"),
    }
}

/// Decimals of an amount: two, more where it is small, so that two digits show.
#[must_use]
pub fn decimals(value: f64) -> usize {
    let magnitude = value.abs();
    if magnitude == 0.0 || magnitude >= 0.995 {
        return 2;
    }
    (1.0 - magnitude.log10().floor()).clamp(2.0, 8.0) as usize
}

/// An amount: two decimals, more where it is small, thousands apart: `1,234.50`, `0.0042`.
#[must_use]
pub fn amount(value: f64) -> String {
    amount_to(value, decimals(value))
}

/// An amount to so many decimals; what is more than nothing does not become 0: `<0.01`.
#[must_use]
pub fn amount_to(value: f64, decimals: usize) -> String {
    let least = 10_f64.powi(-(decimals.min(8) as i32));
    if value > 0.0 && value < least / 2.0 {
        return format!("<{least:.decimals$}");
    }
    thousands(&format!("{value:.decimals$}"))
}

/// A price: up to six decimals, two at least, as price lists have it: `3.823`, `0.24`, `0.010417`.
#[must_use]
pub fn price(value: f64) -> String {
    let text = format!("{value:.6}");
    let (int, frac) = text.split_once('.').unwrap_or((&text, ""));
    let frac = frac.trim_end_matches('0');
    thousands(&format!("{int}.{frac:0<2}"))
}

/// An amount with its currency: `12.50 USD`.
#[must_use]
pub fn money(value: f64, currency: &str) -> String {
    format!("{} {currency}", amount(value))
}

/// A share in per cent: `37 %`, `0.4 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value > 0.0 && value < 0.05 {
        "<0.1 %".to_owned()
    } else if value == 0.0 || value.abs() >= 9.95 {
        format!("{value:.0} %")
    } else {
        format!("{value:.1} %")
    }
}

/// A share in per cent with one decimal, rounded down: what is short of a limit does not read as if it met it.
#[must_use]
pub fn percent_down(share: f64) -> String {
    // 0.57 · 1000 is a little less than 570.
    let tenths = (share * 1000.0 + 1e-6).floor();
    if tenths >= 1000.0 || tenths == 0.0 && share == 0.0 {
        return format!("{:.0} %", tenths / 10.0);
    }
    if tenths == 0.0 { "<0.1 %".to_owned() } else { format!("{:.1} %", tenths / 10.0) }
}

/// A number with three significant digits or so: `1,234`, `56.7`, `8.90`, `0`.
#[must_use]
pub fn short(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { number_to(value, short_decimals(value)) }
}

/// Decimals of [`short`].
#[must_use]
pub fn short_decimals(value: f64) -> usize {
    match value.abs() {
        magnitude if magnitude >= 99.95 => 0,
        magnitude if magnitude >= 9.995 => 1,
        _ => 2,
    }
}

/// A number with so many decimals, thousands apart.
#[must_use]
pub fn number_to(value: f64, decimals: usize) -> String {
    thousands(&format!("{value:.decimals$}"))
}

/// A whole number, thousands apart: `12,345`.
#[must_use]
pub fn whole(n: u64) -> String {
    thousands(&n.to_string())
}

/// A number of things: `1 job`, `2,000 jobs`.
#[must_use]
pub fn count(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", whole(n), if n == 1 { "" } else { "s" })
}

/// Commas between the thousands of a decimal number.
fn thousands(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (int, frac) = rest.split_once('.').map_or((rest, None), |(int, frac)| (int, Some(frac)));
    let mut text = sign.to_owned();
    for (i, digit) in int.chars().enumerate() {
        if i > 0 && (int.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(frac) = frac {
        text.push('.');
        text.push_str(frac);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_two_units_at_most() {
        for (seconds, text) in [
            (0.0, "0s"),
            (0.0004, "0s"),
            (0.25, "250ms"),
            (1.5, "1.5s"),
            (1.96, "2s"),
            (9.0, "9s"),
            (12.4, "12s"),
            (59.9, "1m"),
            (400.0, "6m40s"),
            (365.0, "6m05s"),
            (3599.6, "1h"),
            (3600.0, "1h"),
            (5400.0, "1h30m"),
            (86_369.0, "23h59m"),
            (86_399.0, "1d"),
            (90_000.0, "1d01h"),
            (648_000.0, "7d12h"),
            (f64::INFINITY, "for ever"),
        ] {
            assert_eq!(duration_s(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn small_amounts_keep_two_digits() {
        for (value, text) in [
            (0.0, "0.00"),
            (1_234_567.891, "1,234,567.89"),
            (12.5, "12.50"),
            (0.999, "1.00"),
            (0.99, "0.99"),
            (0.0421, "0.042"),
            (0.000_123, "0.00012"),
            (-1234.5, "-1,234.50"),
        ] {
            assert_eq!(amount(value), text, "{value}");
        }
        assert_eq!(money(3.0, "USD"), "3.00 USD");
        assert_eq!(price(3.823), "3.823");
        assert_eq!(price(0.24), "0.24");
        assert_eq!(price(0.25 / 24.0), "0.010417");
        assert_eq!(amount_to(0.004, 2), "<0.01");
        assert_eq!(amount_to(0.0, 2), "0.00");
    }

    #[test]
    fn counts_agree_with_their_noun() {
        assert_eq!(count(1, "job"), "1 job");
        assert_eq!(count(1_000, "job"), "1,000 jobs");
        assert_eq!(percent(0.374), "37 %");
        assert_eq!(percent(0.0042), "0.4 %");
        assert_eq!(percent(0.0004), "<0.1 %");
        assert_eq!(
            [0.89999, 0.9, 0.57, 1.0, 0.0, 0.0004, 0.99999].map(percent_down),
            ["89.9 %", "90.0 %", "57.0 %", "100 %", "0 %", "<0.1 %", "99.9 %"]
        );
        assert_eq!(short(1234.4), "1,234");
        assert_eq!(short(56.66), "56.7");
    }
}
