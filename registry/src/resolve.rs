//! Which version of a module fits a requirement.

use semver::VersionReq;

use crate::layout::Listed;

/// The highest version of module `id` in `list` that `requirement` allows, or `None`.
///
/// Pre-releases are chosen only by a requirement that names one, as in Cargo.
pub fn resolve<'a>(list: &'a [Listed], id: &str, requirement: &VersionReq) -> Option<&'a Listed> {
    list.iter()
        .filter(|listed| listed.id == id && requirement.matches(&listed.version))
        .max_by(|a, b| a.version.cmp(&b.version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    fn listed(id: &str, version: &str) -> Listed {
        Listed {
            id: id.to_owned(),
            version: version.parse().unwrap(),
            digest: Digest::of(version.as_bytes()),
        }
    }

    #[test]
    fn the_highest_allowed_version_is_chosen() {
        let list = [
            listed("notes", "1.9.0"),
            listed("notes", "1.10.0"),
            listed("notes", "2.0.0-rc.1"),
            listed("votes", "1.11.0"),
        ];
        let chosen = |requirement: &str| {
            resolve(&list, "notes", &requirement.parse().unwrap()).map(|listed| listed.version.to_string())
        };
        assert_eq!(chosen("^1").as_deref(), Some("1.10.0"));
        assert_eq!(chosen("=1.9.0").as_deref(), Some("1.9.0"));
        assert_eq!(chosen("*").as_deref(), Some("1.10.0"));
        assert_eq!(chosen(">=2.0.0-rc.0").as_deref(), Some("2.0.0-rc.1"));
        assert_eq!(chosen("^3"), None);
    }
}
