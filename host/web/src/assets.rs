//! Style sheet, script, fonts and mark, embedded in the program.
//!
//! `npm run build` puts a content hash into every name, so that browsers may keep a file for ever.

use std::collections::HashMap;
use std::sync::LazyLock;

use rust_embed::RustEmbed;

/// The path under which assets are served.
pub const BASE: &str = "/assets/";

/// How long a browser may keep an asset: its name changes with its content.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// The content security policy of every page: nothing from elsewhere, nothing inline, no frames.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     font-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/assets/dist"]
struct Files;

/// Maps plain names to those with a hash; not served.
const MANIFEST: &str = "manifest.json";

/// One file to serve.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its content.
    pub bytes: &'static [u8],
    /// Its media type.
    pub content_type: &'static str,
}

static FILES: LazyLock<HashMap<String, Asset>> = LazyLock::new(|| {
    let mut all = HashMap::new();
    for path in Files::iter().filter(|path| path != MANIFEST) {
        if let Some(file) = Files::get(&path) {
            // Kept for the life of the program; in development builds the files lie on disk.
            let bytes: &'static [u8] = match file.data {
                std::borrow::Cow::Borrowed(bytes) => bytes,
                std::borrow::Cow::Owned(bytes) => bytes.leak(),
            };
            all.insert(path.to_string(), Asset { bytes, content_type: content_type(&path) });
        }
    }
    all
});

static URLS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let names: HashMap<String, String> =
        Files::get(MANIFEST).and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default();
    names.into_iter().map(|(plain, hashed)| (plain, [BASE, &hashed].concat())).collect()
});

/// The asset at this path below [`BASE`], such as `app-ABCD1234.css`.
pub fn get(path: &str) -> Option<&'static Asset> {
    FILES.get(path)
}

/// The address of an asset by its plain name, such as `app.css`; empty for an unknown name.
pub fn url(name: &str) -> &'static str {
    URLS.get(name).map_or("", String::as_str)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("woff2") => "font/woff2",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_sheet_script_and_mark_are_there_and_the_crown_is_not() {
        for name in ["app.css", "app.js", "mark.svg"] {
            let path = url(name).strip_prefix(BASE).unwrap();
            assert_ne!(path, name, "{name} carries a hash of its content");
            assert!(!get(path).unwrap().bytes.is_empty());
        }
        assert!(FILES.keys().any(|path| path.ends_with(".woff2")));
        assert!(
            FILES.keys().all(|path| !path.contains("crown") && !path.contains("govuk")),
            "{:?}",
            FILES.keys()
        );
        assert!(get("../Cargo.toml").is_none());
    }

    #[test]
    fn the_style_sheet_asks_for_nothing_from_elsewhere() {
        let css =
            std::str::from_utf8(get(url("app.css").strip_prefix(BASE).unwrap()).unwrap().bytes).unwrap();
        assert!(!css.contains("http:") && !css.contains("https:") && !css.contains("//fonts"));
        assert!(!css.contains("GDS Transport"));
    }
}
