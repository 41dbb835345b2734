//! From the names of manifests and schemas (kebab-case) to those of Rust.

use proc_macro2::{Ident, Span};

const NEVER_RAW: [&str; 5] = ["self", "Self", "super", "crate", "_"];

fn identifier(name: &str) -> Ident {
    let starts_well = name.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_');
    let name = if starts_well { name.to_owned() } else { format!("_{name}") };
    if NEVER_RAW.contains(&name.as_str()) {
        return Ident::new(&format!("{name}_"), Span::call_site());
    }
    match syn::parse_str::<Ident>(&name) {
        Ok(ident) => ident,
        Err(_) => Ident::new_raw(&name, Span::call_site()),
    }
}

/// The words of a name in kebab-case, snake_case or camelCase.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (lower && letter.is_uppercase()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        lower = letter.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// `snake_case` text.
pub fn snake_text(name: &str) -> String {
    words(name).join("_")
}

/// A function, field or parameter.
pub fn snake(name: &str) -> Ident {
    identifier(&snake_text(name))
}

/// `PascalCase` text.
pub fn pascal_text(name: &str) -> String {
    words(name)
        .iter()
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        })
        .collect()
}

/// A type or variant.
pub fn pascal(name: &str) -> Ident {
    identifier(&pascal_text(name))
}

/// A constant.
pub fn upper(name: &str) -> Ident {
    identifier(&snake_text(name).to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_habits_become_those_of_rust() {
        assert_eq!(pascal_text("pending-check"), "PendingCheck");
        assert_eq!(snake_text("whyNot"), "why_not");
        assert_eq!(snake("type").to_string(), "r#type");
        assert_eq!(pascal("2026").to_string(), "_2026");
        assert_eq!(upper("published-at").to_string(), "PUBLISHED_AT");
        assert_eq!(snake("self").to_string(), "self_");
    }
}
