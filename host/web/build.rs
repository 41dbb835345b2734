//! Looks whether the assets have been built: they are embedded, so without them there is nothing to serve.

use std::path::Path;

fn main() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/dist/manifest.json");
    println!("cargo::rerun-if-changed={}", manifest.display());
    println!("cargo::rerun-if-changed=locales");
    if !manifest.is_file() {
        println!(
            "cargo::error=The style sheet and fonts have not been built yet. Run `./run`, or `npm ci && npm run \
             build` in host/web/assets, and then build again."
        );
    }
}
