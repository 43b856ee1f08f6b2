//! "Did you mean".

/// The known name most like `found`, if one is like it at all; case does not count.
#[must_use]
pub fn closest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // What is longer than any name is no misspelling, and would take quadratic time.
    if found.chars().count() > 100 {
        return None;
    }
    let low = found.to_lowercase();
    let score = |name: &str| {
        let name = name.to_lowercase();
        let close = strsim::jaro_winkler(&low, &name);
        // Half a name is as good as a misspelt one: `nodes` for `max_nodes`.
        let part = low.len() >= 4 && (name.contains(&low) || low.contains(&name) && name.len() >= 4);
        if part { close.max(0.85) } else { close }
    };
    known
        .into_iter()
        .map(|name| (score(name), name))
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// What to do about an unknown name: the closest known one, or all of them where they are few.
#[must_use]
pub fn did_you_mean<'a>(what: &str, found: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(name) = closest(found, known.clone()) {
        return format!("did you mean `{name}`?");
    }
    let names: Vec<&str> = known.into_iter().collect();
    match names.len() {
        0 => format!("there is no {what} here"),
        1 => format!("the only {what} here is `{}`", names[0]),
        2..=40 => format!("known: {}", names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")),
        n => format!("{n} names are known, none is like it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspellings_find_their_name() {
        let known = ["min_nodes", "max_nodes", "idle_time", "priority", "tier"];
        for (found, name) in
            [("mn_nodes", "min_nodes"), ("prority", "priority"), ("IdleTime", "idle_time"), ("teir", "tier")]
        {
            assert_eq!(closest(found, known), Some(name), "{found}");
        }
        assert_eq!(closest("zzz", known), None);
        assert_eq!(closest(&"min_nodes".repeat(1000), known), None);
    }

    #[test]
    fn few_names_are_listed() {
        assert_eq!(did_you_mean("subnet", "x", ["a", "b"]), "known: `a`, `b`");
        assert_eq!(did_you_mean("subnet", "x", []), "there is no subnet here");
        assert_eq!(did_you_mean("subnet", "x", ["train"]), "the only subnet here is `train`");
    }
}
