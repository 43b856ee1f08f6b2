//! Texts in formats that scenarios are not written in.

/// What a text that is neither RON nor JSON seems to be.
pub(super) fn named(name: &str, text: &str) -> Option<&'static str> {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_lowercase();
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with(['#', ';']))?;
    if line.starts_with(['(', '{', '/']) || text.trim_start().starts_with("#!") {
        return None;
    }
    let word = |name: &str| {
        let name = name.trim_matches('"');
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$'))
    };
    let key_before =
        |mark: char| line.split_once(mark).filter(|(key, _)| word(key.trim())).map(|(_, value)| value);
    let section = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if matches!(extension.as_str(), "yaml" | "yml")
        || line == "---"
        || line.starts_with("- ")
        || key_before(':').is_some_and(|value| value.is_empty() || value.starts_with(' '))
    {
        Some("YAML")
    } else if extension == "toml"
        || section.is_some_and(|name| word(name.trim_matches(['[', ']'])))
        || key_before('=').is_some()
    {
        Some("TOML")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_otherwise_is_named_and_ours_is_not() {
        for (name, text, format) in [
            ("a.yaml", "name: x", Some("YAML")),
            ("a", "---\nname: x", Some("YAML")),
            ("a", "clusters:\n", Some("YAML")),
            ("a", "- name: x", Some("YAML")),
            ("a", "# c\n\n[[clusters]]\n", Some("TOML")),
            ("a", "name = \"x\"", Some("TOML")),
            ("a.toml", "x", Some("TOML")),
            ("a.yaml", "(name: \"x\")", None),
            ("a.yml", "{\"name\": \"x\"}", None),
            ("a", "// a: b\n()", None),
            ("a", "#![enable(implicit_some)]\n(name: \"x\")", None),
            ("a", "Scenario(name: \"x\")", None),
            ("a", "[[[[", None),
            ("a", "", None),
        ] {
            assert_eq!(named(name, text), format, "{name} {text}");
        }
    }
}
