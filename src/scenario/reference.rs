//! The reference page of scenario files (`docs/scenario.md`), made from the types: their doc comments, fields,
//! defaults and variants as the JSON schema has them, with hand-written notes and examples beside them.

use serde_json::{Map, Value};
use std::fmt::Write as _;

/// What stands before the types.
const INTRO: &str = include_str!("reference/intro.md");

/// Sections named by types.
const NOTES: &str = include_str!("reference/notes.md");

/// Where the schema keeps its types.
const REF: &str = "#/$defs/";

/// Chapters of the page with their types. A type that no chapter names comes last, under a chapter of its own, so
/// that a new one is never missing.
const CHAPTERS: &[(&str, &[&str])] = &[
    ("The file", &["Scenario"]),
    (
        "Clusters",
        &[
            "Cluster",
            "Tier",
            "Policy",
            "Discipline",
            "Resize",
            "Created",
            "Identity",
            "BootFailures",
            "Eviction",
            "EvictionBand",
            "Lifetime",
            "OnEviction",
            "CapacityStep",
            "Update",
        ],
    ),
    ("Jobs", &["Workload", "JobSpec", "JobClass", "Arrivals", "ModulatedState", "Window"]),
    (
        "Logs of jobs",
        &[
            "Log",
            "Resample",
            "LogFormat",
            "TimeColumn",
            "TimeUnit",
            "ServiceColumn",
            "NodeMapping",
            "SwfInclude",
            "SwfTag",
        ],
    ),
    ("Region and quotas", &["Region", "Quotas", "QuotaName", "QuotaStep", "UsageStep"]),
    ("Resource locks", &["Lock", "LockLevel", "LockEffect"]),
    ("Prices and VM sizes", &["Prices", "LowPriorityPrice", "LoadBalancer", "VmSize"]),
    ("Thresholds", &["Expect"]),
    ("What is assumed", &["Delays", "Evictions"]),
    ("Distributions and counts", &["Distribution", "Phase", "Count", "Choice"]),
    ("Values as text", &["TimeSpan", "Resolution", "Price", "Money"]),
];

/// The page (Markdown).
#[must_use]
pub fn page() -> String {
    let schema = schemars::schema_for!(super::Scenario).to_value();
    Page::of(&schema).text
}

/// A page under way.
struct Page<'a> {
    types: Vec<(&'a str, &'a Value)>,
    text: String,
}

impl<'a> Page<'a> {
    fn of(schema: &'a Value) -> Self {
        let mut types = vec![("Scenario", schema)];
        types.extend(object(schema, "$defs").into_iter().flatten().map(|(name, def)| (name.as_str(), def)));
        let listed: Vec<&str> = CHAPTERS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let others: Vec<&str> = types.iter().map(|t| t.0).filter(|name| !listed.contains(name)).collect();
        let mut page = Self { types, text: INTRO.to_owned() };
        page.text.push_str("\n<!-- Generated from the types in src/scenario/schema; do not edit. -->\n\n");
        let mut chapters: Vec<(&str, &[&str])> = CHAPTERS.to_vec();
        if !others.is_empty() {
            chapters.push(("Further types", &others));
        }
        page.text.push_str("| chapter | types |\n|---|---|\n");
        for (title, names) in &chapters {
            let links: Vec<String> = names.iter().map(|name| link(name)).collect();
            page.line(format_args!("| [{title}](#{}) | {} |", anchor(title), links.join(", ")));
        }
        for (title, names) in &chapters {
            page.line(format_args!("\n## {title}"));
            for name in *names {
                page.one_type(name);
            }
        }
        page
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{line}");
    }

