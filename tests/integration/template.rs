//! The scenario that `init` writes: whatever its comments offer can be written.

use nodetide::diagnostic::{Diagnostic, Source, render};
use nodetide::scenario::{INIT, check, parse};
use std::sync::Arc;

/// Errors of a text, rendered; also those that show only where the whole text could be read.
fn errors(text: &str) -> String {
    let source = Arc::new(Source::new("template.ron", text));
    let (parsed, mut found) = parse::parse(&source, None);
    found.extend(parsed.iter().flat_map(check));
    found.retain(|d| Diagnostic::any_error(std::slice::from_ref(d)));
    render(&found, false)
}

/// The setting in a commented line: what follows `// `, if that is `name: …`, or a continuation of such.
fn setting(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("// ").filter(|(before, _)| before.trim().is_empty())?;
    let (name, _) = rest.trim_start().split_once(": ")?;
    let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    is_name.then_some(rest)
}

/// The lines of each commented setting. A setting ends where its brackets are closed.
fn settings() -> Vec<std::ops::Range<usize>> {
    let lines: Vec<&str> = INIT.lines().collect();
    let mut all = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let from = at;
        at += 1;
        if setting(lines[from]).is_none() {
            continue;
        }
        let depth = |line: &str| {
            let code = line.split_once("// ").map_or("", |(_, rest)| rest).split(" // ").next().unwrap_or("");
            let count = |of: &[char]| code.matches(of).count() as i64;
            count(&['(', '[', '{']) - count(&[')', ']', '}'])
        };
        let mut open = depth(lines[from]);
        while open > 0 {
            open += depth(lines[at]);
            at += 1;
        }
        all.push(from..at);
    }
    all
}

/// The template with some of its lines uncommented.
fn with(uncommented: &[std::ops::Range<usize>]) -> String {
    let lines = INIT.lines().enumerate().map(|(i, line)| {
        let chosen = uncommented.iter().any(|lines| lines.contains(&i));
        if chosen { line.replacen("// ", "", 1) } else { line.to_owned() }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_commented_setting_can_be_uncommented() {
    let all = settings();
    assert!(all.len() >= 20, "{}", all.len());
    assert!(all.iter().any(|lines| lines.len() > 5), "the log is one of them");
    for lines in &all {
        let text = with(std::slice::from_ref(lines));
        // A name may be described by another setting; what cannot be read is a mistake of the template.
        let found = errors(&text);
        let first = INIT.lines().nth(lines.start).unwrap_or_default();
        assert!(found.is_empty() || found.contains("S0116"), "{first}\n{found}");
        assert_ne!(text, INIT.trim_end(), "something was uncommented");
    }
    assert_eq!(errors(&with(&all)), "", "all at once");
}

/// What a comment offers instead: words with a capital, with what is in their brackets, and times.
fn alternatives(comment: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut rest = comment;
    while let Some(at) = rest.find(char::is_alphanumeric) {
        rest = &rest[at..];
        let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let word = &rest[..end];
        let brackets = rest[end..].starts_with('(').then(|| rest.find(')')).flatten();
        let end = brackets.map_or(end, |close| close + 1);
        let capital = word.starts_with(char::is_uppercase) && word.chars().any(char::is_lowercase);
        let time = word.starts_with(|c: char| c.is_ascii_digit()) && word.ends_with(char::is_alphabetic);
        if capital {
            all.push(rest[..end].to_owned());
        } else if time {
            all.push(format!("{word:?}"));
        }
        rest = &rest[end..];
    }
    all
}

#[test]
fn every_alternative_in_the_comments_can_be_written() {
    let mut tried = Vec::new();
    for (i, line) in INIT.lines().enumerate() {
        let code = setting(line).unwrap_or(line);
        let Some((assignment, comment)) = code.split_once(" // ") else { continue };
        let Some((name, value)) = assignment.trim().trim_end_matches(',').split_once(": ") else { continue };
        for other in alternatives(comment) {
            // `idle_time: "120s", // …` and the like name times of the same kind.
            if other.starts_with('"') != value.starts_with('"') {
                continue;
            }
            let replaced = |(n, line): (usize, &str)| match n == i {
                true => format!("{name}: {other},"),
                false => line.to_owned(),
            };
            let text = INIT.lines().enumerate().map(replaced).collect::<Vec<_>>().join("\n");
            assert_eq!(errors(&text), "", "{name}: {other}");
            tried.push(format!("{name}: {other}"));
        }
    }
    for expected in [
        "evictions: Never",
        "delays: Zero",
        "resolution: \"100ms\"",
        "on_eviction: Resubmit(after: \"1h\")",
        "on_eviction: Fail",
        "discipline: Backfill",
        "idle_time: \"1800s\"",
    ] {
        assert!(tried.iter().any(|tried| tried == expected), "{expected} is not in {tried:#?}");
    }
}
