//! Addresses of a module's views and acts.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use vzaemo_contract::call::{Address, Pair};
use vzaemo_contract::manifest::Manifest;

/// What a path segment may hold unencoded (RFC 3986 unreserved).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The local path of a view, `/module/…`; nothing when the manifest has no such view or a parameter is missing.
pub fn view_path(manifest: &Manifest, address: &Address) -> Option<String> {
    let view = manifest.view(&address.view)?;
    fill(&manifest.id, &view.path, &address.params)
}

/// The local path of an act and its form.
pub fn act_path(manifest: &Manifest, act: &str, params: &[Pair]) -> Option<String> {
    let act = manifest.act(act)?;
    fill(&manifest.id, &act.path, params)
}

fn fill(module: &str, pattern: &str, params: &[Pair]) -> Option<String> {
    let mut path = String::with_capacity(pattern.len() + module.len() + 32);
    path.push('/');
    path.push_str(module);
    for segment in pattern.split('/').filter(|segment| !segment.is_empty()) {
        path.push('/');
        match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => {
                let (_, value) = params.iter().find(|(known, _)| known == name)?;
                path.extend(utf8_percent_encode(value, SEGMENT));
            }
            None => path.push_str(segment),
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_encoded_and_a_missing_one_gives_no_path() {
        let params = vec![("number".to_owned(), "7/../x y".to_owned())];
        assert_eq!(fill("notes", "/{number}/hide", &params).as_deref(), Some("/notes/7%2F..%2Fx%20y/hide"));
        assert_eq!(fill("notes", "/", &[]).as_deref(), Some("/notes"));
        assert_eq!(fill("notes", "/{other}", &params), None);
    }
}