    fn find(&self, name: &str) -> Option<&'a Value> {
        self.types.iter().find(|t| t.0 == name).map(|t| t.1)
    }

    /// Heading, description, notes, and the table of fields or of variants.
    fn one_type(&mut self, name: &str) {
        let Some(schema) = self.find(name) else { return };
        self.line(format_args!("\n### {name}\n"));
        let uses = self.uses(name);
        let paragraph = description(schema);
        let mut first = paragraph.chars();
        let begin = first.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
        let end = if paragraph.ends_with(['.', ':']) { "" } else { "." };
        self.line(format_args!("{begin}{}{end}", first.as_str()));
        if !uses.is_empty() {
            self.line(format_args!("\nUsed by {}.", uses.join(", ")));
        }
        if let Some(notes) = notes(name) {
            self.line(format_args!("\n{notes}"));
        }
        if let Some(fields) = object(schema, "properties") {
            self.line(format_args!("\n| field | type | default | meaning |\n|---|---|---|---|"));
            for (field, of) in fields {
                let default = self.default(field, of, schema);
                self.line(format_args!("| `{field}` | {} | {default} | {} |", type_of(of), meaning(of)));
            }
        } else {
            self.variants(schema);
        }
    }

    /// Where a type is used: the fields and variants of other types.
    fn uses(&self, name: &str) -> Vec<String> {
        let mut uses = Vec::new();
        for (owner, schema) in self.types.iter().filter(|(owner, _)| *owner != name) {
            for (field, of) in object(schema, "properties").into_iter().flatten() {
                if refers(of, name) {
                    uses.push(format!("`{field}` of {}", link(owner)));
                }
            }
            if list(schema, "oneOf").iter().any(|variant| refers(variant, name)) {
                uses.push(link(owner));
            }
        }
        // Durations and distributions are used everywhere; a list of all says nothing.
        if uses.len() > 6 { Vec::new() } else { uses }
    }

    /// What holds where the field is left out.
    fn default(&self, field: &str, of: &Value, owner: &Value) -> String {
        if list(owner, "required").iter().any(|name| name == field) {
            return "**needed**".to_owned();
        }
        if let (_, Some(words)) = split_default(&description(of)) {
            return cell(&words);
        }
        match of.get("default") {
            None | Some(Value::Null) => "–".to_owned(),
            Some(Value::Object(map)) if !map.is_empty() && self.is_group(of) => {
                "all of its defaults".to_owned()
            }
            Some(value) => format!("`{}`", self.ron(value, of)),
        }
    }

    /// Whether a field's type is a group of fields.
    fn is_group(&self, of: &Value) -> bool {
        self.resolve(of).is_some_and(|schema| schema.get("properties").is_some())
    }

    fn resolve(&self, of: &Value) -> Option<&'a Value> {
        self.find(of.get("$ref")?.as_str()?.strip_prefix(REF)?)
    }

    /// A value of the schema's as RON has it.
    fn ron(&self, value: &Value, of: &Value) -> String {
        let is_variant = self.resolve(of).is_some_and(|schema| schema.get("oneOf").is_some());
        match value {
            Value::String(name) if is_variant => name.clone(),
            Value::Object(map) if is_variant => map
                .iter()
                .map(|(name, value)| format!("{name}({})", self.ron(value, &Value::Null)))
                .collect::<Vec<_>>()
                .join(", "),
            other => other.to_string(),
        }
    }

    /// The tables of an enum: its variants, and the fields of those that have some.
    fn variants(&mut self, schema: &'a Value) {
        let variants: Vec<Variant<'a>> = list(schema, "oneOf").iter().flat_map(Variant::of).collect();
        if variants.is_empty() {
            return;
        }
        self.line(format_args!("\n| write | meaning |\n|---|---|"));
        for variant in &variants {
            self.line(format_args!("| {} | {} |", variant.written(), cell(&variant.description)));
        }
        if variants.iter().all(|variant| variant.fields().is_none()) {
            return;
        }
        self.line(format_args!("\n| of | field | type | default | meaning |\n|---|---|---|---|---|"));
        for variant in &variants {
            let Some(content) = variant.content else { continue };
            let mut of = format!("`{}`", variant.name);
            for (field, schema) in variant.fields().into_iter().flatten() {
                let (default, kind) = (self.default(field, schema, content), type_of(schema));
                self.line(format_args!("| {of} | `{field}` | {kind} | {default} | {} |", meaning(schema)));
                // The variant's name once.
                of.clear();
            }
        }
    }
}

/// One variant of an enum.
struct Variant<'a> {
    name: &'a str,
    description: String,
    content: Option<&'a Value>,
}

impl<'a> Variant<'a> {
    /// A variant of its own; or several without a description, which the schema lists together.
    fn of(schema: &'a Value) -> Vec<Self> {
        let description = description(schema);
        if let Some(name) = schema.get("const").and_then(Value::as_str) {
            return vec![Self { name, description, content: None }];
        }
        let names = list(schema, "enum").iter().filter_map(Value::as_str);
        let mut all: Vec<Self> =
            names.map(|name| Self { name, description: description.clone(), content: None }).collect();
        for (name, content) in object(schema, "properties").into_iter().flatten() {
            all.push(Self { name, description: description.clone(), content: Some(content) });
        }
        all
    }

    fn fields(&self) -> Option<&'a Map<String, Value>> {
        object(self.content?, "properties")
    }

    /// As one writes it: code, with the types linked.
    fn written(&self) -> String {
        let Some(content) = self.content else { return format!("`{}`", self.name) };
        if self.fields().is_some() {
            let needed = list(content, "required").iter().filter_map(Value::as_str);
            let parts: Vec<String> = needed.map(|name| format!("{name}: …")).collect();
            return format!("`{}({})`", self.name, parts.join(", "));
        }
        let inner = type_of(content);
        // Several values have brackets already.
        let inner = inner.strip_prefix('(').and_then(|i| i.strip_suffix(')')).unwrap_or(&inner);
        format!("`{}(`{inner}`)`", self.name)
    }
}

