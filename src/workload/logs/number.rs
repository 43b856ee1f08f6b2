//! Decimal numbers of logs, read exactly.
//!
//! Not by way of `f64`: rounding half up has to see that 1.0005 s is half a tick of 1 ms past 1 s, which its
//! nearest `f64` is not.

use super::report::Fault;
use crate::units::Resolution;
use crate::workload::sample::{COUNT_MAX, DRAWN_MAX};

/// Digits kept; what follows is below a nanosecond for every time that a log can hold.
const DIGITS: u32 = 19;

/// A decimal number: `mantissa · 10^exponent`, negative or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) negative: bool,
    pub(super) mantissa: u64,
    pub(super) exponent: i32,
}

impl Decimal {
    /// "Unknown" in the Standard Workload Format.
    pub(super) const UNKNOWN: Self = Self { negative: true, mantissa: 1, exponent: 0 };

    /// Reads digits with at most one point, and an exponent; spaces around are the caller's business.
    pub(super) fn parse(text: &[u8]) -> Result<Self, Fault> {
        let (negative, digits) = match text {
            [] => return Err(Fault::Empty),
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let (mut mantissa, mut exponent): (u64, i32) = (0, 0);
        let (mut kept, mut seen, mut point) = (0, false, false);
        let mut rest = digits;
        while let [byte, tail @ ..] = rest {
            match byte {
                b'0'..=b'9' => {
                    seen = true;
                    if kept < DIGITS {
                        mantissa = mantissa * 10 + u64::from(byte - b'0');
                        kept += u32::from(mantissa > 0);
                        exponent -= i32::from(point);
                    } else {
                        exponent += i32::from(!point);
                    }
                }
                b'.' if !point => point = true,
                _ => break,
            }
            rest = tail;
        }
        if !seen {
            return Err(not_a_number(digits));
        }
        if let [b'e' | b'E', tail @ ..] = rest {
            exponent = exponent.saturating_add(Self::parse_exponent(tail)?);
        } else if !rest.is_empty() {
            return Err(Fault::NotANumber);
        }
        Ok(Self { negative: negative && mantissa > 0, mantissa, exponent })
    }

    fn parse_exponent(text: &[u8]) -> Result<i32, Fault> {
        let (sign, digits) = match text {
            [b'-', rest @ ..] => (-1, rest),
            [b'+', rest @ ..] => (1, rest),
            rest => (1, rest),
        };
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return Err(Fault::NotANumber);
        }
        let value =
            digits.iter().fold(0_i32, |n, d| n.saturating_mul(10).saturating_add(i32::from(d - b'0')));
        Ok(sign * value.min(1_000_000))
    }

    /// "Unknown" in the Standard Workload Format.
    pub(super) fn is_minus_1(self) -> bool {
        self.negative && self.whole() == Some(1)
    }

    /// `|self|`, if that is a whole number of at most 19 digits.
    fn whole(self) -> Option<u64> {
        match self.exponent {
            _ if self.mantissa == 0 => Some(0),
            up @ 0..=18 => self.mantissa.checked_mul(10_u64.pow(up.unsigned_abs())),
            down @ -18..=-1 => {
                let unit = 10_u64.pow(down.unsigned_abs());
                self.mantissa.is_multiple_of(unit).then_some(self.mantissa / unit)
            }
            _ => None,
        }
    }

    pub(super) fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// `|self| · factor`, rounded half up to a whole number; at least 1 where it is not 0. `None`: too large.
    fn scaled(self, factor: u64) -> Option<u128> {
        let product = u128::from(self.mantissa) * u128::from(factor);
        let rounded = match (product, self.exponent) {
            (0, _) => return Some(0),
            (_, 0) => product,
            (_, up @ 1..=38) => product.checked_mul(10_u128.pow(up.unsigned_abs()))?,
            (_, 39..) => return None,
            (_, down @ -38..=-1) => {
                let unit = 10_u128.pow(down.unsigned_abs());
                product / unit + u128::from(product % unit >= unit / 2)
            }
            (_, ..=-39) => 0,
        };
        Some(rounded.max(1))
    }

    /// A time in a unit as nanoseconds.
    pub(super) fn ns(self, unit_ns: u64) -> Result<i64, Fault> {
        if self.negative {
            return Err(Fault::Negative);
        }
        self.scaled(unit_ns).and_then(|ns| i64::try_from(ns).ok()).ok_or(Fault::TooLarge)
    }

    /// A whole number of things, at most [`COUNT_MAX`].
    pub(super) fn count(self) -> Result<u64, Fault> {
        let up = self.ceil_div(1)?;
        if self.whole() == Some(up) { Ok(up) } else { Err(Fault::NotWhole) }
    }

    /// `self / divisor`, rounded up to a whole number, at most [`COUNT_MAX`].
    pub(super) fn ceil_div(self, divisor: u64) -> Result<u64, Fault> {
        if self.negative {
            return Err(Fault::Negative);
        }
        let mantissa = u128::from(self.mantissa);
        let quotient = match self.exponent {
            _ if mantissa == 0 => 0,
            up @ 0..=18 => (mantissa * 10_u128.pow(up.unsigned_abs())).div_ceil(u128::from(divisor)),
            down @ -18..=-1 => mantissa.div_ceil(u128::from(divisor) * 10_u128.pow(down.unsigned_abs())),
            19.. => return Err(Fault::TooLarge),
            ..=-19 => 1,
        };
        u64::try_from(quotient).ok().filter(|n| *n <= COUNT_MAX).ok_or(Fault::TooLarge)
    }
}

