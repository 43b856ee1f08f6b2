//! Money and prices per time. Floats are allowed here: pricing happens after the run.

use super::time_span::serde_as_text;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// A price per hour in a named currency: `"0.526 USD/h"`.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// Amount [currency / h].
    pub per_h: f64,
    /// ISO 4217 code.
    pub currency: String,
}

/// An amount of money: `"450 USD"`.
#[derive(Clone, Debug, PartialEq)]
pub struct Money {
    /// Amount [currency].
    pub amount: f64,
    /// ISO 4217 code.
    pub currency: String,
}

/// Why a text is no amount of money or no price.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PriceError {
    /// Not of the form `0.526 USD/h`.
    #[error("{0:?} is no price; write for example \"0.526 USD/h\" (per h, day or month of 730 h)")]
    NotAPrice(String),
    /// An amount without a currency.
    #[error("{0:?} has no currency; write \"{0} USD\", or the currency of your prices")]
    NoCurrency(String),
    /// A price without a currency or a time.
    #[error(
        "{0:?} lacks a currency or the time that it is for; write \"{1} USD/h\" (or per day, or month of 730 h)"
    )]
    NoUnit(String, String),
    /// Not of the form `450 USD`.
    #[error("{0:?} is no amount of money; write for example \"450 USD\"")]
    NotMoney(String),
    /// Negative, infinite or not a number.
    #[error("{0:?} is out of range; an amount is finite, 0 or more, and below 1e12")]
    OutOfRange(String),
}

/// The month of the price lists: 730 h.
const H_PER_MONTH: f64 = 730.0;

impl FromStr for Money {
    type Err = PriceError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let not_money = || PriceError::NotMoney(s.to_owned());
        let text = s.trim();
        let (amount, currency) =
            text.split_once(char::is_whitespace).ok_or_else(|| match text.parse::<f64>() {
                Ok(_) => PriceError::NoCurrency(text.to_owned()),
                Err(_) => not_money(),
            })?;
        let currency = currency.trim();
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(not_money());
        }
        let amount: f64 = amount.parse().map_err(|_| not_money())?;
        if !(0.0..1e12).contains(&amount) {
            return Err(PriceError::OutOfRange(s.to_owned()));
        }
        Ok(Self { amount, currency: currency.to_owned() })
    }
}

impl FromStr for Price {
    type Err = PriceError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let not_a_price = || PriceError::NotAPrice(s.to_owned());
        let no_unit = |amount: &str| PriceError::NoUnit(s.to_owned(), amount.trim().to_owned());
        let Some((money, per)) = s.split_once('/') else {
            // The amount, alone or with a currency.
            let amount = s.trim().split(char::is_whitespace).next().unwrap_or_default();
            return Err(if amount.parse::<f64>().is_ok() { no_unit(amount) } else { not_a_price() });
        };
        let money: Money = money.parse().map_err(|e| match e {
            PriceError::NoCurrency(amount) => no_unit(&amount),
            PriceError::NotMoney(_) => not_a_price(),
            _ => PriceError::OutOfRange(s.to_owned()),
        })?;
        let hours = match per.trim() {
            "h" | "hour" => 1.0,
            "d" | "day" => 24.0,
            "month" => H_PER_MONTH,
            _ => return Err(not_a_price()),
        };
        Ok(Self { per_h: money.amount / hours, currency: money.currency })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/h", self.per_h, self.currency)
    }
}

serde_as_text!(Money, "an amount of money in quotes, like \"450 USD\"");
serde_as_text!(Price, "a price in quotes, like \"0.526 USD/h\" or \"0.33 USD/day\"");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_per_hour() {
        assert_eq!("0.526 USD/h".parse::<Price>().unwrap(), Price { per_h: 0.526, currency: "USD".into() });
        assert_eq!("24 EUR/day".parse::<Price>().unwrap().per_h, 1.0);
        assert_eq!("730 USD/month".parse::<Price>().unwrap().per_h, 1.0);
    }

    #[test]
    fn money_without_a_currency_is_told_how_to_write_it() {
        for (text, says) in [
            ("300", "write \"300 USD\""),
            ("300.5", "write \"300.5 USD\""),
            ("$300", "no amount of money"),
            ("300 dollars", "no amount of money"),
        ] {
            let error = text.parse::<Money>().unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_no_price_says_so() {
        for (text, says) in [
            ("0.5", "write \"0.5 USD/h\""),
            ("0.5 USD", "write \"0.5 USD/h\""),
            ("0.5/h", "write \"0.5 USD/h\""),
            ("0.5 usd/h", "no price"),
            ("USD/h", "no price"),
            ("0.5 USD/parsec", "no price"),
            ("-1 USD/h", "out of range"),
            ("NaN USD/h", "out of range"),
            ("inf USD/h", "out of range"),
            ("1e300 USD/h", "out of range"),
        ] {
            let error = text.parse::<Price>().unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