/// A type in words, with links.
fn type_of(schema: &Value) -> String {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix(REF)) {
        return link(name);
    }
    if let Some(some) = list(schema, "anyOf").iter().find(|one| one["type"] != "null") {
        return type_of(some);
    }
    let kind = match &schema["type"] {
        // An optional value.
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        kind => kind.as_str(),
    };
    match kind.unwrap_or_default() {
        "string" => "text".to_owned(),
        "boolean" => "true or false".to_owned(),
        "integer" => "whole number".to_owned(),
        "number" => "number".to_owned(),
        "array" => {
            let parts: Vec<String> = list(schema, "prefixItems").iter().map(type_of).collect();
            if parts.is_empty() {
                let item = type_of(&schema["items"]);
                let many = if item.ends_with("number") { "s" } else { "" };
                format!("list of {item}{many}")
            } else {
                format!("({})", parts.join(", "))
            }
        }
        "object" => format!("map from text to {}", type_of(&schema["additionalProperties"])),
        other => other.to_owned(),
    }
}

/// Whether a schema, or what lies within it, is of a type.
fn refers(schema: &Value, name: &str) -> bool {
    match schema {
        Value::Object(map) => map.iter().any(|(key, value)| match value {
            Value::String(target) if key == "$ref" => target.strip_prefix(REF) == Some(name),
            value => refers(value, name),
        }),
        Value::Array(all) => all.iter().any(|one| refers(one, name)),
        _ => false,
    }
}

fn object<'a>(schema: &'a Value, key: &str) -> Option<&'a Map<String, Value>> {
    schema.get(key)?.as_object()
}

fn list<'a>(schema: &'a Value, key: &str) -> &'a [Value] {
    schema.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A doc comment: its paragraphs, each on a line.
fn description(schema: &Value) -> String {
    let text = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    text.split("\n\n").map(|p| p.replace('\n', " ")).collect::<Vec<_>>().join("\n\n")
}

/// What a field means, without what stands in the column of defaults.
fn meaning(of: &Value) -> String {
    cell(&split_default(&description(of)).0)
}

/// Takes the sentence "Default …." out of a description.
fn split_default(text: &str) -> (String, Option<String>) {
    let sentences: Vec<&str> = text.split_inclusive(". ").collect();
    let Some(at) = sentences.iter().position(|s| s.starts_with("Default")) else {
        return (text.to_owned(), None);
    };
    let words = sentences[at].trim_start_matches("Default").trim_start_matches(':').trim();
    let words = words.strip_suffix('.').unwrap_or(words).to_owned();
    let rest: String = sentences[..at].iter().chain(&sentences[at + 1..]).copied().collect();
    (rest.trim().to_owned(), Some(words))
}

/// Text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace("\n\n", " ").replace('|', "\\|")
}

fn link(name: &str) -> String {
    format!("[{name}](#{})", anchor(name))
}

/// Anchor of a heading, as code hosts make it.
fn anchor(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

/// The section of a type in the notes.
fn notes(name: &str) -> Option<&'static str> {
    NOTES
        .split("\n## ")
        .skip(1)
        .find_map(|section| section.split_once('\n').filter(|(title, _)| *title == name))
        .map(|(_, text)| text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_page_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scenario.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == page(), "run `cargo run --features schema --example generate`");
    }

    #[test]
    fn every_chapter_and_note_is_of_a_type_and_every_type_has_a_chapter() {
        let schema = schemars::schema_for!(crate::scenario::Scenario).to_value();
        let page = Page::of(&schema);
        let mut listed: Vec<&str> = CHAPTERS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let noted = NOTES.split("\n## ").skip(1).filter_map(|section| section.lines().next());
        for name in listed.iter().copied().chain(noted) {
            assert!(page.find(name).is_some(), "{name} is no type of a scenario");
        }
        let mut types: Vec<&str> = page.types.iter().map(|t| t.0).collect();
        listed.sort_unstable();
        types.sort_unstable();
        assert_eq!(listed, types, "each type stands in one chapter");
    }

    #[test]
    fn every_field_and_variant_has_a_meaning() {
        for line in page().lines().filter(|line| line.starts_with("| ")) {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            assert!(cells.last().is_some_and(|cell| !cell.is_empty()), "{line}");
        }
    }

    #[test]
    fn the_default_is_taken_out_of_the_text() {
        let split = |text| {
            let (rest, words) = split_default(text);
            (rest, words.unwrap_or_default())
        };
        assert_eq!(split("A. Default: the b. C."), ("A. C.".into(), "the b".into()));
        assert_eq!(split("A. Default `\"1.5h\"`."), ("A.".into(), "`\"1.5h\"`".into()));
        assert_eq!(split("A default."), ("A default.".into(), String::new()));
    }
}