fn not_a_number(text: &[u8]) -> Fault {
    let is = |word: &str| text.eq_ignore_ascii_case(word.as_bytes());
    if is("nan") || is("inf") || is("infinity") { Fault::NotFinite } else { Fault::NotANumber }
}

/// Nanoseconds as ticks, rounded half up.
pub(super) fn instant_ticks(ns: u64, resolution: Resolution) -> u64 {
    let tick = resolution.ns();
    ns / tick + u64::from(ns % tick >= tick / 2)
}

/// The same for a duration: at least 1 where it is positive, and less than 2^31.
pub(super) fn duration_ticks(ns: i64, resolution: Resolution) -> Result<u32, Fault> {
    let ns = u64::try_from(ns).map_err(|_| Fault::Negative)?;
    let ticks = instant_ticks(ns, resolution).max(u64::from(ns > 0));
    u32::try_from(ticks).ok().filter(|t| *t <= DRAWN_MAX).ok_or(Fault::TooLong(resolution))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Decimal, Fault> {
        Decimal::parse(text.as_bytes())
    }

    fn ns(text: &str) -> Result<i64, Fault> {
        parse(text)?.ns(1_000_000_000)
    }

    #[test]
    fn decimals_are_read_exactly() {
        for (text, value) in [
            ("0", 0),
            ("-0", 0),
            ("66.0", 66_000_000_000),
            ("+1.0005", 1_000_500_000),
            (".5", 500_000_000),
            ("5.", 5_000_000_000),
            ("1e3", 1_000_000_000_000),
            ("2.5E-3", 2_500_000),
            ("1e-30", 1),
            ("0e999999999999", 0),
            ("000000000000000000000000012", 12_000_000_000),
            ("0.00000000049", 1),
            ("1.0000000004", 1_000_000_000),
            ("1.0000000005", 1_000_000_001),
            ("1.33333333333333333333333333", 1_333_333_333),
            ("9223372036", 9_223_372_036_000_000_000),
        ] {
            assert_eq!(ns(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_says_why() {
        for (text, fault) in [
            ("", Fault::Empty),
            ("-", Fault::NotANumber),
            ("abc", Fault::NotANumber),
            (".", Fault::NotANumber),
            ("1.2.3", Fault::NotANumber),
            ("1e", Fault::NotANumber),
            ("1e+", Fault::NotANumber),
            ("0x10", Fault::NotANumber),
            ("1_000", Fault::NotANumber),
            ("1,5", Fault::NotANumber),
            ("12 ", Fault::NotANumber),
            ("nan", Fault::NotFinite),
            ("-Inf", Fault::NotFinite),
            ("Infinity", Fault::NotFinite),
            ("-3", Fault::Negative),
            ("9223372037", Fault::TooLarge),
            ("1e30", Fault::TooLarge),
            ("1e999999999999", Fault::TooLarge),
            ("99999999999999999999999999999999999999999999999999", Fault::TooLarge),
        ] {
            assert_eq!(ns(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn counts_are_whole_and_divide_upwards() {
        let count = |text: &str| parse(text).and_then(Decimal::count);
        for (text, n) in
            [("4", 4), ("4.0", 4), ("4.000", 4), ("40e-1", 4), ("4e2", 400), ("0", 0), ("0.0", 0)]
        {
            assert_eq!(count(text), Ok(n), "{text}");
        }
        for (text, fault) in [
            ("4.5", Fault::NotWhole),
            ("0.1", Fault::NotWhole),
            ("1e-40", Fault::NotWhole),
            ("-4", Fault::Negative),
            ("2147483648", Fault::TooLarge),
            ("1e40", Fault::TooLarge),
        ] {
            assert_eq!(count(text), Err(fault), "{text}");
        }
        let ceil = |text: &str, by| parse(text).and_then(|d| d.ceil_div(by));
        assert_eq!((ceil("8", 4), ceil("9", 4), ceil("0.47", 1), ceil("0", 4)), (Ok(2), Ok(3), Ok(1), Ok(0)));
        assert_eq!(
            (ceil("8.1", 4), ceil("1e-30", 8), ceil("2147483647", 1)),
            (Ok(3), Ok(1), Ok(2_147_483_647))
        );
        assert_eq!(ceil("99999999999999999999", 1), Err(Fault::TooLarge));
    }

    #[test]
    fn minus_1_is_unknown_however_it_is_written() {
        for text in ["-1", "-1.0", "-1.", "-10e-1"] {
            assert!(parse(text).unwrap().is_minus_1(), "{text}");
        }
        for text in ["1", "-2", "-0", "0"] {
            assert!(!parse(text).unwrap().is_minus_1(), "{text}");
        }
    }

    #[test]
    fn times_are_rounded_half_up_and_durations_last_a_tick() {
        let s = Resolution::S1;
        assert_eq!(instant_ticks(1_499_999_999, s), 1);
        assert_eq!(instant_ticks(1_500_000_000, s), 2);
        assert_eq!(instant_ticks(1, s), 0);
        assert_eq!(duration_ticks(1, s), Ok(1));
        assert_eq!(duration_ticks(0, s), Ok(0));
        assert_eq!(duration_ticks(-1, s), Err(Fault::Negative));
        assert_eq!(duration_ticks(ns("1.0005").unwrap(), Resolution::Ms1), Ok(1001));
        assert_eq!(duration_ticks(ns("2147483647").unwrap(), s), Ok(DRAWN_MAX));
        assert_eq!(duration_ticks(ns("2147483648").unwrap(), s), Err(Fault::TooLong(s)));
    }
}
